"""Line and column of every key of a JSON text, read only when there is something to report."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from provisioner.adapters.places.locator import KeyPath, Locator

_SPACE: Final = " \t\n\r"
_DECODE: Final = json.JSONDecoder().raw_decode


def locate_json(file: str, text: str, *, line: int = 1, column: int = 1) -> Locator:
    """Read the positions of a text that is JSON; what is not JSON ends the reading.

    :param line: of the file the text begins in, when it is a part of it, and ``column`` likewise.
    """
    reader = _Reader(text)
    with suppress(ValueError, IndexError, RecursionError):  # what was read so far is what there is to name
        reader.value(())
    locator = Locator(file)
    for offsets, positions in ((reader.keys, locator.keys), (reader.values, locator.values)):
        counted = _Positions(text, line, column)
        positions.update((path, counted.of(offset)) for path, offset in offsets.items())
    return locator


def offsets_in_json(text: str) -> dict[KeyPath, int]:
    """The offset, in characters, of each value of a text; nothing when it is not JSON."""
    reader = _Reader(text)
    with suppress(ValueError, IndexError, RecursionError):
        reader.value(())
    return reader.values


@dataclass(slots=True)
class _Reader:
    """Walks a text and notes the offset of each key and value."""

    text: str
    at: int = 0
    keys: dict[KeyPath, int] = field(default_factory=dict)
    values: dict[KeyPath, int] = field(default_factory=dict)

    def value(self, path: KeyPath) -> None:
        self.values[path] = self._next()
        if self.text[self.at] == "{":
            for _ in self._items("}"):
                self._member(path)
        elif self.text[self.at] == "[":
            for index in self._items("]"):
                self.value((*path, index))
        else:
            _, self.at = _DECODE(self.text, self.at)

    def _member(self, path: KeyPath) -> None:
        start = self.at
        name, self.at = _DECODE(self.text, start)
        self.keys[*path, name] = start
        self._next()
        self.at += 1  # the colon
        self.value((*path, name))

    def _items(self, closing: str) -> Iterator[int]:
        self.at += 1
        index = 0
        while self.text[self._next()] != closing:
            yield index
            index += 1
            if self.text[self._next()] == ",":
                self.at += 1
        self.at += 1

    def _next(self) -> int:
        while self.text[self.at] in _SPACE:
            self.at += 1
        return self.at


class _Positions:
    """Line and column of offsets that grow."""

    def __init__(self, text: str, line: int, column: int) -> None:
        self._text = text
        self._seen = 0
        self._line = line
        self._before = column - 1

    def of(self, offset: int) -> tuple[int, int]:
        """The position of an offset, which is not before the last one asked for."""
        self._line += self._text.count("\n", self._seen, offset)
        self._seen = offset
        newline = self._text.rfind("\n", 0, offset)
        return self._line, offset - newline if newline >= 0 else self._before + offset + 1
