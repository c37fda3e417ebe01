"""Reading a group back after a change of one member: what is known, what is not, and what is a surprise."""

import pytest

from provisioner.engine.readback import NAMED, Listing, Sent, drift, listing, surprise
from provisioner.model.answer import Done, Fault, FaultKind, Found, Refused, Unknown
from provisioner.model.directory import ObjectKind
from provisioner.model.outcome import Ending
from provisioner.model.question import Read

QUESTION = Read(ObjectKind.GROUP, "g")


def of(*ids):
    return frozenset(ids)


SHOWN = [
    ({"members": [{"value": "a"}, {"value": "b", "type": "User"}]}, Listing(of("a", "b"))),
    ({"Members": [{"Value": "a"}]}, Listing(of("a"))),
    ({"members": []}, Listing(of())),
    ({"members": None}, Listing(of(), shown=False)),
    ({}, Listing(of(), shown=False)),
]


@pytest.mark.parametrize(("body", "expected"), SHOWN)
def test_who_is_in_a_group_is_what_its_body_lists(body, expected):
    """In whatever case names are written; an absent list is empty, but is remembered as absent."""
    assert listing(QUESTION, Found(({"id": "g", **body},))) == expected


@pytest.mark.parametrize("members", ["a", 5, True, {"value": "a"}, ["a"], [{"value": 5}], [{"value": "a"}, {}]])
def test_a_list_that_cannot_be_read_is_no_empty_group(members):
    """Nothing is known then."""
    found = listing(QUESTION, Found(({"id": "g", "members": members},)))
    assert found.ids is None
    assert "no list" in found.why


@pytest.mark.parametrize(
    "answer",
    [
        Refused(Fault(FaultKind.STATUS, "gone", 404)),
        Unknown(Fault(FaultKind.STATUS, "busy", 503)),
        Unknown(Fault(FaultKind.TIMEOUT, "no answer in time")),
        Found(()),
        Done(),
    ],
)
def test_an_answer_without_a_group_is_no_empty_group(answer):
    """E12 for members: a failed look says why, and nothing else."""
    found = listing(QUESTION, answer)
    assert found.ids is None
    assert found.why


AS_IT_SHOULD_BE = [
    (Sent("c", True, Ending.CHANGED), of("a"), of("a", "c")),
    (Sent("a", True, Ending.CHANGED), of("a"), of("a")),
    (Sent("a", False, Ending.CHANGED), of("a", "b"), of("b")),
    (Sent("c", True, Ending.FAILED), of("a"), of("a")),
    (Sent("c", True, Ending.UNKNOWN), of("a"), of("a")),
    (Sent("c", True, Ending.UNKNOWN), of("a"), of("a", "c")),
]


@pytest.mark.parametrize(("sent", "before", "after"), AS_IT_SHOULD_BE)
def test_a_change_as_it_should_be_is_no_surprise(sent, before, after):
    """Done, refused, or of unknown fate: each may leave what it may leave."""
    assert surprise(sent, before, after) is None


SURPRISES = [
    (Sent("a", False, Ending.CHANGED), of("a", "b", "c"), of(), "a was to be removed, but the target lost b, c"),
    (Sent("a", False, Ending.CHANGED), of("a", "b"), of("a", "b"), "a was to be removed, but the target has a"),
    (Sent("c", True, Ending.CHANGED), of("a"), of("c"), "c was to be added, but the target lost a"),
    (Sent("c", True, Ending.CHANGED), of("a"), of("b"), "c was to be added, but the target lost a, c and has b"),
    (Sent("c", True, Ending.FAILED), of("a"), of(), "c was refused to be added, but the target lost a"),
    (Sent("c", False, Ending.UNKNOWN), of("a", "c"), of(), "c was to be removed, but the target lost a"),
]


@pytest.mark.parametrize(("sent", "before", "after", "said"), SURPRISES)
def test_anything_else_is_told(sent, before, after, said):
    """Who was lost and who came, beside the one who was meant."""
    assert surprise(sent, before, after) == said


def test_a_wiped_group_of_thousands_is_told_in_one_line():
    """A few by id, the rest as a number."""
    before = frozenset(f"m{n:04}" for n in range(5000))
    said = surprise(Sent("m0000", False, Ending.CHANGED), before, of())
    assert said is not None
    assert said.endswith(f"lost m0001, m0002, m0003, m0004, m0005 and {5000 - 1 - NAMED} more")


def test_members_that_went_missing_between_cycles_are_told():
    """Who was sent before and is not there; who is there besides may be the target's own."""
    assert drift(of("a", "b"), of("a", "b", "c")) is None
    said = drift(of("a", "b"), of("a", "c"))
    assert said is not None
    assert "does not hold b," in said
    assert "member_patches_in_flight = 1" in said
