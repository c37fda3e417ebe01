"""When the next cycle is due."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.schedule import next_run
from provisioner.model.state import Health, Quarantine, Schedule
from tests.engine.worlds import NOON

FORTY = timedelta(minutes=40)


def ill(due):
    return Health(quarantine=Quarantine("Unknown", "", NOON, due))


def test_the_first_cycle_is_due_at_once_and_the_next_after_the_interval():
    """E25."""
    assert next_run(Health(), FORTY, None, NOON) == NOON
    assert next_run(Health(), FORTY, NOON, NOON) == NOON + FORTY


def test_missed_runs_coalesce():
    """A machine that slept for a day runs once."""
    assert next_run(Health(), FORTY, NOON, NOON + timedelta(days=1)) == NOON + timedelta(days=1)


def test_a_paused_or_disabled_job_never_runs():
    """E96."""
    for schedule in (Schedule.PAUSED, Schedule.DISABLED):
        assert next_run(Health(schedule), FORTY, NOON, NOON) is None


def test_a_quarantined_job_waits_for_its_attempt():
    """E92: not for the interval."""
    assert next_run(ill(NOON + timedelta(hours=6)), FORTY, NOON, NOON) == NOON + timedelta(hours=6)
    assert next_run(ill(NOON), FORTY, NOON, NOON + timedelta(hours=1)) == NOON + timedelta(hours=1)


def test_an_attempt_that_is_due_at_once_is_the_next_cycle():
    """E92: the first retry of a quarantined job is its next cycle, not another one in the same moment."""
    assert next_run(ill(NOON), FORTY, NOON, NOON) == NOON + FORTY


@given(st.timedeltas(timedelta(days=-40), timedelta(days=40)), st.timedeltas(timedelta(days=-40), timedelta(days=40)))
def test_a_clock_that_jumps_neither_stalls_nor_bursts(jump, due):
    """F08: never in the past, never further than a day ahead."""
    now = NOON + jump
    for health in (Health(), ill(NOON + due)):
        at = next_run(health, FORTY, NOON, now)
        assert now <= at <= now + timedelta(days=1)
