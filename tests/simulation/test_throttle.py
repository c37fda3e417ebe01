"""F10: a target that answers 429 for an hour is asked no more than its pauses allow, and everybody is provisioned."""

from datetime import timedelta

import pytest

from provisioner.model.answer import Refused
from provisioner.runtime.pause import BUDGET, LONGEST_STEP, SHORTEST
from tests.simulation.crash_points import team
from tests.simulation.promises import broken_promises
from tests.simulation.troubles import throttled

HOUR = timedelta(hours=1)


def most_requests(retry_after: float) -> int:
    """What fits into a cycle's pauses, of which each is twice the last and none shorter than was asked for."""
    step, spent, number = SHORTEST, 0.0, 1
    while spent <= BUDGET:
        spent += max(step, retry_after)
        step, number = min(step * 2, LONGEST_STEP), number + 1
    return number


class Listening:
    """Counts the refusals of a target."""

    def __init__(self, hook):
        self._hook = hook
        self.refusals = 0

    def __call__(self, question, act):
        answer = self._hook(question, act)
        self.refusals += isinstance(answer, Refused)
        return answer


@pytest.mark.parametrize("begun", [False, True], ids=["at once", "in mid-cycle"])
@pytest.mark.parametrize("retry_after", [None, 0.0, 5.0, 120.0, 3600.0])
def test_throttled_for_an_hour(retry_after, begun):
    """Whatever Retry-After says: few requests within the hour, nobody fails for good, nobody is created twice."""
    world = team()
    if begun:
        world.cycle()
        world.rename(1, "married")
        world.join(3)
    until, cycles = world.clock.now() + HOUR, 0
    told = Listening(throttled(world.clock, until, retry_after))
    world.target.trouble = told
    while world.clock.now() < until:
        world.cycle()
        cycles += 1
    assert 0 < told.refusals <= cycles * most_requests(retry_after or 0.0)
    assert cycles <= 2
    for _ in range(3):
        world.cycle()
    assert list(broken_promises(world)) == []


def test_a_moment_of_429_costs_no_more_than_the_moment():
    """The cycle that met it goes on where it was: nobody waits in escrow."""
    world = team()
    world.target.trouble = throttled(world.clock, world.clock.now() + timedelta(seconds=20), None)
    report = world.cycle()
    assert (report.exit_code, report.counts.fail) == (0, 0)
    assert list(broken_promises(world)) == []
