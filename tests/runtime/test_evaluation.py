"""Expressions tried out on values, and cases."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from provisioner.adapters.ids import SeededIds
from provisioner.engine.expression import Environment
from provisioner.model.errors import InputError
from provisioner.runtime.evaluation import attributes_of, check_case, evaluate, remarks

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def found(expression, **given):
    """What an expression gives on some values."""
    return evaluate(expression, Environment(attributes_of(given), NOW, SeededIds(1)))


@pytest.mark.parametrize(
    ("expression", "given", "result"),
    [
        ("[mobile]", {"mobilePhone": "1"}, "1"),
        ("[mobilePhone]", {"mobile": "1"}, "1"),
        ("[id]", {"objectId": "1"}, "1"),
        ("[telephoneNumber]", {"businessPhones": ["1", "2"]}, "1"),
        ("[telephoneNumber]", {"businessPhones": []}, None),
        ("Count([businessPhones])", {"telephoneNumber": "1"}, "1"),
        ("[businessPhones]", {"telephoneNumber": None}, None),
        ("[manager]", {"manager": {"id": "m", "displayName": "Mia"}}, "m"),
        ("[extensionAttribute1]", {"onPremisesExtensionAttributes": {"extensionAttribute1": "x"}}, "x"),
    ],
)
def test_an_attribute_has_both_its_names(expression, given, result):
    """The service's and Graph's (E83); a telephone number is the first business phone."""
    assert found(expression, **given).result == result


def test_roles_are_given_by_their_values_or_whole():
    """So that role functions can be tried without a directory."""
    roles = ["Admin", {"value": "Reader", "displayName": "May read"}, {"id": "3", "displayName": "Nameless"}]
    assert found("SingleAppRoleAssignment([appRoleAssignments])", appRoleAssignments="Admin").result == "Admin"
    elements = found("AppRoleAssignmentsComplex([appRoleAssignments])", appRoleAssignments=roles).result
    assert [(role["value"], role["displayName"]) for role in elements] == [
        ("Admin", "Admin"),
        ("Reader", "May read"),
        ("Nameless", "Nameless"),
    ]
    assert found("IsNull([appRoleAssignments])", appRoleAssignments=[]).result == "True"


@pytest.mark.parametrize(
    "given", [{"mail": {"a": 1}}, {"mail": [["a"]]}, {"appRoleAssignments": [5]}, {"appRoleAssignments": [{}]}]
)
def test_what_no_attribute_holds_is_refused(given):
    """With the attribute's name and how it is written."""
    with pytest.raises(InputError) as caught:
        attributes_of(given)
    assert str(caught.value.place) == next(iter(given))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("expression", "given", "told"),
    [
        ("[givenNam]", ["givenNam"], ["did you mean [givenName]?"]),
        ("[givenName]", ["givenname"], ["does not read [givenname]; it reads [givenName]"]),
        ("[givenName]", ["givenName", "city"], ["does not read [city]"]),
        ("[mobile]", ["mobilePhone"], []),
        ("DefaultDomain()", [], ["needs the directory's domains"]),
    ],
)
def test_what_is_probably_not_meant_is_remarked(expression, given, told):
    """What a job would refuse or warn of, and values the expression does not read."""
    said = list(remarks(expression, given))
    assert len(said) == len(told)
    assert all(part in line for part, line in zip(told, said, strict=True))


@dataclass
class Written:
    """A case."""

    expression: str
    expect: Any = None
    error: str | bool | None = None
    given: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOW


@pytest.mark.parametrize(
    ("case", "passed"),
    [
        (Written('"a"', "a"), True),
        (Written('"a"', "b"), False),
        (Written('"a"', ["a"]), False),
        (Written("hello", error="stands alone"), True),
        (Written("hello", error="ExpressionInvalid"), True),
        (Written("Append([a], Nott([a]))", error="COLUMN 13"), True),
        (Written("Append([a], Nott([a]))", error="did you mean Not"), True),
        (Written("Append([a], Nott([a]))", error="column 14"), False),
        (Written("[x]", "True", given={"x": True}), True),
        (Written("[x]", None), True),
        (Written("[x]", ""), True),
        (Written("[x]", None, given={"x": ""}), True),
        (Written("[x]", None, given={"x": "a"}), False),
        (Written("[x]", ["a", "b"], given={"x": ("a", "b")}), True),
        (Written("CDate([x])", "a", given={"x": "a"}), False),
        (Written("CDate([x])", error=True, given={"x": "a"}), True),
        (Written("CDate([x])", error="not a date", given={"x": "a"}), True),
        (Written("CDate([x])", error="not a number", given={"x": "a"}), False),
        (Written("[x]", error=True), False),
        (Written("Nope()", error="no function"), True),
        (Written("Now()", "1/1/2026 12:00:00 AM"), True),
    ],
)
def test_a_case_passes_when_what_comes_is_what_is_expected(case, passed):
    """A value, a list, an error or a part of one; null and an empty text are the same, as nothing flows."""
    assert check_case(case, SeededIds(1)).passed is passed
