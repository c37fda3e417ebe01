"""The worklist of a cycle (E25)."""

from provisioner.engine.guard import judge
from provisioner.engine.triage import GONE, triage
from provisioner.model.decision import Disposition, Reason
from provisioner.model.directory import ObjectKind
from provisioner.model.job import Limits

P, S, D, X = Disposition.PROVISION, Disposition.SKIP, Disposition.DISABLE, Disposition.DELETE


def work(current, remembered, *, due=(), heading=None, vanished=X, initial=False):
    heading = heading or {}
    return triage(
        ObjectKind.USER,
        current,
        remembered,
        due=frozenset(due),
        examine=lambda source_id: heading.get(source_id, P),
        vanished=lambda _: vanished,
        initial=initial,
    )


def test_an_unchanged_object_is_left_alone():
    """E25: no request at all."""
    assert work([("a", b"1")], {"a": b"1"}).items == ()


def test_what_is_new_changed_gone_or_due_is_listed_with_its_reason():
    """Every object to attend to and why, in the order of ids."""
    worklist = work(
        [("new", b"1"), ("changed", b"2"), ("same", b"3"), ("owed", b"4")],
        {"changed": b"1", "same": b"3", "owed": b"4", "left": b"5"},
        due=["owed"],
    )
    assert [(item.source_id, item.reason) for item in worklist.items] == [
        ("left", Reason.GONE),
        ("changed", Reason.CHANGED),
        ("new", Reason.NEW),
        ("owed", Reason.RETRY),
    ]


def test_removals_come_first_so_that_they_free_names():
    """A purged account is deleted before somebody with its name is created."""
    worklist = work([("a", b"1"), ("b", b"1")], {"z": b"1"}, heading={"b": D})
    assert [item.source_id for item in worklist.items] == ["z", "b", "a"]


def test_a_deletion_owed_waits_for_its_escrow():
    """E90: what is gone but not settled in the target is not tried at every run."""
    assert work([], {"a": GONE}).items == ()
    assert [item.reason for item in work([], {"a": GONE}, due=["a"]).items] == [Reason.GONE]


def test_the_input_order_does_not_matter():
    """F09: sorted by source id, whatever order the source came in."""
    one = work([("a", b"1"), ("b", b"1")], {})
    other = work([("b", b"1"), ("a", b"1")], {})
    assert one == other


def test_the_guard_counts_disables_and_deletes_before_the_first_write():
    """E94: over the threshold nothing goes; at it everything does; off unless set."""
    worklist = work([("a", b"1"), ("b", b"1")], {"z": b"1"}, heading={"b": D})
    assert judge(worklist, Limits(), active=3).go
    assert judge(worklist, Limits(deletion_count=2), active=3).go
    held = judge(worklist, Limits(deletion_count=1), active=3)
    assert not held.go
    assert "2 accounts" in held.reason
    assert judge(worklist, Limits(deletion_share=0.7), active=3).go
    assert not judge(worklist, Limits(deletion_share=0.5), active=3).go
    assert judge(worklist, Limits(deletion_count=0), active=3, approved=[held.digest]).go
    assert not judge(worklist, Limits(deletion_count=0), active=3, approved=["another"]).go
