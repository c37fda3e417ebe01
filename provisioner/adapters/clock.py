"""Where time enters: the machine's clock, one that starts where it is told, and one that is pushed."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from provisioner.ports import Clock


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only ever go forward."""
        return time.monotonic()


class StartedClock:
    """Starts at a given time (``--now``) and goes on at the machine's pace."""

    def __init__(self, start: datetime) -> None:
        self._start = _aware(start)
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """The start and the time passed since, in UTC."""
        return self._start + timedelta(seconds=self.monotonic() - self._origin)

    def monotonic(self) -> float:
        """Seconds that only ever go forward."""
        return time.monotonic()


class VirtualClock:
    """Stands still until it is pushed. Its monotonic seconds count what it was pushed forward."""

    def __init__(self, start: datetime) -> None:
        self._now = _aware(start)
        self._seconds = 0.0

    def now(self) -> datetime:
        """The time it was pushed to, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds that only ever go forward."""
        return self._seconds

    def advance(self, by: timedelta) -> None:
        """Let time pass; a negative span is a wall clock put back, which no duration notices (F08)."""
        self._now += by
        self._seconds += max(0.0, by.total_seconds())

    def advance_to(self, moment: datetime) -> None:
        """Let time pass until a moment; one that is over already changes nothing."""
        self.advance(max(timedelta(0), _aware(moment) - self._now))


def sleep_by(clock: Clock) -> Callable[[float], Awaitable[None]]:
    """How to let seconds pass by this clock: a virtual one is pushed, and nobody waits."""
    if not isinstance(clock, VirtualClock):
        return asyncio.sleep

    async def push(seconds: float) -> None:
        clock.advance(timedelta(microseconds=math.ceil(seconds * 1e6)))
        await asyncio.sleep(0)

    return push


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} names no time zone")
    return moment.astimezone(UTC)
