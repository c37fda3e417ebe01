"""Expressions and schemas on the command line."""

import json
from xml.etree import ElementTree as ET

import pytest

from tests.command import CONFIG, PROJECT, directory, person, provisioner

JOIN = 'Join(" ", [givenName], [surname])'


def evaluated(*arguments, code=0):
    result = provisioner("expression", "eval", *arguments)
    assert result.code == code, result
    return result


def test_an_expression_is_evaluated_on_given_values():
    """The value alone on standard output; null prints nothing; a list prints one line each."""
    assert evaluated(JOIN, "--set", "givenName=Zoë", "--set", "surname=Ng").out == "Zoë Ng\n"
    assert evaluated("[mail]", "--set", "mail=null").out == ""
    assert evaluated("[proxyAddresses]", "--set", 'proxyAddresses=["a","b"]').out == "a\nb\n"
    assert evaluated("Not([IsSoftDeleted])", "--set", "IsSoftDeleted=true").out == "False\n"


def test_json_holds_expression_parse_result_and_error():
    """One document; an error of evaluation is told in it and ends with 3."""
    document = evaluated(JOIN, "--set", "givenName=Zoë", "--json").document
    assert document == {"expression": JOIN, "parsed": JOIN, "result": "Zoë", "error": None}
    failed = evaluated('IIF([country] = "DE", 1, 2)', "--json", code=3).document
    assert failed["result"] is None
    assert "country" in failed["error"]


def test_a_trace_shows_every_part():
    """The tree with each node's value."""
    shown = evaluated('Append(ToUpper([mail]), ".x")', "--set", "mail=a", "--trace").out
    assert shown.splitlines()[1].strip() == "ToUpper([mail])  =  'A'"


def test_an_expression_is_evaluated_on_a_person(tmp_path):
    """From the job's snapshot, with what the service derives: IsSoftDeleted, roles, the guest's own name."""
    job = tmp_path / "job.toml"
    job.write_text((CONFIG / "real-links.toml").read_text())
    directory(tmp_path / "directory", [person(1), person(2, accountEnabled=False)])
    arguments = ("--job", job, "--user")
    assert evaluated("[jobTitle]", *arguments, "P1@contoso.example").out == "Engineer\n"
    assert evaluated("[IsSoftDeleted]", *arguments, person(2)["id"]).out == "True\n"
    assert evaluated("[jobTitle]", *arguments, "p1@contoso.example", "--set", "jobTitle=Boss").out == "Boss\n"
    assert "nobody" in evaluated("[mail]", *arguments, "x@y", code=2).err
    assert evaluated("[mail]", "--user", "x@y", code=2)


@pytest.mark.parametrize(
    ("expression", "arguments", "said"),
    [
        ("Join(", (), "not closed"),
        ("Nope([mail])", (), "no function"),
        ("[mail]", ("--set", "mail"), "NAME=VALUE"),
        ("[mail]", ("--set", "mail=[1,"), "not JSON"),
    ],
)
def test_bad_input_is_told_with_its_place(expression, arguments, said):
    """Exit 2; an expression that does not parse is shown with a caret."""
    result = evaluated(expression, *arguments, code=2)
    assert said in result.err
    if not arguments:
        assert "^" in result.err


def test_the_shipped_cases_pass(tmp_path):
    """Mappings can have unit tests in a repository, and CI can read them."""
    result = provisioner(
        "expression", "test", PROJECT / "examples" / "expressions.toml", "--junit", tmp_path / "cases.xml"
    )
    assert result.code == 0, result
    suite = ET.parse(tmp_path / "cases.xml").getroot()[0]
    assert (int(suite.get("tests")), suite.get("failures")) == (12, "0")


def test_a_failing_case_is_shown_side_by_side(tmp_path):
    """What was expected and what came; exit 3; JSON files too; a JSON boolean is a directory boolean."""
    cases = [
        {"expression": JOIN, "with": {"givenName": "A", "surname": "B"}, "expect": "A-B", "name": "wrong"},
        {"expression": "[accountEnabled]", "with": {"accountEnabled": True}, "expect": "True"},
        {"expression": "[mail]", "with": {"mail": None}, "expect": None},
        {"expression": "Nope()", "error": True},
        {"expression": 'Split([mail], ",")', "with": {"mail": "a,b"}, "expect": ["a", "b"]},
    ]
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    result = provisioner("expression", "test", tmp_path / "cases.json", "--junit", tmp_path / "cases.xml")
    assert result.code == 3
    assert "'A-B'" in result.out
    assert "'A B'" in result.out
    assert "4 passed, 1 failed" in result.out
    assert ET.parse(tmp_path / "cases.xml").getroot().find(".//failure") is not None
    assert provisioner("expression", "test", tmp_path / "cases.json", "--json").document["failed"] == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[case]]\nexpression = '[mail]'\n", "either expect or error"),
        ("[[case]]\nexpression = '[mail]'\nexpect = 'x'\nerror = true\n", "either expect or error"),
        ("[[case]]\nexpresion = '[mail]'\nexpect = 'x'\n", "case[0].expresion"),
        ("[[case]\n", "not TOML"),
    ],
)
def test_a_wrong_case_file_is_refused(tmp_path, text, said):
    """Exit 2 with the place."""
    (tmp_path / "cases.toml").write_text(text)
    result = provisioner("expression", "test", tmp_path / "cases.toml")
    assert result.code == 2
    assert said in result.err


def test_every_function_is_listed():
    """With its signature."""
    assert "Switch(source, defaultValue, key, value, [more, ...])" in provisioner("expression", "functions").out
    assert len(provisioner("expression", "functions", "--json").document) == 49


def test_a_schema_goes_out_and_comes_back(tmp_path):
    """export, check, import: the same job, and it loads."""
    exported = provisioner("schema", "export", CONFIG / "scim.toml")
    assert exported.code == 0, exported
    schema = tmp_path / "schema.json"
    schema.write_text(exported.out)
    checked = provisioner("schema", "check", schema, "--json")
    assert checked.code == 0, checked
    assert all(finding["severity"] != "error" for finding in checked.document)
    imported = provisioner("schema", "import", schema, "--name", "again")
    assert imported.code == 0, imported
    (tmp_path / "again.toml").write_text(imported.out)
    back = provisioner("schema", "export", tmp_path / "again.toml").document
    rules = [rule["objectMappings"] for rule in exported.document["synchronizationRules"]]
    assert [rule["objectMappings"] for rule in back["synchronizationRules"]] == rules


def test_what_is_wrong_with_a_schema_is_said(tmp_path):
    """Exit 3, each finding with its path and what to do."""
    document = provisioner("schema", "export", CONFIG / "scim.toml").document
    mappings = document["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    mappings[1]["source"]["expression"] = "Nope([mail])"
    (tmp_path / "schema.json").write_text(json.dumps(document))
    result = provisioner("schema", "check", tmp_path / "schema.json")
    assert result.code == 3
    assert "Nope" in result.out
    assert provisioner("schema", "check", tmp_path / "nothing.json").code == 2
