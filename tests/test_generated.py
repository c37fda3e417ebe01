"""Schemas and tables that repeat the code say what it says; ACCEPT=1 writes them anew."""

import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests import generated
from tests.command import CONFIG, PROJECT, provisioner

SCHEMAS = {"job.schema.json": generated.job_schema, "timeline.schema.json": generated.timeline_schema}
TABLES = {
    "fidelity": (CONFIG / "README.md", generated.fidelity_table),
    "functions": (CONFIG / "README.md", generated.function_table),
    "faults": (CONFIG / "README.md", generated.fault_table),
    "exit codes": (PROJECT / "README.md", generated.exit_code_table),
}
JOBS = [
    path
    for path in sorted([*CONFIG.glob("*.toml"), *PROJECT.glob("examples/*/job*.toml")])
    if path.name != "service.toml"
]
TIMELINES = sorted(PROJECT.glob("examples/*/timeline.toml"))


def plain(value: Any) -> Any:
    """A TOML document as an editor's schema checker sees it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def wrong(schema: str, text: str) -> list[str]:
    """What an editor underlines."""
    checker = jsonschema.Draft202012Validator(SCHEMAS[schema]())
    return [error.message for error in checker.iter_errors(plain(tomllib.loads(text)))]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_what_the_models_say(name):
    """Whoever adds a key is told that the schema of editors knows nothing of it."""
    made = SCHEMAS[name]()
    jsonschema.Draft202012Validator.check_schema(made)
    assert generated.kept(CONFIG / name, generated.as_text(made)) == generated.as_text(made)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_what_the_code_says(name):
    """Settings, functions, faults and exit codes stand beside what they explain, and are right."""
    path, rows = TABLES[name]
    made = "\n" + generated.markdown(rows()) + "\n"
    markers = {"begin": f"<!-- {name}, from the code -->\n", "end": f"<!-- end of {name} -->"}
    assert generated.kept(path, made, **markers) == made


@pytest.mark.parametrize("path", JOBS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_job_that_is_shipped_fits_the_schema(path):
    """An editor underlines nothing in them."""
    assert wrong("job.schema.json", path.read_text()) == []


@pytest.mark.parametrize("path", TIMELINES, ids=lambda path: path.parent.name)
def test_every_timeline_that_is_shipped_fits_the_schema(path):
    """An editor underlines nothing in them."""
    assert wrong("timeline.schema.json", path.read_text()) == []


@pytest.mark.parametrize(
    ("schema", "before", "after"),
    [
        ("job.schema.json", "[scope]", "[skope]"),
        ("job.schema.json", 'interval = "40m"', 'interval = "forty"'),
        ("job.schema.json", 'interval = "40m"', "interval = 40"),
        ("job.schema.json", 'token = "env:SCIM_TOKEN"', 'token = "s3cret"'),
        ("job.schema.json", '[userPrincipalName]", match = 1', '[userPrincipalName]", match = "1"'),
        ("job.schema.json", 'users = "assigned"', 'users = "some"'),
        ("job.schema.json", "[fidelity]", '[fidelity]\nuser_type = "gone"'),
        ("job.schema.json", 'name = "scim"', 'name = "A Job"'),
        ("timeline.schema.json", "end =", "ende ="),
        ("timeline.schema.json", "at =", 'at = "noon" #'),
    ],
)
def test_an_editor_underlines_what_the_program_refuses(schema, before, after):
    """Unknown keys, wrong notations, secrets and values that are none."""
    text = (CONFIG / "scim.toml" if "job" in schema else PROJECT / "examples" / "rename" / "timeline.toml").read_text()
    assert before in text
    assert wrong(schema, text.replace(before, after, 1))


def test_a_new_job_names_the_schema_beside_it(tmp_path):
    """``#:schema`` is read by TOML tools in editors; the file it names is there, and nothing is overwritten."""
    assert provisioner("init", tmp_path).code == 0
    first = (tmp_path / "real-links.toml").read_text().splitlines()[0]
    assert first == "#:schema ./job.schema.json"
    assert (tmp_path / "job.schema.json").read_text() == (CONFIG / "job.schema.json").read_text()
    (tmp_path / "job.schema.json").write_text("mine")
    assert provisioner("init", tmp_path / "other").code == 0
    assert provisioner("init", tmp_path, "--application", "scim").code == 2


def test_the_schemas_travel_in_the_package():
    """What a job names by ``#:schema`` can be copied from an installed package."""
    assert 'config = "provisioner/shipped/config"' in (PROJECT / "pyproject.toml").read_text()
    assert {path.name for path in Path(CONFIG).glob("*.schema.json")} >= {*SCHEMAS, "plan.schema.json"}
