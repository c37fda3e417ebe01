"""One JSON object per line (``.jsonl``)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from provisioner.adapters.places import KeyPath, offsets_in_json
from provisioner.adapters.snapshot.limits import MAX_ENTRY_BYTES
from provisioner.adapters.snapshot.stream import Element, Malformed, Stream, holds_nul, lines_of

ENTRY: Final = 'an entry is an object such as {"id": "…"}, in valid JSON and UTF-8'


def decode_object(raw: bytes) -> dict[str, Any]:
    """A JSON object, strictly: UTF-8, no NaN, no NUL. Raises ValueError."""
    entry = orjson.loads(raw)
    if type(entry) is not dict:
        raise ValueError("is not an object")
    if b"\\u0000" in raw and holds_nul(entry):
        raise ValueError("holds a NUL character")
    return entry


def place_of(error: ValueError) -> int:
    """Where in the bytes the decoder stopped."""
    return error.pos if isinstance(error, orjson.JSONDecodeError) else 0


def offset_of_property(raw: bytes, path: KeyPath) -> int:
    """Where in an entry a property stands, or what is nearest around it."""
    text = raw.decode(errors="replace")
    known = offsets_in_json(text)
    characters = next((known[path[:length]] for length in range(len(path), -1, -1) if path[:length] in known), 0)
    return len(text[:characters].encode())


class JsonLines:
    """A ``.jsonl`` file of one section."""

    beside: Mapping[str, Any] = {}

    def __init__(self, section: str) -> None:
        self._section = section

    decode = staticmethod(decode_object)

    offset_of = staticmethod(offset_of_property)

    def elements(self, stream: Stream) -> Iterator[Element | Malformed]:
        """Every line that is not blank."""
        for offset, line in lines_of(stream, MAX_ENTRY_BYTES):
            if line and not line.isspace():
                yield self._element(line, offset)

    def _element(self, line: bytes, offset: int) -> Element | Malformed:
        try:
            return Element(self._section, offset, len(line), self.decode(line))
        except ValueError as error:
            return Malformed(f"not a JSON object: {error}", offset + place_of(error), ENTRY, self._section)
