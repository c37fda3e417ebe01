"""Ctrl-C and SIGTERM: end after the object in hand, and only then."""

import asyncio
import signal
from typing import Any

from provisioner.cli.output import err


class StopOnSignal:
    """Ctrl-C or SIGTERM asks to end after the object in hand; a second Ctrl-C ends at once. Implements ports.Stop."""

    def __init__(self) -> None:
        self.requested = False

    def install(self) -> None:
        """Listen for signals in the running event loop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._ask, asyncio.current_task())

    def _ask(self, task: "asyncio.Task[Any] | None") -> None:
        if self.requested and task is not None:
            task.cancel()
        self.requested = True
        err.print("Stopping after the object in hand; press Ctrl-C again to stop at once.")
