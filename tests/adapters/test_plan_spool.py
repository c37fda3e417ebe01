"""Planned objects lie on disk, and what later passes add finds its object again."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from provisioner.adapters.plan_spool import PlanSpool
from provisioner.model.plan import PlannedObject

ACTIONS = st.sampled_from(["create", "update", "skip", "fail"])


def planned(name, action, path="", kind="User"):
    """An object with one operation, or with none."""
    operations = ({"op": "Add", "path": path, "value": "v"},) if path else ()
    return PlannedObject(kind, name, f"name of {name}", action, "changed", operations)


@given(
    objects=st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(["User", "Group"]), ACTIONS), unique_by=lambda o: o[:2]
    ),
    later=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["User", "Group"]), ACTIONS)),
)
def test_an_addition_finds_its_object(objects, later):
    """Whatever the order of passes: each object has its own additions, in the order they came, and no other's."""
    with PlanSpool() as spool:
        for name, kind, action in objects:
            spool.keep(planned(str(name), action, kind=kind))
        for number, (name, kind, action) in enumerate(later):
            spool.amend(planned(str(name), action, f"later-{number}", kind))
        for _ in range(2):  # as often as one likes
            found = list(spool)
            assert [orjson.loads(line) for line in spool.encoded()] == [each.as_json() for each in found]
            assert [(o.id, o.kind) for o in found] == [(str(name), kind) for name, kind, _ in objects]
            for each in found:
                own = [n for n, (name, kind, _) in enumerate(later) if (str(name), kind) == (each.id, each.kind)]
                assert [o["path"] for o in each.operations] == [f"later-{n}" for n in own]


def test_a_failure_outweighs_a_change_and_a_change_outweighs_none():
    """An object that could not be done in one of its passes is told of as failed."""
    action = {
        (first, later): planned("1", first).amended(planned("1", later)).action
        for first in ("create", "skip", "fail")
        for later in ("update", "skip", "fail")
    }
    assert action == {
        ("create", "update"): "create",
        ("create", "skip"): "create",
        ("create", "fail"): "fail",
        ("skip", "update"): "update",
        ("skip", "skip"): "skip",
        ("skip", "fail"): "fail",
        ("fail", "update"): "fail",
        ("fail", "skip"): "fail",
        ("fail", "fail"): "fail",
    }
