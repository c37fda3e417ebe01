"""Exported schemas on the command line."""

import json
from pathlib import Path

import pytest

from tests.command import CONFIG, PROJECT, provisioner

EXPORTS = PROJECT / "tests" / "adapters" / "schema" / "exports"


def exported(job):
    """A job's rules as a schema."""
    result = provisioner("schema", "export", job)
    assert result.code == 0, result
    return result.document


def rules(document):
    """What a schema says, without the names of things."""
    return [rule["objectMappings"] for rule in document["synchronizationRules"]]


@pytest.mark.parametrize("job", ["scim.toml", "real-links.toml"])
def test_a_schema_goes_out_and_comes_back(tmp_path, job):
    """export, check, import: the same job, and it loads."""
    schema = tmp_path / "My Schema.json"
    schema.write_text(json.dumps(exported(CONFIG / job)))
    assert provisioner("schema", "check", schema).code == 0
    imported = provisioner("schema", "import", schema)
    assert (imported.code, imported.err) == (0, "")
    (tmp_path / "again.toml").write_text(imported.out)
    assert f'name = "{job.removesuffix(".toml")}"' in imported.out
    again = exported(tmp_path / "again.toml")
    assert rules(again) == rules(exported(CONFIG / job))
    assert [d["objects"] for d in again["directories"]] == [d["objects"] for d in exported(CONFIG / job)["directories"]]


@pytest.mark.parametrize("export", sorted(EXPORTS.glob("*.json")), ids=lambda path: path.stem)
def test_a_tenants_export_is_understood(tmp_path, export):
    """What a tenant exports is checked without errors, becomes a job that loads, and comes back whole."""
    findings = provisioner("schema", "check", export, "--json").document
    assert {finding["severity"] for finding in findings} <= {"note", "warning"}
    job = tmp_path / "job.toml"
    job.write_text(provisioner("schema", "import", export, "--name", "tenant").out)
    assert exported(job)["id"] == "tenant"
    assert exported(export) == json.loads(export.read_text())


def test_unknown_keys_survive(tmp_path):
    """A job that names a schema gives the whole document back."""
    document = {**exported(CONFIG / "scim.toml"), "tenantNote": {"kept": True}}
    (tmp_path / "schema.json").write_text(json.dumps(document))
    (tmp_path / "job.toml").write_text(
        'name = "tenant"\nschema = "schema.json"\n[source]\nsnapshot = "directory"\n'
        '[target]\nurl = "http://127.0.0.1:1/scim"\ntoken = "env:REAL_LINKS_TOKEN"\n'
    )
    assert exported(tmp_path / "job.toml") == document


def broken(folder: Path) -> Path:
    """A schema with a function that does not exist."""
    document = exported(CONFIG / "scim.toml")
    users = next(m for m in document["synchronizationRules"][0]["objectMappings"] if m["sourceObjectName"] == "User")
    users["attributeMappings"][1]["source"]["expression"] = "Not([IsSoftDeletd])"
    path = folder / "schema.json"
    path.write_text(json.dumps(document))
    return path


def test_what_is_wrong_with_a_schema_is_said(tmp_path):
    """Exit 3; each finding with its path, the expression with a caret, and what to do; and a summary."""
    schema = broken(tmp_path)
    result = provisioner("schema", "check", schema)
    assert result.code == 3
    lines = [line.strip() for line in result.out.splitlines()]
    at = lines.index("Not([IsSoftDeletd])")
    assert "the directory has no attribute 'IsSoftDeletd'" in lines[at - 1]
    assert "synchronizationRules[0].objectMappings[1].attributeMappings[1].source" in lines[at - 2]
    assert lines[at + 1] == "^"
    assert lines[at + 2] == "hint: did you mean [IsSoftDeleted]?"
    assert lines[-1] == "1 error, 1 warning, 2 notes"
    (error,) = (f for f in provisioner("schema", "check", schema, "--json").document if f["severity"] == "error")
    assert error["hint"] == "did you mean [IsSoftDeleted]?"


def test_a_schema_with_errors_is_imported_with_a_word_of_warning(tmp_path):
    """The job file says what is wrong beside the mapping, and so does standard error."""
    result = provisioner("schema", "import", broken(tmp_path))
    assert result.code == 0
    assert "# error: the directory has no attribute 'IsSoftDeletd'" in result.out
    assert "schema check" in result.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'name = "a-job"', "schema export"),
        (b"{}", "not a synchronization schema"),
        (b'{"synchronizationRules": [{"id": "x"}]}', "no enabled mapping of User objects"),
    ],
)
def test_a_file_that_is_no_schema_is_refused(tmp_path, content, said):
    """Exit 2 (3 where a schema is one, but of no use), with the file's name and a hint; no traceback, no job."""
    (tmp_path / "file.json").write_bytes(content)
    for command in ("check", "import", "export"):
        result = provisioner("schema", command, tmp_path / "file.json")
        assert result.code == (3 if command == "check" and b"id" in content else 2)
        assert said in result.out + result.err


def test_names_that_lead_nowhere_are_told(tmp_path):
    """Exit 2: no such file, a folder, a name no job can have."""
    for command in ("check", "import", "export"):
        assert "nothing.json" in provisioner("schema", command, tmp_path / "nothing.json").err
    assert provisioner("schema", "check", tmp_path).code == 2
    (tmp_path / "schema.json").write_text(json.dumps(exported(CONFIG / "scim.toml")))
    refused = provisioner("schema", "import", tmp_path / "schema.json", "--name", "a b/c")
    assert (refused.code, refused.out) == (2, "")
    assert "not a job name" in refused.err


@pytest.mark.parametrize("command", ["check", "import", "export"])
def test_help_has_an_example(command):
    """Whoever asks for help sees how it is used."""
    assert f"Example: provisioner schema {command}" in provisioner("schema", command, "--help").out
