"""Who may work on a state: OS locks on files beside it, which end with their process, so nothing has to expire (F04).

Two of them. ``<state>.lock`` is held by a run or a service for as long as it lives; whoever comes second leaves.
``<state>.turn`` is held for one cycle, or for one object on demand; whoever comes second waits. So provision on demand
works whether the job runs or not (E100), and never at the same time as a cycle, where the two could create one person
twice (P2).
"""

import asyncio
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from filelock import lock_descriptor, unlock_descriptor

from provisioner.model.errors import LockHeld, Place, StateError

LOCKED_BYTES: Final = 1
"""Windows locks the first byte against reading too; who holds the lock is written behind it."""

GLANCE: Final = 0.1
"""Seconds between two looks whether it is our turn."""


class StateLock:
    """Holds the lock while in its ``with`` block, or refuses at once.

    :raises LockHeld: when another run has it, saying which and since when.
    :raises StateError: when the lock file cannot be made, or its file system knows no locks.
    """

    def __init__(self, state: str) -> None:
        self._lock = _FileLock(state, ".lock")

    def __enter__(self) -> Self:
        if not self._lock.acquire():
            raise LockHeld(
                f"another run works on this state: {self._lock.holder()}",
                place=self._lock.place,
                hint="wait for it or end it; pause, restart, status, logs and on-demand work beside it",
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._lock.release()


class Turn:
    """Waits for its turn and holds it while in its ``async with`` block. Whoever has it ends some time, or dies.

    :param waiting: told once who has it, when there is somebody to wait for.
    :raises StateError: when the lock file cannot be made, or its file system knows no locks.
    """

    def __init__(self, state: str, waiting: Callable[[str], None] = lambda _: None) -> None:
        self._lock = _FileLock(state, ".turn")
        self._waiting = waiting

    async def __aenter__(self) -> Self:
        waited = False
        while not self._lock.acquire():
            if not waited:
                self._waiting(self._lock.holder())
            waited = True
            await asyncio.sleep(GLANCE)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._lock.release()


class _FileLock:
    """A lock on a file of its own beside the state, signed by its holder."""

    def __init__(self, state: str, suffix: str) -> None:
        file = Path(state).resolve()
        self._file = file.with_name(file.name + suffix)
        self._descriptor = -1

    @property
    def place(self) -> Place:
        """Where it lies."""
        return Place(file=str(self._file))

    def acquire(self) -> bool:
        """Take the lock and sign it; False, and nothing left open, when somebody has it."""
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            return self._sign()
        except OSError as error:
            raise StateError(
                f"the state cannot be locked: {error.strerror}",
                place=self.place,
                hint="check the folder's owner and mode, and that its file system knows locks",
            ) from error

    def _sign(self) -> bool:
        signed = False
        try:
            signed = lock_descriptor(self._descriptor, blocking=False)
            if signed:
                signature = f"process {os.getpid()} on {socket.gethostname()}".encode()
                os.lseek(self._descriptor, LOCKED_BYTES, os.SEEK_SET)
                os.write(self._descriptor, signature)
                # A file that is emptied first is written to the disk when it is closed, which takes milliseconds.
                os.ftruncate(self._descriptor, LOCKED_BYTES + len(signature))
        finally:
            if not signed:
                os.close(self._descriptor)
        return signed

    def release(self) -> None:
        """Let the next one have it."""
        unlock_descriptor(self._descriptor)
        os.close(self._descriptor)

    def holder(self) -> str:
        """Who has it and since when."""
        with self._file.open("rb") as file:
            file.seek(LOCKED_BYTES)
            name = file.read().decode(errors="replace") or "it has not said which"
            since = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        return f"{name}, since {since.isoformat(timespec='seconds')}"
