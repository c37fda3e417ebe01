"""Errors an editor can jump to: every bad file, given to every command that reads it, is told with its place."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.command import CONFIG, PROJECT, directory, person, provisioner

JOB = """name = "job"
[source]
snapshot = "directory"
[target]
url = "http://127.0.0.1:1/scim"
token = "env:REAL_LINKS_TOKEN"
[users]
mappings = [
  { target = "userName", source = "[userPrincipalName]", match = 1 },
  { target = "active", source = "Not([IsSoftDeleted])" },
]
"""
Place = tuple[str, int | None, int | None]


def job(folder: Path, text: str = JOB) -> Path:
    """A job and its directory."""
    directory(folder / "directory", [person(1)])
    (folder / "job.toml").write_text(text)
    return folder / "job.toml"


def changed(*change: str) -> Callable[[Path], Path]:
    """A job with parts replaced."""
    text = JOB
    for before, after in zip(change[::2], change[1::2], strict=True):
        assert before in text
        text = text.replace(before, after)
    return lambda folder: job(folder, text)


def with_users(text: str) -> Callable[[Path], Path]:
    """A job whose directory holds other users."""

    def write(folder: Path) -> Path:
        path = job(folder)
        (folder / "directory" / "users.json").write_text(text)
        return path

    return write


def file(name: str, text: str) -> Callable[[Path], Path]:
    """A file alone."""

    def write(folder: Path) -> Path:
        (folder / name).write_text(text)
        return folder / name

    return write


def schema(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], Path]:
    """An exported schema, changed."""

    def write(folder: Path) -> Path:
        document = provisioner("schema", "export", CONFIG / "real-links.toml").document
        change(document)
        (folder / "schema.json").write_text(json.dumps(document, indent=1))
        return folder / "schema.json"

    return write


def without_a_target(document: dict[str, Any]) -> None:
    mappings = document["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    mappings[0]["targetAttributeName"] = "a[b"
    mappings[1]["targetAttributeName"] = "c[d"


def story(change: Callable[[Path], None]) -> Callable[[Path], Path]:
    """A shipped scenario, changed."""

    def write(folder: Path) -> Path:
        import shutil

        copied = Path(shutil.copytree(PROJECT / "examples" / "rename", folder / "rename"))
        change(copied)
        return copied

    return write


def broken_timeline(folder: Path) -> None:
    (folder / "timeline.toml").write_text('ende = "+1d"\nbegin = 5\n')


JOB_COMMANDS = ["run", "plan", "status", "logs", "test-connection", "start", "pause", "notify", "fidelity"]
READING_COMMANDS = ["run", "plan"]

BAD: dict[str, tuple[Callable[[Path], Path], list[str], list[Place]]] = {
    "a job that is no TOML": (changed("[users]", "[users"), JOB_COMMANDS, [("job.toml", 7, 7)]),
    "unknown keys, wrong types and a wrong expression": (
        changed("name =", "nome =", "match = 1", 'match = "1"', "Not([IsSoftDeleted])", "Nott([IsSoftDeleted])"),
        JOB_COMMANDS,
        [("job.toml", 1, 1), ("job.toml", 1, 1), ("job.toml", 9, 66), ("job.toml", 10, 33)],
    ),
    "two wrong expressions": (
        changed("[userPrincipalName]", "[userPrincipalNam]", "Not([IsSoftDeleted])", "Not("),
        JOB_COMMANDS,
        [("job.toml", 9, 35), ("job.toml", 10, 33)],
    ),
    "no such job": (lambda folder: folder / "nothing.toml", JOB_COMMANDS, [("nothing.toml", None, None)]),
    "a secret that is not there": (
        changed("REAL_LINKS_TOKEN", "NOT_SET_ANYWHERE"),
        ["run", "plan", "test-connection"],
        [("job.toml", 6, 9)],
    ),
    "certificates that are not there": (
        changed("http://127.0.0.1:1/scim", "https://127.0.0.1:1/scim", "[users]", 'ca_file = "none.pem"\n[users]'),
        ["run", "plan", "test-connection"],
        [("job.toml", 7, 11)],
    ),
    "users that are wrong": (
        with_users('[\n{"id": "1", "accountEnabled": 5},\n7,\n{"id": ""}\n]'),
        READING_COMMANDS,
        [("users.json", 2, 31), ("users.json", 3, 1), ("users.json", 4, 8)],
    ),
    "users that are cut": (with_users('[{"id": "1"}'), READING_COMMANDS, [("users.json", 1, 13)]),
    "cases": (
        file("cases.toml", "[[case]]\nexpresion = '[mail]'\nexpect = 1\n"),
        ["expression test"],
        [("cases.toml", 1, 3), ("cases.toml", 2, 1), ("cases.toml", 3, 10)],
    ),
    "cases in JSON": (
        file("cases.json", '[\n {"expression": 5, "expect": "a"},\n {"expression": "[a]", "expekt": "a"}\n]'),
        ["expression test"],
        [("cases.json", 2, 17), ("cases.json", 3, 24)],
    ),
    "cases that are no TOML": (file("cases.toml", "[[case]]\nx = [1,\n"), ["expression test"], [("cases.toml", 3, 1)]),
    "a schema that is no JSON": (
        file("schema.json", '{"a": 1,\n}'),
        ["schema check", "schema import", "schema export"],
        [("schema.json", 1, 8)],
    ),
    "a schema that is none": (file("schema.json", "{}"), ["schema check", "schema import"], [("schema.json", 1, 1)]),
    "target paths of a schema": (
        schema(without_a_target),
        ["schema import", "schema export"],
        [("schema.json", -1, -1), ("schema.json", -1, -1)],
    ),
    "a timeline": (
        story(broken_timeline),
        ["scenario run"],
        [("timeline.toml", 1, 1), ("timeline.toml", 1, 1), ("timeline.toml", 2, 9)],
    ),
}


@pytest.mark.parametrize(
    ("bad", "command"), [(bad, command) for bad, (_, commands, _) in BAD.items() for command in commands]
)
def test_a_bad_file_is_told_with_every_place(tmp_path, bad, command):
    """Exit 2; ``{"errors": [{file, line, column, message, hint}]}`` alone on standard output, all findings in order."""
    write, _, places = BAD[bad]
    result = provisioner(*command.split(), write(tmp_path), "--json")
    assert result.code == 2, result
    errors = result.document["errors"]
    assert all({"file", "line", "column", "message", "hint"} <= error.keys() for error in errors)
    assert all(error["message"] for error in errors)
    if places[0][1] == -1:  # wherever it stands in a file that a command wrote, it stands somewhere
        assert [Path(error["file"]).name for error in errors] == [name for name, _, _ in places]
        lines = (tmp_path / places[0][0]).read_text().splitlines()
        assert all('"targetAttributeName"' in lines[error["line"] - 1] for error in errors)
        return
    assert [(Path(error["file"]).name, error["line"], error["column"]) for error in errors] == places


@pytest.mark.parametrize(
    "arguments",
    [("run",), ("run", "job.toml", "--no-such-option"), ("nothing",), ("logs", "job.toml", "--limit", "0")],
    ids=" ".join,
)
def test_a_wrong_command_line_is_told_in_the_same_form(tmp_path, arguments):
    """Exit 2 and the same document; people read the usage on standard error."""
    result = provisioner(*arguments, "--json", cwd=tmp_path)
    assert result.code == 2
    assert result.document["errors"][0]["message"]
    assert "Usage:" in result.err
