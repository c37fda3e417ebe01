"""An exported schema gives the rules it holds, whatever its age."""

import codecs
from pathlib import Path

import pytest

from provisioner.adapters.job_toml import load_job
from provisioner.adapters.schema_graph import Severity, check_schema, load_schema
from provisioner.model.errors import JobInvalid, SchemaInvalid
from provisioner.model.job import Apply, MappingKind
from provisioner.model.path import ENTERPRISE_USER
from provisioner.model.schema import ValueType
from tests.adapters.job.test_shipped import DEFAULT_TABLE
from tests.adapters.schema.conftest import DEFAULT, OLDER, Document, Write, document, user_mappings


def test_the_default_export_is_the_default_mapping() -> None:
    """The non-gallery application's export holds the mapping of section 8, users and groups."""
    schema = load_schema(str(DEFAULT))
    assert [(mapping.target.text, mapping.source) for mapping in schema.users.mappings] == list(DEFAULT_TABLE.items())
    assert schema.groups is not None
    assert [(mapping.target.text, mapping.source) for mapping in schema.groups.mappings] == [
        ("displayName", "[displayName]"),
        ("externalId", "[objectId]"),
        ("members", "[members]"),
    ]
    assert [mapping.target.text for mapping in (*schema.users.matching, *schema.groups.matching)] == [
        "userName",
        "displayName",
    ]
    assert schema.warnings == ()


def test_types_and_marks_come_from_the_target_directory() -> None:
    """The attribute's definition says type, required, caseExact and multivalued."""
    by_target = {mapping.target.text: mapping for mapping in load_schema(str(DEFAULT)).users.mappings}
    assert by_target["active"].type is ValueType.BOOLEAN
    assert by_target[f"{ENTERPRISE_USER}:manager"].type is ValueType.REFERENCE
    assert [name for name, mapping in by_target.items() if mapping.required] == ["userName"]
    assert [name for name, mapping in by_target.items() if mapping.case_exact] == ["externalId"]


def test_an_older_export() -> None:
    """Another key order, missing ids, flags with spaces, nearly empty mappings, a rule that leads inwards (E111)."""
    schema = load_schema(str(OLDER))
    kinds = [(mapping.target.text, mapping.kind, mapping.source) for mapping in schema.users.mappings]
    assert kinds == [
        ("userName", MappingKind.DIRECT, "[userPrincipalName]"),
        ("active", MappingKind.EXPRESSION, "Not([IsSoftDeleted])"),
        ("displayName", MappingKind.EXPRESSION, "Mid([displayName], 1, 8)"),
        ("userType", MappingKind.CONSTANT, "Employee"),
        ("locale", MappingKind.NONE, None),
        ("urn:widgets:1.0:User:level", MappingKind.DIRECT, "[extensionAttribute3]"),
        ("urn:widgets:1.0:User:tags", MappingKind.DIRECT, "[proxyAddresses]"),
    ]
    by_name = {mapping.target.attribute: mapping for mapping in schema.users.mappings}
    assert [by_name[name].default for name in ("active", "displayName", "locale")] == ["True", None, "en-US"]
    assert by_name["userType"].apply is Apply.CREATE
    assert (by_name["level"].type, by_name["active"].type) == (ValueType.INTEGER, ValueType.BOOLEAN)
    assert (by_name["tags"].multivalued, by_name["userName"].case_exact) == (True, True)
    assert schema.users.actions == {"create", "update"}
    assert schema.groups is None


def test_scopes_become_filters() -> None:
    """Groups of clauses filter, input filter groups hide (E111); a group without clauses says nothing."""
    users = load_schema(str(OLDER)).users
    read = [(group.name, [(c.attribute, c.operator, c.value) for c in group.clauses]) for group in users.filter]
    assert read == [
        (
            "Sales in Europe",
            [("department", "EQUALS", "Sales"), ("country", "REGEX MATCH", "^(DE|FR|NL)$")],
        ),
        ("filter 2", [("employeeId", "IS NOT NULL", "")]),
    ]
    assert [group.name for group in users.ignore] == ["with mail"]


def test_what_is_left_out_or_differs_is_told() -> None:
    """Nothing is dropped in silence."""
    warnings = "\n".join(load_schema(str(OLDER)).warnings)
    assert "names no target attribute" in warnings
    assert "'ValueAddOnly' is treated as Always" in warnings


