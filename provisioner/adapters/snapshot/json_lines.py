"""One JSON object per line (``.jsonl``)."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from provisioner.adapters.snapshot.limits import MAX_ENTRY_BYTES
from provisioner.adapters.snapshot.stream import Element, Malformed, Stream, holds_nul, lines_of


def decode_object(raw: bytes) -> dict[str, Any]:
    """A JSON object, strictly: UTF-8, no NaN, no NUL. Raises ValueError."""
    entry = orjson.loads(raw)
    if type(entry) is not dict:
        raise ValueError("is not an object")
    if b"\\u0000" in raw and holds_nul(entry):
        raise ValueError("holds a NUL character")
    return entry


class JsonLines:
    """A ``.jsonl`` file of one section."""

    beside: Mapping[str, Any] = {}

    def __init__(self, section: str) -> None:
        self._section = section

    decode = staticmethod(decode_object)

    def elements(self, stream: Stream) -> Iterator[Element]:
        """Every line that is not blank."""
        for offset, line in lines_of(stream, MAX_ENTRY_BYTES):
            if line and not line.isspace():
                yield Element(self._section, offset, len(line), self._entry(line, offset))

    def _entry(self, line: bytes, offset: int) -> dict[str, Any]:
        try:
            return self.decode(line)
        except ValueError as error:
            raise Malformed(f"not a JSON object: {error}", offset) from error
