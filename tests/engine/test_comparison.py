"""What was expected beside what came."""

import pytest

from provisioner.engine.comparison import LONGEST, compare, compare_accounts, holds, side_by_side
from provisioner.model.scenario import RECORDS, REQUESTS, Difference

STORY = "# Head\n\n### cycle 1\n\nGET /Users\n\n### cycle 2\n\nGET /Users/{ada}\n\nPATCH /Users/{ada}\n\n{}\n"


def changed(old: str, new: str) -> tuple[Difference, ...]:
    """How a story with a change compares."""
    return compare({REQUESTS: STORY, RECORDS: ""}, {REQUESTS: STORY.replace(old, new), RECORDS: ""})


def test_the_same_does_not_differ():
    """Nothing to tell."""
    assert changed("", "") == ()


def test_a_difference_is_told_by_its_part():
    """The heading says when, both sides are whole."""
    (difference,) = changed("PATCH /Users/{ada}\n\n{}", "DELETE /Users/{ada}")
    assert (difference.file, difference.part) == (REQUESTS, "cycle 2")
    assert "PATCH" in difference.expected
    assert "DELETE" in difference.came


@pytest.mark.parametrize(("old", "new"), [("### cycle 1\n\nGET /Users\n\n", ""), ("# Head", "# Heading")])
def test_a_part_that_is_gone_and_what_stands_at_the_top_differ_too(old, new):
    """Nothing of a file escapes the comparison."""
    (difference,) = changed(old, new)
    assert difference.expected != difference.came


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("# Head", "# Heading", 1),
        ("GET /Users\n\n###", "GET /Groups\n\n###", 5),
        ("PATCH ", "DELETE ", 11),
        ("### cycle 2", "### cycle 2\n\nGET /\n\n### cycle 3", 9),
        ("### cycle 1\n\nGET /Users\n\n", "", 3),
        ("\n{}", "\n{}\n\n### cycle 3", 7),
    ],
)
def test_a_difference_names_its_first_line_in_what_is_expected(old, new, line):
    """An annotation stands there: at what differs, or at a part near what was not expected at all."""
    assert changed(old, new)[0].line == line


def test_both_sides_stand_beside_each_other_under_what_they_belong_to():
    """A glance says which request, what was expected and what came."""
    before = "### cycle 2\n\nPATCH /Users/{ada}\nContent-Type: x\n\n{\n  1,\n  2,\n  3,\n  4\n}\n"
    text = side_by_side(Difference(REQUESTS, "cycle 2", before, before.replace("  4", "  5")), column=20)
    assert text.splitlines() == [
        "expected               came",
        "--------------------   --------------------",
        "@ PATCH /Users/{ada}",
        "  2,                     2,",
        "  3,                     3,",
        "  4                  |   5",
        "}                      }",
    ]


def test_what_only_one_side_has_is_marked():
    """``<`` did not come, ``>`` was not expected; a long line goes on below."""
    text = side_by_side(Difference(REQUESTS, "", "", "a" * 25), column=20)
    assert text.splitlines()[2:] == [f"{'':20} > {'a' * 20}", f"{'':20} > {'a' * 5}"]
    assert " <" in side_by_side(Difference(REQUESTS, "", "b", ""))


def test_a_long_difference_is_cut():
    """Nobody reads a thousand lines in a CI log."""
    lines = side_by_side(Difference(REQUESTS, "", "", "x\n" * 1000)).splitlines()
    assert len(lines) == LONGEST + 1
    assert lines[-1] == "... and 902 lines more"


ADA = {"userName": "ada", "active": True, "emails": [{"type": "work", "value": "a"}]}
MORE = {**ADA, "groups": [], "emails": [{"type": "home"}, {"type": "work", "value": "a", "primary": True}]}


@pytest.mark.parametrize(
    ("came", "whole", "names"),
    [
        ([ADA], True, []),
        ([MORE], True, ["Users ada"]),
        ([MORE], False, []),
        ([MORE, {"userName": "stranger"}], False, []),
        ([ADA, {"userName": "stranger"}], True, ["Users stranger"]),
        ([], False, ["Users ada"]),
        ([{**MORE, "active": "True"}], False, ["Users ada"]),
    ],
)
def test_accounts_are_compared_by_name(came, whole, names):
    """The sandbox must hold exactly what is expected; a real endpoint may hold more."""
    differences = compare_accounts({"Users": [ADA]}, {"Users": came}, whole=whole)
    assert [difference.part for difference in differences] == names


def test_a_list_holds_what_is_wanted_wherever_it_stands():
    """Servers keep lists in an order of their own."""
    assert holds([1, {"a": 1, "b": 2}], [{"b": 2}, 1])
    assert not holds([1], [1, 2])
