"""The table of states and transitions: the functions do what it says, and the README shows what it says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from provisioner.adapters.service_constants import service_constants
from provisioner.engine import lifecycle
from provisioner.engine.lifecycle import TRANSITIONS, Event, Status, diagram, hindrance, status_of
from provisioner.model.state import Health, Quarantine, Schedule
from tests.command import PROJECT

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
PACE = service_constants().pace
ILL = Quarantine("Unknown", "", NOON, NOON, lifecycle.MINIMUM_ATTEMPTS)

PASTS = [("not run", None, False), ("well", None, True), ("ill", ILL, True)]
EVERY_HEALTH = [
    pytest.param(Health(schedule, ill), ran, id=f"{schedule} {name}")
    for schedule, (name, ill, ran) in product(Schedule, PASTS)
    if ran or schedule is not Schedule.DISABLED
]


def fall_ill(health, *, now=NOON):
    return lifecycle.fall_ill(health, "Unknown", "", ladder=PACE, now=now)


def expire(health):
    """The last attempt fails too; only a quarantine can come to its end."""
    return fall_ill(health, now=NOON + PACE.drop_after) if health.quarantine is not None else health


HAPPENS = {
    Event.BEGIN: lambda health: health,
    Event.SUCCEED: lifecycle.succeed,
    Event.FALL_ILL: fall_ill,
    Event.EXPIRE: expire,
    Event.PAUSE: lifecycle.pause,
    Event.RESUME: lifecycle.resume,
    Event.RESTART: lifecycle.restart,
}
OF_A_CYCLE = (Event.BEGIN, Event.SUCCEED, Event.FALL_ILL)


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize(("health", "ran"), EVERY_HEALTH)
def test_every_event_in_every_state_does_what_the_table_says(health, ran, event):
    """E92, E93, E96: every health there can be, and everything that can happen to a job."""
    before = status_of(health, ran=ran)
    after = status_of(HAPPENS[event](health), ran=ran or event in OF_A_CYCLE)
    expected = TRANSITIONS.get((before, event), (before,))
    assert after in expected
    if len(expected) > 1:
        assert after is status_of(replace(health, schedule=Schedule.ACTIVE), ran=ran)


def test_every_arrow_of_the_table_is_gone():
    """Nothing stands in the table that cannot happen."""
    gone = {
        (status_of(health, ran=ran), event, status_of(HAPPENS[event](health), ran=ran or event in OF_A_CYCLE))
        for (health, ran), event in product((each.values for each in EVERY_HEALTH), Event)
    }
    told = {(before, event, after) for (before, event), afters in TRANSITIONS.items() for after in afters}
    assert told == {step for step in gone if step[0] is not step[2]}


def test_every_state_is_reached_and_left():
    """From the first state every other one can be reached, and none is a trap: it can become active again."""
    steps = {(before, after) for (before, _), afters in TRANSITIONS.items() for after in afters}
    assert _reached(Status.NOT_RUN, steps) == set(Status)
    assert all(Status.ACTIVE in _reached(status, steps) for status in Status)


def _reached(start, steps):
    found = {start}
    while more := {after for before, after in steps if before in found} - found:
        found |= more
    return found


def test_a_pause_keeps_the_quarantine_and_a_restart_ends_it():
    """E93, E96: a paused job goes on where it was."""
    ill = Health(quarantine=ILL)
    assert lifecycle.resume(lifecycle.pause(ill)) == ill
    assert lifecycle.resume(lifecycle.restart(lifecycle.pause(ill))) == Health()


@pytest.mark.parametrize(("health", "ran"), EVERY_HEALTH)
def test_what_hinders_a_run_says_what_helps(health, ran):
    """E96: a paused or disabled job sends nothing, nor does a quarantined one before its time; each says what to do."""
    waiting = replace(ILL, next_attempt=NOON + timedelta(hours=6)) if health.quarantine is not None else None
    health = replace(health, quarantine=waiting)
    status = hindrance(health, NOON)
    assert (status is None) is (health == Health())
    said = lifecycle.explain(health, status) if status is not None else ""
    assert ("provisioner " in said) is (status is not None)
    assert ("2026-01-31 18:00" in said) is (status is Status.QUARANTINE)


def test_the_readme_shows_the_diagram_the_table_draws():
    """Whoever changes the table copies what :func:`diagram` draws into the README."""
    assert f"```mermaid\n{diagram()}\n```" in (PROJECT / "README.md").read_text()
