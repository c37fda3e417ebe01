"""Scoping filters, operator by operator (E82)."""

import pytest

from provisioner.engine.scoping import OPERATORS, check_clause, compile_filter
from provisioner.model.errors import InputError, Place
from provisioner.model.job import Clause, ClauseGroup


def passes(operator, value, seen, **more):
    group = ClauseGroup("g", (Clause("department", operator, value),))
    return compile_filter((group,), **more)({"department": seen})[0]


@pytest.mark.parametrize(
    ("operator", "value", "seen", "expected"),
    [
        ("EQUALS", "Sales", "Sales", True),
        ("EQUALS", "Sales", "sales", False),
        ("NOT EQUALS", "Sales", "sales", True),
        ("IS TRUE", "", True, True),
        ("IS TRUE", "", "false", False),
        ("IS FALSE", "", False, True),
        ("IS NULL", "", "x", False),
        ("IS NOT NULL", "", "x", True),
        ("REGEX MATCH", "^(DE|FR)$", "DE", True),
        ("REGEX MATCH", "D", "ADE", True),
        ("NOT REGEX MATCH", "D", "x", True),
        ("Greater_Than", "5", "6", True),
        ("Greater_Than", "5", "5", False),
        ("Greater_Than", "5", "x", False),
        ("Greater_Than", "5", "5.5", False),
        ("Greater_Than", "-2", -1, True),
        ("Greater_Than", "5", "9" * 40, False),
        ("Greater_Than_OR_EQUALS", "5", "5", True),
        ("Includes", "al", "Sales", True),
        ("Includes", "AL", "Sales", False),
        ("ENDS_WITH", "es", "Sales", True),
        ("&", "Sales;Marketing", "Sales", True),
        ("!&", "Sales;Marketing", "Legal", True),
        ("equals", "Sales", "Sales", True),
        ("Regex_Match", "S", "Sales", True),
        ("NotEquals", "Sales", "Legal", True),
        ("IsNotNull", "", "x", True),
        ("IS_FALSE", "", False, True),
        ("GREATER THAN OR EQUALS", "5", 5, True),
        ("GreaterThan", "5", 6, True),
        ("includes", "al", "Sales", True),
        ("ends with", "es", "Sales", True),
        ("not regex match", "S", "Sales", False),
    ],
)
def test_operators(operator, value, seen, expected):
    """Strings compare with case; Greater compares whole numbers; spellings of exports are understood."""
    assert passes(operator, value, seen) is expected


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("seen", [None, ""])
def test_a_null_or_empty_attribute_makes_a_clause_false(operator, seen):
    """But for IS NULL."""
    assert passes(operator, "5", seen) is (operator == "IS NULL")


def test_the_other_reading_of_the_ampersand():
    """A setting reads it as bit tests."""
    assert passes("&", "6", "7", ampersand="bits")
    assert not passes("&", "6", "5", ampersand="bits")
    assert passes("!&", "6", "5", ampersand="bits")


def test_clauses_are_anded_and_groups_ored():
    """And every clause says what it saw."""
    sales = ClauseGroup("sales", (Clause("department", "EQUALS", "Sales"), Clause("country", "EQUALS", "DE")))
    boss = ClauseGroup("boss", (Clause("jobTitle", "ENDS_WITH", "Director"),))
    test = compile_filter((sales, boss))
    assert test({"department": "Sales", "country": "DE"})[0]
    assert not test({"department": "Sales", "country": "FR"})[0]
    passed, seen = test({"department": "Sales", "country": "FR", "jobTitle": "Sales Director"})
    assert passed
    assert [(s.group, s.seen, s.holds) for s in seen] == [
        ("sales", "Sales", True),
        ("sales", "FR", False),
        ("boss", "Sales Director", True),
    ]
    assert compile_filter(())({})[0]


@pytest.mark.parametrize(
    ("clause", "part"),
    [
        (Clause("manager", "EQUALS", "x"), "refers to another object"),
        (Clause("members", "EQUALS", "x"), "refers to other objects"),
        (Clause("proxyAddresses", "EQUALS", "x"), "several values"),
        (Clause("createdDateTime", "EQUALS", "x"), "is a date"),
        (Clause("userType", "EQUALS", "x"), "does not offer"),
        (Clause("appRoleAssignments", "EQUALS", "x"), "assignments"),
        (Clause("IsSoftDeleted", "IS TRUE"), "hangs on the filter"),
        (Clause("securityEnabled", "IS TRUE"), "no attribute"),
        (Clause("department", "IsMemberOf", "x"), "IsMemberOf is not supported"),
        (Clause("departement", "EQUALS", "x"), "no attribute"),
        (Clause("department", "LIKE", "x"), "no operator"),
        (Clause("department", "EQUALS", ""), "needs a value"),
        (Clause("department", "REGEX MATCH", "("), "not a pattern"),
        (Clause("department", "Greater_Than", "many"), "whole number"),
    ],
)
def test_what_the_service_cannot_evaluate_is_refused_with_the_reason(clause, part):
    """At load, before any request."""
    with pytest.raises(InputError, match=part):
        check_clause(clause, group=False)


@pytest.mark.parametrize("spelling", ["Equal", "not-equals", "REGEXMATCH", "greater_than", "is true", "Includes", "&"])
def test_a_clause_that_can_be_evaluated_is_left_alone(spelling):
    """Whatever way its operator is spelt, for users and for groups, extensions included."""
    value = "" if "true" in spelling else "5"
    check_clause(Clause("department", spelling, value), group=False)
    check_clause(Clause("extension_0abc_startDateTime", spelling, value), group=False)
    check_clause(Clause("displayName", spelling, value), group=True)


@pytest.mark.parametrize("operator", ["REGEX MATCH", "NOT REGEX MATCH"])
@pytest.mark.parametrize(("pattern", "seen"), [("(a|aa)+$", "a" * 4000 + "!"), ("a", "a" * 5000)])
def test_a_pattern_that_is_too_much_for_a_value_is_an_error(operator, pattern, seen):
    """Neither true nor false: false would disable the account, true would create it. The clause is named."""
    place = Place(file="job.toml", path="users.filter[0].clauses[0]")
    group = ClauseGroup("g", (Clause("department", operator, pattern, place),))
    with pytest.raises(InputError, match=f"department {operator}") as caught:
        compile_filter((group,))({"department": seen})
    assert caught.value.place == place


@pytest.mark.parametrize("clause", [Clause("department", "REGEX MATCH", "("), Clause("department", "LIKE", "x")])
def test_what_cannot_be_compiled_is_an_input_error(clause):
    """Also for whoever compiles without checking."""
    with pytest.raises(InputError):
        compile_filter((ClauseGroup("g", (clause,)),))
