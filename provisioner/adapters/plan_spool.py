"""Planned objects on disk while a plan is made, so that a population costs no memory."""

import tempfile
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import IO, Any, Self

import orjson

from provisioner.model.plan import PlannedObject

IN_MEMORY = 4 * 1024 * 1024
"""Bytes held in memory before a file is used."""


class PlanSpool:
    """Keeps planned objects in the order they came, and gives them back once the plan is whole."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (closed on exit)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def keep(self, planned: PlannedObject) -> None:
        """Put one object aside."""
        self._file.write(orjson.dumps(planned, default=str) + b"\n")

    def objects(self, amended: Callable[[PlannedObject], PlannedObject]) -> Iterator[PlannedObject]:
        """Every object, with what later passes added to it."""
        self._file.seek(0)
        for line in self._file:
            yield amended(_read(orjson.loads(line)))


def _read(value: dict[str, Any]) -> PlannedObject:
    return PlannedObject(**{**value, "operations": tuple(value["operations"]), "changes": tuple(value["changes"])})
