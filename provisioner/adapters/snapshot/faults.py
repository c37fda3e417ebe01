"""Everything wrong with a snapshot, gathered so that one reading tells it all."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from provisioner.adapters.places import read_path
from provisioner.adapters.snapshot.stream import Element, Form, Malformed, positions_at
from provisioner.model.errors import Place, SnapshotInvalid, together
from provisioner.model.frozen import frozen

MOST: Final = 100
"""Faults after which the reading ends: a file that is wrong so often is wrong as a whole."""


@frozen
class Fault:
    """One thing wrong. ``offset`` is in bytes; ``entry`` is the path of what it is about."""

    offset: int
    message: str
    hint: str = ""
    entry: str | None = None


@dataclass(slots=True)
class Faults:
    """The faults of all files so far."""

    _found: defaultdict[Path, list[Fault]] = field(default_factory=lambda: defaultdict(list))

    def malformed(self, path: Path, error: Malformed) -> None:
        """Note bytes that are not what the form wants."""
        self._note(path, Fault(error.offset, error.message, error.hint))

    def in_entry(self, path: Path, form: Form, element: Element, number: int, error: SnapshotInvalid) -> None:
        """Note what is wrong in an entry, at the property the error names."""
        key = error.place.path or ""
        with path.open("rb") as file:
            file.seek(element.offset)
            inside = form.offset_of(file.read(element.length), read_path(key))
        entry = ".".join(filter(None, (f"{element.section}[{number}]", key)))
        self._note(path, Fault(element.offset + inside, error.message, error.hint, entry))

    def at(self, path: Path, offset: int, message: str, hint: str, entry: str) -> None:
        """Note what is wrong at a place."""
        self._note(path, Fault(offset, message, hint, entry))

    def before(self, path: Path, offset: int) -> int:
        """How many faults stand before a place."""
        return sum(fault.offset < offset for fault in self._found.get(path, ()))

    def stop(self) -> None:
        """Raise all that was noted, in the order of the files, if anything was."""
        if self._found:
            raise together([error for path, faults in self._found.items() for error in _errors(path, faults)])

    def _note(self, path: Path, fault: Fault) -> None:
        self._found[path].append(fault)
        if sum(map(len, self._found.values())) >= MOST:
            self.stop()


def _errors(path: Path, faults: list[Fault]) -> list[SnapshotInvalid]:
    positions = positions_at(path, (fault.offset for fault in faults))
    return [
        SnapshotInvalid(fault.message, place=Place(str(path), *positions[fault.offset], fault.entry), hint=fault.hint)
        for fault in sorted(faults, key=lambda fault: fault.offset)
    ]
