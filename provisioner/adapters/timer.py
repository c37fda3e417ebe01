"""What wakes the service: APScheduler on the machine's clock, or a virtual clock that jumps to the next due time."""

import asyncio
import contextlib
import heapq
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from provisioner.adapters.clock import VirtualClock
from provisioner.ports import Stop

Wake = Callable[[], Awaitable[None]]

GLANCE: Final = 0.1
"""Seconds between two looks whether somebody asked to stop."""


class WallTimer:
    """One AsyncIOScheduler with one date trigger per name, re-armed after each waking.

    A name never wakes twice at once: it is armed again only when what it woke has ended. However late a waking is (the
    machine slept), it happens once.
    """

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True})
        self._armed: dict[str, str] = {}
        self._turns = count()
        self._awake: set[asyncio.Task[None] | None] = set()
        self._failures: list[Exception] = []

    def arm(self, name: str, at: datetime, wake: Wake) -> None:
        """Wake once at a time.

        Each arming is a job of its own to APScheduler: it would skip one whose name still runs, and what is being woken
        is what arms the next time.
        """

        async def waking() -> None:
            """APScheduler awaits what is declared to be a coroutine function, and nothing else."""
            task = asyncio.current_task()
            self._awake.add(task)
            try:
                await wake()
            except asyncio.CancelledError:
                return  # asked for by run, which waits for it; APScheduler would call it an error
            except Exception as failure:  # noqa: BLE001  (run raises it again)
                self._failures.append(failure)
            finally:
                self._awake.discard(task)

        self.disarm(name)
        self._armed[name] = f"{name} {next(self._turns)}"
        self._scheduler.add_job(waking, DateTrigger(at), id=self._armed[name])

    def disarm(self, name: str) -> None:
        """Do not wake any more."""
        with contextlib.suppress(JobLookupError):
            self._scheduler.remove_job(self._armed.pop(name, ""))

    async def run(self, stop: Stop) -> None:
        """Let time pass until somebody asks to stop, then wait for what was woken; cancelled, it waits for nothing.

        Raises what a waking failed with: a name that is never armed again would go unnoticed otherwise.
        """
        self._scheduler.start()
        try:
            while not stop.requested and not self._failures:  # noqa: ASYNC110  (a signal handler sets it; looking is enough)
                await asyncio.sleep(GLANCE)
            self._scheduler.pause()
            await self._all_asleep()
        finally:
            self._scheduler.shutdown(wait=False)  # cancels who is awake still
            await self._all_asleep()
        for failure in self._failures:
            raise failure

    async def _all_asleep(self) -> None:
        await asyncio.gather(*(task for task in self._awake if task is not None), return_exceptions=True)


class VirtualTimer:
    """Jumps from one due time to the next until a span is over; nothing ever sleeps."""

    def __init__(self, clock: VirtualClock, span: timedelta) -> None:
        self._clock = clock
        self._end = clock.now() + span
        self._armed: dict[str, tuple[datetime, int, Wake]] = {}
        self._queue: list[tuple[datetime, int, str]] = []
        self._turns = count()

    def arm(self, name: str, at: datetime, wake: Wake) -> None:
        """Wake once at a time."""
        turn = next(self._turns)
        self._armed[name] = (at, turn, wake)
        heapq.heappush(self._queue, (at, turn, name))

    def disarm(self, name: str) -> None:
        """Do not wake any more."""
        self._armed.pop(name, None)

    async def run(self, stop: Stop) -> None:
        """Wake whoever is due next, one after another, until the span is over."""
        while self._queue and not stop.requested:
            at, turn, name = heapq.heappop(self._queue)
            armed = self._armed.get(name)
            if armed is None or armed[1] != turn:
                continue
            if at > self._end:
                break
            del self._armed[name]
            self._clock.advance_to(at)
            await armed[2]()
        self._clock.advance_to(self._end)
