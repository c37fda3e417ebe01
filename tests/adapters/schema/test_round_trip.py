"""Import, export, and back again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioner.adapters.job_toml import load_job
from provisioner.adapters.schema_graph import load_schema, to_schema, to_toml
from provisioner.model.errors import NOWHERE
from provisioner.model.job import Job, Rules
from tests.adapters.job.conftest import job_text
from tests.adapters.schema.conftest import DEFAULT, OLDER, document

CONFIG = Path(__file__).parents[3] / "config"


def placeless(rules: Rules | None) -> Rules | None:
    """The rules without the places they were read from."""
    if rules is None:
        return None

    def bare(groups: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(replace(g, clauses=tuple(replace(c, place=NOWHERE) for c in g.clauses)) for g in groups)

    return replace(
        rules,
        mappings=tuple(replace(mapping, place=NOWHERE) for mapping in rules.mappings),
        filter=bare(rules.filter),
        ignore=bare(rules.ignore),
    )


def back_again(job: Job, folder: Path) -> Job:
    """Export a job to a schema, import that to a job file, load it."""
    (folder / "exported.json").write_text(json.dumps(to_schema(job)), encoding="utf-8")
    (folder / "imported.toml").write_text(to_toml(load_schema(str(folder / "exported.json"))), encoding="utf-8")
    return load_job(str(folder / "imported.toml"))


RICH = """
[groups]
actions = ["create", "update"]
mappings = [
  { target = "displayName", source = "[displayName]", match = 1 },
  { target = "members", source = "[members]" },
]
[[users.filter]]
name = "Sales ‘in’ \\"Europe\\""
clauses = [
  { attribute = "department", operator = "EQUALS", value = 'a\\b "c"' },
  { attribute = "country", operator = "REGEX MATCH", value = "^(DE|FR|NL)$" },
]
[[users.input_filter]]
name = "with mail"
clauses = [ { attribute = "city", operator = "EQUALS", value = "Paris" } ]
"""
RICH_USERS = r"""attributes = ["netId"]
mappings = [
  { target = "nickName", source = "Coalesce([netId], [mailNickname])" },
  { target = "userName", source = "[userPrincipalName]", match = 1, required = true, case_exact = true },
  { target = "externalId", source = "[objectId]", match = 2, apply = "create", case_exact = false },
  { target = "active", source = 'Switch([IsSoftDeleted], , "False", "True", "True", "False")', default = "True" },
  { target = 'emails[type eq "work"].value', source = "[mail]", filterable = false },
  { target = "locale", default = "it's \"x\"" },
  { target = "userType", constant = 'say "a\b"' },
  { target = "title", constant = "[jobTitle]" },
  { target = "urn:x:y:User:tags", source = "[proxyAddresses]", multivalued = true },
  { target = "urn:x:y:User:level", source = "[extensionAttribute1]", type = "Integer" },
  { target = "urn:x:y:User:boss", source = "[manager]", type = "Reference" },
]"""


def test_import_after_export_gives_the_same_job(tmp_path: Path) -> None:
    """Every trait of a mapping, every filter and every action survives the way through Graph's form."""
    (tmp_path / "job.toml").write_text(job_text(users=RICH_USERS, more=RICH), encoding="utf-8")
    job = load_job(str(tmp_path / "job.toml"))
    again = back_again(job, tmp_path)
    assert again.name == job.name
    assert placeless(again.users) == placeless(job.users)
    assert placeless(again.groups) == placeless(job.groups)


@pytest.mark.parametrize("name", ["real-links", "scim"])
def test_the_shipped_jobs_survive(tmp_path: Path, name: str) -> None:
    """The templates are jobs like any other."""
    job = load_job(str(CONFIG / f"{name}.toml"))
    assert placeless(back_again(job, tmp_path).users) == placeless(job.users)


@pytest.mark.parametrize("path", [DEFAULT, OLDER], ids=["2026", "2017"])
def test_an_imported_export_has_the_same_rules(tmp_path: Path, path: Path) -> None:
    """The friendly form says what the export said."""
    schema = load_schema(str(path))
    (tmp_path / "job.toml").write_text(to_toml(schema), encoding="utf-8")
    job = load_job(str(tmp_path / "job.toml"))
    assert placeless(job.users) == placeless(schema.users)
    assert placeless(job.groups) == placeless(schema.groups)
    assert job.name == path.stem


def test_what_is_told_of_the_export_stands_in_the_job_file(tmp_path: Path) -> None:
    """Whoever edits the file reads the traps beside the lines."""
    text = to_toml(load_schema(str(OLDER)), name="widgets")
    assert 'name = "widgets"' in text
    assert "# synchronizationRules[1].objectMappings[1].attributeMappings[6].flowType: the flow type" in text


def test_unknown_keys_survive_the_export_of_their_file(tmp_path: Path) -> None:
    """A job that points at an export gives that very document back, key order included."""
    (tmp_path / "job.toml").write_text(job_text(top=f'schema = "{OLDER}"', users=""))
    exported = to_schema(load_job(str(tmp_path / "job.toml")))
    assert json.dumps(exported) == json.dumps(document(OLDER))


def test_narrowed_actions_are_exported(tmp_path: Path) -> None:
    """And nothing else changes."""
    (tmp_path / "job.toml").write_text(job_text(top=f'schema = "{OLDER}"', users='actions = ["update"]'))
    exported = to_schema(load_job(str(tmp_path / "job.toml")))
    mapping = exported["synchronizationRules"][1]["objectMappings"][1]
    assert mapping["flowTypes"] == "Update"
    mapping["flowTypes"] = "Add, Update"
    assert exported == document(OLDER)


def test_the_exported_form_is_graphs() -> None:
    """Names, rule, directories and sources as E110 lists them."""
    exported = to_schema(load_job(str(CONFIG / "scim.toml")))
    (rule,) = exported["synchronizationRules"]
    groups, users = rule["objectMappings"]
    assert groups["targetObjectName"].endswith(":Group")
    assert (users["sourceObjectName"], users["flowTypes"], users["scope"]) == ("User", "Add,Update,Delete", None)
    assert users["attributeMappings"][0] == {
        "defaultValue": None,
        "exportMissingReferences": False,
        "flowBehavior": "FlowWhenChanged",
        "flowType": "Always",
        "matchingPriority": 1,
        "targetAttributeName": "userName",
        "source": {
            "expression": "[userPrincipalName]",
            "name": "userPrincipalName",
            "type": "Attribute",
            "parameters": [],
        },
    }
    assert {directory["name"] for directory in exported["directories"]} == {
        rule["sourceDirectoryName"],
        rule["targetDirectoryName"],
    }


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.text(max_size=20).filter(str.strip))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_any_text_survives(tmp_path: Path, value: str, name: str) -> None:
    """Quotes, backslashes, line ends and control characters in values and names are written as TOML reads them."""
    job = load_job(str(CONFIG / "scim.toml"))
    constant = replace(job.users.mappings[2], kind=type(job.users.mappings[2].kind).CONSTANT, source=value)
    users = replace(job.users, mappings=(*job.users.mappings[:2], constant))
    again = back_again(replace(job, users=users), tmp_path)
    assert again.users.mappings[2].source == value
