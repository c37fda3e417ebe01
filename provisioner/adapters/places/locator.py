"""Where the keys and values of a text stand, whatever language it is written in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from provisioner.model.errors import Place

KeyPath: TypeAlias = tuple[str | int, ...]


def show(path: KeyPath) -> str:
    """Write a key path as people read it: ``users.mappings[2].source``, indices from 0."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def read_path(text: str) -> KeyPath:
    """Read back what :func:`show` wrote of bare keys."""
    return tuple(
        int(part[1:-1]) if part.startswith("[") else part for part in text.replace("[", ".[").split(".") if part
    )


@dataclass(slots=True)
class Locator:
    """The positions in one text. They count from 1, columns in characters."""

    file: str
    keys: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    values: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: KeyPath, *, key: bool = False) -> Place:
        """The place of a value, or of its key; of what stands nearest around it when it is missing."""
        line, column = next(self._positions(path, key=key), (None, None))
        return Place(self.file, line, column, show(path) or None)

    def _positions(self, path: KeyPath, *, key: bool) -> Iterator[tuple[int, int]]:
        known = self.keys if key else self.values
        for length in range(len(path), -1, -1):
            position = known.get(path[:length]) or self.keys.get(path[:length]) or self.values.get(path[:length])
            if position is not None:
                yield position
