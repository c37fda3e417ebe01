"""When a failure is tried again (E90)."""

from datetime import datetime, timedelta
from typing import Final

from provisioner.model.service import Ladder

LONGEST_GAP: Final = timedelta(days=3)
"""No published ladder waits longer between two attempts; a time further away is of a clock that was put back (F08)."""


def is_due(at: datetime, now: datetime, longest: timedelta = LONGEST_GAP) -> bool:
    """Whether the time of a next attempt has come, or cannot be meant (F08)."""
    return at <= now or at > now + longest


def next_attempt(ladder: Ladder, first_failure: datetime, failures: int, now: datetime) -> datetime | None:
    """When to try again after the ``failures``-th failure (1 = the first), or None to give up.

    A first failure that is still to come is taken as of now: the clock was put back (F08).
    """
    if failures == 1 and ladder.next_cycle_first:
        return now
    first_failure = min(first_failure, now)
    passed = now - first_failure
    rung = next((rung for rung in ladder.rungs if rung > passed), None)
    after = rung if rung is not None else _beyond(ladder, passed)
    return first_failure + after if after is not None and after <= ladder.drop_after else None


def _beyond(ladder: Ladder, passed: timedelta) -> timedelta | None:
    if ladder.every is None:
        return None
    last = ladder.rungs[-1]
    return last + ladder.every * ((passed - last) // ladder.every + 1)


def whole_seconds(at: datetime) -> datetime:
    """A cycle's beginning as attempts are counted from it.

    A cycle is never to the millisecond where it should be: one that begins six hours after another is not early for
    what is due six hours later.
    """
    return at.replace(microsecond=0)
