"""F01: what a recovery must not do."""

import pytest

from provisioner.model.question import Modify
from tests.simulation.crash_points import MIDDLE, TEAM, team
from tests.simulation.fate import LOST, Crash
from tests.simulation.promises import broken_promises
from tests.simulation.simulated import USER, Simulation


def test_a_lost_renaming_does_not_hand_over_to_a_namesake():
    """P3: she is renamed, the request is lost, and the target has a stranger of her new name. She keeps her account."""
    world = Simulation()
    world.join(1)
    world.cycle()
    world.target.accounts[USER, "t0"] = {"id": "t0", "userName": "married@contoso.example", "active": False}
    world.rename(1, "married")
    world.target.trouble = lambda question, act: LOST if isinstance(question, Modify) else act()
    world.cycle()
    world.target.trouble = lambda question, act: act()
    world.cycle()
    assert [link.target_id for link in world.store.links(USER)] == ["t1"]
    assert list(broken_promises(world)) == []


def _answer_lost(act):
    act()
    return LOST


def _process_gone(act):
    act()
    raise Crash


@pytest.mark.parametrize("accident", [_answer_lost, _process_gone])
def test_who_left_a_group_before_her_addition_was_heard_is_taken_out(accident):
    """P1: the target added her, nobody heard so, and the directory takes her out of the group. So does the target."""
    world = team()
    world.target.trouble = lambda question, act: (
        accident(act) if isinstance(question, Modify) and "'members'" in repr(question) else act()
    )
    world.cycle()
    world.target.trouble = lambda question, act: act()
    world.form(TEAM, MIDDLE)
    for _ in range(3):
        world.cycle()
    assert list(broken_promises(world)) == []
