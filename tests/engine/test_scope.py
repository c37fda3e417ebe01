"""Who is considered, and what an object is heading for (section 3 of the facts)."""

import pytest

from provisioner.engine.scope import Entitlements, decide_group, decide_user, dispose
from provisioner.model.decision import Decision, Disposition
from provisioner.model.directory import DEFAULT_ACCESS, AppRole, Assignment, SourceGroup
from tests.engine.worlds import ACTIVE, TITLE, USER_NAME, compiled, linked, user

EDITOR = AppRole("r1", "editor", "Editor")
GROUP = SourceGroup("g1", {"displayName": "Engineers"}, ("u1", "g2"))
NESTED = SourceGroup("g2", {"displayName": "Interns"}, ("u2",))
LOOSE = SourceGroup("g3", {"displayName": "Mail list"}, ("u3",), security_enabled=False)


def entitled(*assignments):
    groups = {group.id: group for group in (GROUP, NESTED, LOOSE)}
    return Entitlements(assignments, groups, {"r1": EDITOR})


def test_a_direct_assignment_entitles_also_with_the_default_access_role():
    """E19: the all-zero role entitles like any other."""
    paths = entitled(Assignment("u9", "User", DEFAULT_ACCESS)).paths("u9")
    assert len(paths) == 1
    assert paths[0].group == ""


def test_only_direct_members_of_an_assigned_group_are_entitled():
    """E19: nested groups are not expanded."""
    rights = entitled(Assignment("g1", "Group", "r1"))
    assert [path.group_name for path in rights.paths("u1")] == ["Engineers"]
    assert rights.paths("u2") == ()


def test_a_group_is_assigned_as_itself_and_not_by_being_in_an_assigned_one():
    """E19: nesting assigns no group, so the inner one is provisioned only if it is assigned too."""
    nested, both = entitled(Assignment("g1", "Group")), entitled(Assignment("g1", "Group"), Assignment("g2", "Group"))
    assert [decide_group(group, nested, None, everybody=False).assigned for group in (GROUP, NESTED)] == [True, False]
    assert decide_group(NESTED, both, None, everybody=False).assigned


def test_a_group_that_is_not_security_enabled_brings_nobody():
    """E19."""
    assert entitled(Assignment("g3", "Group")).paths("u3") == ()


def test_roles_come_from_every_path_once():
    """E23."""
    rights = entitled(Assignment("u1", "User", "r1"), Assignment("g1", "Group", "r1"), Assignment("u1", "User"))
    decision = decide_user(user(), rights, None, everybody=False)
    assert [role.id for role in decision.roles] == ["r1", DEFAULT_ACCESS]


def test_everybody_is_assigned_when_the_scope_is_all():
    """E18."""
    assert decide_user(user(), entitled(), None, everybody=True).in_scope
    assert not decide_user(user(), entitled(), None, everybody=False).in_scope


@pytest.mark.parametrize(
    ("properties", "expected"),
    [({}, False), ({"accountEnabled": False}, True), ({"deletedDateTime": "2026-01-01T00:00:00Z"}, True)],
)
def test_is_soft_deleted(properties, expected):
    """E21: disabled, soft-deleted, unassigned or fallen out of the filter."""
    assert decide_user(user(**properties), entitled(), None, everybody=True).is_soft_deleted is expected
    assert decide_user(user(**properties), entitled(), None, everybody=False).is_soft_deleted is True
    assert decide_user(user(), entitled(), lambda _: (False, ()), everybody=True).is_soft_deleted is True


def test_a_seal_changes_with_entry_roles_and_rules_and_with_nothing_else():
    """E25, E26: whichever of the three changes makes an object due."""
    rights = entitled(Assignment("u1", "User", "r1"))
    seal = rights.seal("u1", b"entry", b"rules")
    assert seal == entitled(Assignment("u1", "User", "r1", "another name")).seal("u1", b"entry", b"rules")
    assert len({seal, rights.seal("u1", b"other", b"rules"), rights.seal("u1", b"entry", b"other")}) == 3
    assert seal != entitled(Assignment("u1", "User")).seal("u1", b"entry", b"rules")
    assert seal != entitled().seal("u1", b"entry", b"rules")


IN = Decision(assigned=True, passes=True)
OUT = Decision(assigned=False, passes=True)
BLOCKED = Decision(assigned=True, passes=True, active=False)
BINNED = Decision(assigned=False, passes=True, soft_deleted=True)
P, S, D, X = Disposition.PROVISION, Disposition.SKIP, Disposition.DISABLE, Disposition.DELETE


@pytest.mark.parametrize(
    ("decision", "link", "expected"),
    [
        (IN, None, P),
        (OUT, None, S),
        (BLOCKED, None, S),
        (BINNED, None, S),
        (None, None, S),
        (IN, linked(), P),
        (OUT, linked(), D),
        (OUT, linked(in_scope=False, active=False), S),
        (BLOCKED, linked(), D),
        (BLOCKED, linked(active=False), P),
        (BINNED, linked(), D),
        (BINNED, linked(active=False), P),
        (BINNED, linked(in_scope=False), S),
        (None, linked(), X),
        (None, linked(active=False), X),
        (None, linked(in_scope=False), S),
        (IN, linked(in_scope=False, active=False), P),
    ],
)
def test_dispositions(decision, link, expected):
    """E22, E54-E57: what an object is heading for before the target is asked; a disable is counted once."""
    assert dispose(decision, link, compiled(USER_NAME, ACTIVE, TITLE)) is expected


def test_leaving_scope_can_delete_by_a_setting():
    """E58: as a few gallery applications have it; a block still disables."""
    rules = compiled(fidelity={"delete_on_scope_loss": "on"})
    assert dispose(OUT, linked(), rules) is X
    assert dispose(BLOCKED, linked(), rules) is D