def capitals(value: object) -> object:
    """The same document as PowerShell writes it."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: capitals(inner) for key, inner in value.items()}
    return [capitals(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("form", ["capitals", "template"])
def test_other_forms_of_the_same_document(write: Write, form: str) -> None:
    """An export through PowerShell and a template's answer hold the same rules."""
    schema = document(DEFAULT)
    changed = capitals(schema) if form == "capitals" else {"id": "scim", "schema": schema}
    assert isinstance(changed, dict)
    read, original = load_schema(write(changed)), load_schema(str(DEFAULT))
    assert [(m.target, m.kind, m.source, m.type, m.match) for m in read.users.mappings] == [
        (m.target, m.kind, m.source, m.type, m.match) for m in original.users.mappings
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_other_encodings_of_the_same_document(tmp_path: Path, encoding: str) -> None:
    """Windows PowerShell writes UTF-16 with ``>``, editors put a mark before UTF-8; places are found all the same."""
    path = tmp_path / "export.json"
    text = DEFAULT.read_text(encoding="utf-8").replace('"matchingPriority": 1', '"matchingPriority": 0')
    path.write_bytes((codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b"") + text.encode(encoding))
    plain = tmp_path / "plain.json"
    plain.write_text(text, encoding="utf-8")
    found, expected = check_schema(str(path)), check_schema(str(plain))
    assert [(f.message, f.place.line, f.place.column) for f in found] == [
        (f.message, f.place.line, f.place.column) for f in expected
    ]
    assert any(f.severity is Severity.ERROR for f in found)


@pytest.mark.parametrize("precedence", ["1", 1.0])
def test_a_precedence_may_be_text(write: Write, precedence: object) -> None:
    """Tools that rewrite an export leave numbers as text; a schema without a matching attribute would be refused."""
    schema = document(DEFAULT)
    matching = next(m for m in user_mappings(schema) if m["matchingPriority"] == 1)
    matching["matchingPriority"] = precedence
    assert [m.match for m in load_schema(write(schema)).users.matching] == [1]


def test_what_tools_rewrite_means_the_same(write: Write) -> None:
    """A default that has become a boolean, a mark that has become text, a directory's name in other letters (E111)."""
    schema = document(DEFAULT)
    groups, _ = schema["synchronizationRules"][0]["objectMappings"]
    groups["enabled"] = "False"
    active = next(m for m in user_mappings(schema) if m["targetAttributeName"] == "active")
    active["defaultValue"] = True
    for directory in schema["directories"]:
        directory["name"] = directory["name"].upper()
    read = load_schema(write(schema))
    assert read.groups is None
    assert next(m for m in read.users.mappings if m.target.text == "active").default == "True"
    expected = load_schema(str(DEFAULT)).users
    assert [(m.type, m.required) for m in read.users.mappings] == [(m.type, m.required) for m in expected.mappings]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"synchronizationRules": []}', b'{"synchronizationRules": 3}', b"\xff", b"[" * 2000],
)
def test_what_is_no_schema(tmp_path: Path, content: bytes) -> None:
    """Any file gives an input error that says how to get a schema."""
    path = tmp_path / "export.json"
    path.write_bytes(content)
    with pytest.raises(SchemaInvalid) as caught:
        load_schema(str(path))
    assert (caught.value.exit_code, caught.value.place.file, bool(caught.value.hint)) == (2, str(path), True)


@pytest.mark.parametrize("name", ["missing.json", ".", "a\0b"])
def test_what_is_no_file(tmp_path: Path, name: str) -> None:
    """A missing file and a directory say so."""
    with pytest.raises(SchemaInvalid):
        load_schema(str(tmp_path / name))


def test_users_must_be_mapped(write: Write) -> None:
    """A schema whose users are switched off cannot be a job."""
    schema = document(DEFAULT)
    schema["synchronizationRules"][0]["objectMappings"][1]["enabled"] = False
    with pytest.raises(SchemaInvalid, match="no enabled mapping of User"):
        load_schema(write(schema))


def test_a_target_path_that_cannot_be_read(write: Write) -> None:
    """The place is the key path in the export."""
    schema = document(DEFAULT)
    user_mappings(schema)[2]["targetAttributeName"] = "display name"
    with pytest.raises(SchemaInvalid) as caught:
        load_schema(write(schema))
    expected = "synchronizationRules[0].objectMappings[1].attributeMappings[2].targetAttributeName"
    assert caught.value.place.path == expected


@pytest.mark.parametrize("junk", [None, 3, "x", [], {}, [None, 3]])
@pytest.mark.parametrize("key", ["scope", "attributeMappings", "flowTypes", "metadata", "targetObjectName", "name"])
def test_junk_in_any_place_is_left_out(write: Write, key: str, junk: object) -> None:
    """What is not understood is no reason to fail (E111)."""
    schema = document(DEFAULT)
    schema["synchronizationRules"][0]["objectMappings"][1][key] = junk
    assert load_schema(write(schema)).groups is not None


JOB = """name = "from-schema"
schema = "{schema}"
[source]
snapshot = "directory"
[target]
url = "https://a.example"
"""


def job(tmp_path: Path, schema: Document | Path, more: str = "", *, write: Write) -> str:
    path = str(schema) if isinstance(schema, Path) else Path(write(schema)).name
    (tmp_path / "job.toml").write_text(JOB.format(schema=path) + more)
    return str(tmp_path / "job.toml")


def test_a_job_takes_its_rules_from_a_schema(tmp_path: Path, write: Write) -> None:
    """The path is relative to the job file; users, groups, types and filters are the schema's."""
    loaded = load_job(job(tmp_path, document(DEFAULT), write=write))
    schema = load_schema(str(tmp_path / "export.json"))
    assert (loaded.users, loaded.groups) == (schema.users, schema.groups)
    assert loaded.schema == str(tmp_path / "export.json")


def test_a_job_narrows_the_schemas_actions(tmp_path: Path, write: Write) -> None:
    """A rehearsal may leave deletions out without editing the export."""
    loaded = load_job(job(tmp_path, OLDER, '[users]\nactions = ["update"]', write=write))
    assert loaded.users.actions == {"update"}


def test_schema_and_mappings_exclude_each_other(tmp_path: Path, write: Write) -> None:
    """Nobody wonders which of the two counted."""
    with pytest.raises(JobInvalid) as caught:
        load_job(job(tmp_path, DEFAULT, "[users]\nmappings = []\nfilter = []", write=write))
    assert [error.place.path for error in caught.value.all()] == ["users.mappings", "users.filter"]


def test_wrong_rules_are_told_with_their_place_in_the_export(tmp_path: Path, write: Write) -> None:
    """The job file is right; the line to repair is in the export."""
    schema = document(DEFAULT)
    user_mappings(schema)[3]["targetAttributeName"] = "displayName"
    with pytest.raises(JobInvalid) as caught:
        load_job(job(tmp_path, schema, write=write))
    assert caught.value.place.file == str(tmp_path / "export.json")
    assert caught.value.place.path == "synchronizationRules[0].objectMappings[1].attributeMappings[3]"
