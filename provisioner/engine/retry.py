"""When a failed object is tried again (E90)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Ladder:
    """Offsets from the first failure at which an object is tried again; the first attempt may be the next cycle.

    After the last rung comes ``every``, until ``drop_after`` has passed since the first failure.
    """

    name: str
    source: str
    next_cycle_first: bool
    rungs: tuple[timedelta, ...]
    every: timedelta
    drop_after: timedelta

    def next_attempt(self, first_failure: datetime, failures: int, now: datetime) -> datetime | None:
        """When to try again after the ``failures``-th failure (1 = the first), or None to give up."""
        if failures == 1 and self.next_cycle_first:
            return now
        wanted = next((rung for rung in self.rungs if first_failure + rung > now), None)
        at = first_failure + wanted if wanted is not None else self._beyond(first_failure, now)
        return at if at <= first_failure + self.drop_after else None

    def _beyond(self, first_failure: datetime, now: datetime) -> datetime:
        last = first_failure + self.rungs[-1]
        return last + self.every * ((now - last) // self.every + 1)


def _hours(*hours: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(hours=hour) for hour in hours)


LADDERS: Final[Mapping[str, Ladder]] = {
    ladder.name: ladder
    for ladder in (
        Ladder(
            "current",
            "how-provisioning-works.md with application-provisioning-quarantine-status.md (E90): the next cycle, "
            "then 6, 12, 24 hours after the first failure, then every 24 hours up to 28 days",
            next_cycle_first=True,
            rungs=_hours(6, 12, 24),
            every=timedelta(hours=24),
            drop_after=timedelta(days=28),
        ),
    )
}
