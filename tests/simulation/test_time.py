"""F08, E90, E92: a clock that jumps neither stalls a job nor disables it, and a quarantine's four weeks end as told."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from provisioner.engine.lifecycle import LONGEST_WAIT, MINIMUM_ATTEMPTS
from provisioner.engine.retry import LONGEST_GAP
from provisioner.engine.schedule import next_run
from provisioner.model.question import Create
from provisioner.model.state import Schedule
from tests.simulation.model_target import refused
from tests.simulation.promises import broken_promises
from tests.simulation.simulated import CYCLE, SERVICE, Simulation

DAY = timedelta(days=1)
jumps = st.lists(st.integers(-40, 40).map(timedelta), min_size=1, max_size=12)


def ill() -> Simulation:
    """One person, and a target that refuses the credentials."""
    world = Simulation()
    world.join(1)
    world.target.trouble = lambda question, act: refused(401)
    return world


@settings(deadline=None, derandomize=True)
@given(jumps)
@example([timedelta(days=-40)])
@example([timedelta(days=40)] * 4)
def test_however_the_clock_jumps_the_next_attempt_is_near(steps):
    """After any jump the next run is due within a day, and is then tried; few attempts never disable the job."""
    world = ill()
    attempts = 0
    for step in steps:
        before = len(world.target.asked)
        world.cycle()
        attempts += len(world.target.asked) > before
        health = world.store.health()
        assert health.schedule is Schedule.ACTIVE or attempts >= MINIMUM_ATTEMPTS
        if health.schedule is not Schedule.ACTIVE:
            return
        world.clock.advance(step)
        due = next_run(health, CYCLE, None, world.clock.now())
        assert due is not None
        assert due <= world.clock.now() + LONGEST_WAIT
        world.clock.advance_to(due)
        asked = len(world.target.asked)
        world.cycle(pause=timedelta(0))
        attempts += 1
        assert len(world.target.asked) > asked, "the job stalls"


@settings(deadline=None, derandomize=True)
@given(jumps)
@example([timedelta(days=-40)])
def test_however_the_clock_jumps_a_failed_person_is_tried_again(steps):
    """A person in escrow is tried within the longest gap of any ladder, by the clock as it is now (E90)."""
    world = Simulation()
    world.join(1)
    world.target.trouble = lambda question, act: refused(400) if isinstance(question, Create) else act()
    for _ in range(3):
        world.cycle()
    for step in steps:
        world.clock.advance(step)
        escrow = next(iter(world.store.escrows()), None)
        if escrow is None:
            return
        world.cycle()
        world.clock.advance(LONGEST_GAP)
        world.cycle()
        after = next(iter(world.store.escrows()), None)
        assert after is None or after.failures > escrow.failures, "she waits for ever"


def test_no_ladder_waits_longer_than_the_longest_gap():
    """Or a clock that was not put back would be taken for one that was."""
    for ladder in SERVICE.ladders.values():
        steps = (*ladder.rungs, *((ladder.rungs[-1] + ladder.every,) if ladder.every is not None else ()))
        assert max(later - sooner for sooner, later in pairwise((timedelta(0), *steps))) <= LONGEST_GAP


def test_four_weeks_of_quarantine_end_in_a_disabled_job():
    """E92: tried less and less down to once a day, and disabled after 28 days; from then on nothing is sent."""
    world = ill()
    began, attempts = world.clock.now(), []
    while world.store.health().schedule is Schedule.ACTIVE:
        before = len(world.target.asked)
        world.cycle()
        if len(world.target.asked) > before:
            attempts.append(world.clock.now() - CYCLE)
    lasted = world.clock.now() - began
    gaps = [later - sooner for sooner, later in pairwise(attempts)]
    assert timedelta(days=28) <= lasted <= timedelta(days=29)
    assert gaps[:1] == [CYCLE]
    assert all(timedelta(hours=5) < gap <= DAY + CYCLE for gap in gaps[1:])
    assert len(attempts) < 35
    asked = len(world.target.asked)
    report = world.cycle()
    assert (report.status, report.exit_code, len(world.target.asked)) == ("disabled", 5, asked)


def test_a_success_lifts_the_quarantine():
    """E92: the first attempt that succeeds ends it, and everybody is provisioned."""
    world = ill()
    assert world.cycle().exit_code == 5
    world.target.trouble = lambda question, act: act()
    report = world.cycle(pause=timedelta(0))
    assert (report.exit_code, report.counts.create) == (0, 1)
    assert world.store.health().quarantine is None
    assert list(broken_promises(world)) == []
