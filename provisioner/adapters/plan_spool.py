"""Planned objects on disk while a plan is made, so that a population costs next to no memory."""

import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Any, Final, Self

import orjson

from provisioner.model.plan import PlannedObject

IN_MEMORY: Final = 4 * 1024 * 1024
"""Bytes held in memory before a file is used."""


class PlanSpool:
    """Keeps planned objects in the order they came, and gives them back, as often as one likes, once the plan is whole.

    What later passes add to an object lies in a file of its own; of each addition sixteen bytes are in memory: whose it
    is, as a hash, and where it lies.
    """

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self._objects = opening.enter_context(_file())
            self._additions = opening.enter_context(_file())
            self._whose = array("q")
            self._where = array("Q")
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def keep(self, planned: PlannedObject) -> None:
        """Put one object aside."""
        self._objects.write(_line(planned))

    def amend(self, later: PlannedObject) -> None:
        """Put aside what a later pass adds to an object."""
        self._whose.append(_mark(later))
        self._where.append(self._additions.tell())
        self._additions.write(_line(later))

    def __iter__(self) -> Iterator[PlannedObject]:
        order = sorted(range(len(self._whose)), key=self._whose.__getitem__)
        whose = array("q", (self._whose[at] for at in order))
        self._objects.seek(0)
        for line in self._objects:
            planned = _read(line)
            for later in self._later(planned, whose, order):
                planned = planned.amended(later)
            yield planned

    def _later(self, planned: PlannedObject, whose: "array[int]", order: list[int]) -> Iterator[PlannedObject]:
        """What was added to an object, in the order it came."""
        mark = _mark(planned)
        at = bisect_left(whose, mark)
        while at < len(whose) and whose[at] == mark:
            self._additions.seek(self._where[order[at]])
            later = _read(self._additions.readline())
            if (later.kind, later.id) == (planned.kind, planned.id):
                yield later
            at += 1


def _file() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)


def _mark(planned: PlannedObject) -> int:
    return hash((planned.kind, planned.id))


def _line(planned: PlannedObject) -> bytes:
    return orjson.dumps(planned, default=str) + b"\n"


def _read(line: bytes) -> PlannedObject:
    value: dict[str, Any] = orjson.loads(line)
    return PlannedObject(**{**value, "operations": tuple(value["operations"]), "changes": tuple(value["changes"])})
