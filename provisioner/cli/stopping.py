"""Ctrl-C and SIGTERM: end after the object in hand, and only then."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from provisioner.cli.output import Interrupted, err

Result = TypeVar("Result")


class StopOnSignal:
    """Ctrl-C or SIGTERM asks to end after the object in hand; a second one ends at once. Implements ports.Stop."""

    def __init__(self) -> None:
        self.requested = False

    def install(self) -> None:
        """Listen for signals, in the running event loop and after its end.

        The loop's own handlers go when it closes, and a second signal would then kill a process that is as good as
        done, with an exit code that says so.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def heard(*_: object) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._ask, task)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, heard)

    def _ask(self, task: "asyncio.Task[Any] | None") -> None:
        if self.requested and task is not None:
            task.cancel()
        self.requested = True
        err.print("Stopping after the object in hand; press Ctrl-C again to stop at once.")


def run_until_stopped(work: Callable[[StopOnSignal], Awaitable[Result]]) -> Result:
    """Do some work that heeds signals. Raises Interrupted when it was stopped at once."""

    async def listening() -> Result:
        stop = StopOnSignal()
        stop.install()
        return await work(stop)

    try:
        return asyncio.run(listening())
    except asyncio.CancelledError:
        raise Interrupted from None
