"""Planned objects on disk while a plan is made, so that a population costs next to no memory.

A piece is what one pass, or several in a row, did to one object: three lines, its head, its operations and its changes,
each of the latter as the members of a JSON array. So the pieces of an object are put together without being read.
"""

import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import reduce
from operator import attrgetter
from types import TracebackType
from typing import IO, Any, Final, NamedTuple, Self

import orjson

from provisioner.model.plan import PlannedObject

BUFFER_BYTES: Final = 256 * 1024
"""Objects are written one after another, and read so."""

TOGETHER: Final = 64
"""Additions to one object in a row, such as a group's members, that become one piece."""


_HEAD: Final = attrgetter("kind", "id", "name", "action", "reason", "skip_reason", "error_code", "error", "target_id")


class _Piece(NamedTuple):
    head: PlannedObject
    operations: bytes
    changes: bytes


class PlanSpool:
    """Keeps planned objects in the order they came, and gives them back, as often as one likes, once the plan is whole.

    What later passes add to an object lies in a file of its own; of each piece sixteen bytes are in memory: whose it
    is, as a hash, and where it lies.
    """

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self._objects = opening.enter_context(tempfile.TemporaryFile(buffering=BUFFER_BYTES))
            self._additions = opening.enter_context(tempfile.TemporaryFile())
            self._added = 0
            self._whose = array("q")
            self._where = array("Q")
            self._coming: list[PlannedObject] = []
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def keep(self, planned: PlannedObject) -> None:
        """Put one object aside."""
        self._objects.write(_encoded(planned))

    def amend(self, later: PlannedObject) -> None:
        """Put aside what a later pass adds to an object."""
        if self._coming and (len(self._coming) == TOGETHER or not _same(self._coming[0], later)):
            self._put_aside()
        self._coming.append(later)

    def _put_aside(self) -> None:
        self._whose.append(_mark(self._coming[0]))
        self._where.append(self._added)
        self._added += self._additions.write(_encoded(reduce(PlannedObject.amended, self._coming)))
        self._coming.clear()

    def __iter__(self) -> Iterator[PlannedObject]:
        for head, operations, changes in self._whole():
            yield replace(
                head,
                operations=tuple(orjson.loads(b"[%b]" % operations)),
                changes=tuple(orjson.loads(b"[%b]" % changes)),
            )

    def encoded(self) -> Iterator[bytes]:
        """Every object as the artefact has it, in JSON."""
        for head, operations, changes in self._whole():
            document = head.as_json()
            document["operations"] = orjson.Fragment(b"[%b]" % operations)
            document["changes"] = orjson.Fragment(b"[%b]" % changes)
            yield orjson.dumps(document)

    def _whole(self) -> Iterator[_Piece]:
        """Every object with all its pieces."""
        if self._coming:
            self._put_aside()
        order = sorted(range(len(self._whose)), key=self._whose.__getitem__)
        whose, where = (array(kept.typecode, (kept[at] for at in order)) for kept in (self._whose, self._where))
        del order
        self._objects.seek(0)
        while (piece := _read(self._objects)) is not None:
            yield _together([piece, *self._later(piece.head, whose, where)])

    def _later(self, planned: PlannedObject, whose: "array[int]", where: "array[int]") -> Iterator[_Piece]:
        """What was added to an object, in the order it came."""
        mark = _mark(planned)
        at = bisect_left(whose, mark)
        while at < len(whose) and whose[at] == mark:
            self._additions.seek(where[at])
            later = _read(self._additions)
            if later is not None and _same(later.head, planned):
                yield later
            at += 1


def _mark(planned: PlannedObject) -> int:
    return hash((planned.kind, planned.id))


def _same(one: PlannedObject, other: PlannedObject) -> bool:
    return (one.kind, one.id) == (other.kind, other.id)


def _together(pieces: Sequence[_Piece]) -> _Piece:
    if len(pieces) == 1:
        return pieces[0]
    head = reduce(PlannedObject.amended, (piece.head for piece in pieces))
    return _Piece(
        head,
        b",".join(piece.operations for piece in pieces if piece.operations),
        b",".join(piece.changes for piece in pieces if piece.changes),
    )


def _encoded(planned: PlannedObject) -> bytes:
    head = orjson.dumps(_HEAD(planned))
    return b"%b\n%b\n%b\n" % (head, _members(planned.operations), _members(planned.changes))


def _members(values: Sequence[dict[str, Any]]) -> bytes:
    return orjson.dumps(values, default=str)[1:-1]


def _read(file: IO[bytes]) -> _Piece | None:
    line = file.readline()
    if not line:
        return None
    kind, source_id, name, action, reason, *more = orjson.loads(line)
    return _Piece(
        PlannedObject(kind, source_id, name, action, reason, (), (), *more), file.readline()[:-1], file.readline()[:-1]
    )
