"""P4: an account that may be active counts as active, whatever the answer that got lost would have said."""

import pytest

from provisioner.model.job import Limits
from provisioner.model.question import Modify
from tests.engine.worlds import job
from tests.simulation.fate import LOST, Crash
from tests.simulation.simulated import Simulation


def _answer_lost(act):
    act()
    return LOST


def _process_gone(act):
    act()
    raise Crash


@pytest.mark.parametrize("accident", [_answer_lost, _process_gone])
def test_who_may_have_been_enabled_is_counted_by_the_guard(accident):
    """Somebody disabled is enabled again, unheard, and leaves before the next cycle. Where nobody may be disabled she
    is not either."""
    world = Simulation()
    world.join(1)
    world.cycle()
    world.people[1]["accountEnabled"] = False
    world.cycle()
    world.people[1]["accountEnabled"] = True
    world.target.trouble = lambda question, act: accident(act) if isinstance(question, Modify) else act()
    world.cycle()
    world.target.trouble = lambda question, act: act()
    world.unassigned.add(1)
    world.job = job(limits=Limits(deletion_count=0))
    report = world.cycle()
    assert report.exit_code == 4
    assert [body["active"] for body in world.accounts().values()] == [True]
