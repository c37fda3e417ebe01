"""A table with a header (``.csv``): booleans as text, lists joined by ``;`` or as JSON, an empty cell for null."""

import csv
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import orjson

from provisioner.adapters.places import KeyPath
from provisioner.adapters.snapshot.limits import MAX_COLUMNS, MAX_FIELD_CHARACTERS, MAX_HEADER_BYTES
from provisioner.adapters.snapshot.stream import Element, Malformed, Stream, lines_of
from provisioner.engine.source import BOOLEANS, LISTS

BOOLEAN_TEXTS: Final = {"true": True, "false": False}
OBJECTS: Final = frozenset({"manager", "onPremisesExtensionAttributes"})
QUOTED: Final = "a list or an object in a cell is whole JSON; the cell stands in quotes, each quote in it doubled"
CELLS: Final = "as many cells as the header has; one that holds a comma stands in quotes"

csv.field_size_limit(MAX_FIELD_CHARACTERS)


class CsvTable:
    """A ``.csv`` file of one section.

    :param keys: columns of which the section cannot do without one.
    """

    beside: Mapping[str, Any] = {}

    def __init__(self, section: str, keys: Collection[str]) -> None:
        self._section = section
        self._keys = keys
        self._header: list[str] = []

    def elements(self, stream: Stream) -> Iterator[Element | Malformed]:
        """Every row below the header."""
        lines = _Lines(stream)
        rows = csv.reader(lines, strict=True)
        self._header = _header(self._next(rows, lines) or [], self._keys)
        start = lines.offset
        while (row := self._next(rows, lines)) is not None:
            if row:
                yield self._element(row, start, lines.offset - start)
            start = lines.offset

    def decode(self, raw: bytes) -> dict[str, Any]:
        """One row, under the header that was read."""
        return self._entry(next(csv.reader([raw.decode()], strict=True), []), 0)

    def offset_of(self, raw: bytes, path: KeyPath) -> int:
        """Where the cell of a property begins in a row."""
        text = raw.decode(errors="replace")
        column = self._header.index(str(path[0])) if path and path[0] in self._header else 0
        return len(text[: _cells(text)[column]].encode())

    def _element(self, row: list[str], offset: int, length: int) -> Element | Malformed:
        try:
            return Element(self._section, offset, length, self._entry(row, offset))
        except Malformed as error:
            error.section = self._section
            return error

    def _next(self, rows: Iterator[list[str]], lines: "_Lines") -> list[str] | None:
        start = lines.offset
        try:
            return next(rows, None)
        except csv.Error as error:
            raise Malformed(
                f"not CSV: {error}", start, "quote a cell that holds a comma, a quote or a line end"
            ) from None

    def _entry(self, row: list[str], offset: int) -> dict[str, Any]:
        if len(row) != len(self._header):
            raise Malformed(f"the row has {len(row)} cells and the header {len(self._header)}", offset, CELLS)
        try:
            return {name: _value(name, cell) for name, cell in zip(self._header, row, strict=True) if cell}
        except orjson.JSONDecodeError as error:
            raise Malformed(f"a cell that begins as JSON is none: {error.msg}", offset, QUOTED) from error


class _Lines:
    """The lines of a stream as text. ``offset`` is the end of the last one given, so where the next row begins."""

    def __init__(self, stream: Stream) -> None:
        self._lines = self._texts(stream)
        self.offset = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        return next(self._lines)

    def _texts(self, stream: Stream) -> Iterator[str]:
        for offset, line in lines_of(stream, MAX_FIELD_CHARACTERS):
            text = self._text(line + b"\n")
            self.offset = offset + len(line) + 1
            yield text

    def _text(self, line: bytes) -> str:
        if b"\0" in line:
            raise Malformed("holds a NUL character", self.offset, "save the file as UTF-8")
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            raise Malformed(f"not UTF-8: {error.reason}", self.offset, "save the file as UTF-8") from error


def _cells(text: str) -> list[int]:
    """Where each cell of a row begins."""
    quoted, starts = False, [0]
    for position, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif letter == "," and not quoted:
            starts.append(position + 1)
    return starts


def _header(cells: list[str], keys: Collection[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    if len(set(names)) != len(names):
        raise Malformed("two columns have one name", 0, "give each column a name of its own")
    if not names or len(names) > MAX_COLUMNS or sum(map(len, names)) > MAX_HEADER_BYTES:
        raise Malformed(
            f"the header has {len(names)} columns", 0, f"1 to {MAX_COLUMNS} columns, named in the first line"
        )
    if not any(key in names for key in keys):
        raise Malformed(
            f"the header has no column {' or '.join(keys)}",
            0,
            "cells are separated by commas, and columns are called as Graph calls them, case included",
        )
    return names


def _parts(cell: str) -> list[str]:
    return [part for each in cell.split(";") if (part := each.strip())]


def _value(name: str, cell: str) -> Any:
    if name in LISTS:
        return orjson.loads(cell) if cell[0] == "[" else _parts(cell.replace(",", ";") if name == "members" else cell)
    if name in OBJECTS and cell[0] == "{":
        return orjson.loads(cell)
    if name in BOOLEANS:
        return BOOLEAN_TEXTS.get(cell.lower(), cell)
    return cell
