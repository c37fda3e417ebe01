"""One run per state: an OS lock on ``<state>.lock`` that ends with the process, so nothing has to expire (F04)."""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from filelock import lock_descriptor, unlock_descriptor

from provisioner.model.errors import LockHeld, Place, StateError

LOCKED_BYTES: Final = 1
"""Windows locks the first byte against reading too; who holds the lock is written behind it."""


class StateLock:
    """Holds the lock while in its ``with`` block, or refuses at once.

    :raises LockHeld: when another run has it, saying which and since when.
    :raises StateError: when the lock file cannot be made, or its file system knows no locks.
    """

    def __init__(self, state: str) -> None:
        file = Path(state).resolve()
        self._file = file.with_name(file.name + ".lock")
        self._descriptor = -1

    def __enter__(self) -> Self:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            mine = self._acquire()
        except OSError as error:
            raise self._unusable(error) from error
        if not mine:
            raise self._held()
        return self

    def _acquire(self) -> bool:
        """Take the lock and sign it; False, and nothing left open, when somebody has it."""
        signed = False
        try:
            signed = lock_descriptor(self._descriptor, blocking=False)
            if signed:
                os.ftruncate(self._descriptor, 0)
                os.lseek(self._descriptor, LOCKED_BYTES, os.SEEK_SET)
                os.write(self._descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())
        finally:
            if not signed:
                os.close(self._descriptor)
        return signed

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        unlock_descriptor(self._descriptor)
        os.close(self._descriptor)

    def _held(self) -> LockHeld:
        return LockHeld(
            f"another run works on this state: {self._holder()}",
            place=Place(file=str(self._file)),
            hint="wait for it or end it; pause, restart, status and logs work beside it",
        )

    def _holder(self) -> str:
        with self._file.open("rb") as file:
            file.seek(LOCKED_BYTES)
            name = file.read().decode(errors="replace") or "it has not said which"
            since = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        return f"{name}, since {since.isoformat(timespec='seconds')}"

    def _unusable(self, error: OSError) -> StateError:
        return StateError(
            f"the state cannot be locked: {error.strerror}",
            place=Place(file=str(self._file)),
            hint="check the folder's owner and mode, and that its file system knows locks",
        )
