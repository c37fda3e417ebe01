"""Files of expression cases: what is accepted, and what is said of what is not."""

from datetime import UTC, datetime

import pytest

from provisioner.adapters.case_file import read_cases
from provisioner.model.errors import InputError

CASE = "[[case]]\nexpression = '[mail]'\n"


def written(folder, text, name="cases.toml"):
    """The path of a file with the text."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CASE, ":1:3 case[0]: a case has either expect or error"),
        (CASE + "expect = 'x'\nerror = true\n", "either expect or error"),
        (CASE + "expect = 'x'\nnam = 'x'", ":4:1 case[0].nam: unknown key 'nam'\n  hint: did you mean 'name'?"),
        (CASE + "expect = true\n", ":3:10 case[0].expect: expect is a text, a list or null"),
        (CASE + "error = false\n", ":3:9 case[0].error: error is true or a part of the message"),
        (CASE + "expect = 'x'\nnow = 'soon'\n", ":4:7 case[0].now: this is not a time"),
        (CASE + "expect = 'x'\nwith = {m = {a = 1}}\n", "case[0].with: m: an attribute has no such value"),
        (CASE + "expect = 'x'\nwith = {appRoleAssignments = [5]}\n", 'hint: ["Admin"]'),
        (CASE + "expect = 'x'\nwith = 'm'\n", "case[0].with: with must be a table"),
        ("[[case]]\nexpect = 'x'\n", "the key 'expression' is missing"),
        (CASE + "expect = 'x'\n[[case]]\nexpression = 5\nexpect = 'x'\n", ":5:14 case[1].expression: expression must"),
        ("case = ['[mail]']\n", "case[0]: this must be a table"),
        ("[[case]\n", "this is not TOML"),
        ("", "this is not a list of cases"),
        ("case = []", "this is not a list of cases"),
        ("name = 'x'", "write each under [[case]]"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, said):
    """File, line, column and key, and what would be right."""
    with pytest.raises(InputError) as caught:
        read_cases(written(tmp_path, text))
    assert said in str(caught.value)


def test_everything_wrong_is_told_at_once(tmp_path):
    """In the order of the file."""
    with pytest.raises(InputError) as caught:
        read_cases(written(tmp_path, "[[case]]\nexpresion = '[mail]'\nexpect = 1\n[[case]]\nexpression = 'a'\n"))
    assert [finding.place.line for finding in caught.value.all()] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"expression": "[mail]", "expect": "a", "nam": "x"}]', "cases.json:1:42 case[0].nam: unknown key 'nam'"),
        ('[{"expression": 5, "expect": "a"}]', "cases.json:1:17 case[0].expression: expression must be a text"),
        ('{"case": 5}', "not a list of cases"),
        ("5", "not a list of cases"),
        ("[]", "not a list of cases"),
        ("[{", "cases.json:1:3: this is not JSON"),
    ],
)
def test_what_is_wrong_with_json_is_told_with_its_place(tmp_path, text, said):
    """File, line, column and key; cases are counted from 0, as in the key paths of job files."""
    with pytest.raises(InputError) as caught:
        read_cases(written(tmp_path, text, "cases.json"))
    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["", "nothing.toml", "\0"])
def test_a_file_that_is_not_there_is_told(tmp_path, name):
    """Missing, a folder, or no name of a file at all."""
    with pytest.raises(InputError, match=r"no such file|directory|cannot be read"):
        read_cases(f"{tmp_path}/{name}")


def test_json_may_be_a_list_or_a_named_one(tmp_path):
    """``[...]`` and ``{"cases": [...]}``; null is said as null."""
    case = '{"expression": "[mail]", "with": {"mail": null}, "expect": null}'
    for text in (f"[{case}]", f'{{"cases": [{case}]}}'):
        (read,) = read_cases(written(tmp_path, text, "Cases.JSON"))
        assert (read.title, read.given, read.expect, read.error) == ("[mail]", {"mail": None}, None, None)


def test_dates_and_times_of_toml_are_understood(tmp_path):
    """An attribute is the text Graph writes; a time without a zone is in UTC."""
    (read,) = read_cases(
        written(tmp_path, "\ufeff" + CASE + "expect = ''\nnow = 2026-03-04T05:06:07\nwith = {hired = 2025-03-04}\n")
    )
    assert read.given == {"hired": "2025-03-04"}
    assert read.now == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
