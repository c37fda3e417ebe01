"""Ids go by name in a transcript, so that every server tells the same story."""

import pytest

from provisioner.engine.naming import Names
from provisioner.model.answer import Done, Fault, FaultKind, Found, Refused
from provisioner.model.directory import ObjectKind
from provisioner.model.question import Create, Find, Modify

ADA, ADAS_TWIN, STAFF = "id-1", "id-2", "0e/ü?"


@pytest.fixture
def names():
    """Two accounts of one name, and a group whose id is no plain path segment."""
    known = Names()
    known.learn(ADA, "ada@x")
    known.learn(ADAS_TWIN, "ada@x")
    known.learn(STAFF, "Staff")
    return known


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (ADA, "{ada@x}"),
        (ADAS_TWIN, "{ada@x 2}"),
        ('members[value eq "id-1"]', 'members[value eq "{ada@x}"]'),
        ("about id-1", "about id-1"),
        ("unknown", "unknown"),
        ({"value": ["id-1", {"id-1": True}]}, {"value": ["{ada@x}", {"id-1": True}]}),
        (7, 7),
    ],
)
def test_an_id_is_named_where_it_stands_for_an_account(names, value, named):
    """As a whole value or in quotes within a path; a text that only mentions it is left alone."""
    assert names.within(value) == named


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ("/Users/id-1", "/Users/{ada@x}"),
        ("/Groups/0e%2F%C3%BC%3F?excludedAttributes=members", "/Groups/{Staff}?excludedAttributes=members"),
        ("/Users?filter=id-1", "/Users?filter=id-1"),
    ],
)
def test_an_id_is_named_in_a_path(names, target, named):
    """However it is written there."""
    assert names.in_target(target) == named


def test_a_name_is_kept_when_the_account_is_renamed():
    """An account goes by the first name it was met under."""
    names = Names()
    names.learn_from(Create(ObjectKind.USER, {"userName": "ada@x"}), Done(ADA))
    names.learn_from(Find(ObjectKind.USER, "userName", "new@x"), Found(({"id": ADA, "userName": "new@x"}, {"id": "9"})))
    assert names.of(ADA) == "{ada@x}"
    assert names.met == {ADA: ObjectKind.USER, "9": ObjectKind.USER}


def test_what_fails_names_nobody():
    """A refusal and a change tell of no new account."""
    names = Names()
    names.learn_from(Create(ObjectKind.USER, {"userName": "ada@x"}), Refused(Fault(FaultKind.STATUS, "", 409)))
    names.learn_from(Modify(ObjectKind.USER, ADA, {}), Done())
    assert names.of(ADA) == ADA
    assert names.met == {}
