"""The status of a job: one table of states and transitions (E92, E93, E96), and what each does to its health.

The table draws its own picture (:func:`diagram`), which stands in the README.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from provisioner.engine.retry import is_due, next_attempt
from provisioner.model.service import Ladder
from provisioner.model.state import Health, Quarantine, Schedule


class Status(StrEnum):
    """What ``status`` shows (E96)."""

    NOT_RUN = "NotRun"
    ACTIVE = "Active"
    PAUSED = "Paused"
    QUARANTINE = "Quarantine"
    DISABLED = "Disabled"


class Event(StrEnum):
    """What can happen to a job."""

    BEGIN = "begin"
    SUCCEED = "succeed"
    FALL_ILL = "fall ill"
    EXPIRE = "expire"
    PAUSE = "pause"
    RESUME = "resume"
    RESTART = "restart"


_S, _E = Status, Event
TRANSITIONS: Final[Mapping[tuple[Status, Event], tuple[Status, ...]]] = {
    (_S.NOT_RUN, _E.BEGIN): (_S.ACTIVE,),
    (_S.NOT_RUN, _E.SUCCEED): (_S.ACTIVE,),
    (_S.NOT_RUN, _E.FALL_ILL): (_S.QUARANTINE,),
    (_S.NOT_RUN, _E.PAUSE): (_S.PAUSED,),
    (_S.ACTIVE, _E.FALL_ILL): (_S.QUARANTINE,),
    (_S.ACTIVE, _E.PAUSE): (_S.PAUSED,),
    (_S.QUARANTINE, _E.SUCCEED): (_S.ACTIVE,),
    (_S.QUARANTINE, _E.RESTART): (_S.ACTIVE,),
    (_S.QUARANTINE, _E.EXPIRE): (_S.DISABLED,),
    (_S.QUARANTINE, _E.PAUSE): (_S.PAUSED,),
    (_S.PAUSED, _E.RESUME): (_S.NOT_RUN, _S.ACTIVE, _S.QUARANTINE),
    (_S.DISABLED, _E.RESUME): (_S.ACTIVE,),
    (_S.DISABLED, _E.RESTART): (_S.ACTIVE,),
}
"""What follows; a pair that is not here leaves the status as it is.

Of several the job takes the one it had before it was paused: a quarantine is kept, but for a restart meanwhile.
"""


def diagram() -> str:
    """The table as a mermaid state diagram: one arrow for every two states, with all the events that lead along it."""
    arrows: dict[tuple[Status, Status], list[str]] = {}
    for (before, event), afters in TRANSITIONS.items():
        for after in afters:
            arrows.setdefault((before, after), []).append(event.value)
    lines = (f"    {before} --> {after}: {', '.join(events)}" for (before, after), events in arrows.items())
    return "\n".join(("stateDiagram-v2", f"    [*] --> {Status.NOT_RUN}", *lines))


MINIMUM_ATTEMPTS: Final = 5
"""A job is disabled only after so many attempts in quarantine, so that one jump of the clock cannot do it (F08)."""

LONGEST_WAIT: Final = timedelta(days=1)
"""A quarantined job is tried once a day at least (E92)."""


def status_of(health: Health, *, ran: bool) -> Status:
    """What the job's status is. Paused and disabled hide a quarantine, which is kept."""
    if health.schedule is Schedule.PAUSED:
        return Status.PAUSED
    if health.schedule is Schedule.DISABLED:
        return Status.DISABLED
    if health.quarantine is not None:
        return Status.QUARANTINE
    return Status.ACTIVE if ran else Status.NOT_RUN


def fall_ill(health: Health, reason: str, message: str, *, ladder: Ladder, now: datetime, held: str = "") -> Health:
    """Enter quarantine, or stay in it with a later next attempt; at the ladder's end the job is disabled (E92)."""
    before = health.quarantine
    since = min(before.since, now) if before is not None else now
    attempts = before.attempts + 1 if before is not None else 1
    due = next_attempt(ladder, since, attempts, now)
    quarantine = Quarantine(reason, message, since, due or now + LONGEST_WAIT, attempts, held)
    if due is None and attempts >= MINIMUM_ATTEMPTS and health.schedule is Schedule.ACTIVE:
        days = ladder.drop_after // timedelta(days=1)
        said = f"in quarantine for {days} days ({reason})"
        return replace(health, schedule=Schedule.DISABLED, quarantine=quarantine, disabled_reason=said)
    return replace(health, quarantine=quarantine)


def succeed(health: Health) -> Health:
    """A completed cycle lifts the quarantine (E92)."""
    return replace(health, quarantine=None)


def pause(health: Health) -> Health:
    """Run no more by itself until resumed; a quarantine is kept."""
    return replace(health, schedule=Schedule.PAUSED) if health.schedule is Schedule.ACTIVE else health


def resume(health: Health) -> Health:
    """Run by itself again. A disabled job begins without the quarantine that disabled it."""
    if health.schedule is Schedule.DISABLED:
        return Health()
    return replace(health, schedule=Schedule.ACTIVE)


def restart(health: Health) -> Health:
    """What the reset scope QuarantineState does (E93); a paused job stays paused."""
    schedule = Schedule.PAUSED if health.schedule is Schedule.PAUSED else Schedule.ACTIVE
    return Health(schedule)


def hindrance(health: Health, now: datetime) -> Status | None:
    """Why the job is not to run now: paused, disabled, or quarantined and not due. None when nothing hinders it."""
    status = status_of(health, ran=True)
    quarantine = health.quarantine
    if status is Status.QUARANTINE and quarantine is not None and is_due(quarantine.next_attempt, now, LONGEST_WAIT):
        return None
    return None if status is Status.ACTIVE else status


def explain(health: Health, status: Status) -> str:
    """Why a job does not run, and what lets it run again."""
    if status is Status.PAUSED:
        return "The job is paused and sends nothing: provisioner resume JOB"
    if status is Status.DISABLED:
        return f"The job is disabled ({health.disabled_reason}) and sends nothing: provisioner restart JOB"
    if health.quarantine is None:
        return ""
    ill = health.quarantine
    return (
        f"In quarantine since {ill.since:%Y-%m-%d %H:%M} UTC ({ill.reason}: {ill.message}); the next attempt is due at "
        f"{ill.next_attempt:%Y-%m-%d %H:%M} UTC. To try now: provisioner run JOB --anyway"
    )
