"""When a failure is tried again (E90)."""

from datetime import datetime, timedelta

from provisioner.model.service import Ladder


def next_attempt(ladder: Ladder, first_failure: datetime, failures: int, now: datetime) -> datetime | None:
    """When to try again after the ``failures``-th failure (1 = the first), or None to give up."""
    if failures == 1 and ladder.next_cycle_first:
        return now
    passed = now - first_failure
    rung = next((rung for rung in ladder.rungs if rung > passed), None)
    after = rung if rung is not None else _beyond(ladder, passed)
    return first_failure + after if after is not None and after <= ladder.drop_after else None


def _beyond(ladder: Ladder, passed: timedelta) -> timedelta | None:
    if ladder.every is None:
        return None
    last = ladder.rungs[-1]
    return last + ladder.every * ((passed - last) // ladder.every + 1)
