"""Expressions on the command line."""

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
    invalid = evaluated("Nope([mail])", "--json", code=2)
    assert invalid.document == {
        "expression": "Nope([mail])",
        "parsed": None,
        "result": None,
        "error": "there is no function 'Nope'",
    }
    assert "^" in invalid.err


def test_an_expression_without_a_value_says_why_and_where():
    """Exit 3; nothing on standard output; the message whole, with a caret, on standard error."""
    result = evaluated('Append("a", CDate([x]))', "--set", "x=[1]", code=3)
    assert result.out == ""
    assert result.err.splitlines()[:3] == [
        "error: '1' is not a date",
        '    Append("a", CDate([x]))',
        "                ^",
    ]
    assert (
        "this function takes [appRoleAssignments]"
        in evaluated("AppRoleAssignments([mail])", "--set", "mail=a", code=3).err
    )


def test_a_value_is_printed_whole_for_another_program():
    """However long it is, and with the characters it has."""
    text = "a\x1bb\n" * 1000
    assert evaluated("[mail]", "--set", f"mail={text}").out == text + "\n"


def test_what_is_probably_not_meant_is_remarked():
    """On standard error; the value stands, alone, on standard output."""
    result = evaluated("[givenNam]", "--set", "givenNam=Ada")
    assert result.out == "Ada\n"
    assert "note: a job refuses this expression" in result.err
    assert "--set NAME=VALUE" in evaluated("[mail]").err
    assert evaluated("[mail]", "--set", "mail=a").err == ""


def test_time_and_chance_can_be_given():
    """--now and --seed."""
    assert evaluated("Now()", "--now", "2026-02-03").out == "2/3/2026 12:00:00 AM\n"
    assert evaluated("Guid()", "--seed", "1").out == evaluated("Guid()", "--seed", "1").out


def test_a_trace_shows_every_part():
    """The tree with each node's value, as text and as JSON; brackets are shown as they are."""
    arguments = ('Append(ToUpper([mail]), "[x]")', "--set", "mail=a", "--trace")
    assert evaluated(*arguments).out.splitlines() == [
        "Append(ToUpper([mail]), \"[x]\")  =  'A[x]'",
        "├── ToUpper([mail])  =  'A'",
        "│   └── [mail]  =  'a'",
        "└── \"[x]\"  =  '[x]'",
    ]
    traced = evaluated(*arguments, "--json").document["trace"]
    assert [(part["text"], part["value"]) for part in traced["parts"]] == [("ToUpper([mail])", "A"), ('"[x]"', "[x]")]


def test_an_expression_is_evaluated_on_a_person(tmp_path):
    """From the job's snapshot, with what the service derives: IsSoftDeleted, roles, the guest's own name."""
    job = tmp_path / "job.toml"
    job.write_text((CONFIG / "real-links.toml").read_text())
    boss = person(3)
    directory(tmp_path / "directory", [person(1, manager={"id": boss["id"]}), person(2, accountEnabled=False), boss])
    arguments = ("--job", job, "--user")
    assert evaluated("[jobTitle]", *arguments, "P1@contoso.example").out == "Engineer\n"
    assert evaluated("[IsSoftDeleted]", *arguments, person(2)["id"]).out == "True\n"
    assert evaluated("[manager]", *arguments, "p1@contoso.example").out == boss["id"] + "\n"
    assert evaluated("[jobTitle]", *arguments, "p1@contoso.example", "--set", "jobTitle=Boss").out == "Boss\n"
    assert "nobody" in evaluated("[mail]", *arguments, "x@y", code=2).err
    assert evaluated("[mail]", "--user", "x@y", code=2)
    elsewhere = directory(tmp_path / "elsewhere", [person(1, jobTitle="Baker")])
    assert evaluated("[jobTitle]", *arguments, person(1)["id"], "--snapshot", elsewhere).out == "Baker\n"


def test_a_person_is_read_as_the_job_says(tmp_path):
    """The job's fidelity settings count: here, that IIF takes null for false."""
    job = tmp_path / "job.toml"
    job.write_text((CONFIG / "real-links.toml").read_text() + '\n[fidelity]\niif_null = "false"\n')
    directory(tmp_path / "directory", [person(1)])
    found = evaluated('IIF([country] = "DE", "yes", "no")', "--job", job, "--user", person(1)["id"])
    assert found.out == "no\n"


@pytest.mark.parametrize(
    ("expression", "arguments", "said"),
    [
        ("Join(", (), "not closed"),
        ("Nope([mail])", (), "no function"),
        ("[mail]", ("--set", "mail"), "NAME=VALUE"),
        ("[mail]", ("--set", "mail=[1,"), "not JSON"),
        ("[mail]", ("--set", "mail=[a]b"), '"[a]b"'),
        ("[mail]", ("--set", "mail=a", "--set", "mail=b"), "twice"),
        ("[mail]", ("--set", 'mail=[{"a": 1}]'), "no such value"),
        ("[mail]", ("--now", "yesterday"), "is not a time"),
        ("[mail]", ("--job", "job.toml"), "go together"),
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


def test_a_wrong_case_file_is_refused(tmp_path):
    """Exit 2 with file, line and key, before any case runs."""
    (tmp_path / "cases.toml").write_text("[[case]]\nexpresion = '[mail]'\nexpect = 'x'\n")
    result = provisioner("expression", "test", tmp_path / "cases.toml")
    assert (result.code, result.out) == (2, "")
    assert "cases.toml:2:1 case[0].expresion: unknown key 'expresion'" in result.err
    assert "did you mean 'expression'?" in result.err


def test_a_report_that_cannot_be_written_is_told(tmp_path):
    """Exit 2, with the name."""
    cases = PROJECT / "examples" / "expressions.toml"
    nowhere = provisioner("expression", "test", cases, "--junit", tmp_path / "no" / "out.xml")
    assert nowhere.code == 2
    assert "out.xml: the report cannot be written" in nowhere.err


def test_every_function_is_listed():
    """With its signature."""
    assert "Switch(source, defaultValue, key, value, [more, ...])" in provisioner("expression", "functions").out
    assert len(provisioner("expression", "functions", "--json").document) == 49
    assert [f["name"] for f in provisioner("expression", "functions", "join", "--json").document] == ["Join"]
    assert provisioner("expression", "functions", "nope").code == 2


@pytest.mark.parametrize("command", ["eval", "test", "functions"])
def test_help_has_an_example(command):
    """Whoever asks for help sees how it is used."""
    assert f"Example: provisioner expression {command}" in provisioner("expression", command, "--help").out


def test_select_unique_value_shows_what_a_job_would_send():
    """One value and no list, in text, in JSON and in a case; the first, as nobody is asked which is free (E112)."""
    expression = 'SelectUniqueValue(Join(".", [givenName], [surname]), [surname])'
    given = ("--set", "givenName=John", "--set", "surname=Smith")
    assert evaluated(expression, *given).out == "John.Smith\n"
    assert evaluated(expression, *given, "--json").document["result"] == "John.Smith"
