"""A JSON document whose lists are streamed: ``[…]``, ``{"value": […]}``, or one file with a list per kind.

An entry ends at the first bracket up to which it reads as an object; where none is found quickly, the standard decoder
says where a value ends, in text that has one character per byte. orjson reads exactly those bytes and is the judge of
what they say.
"""

import json
import re  # noqa: TID251  (one pattern of our own, whose work grows with the text alone)
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

import orjson

from provisioner.adapters.snapshot.json_lines import ENTRY, decode_object, offset_of_property, place_of
from provisioner.adapters.snapshot.limits import CHUNK_BYTES, MAX_ENTRY_BYTES, MAX_HEADER_BYTES
from provisioner.adapters.snapshot.stream import Element, Malformed, Stream

SPACE: Final = " \t\n\r"
GUESSES: Final = 8
"""Places an entry may end at that are tried before it is read letter by letter."""
_ENDS: Final = re.compile(rf"\}}[{SPACE}]*(?:,[{SPACE}]*\{{|\])")
WHOLE: Final = "export the file again and save it whole: one JSON document in UTF-8"
LISTS: Final = 'a list of objects, as in {"value": [{"id": "…"}]}, saved as UTF-8'
ONE_PAGE: Final = "this is only one page of the answer: it has an @odata.nextLink"


class Window:
    """The part of the document in hand, one character per byte, and a position in it."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._ended = False
        self._grow(CHUNK_BYTES)

    @property
    def offset(self) -> int:
        """Where in the file the position is."""
        return self._stream.offset - len(self._text) + self._at

    def peek(self) -> str:
        """The next character that is not space; empty at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in SPACE:
                at += 1
            self._at = at
            if at < len(text) or self._ended:
                return text[at : at + 1]
            self._grow(CHUNK_BYTES)

    def take(self, wanted: str) -> str:
        """The next character, which must be one of those wanted."""
        found = self.peek()
        if not found:
            raise Malformed("the document ends too early: the file is cut", self.offset, WHOLE)
        if found not in wanted:
            raise Malformed(f"expected {' or '.join(wanted)} and found {found!a}", self.offset, LISTS)
        self._at += 1
        return found

    def items(self, brackets: str) -> Iterator[int]:
        """The offset of each item between the brackets; who asks takes the item before asking for the next."""
        opening, closing = brackets[0], brackets[1]
        self.take(opening)
        if self.peek() == closing:
            self.take(closing)
            return
        while True:
            self.peek()
            yield self.offset
            if self.take("," + closing) == closing:
                return

    def entry(self) -> tuple[int, dict[str, Any]] | None:
        """The next value and its length in bytes, if it is an object of a list whose end is soon found."""
        if self.peek() != "{":
            return None
        begin = self._at
        for end in islice(_ENDS.finditer(self._text, begin), GUESSES):
            raw = self._text[begin : end.start() + 1].encode("latin-1")
            try:
                entry = decode_object(raw)
            except ValueError:
                continue  # that was the end of something inside it
            self._at += len(raw)
            return len(raw), entry
        return None

    def value(self, limit: int) -> bytes:
        """The bytes of the next value, which must have at most ``limit``."""
        self.peek()
        while True:
            try:
                _, end = self._scan(self._text, self._at)
            except (ValueError, RecursionError) as error:
                self._want_more(error, limit)
                continue
            if end == len(self._text) and not self._ended:
                self._grow(CHUNK_BYTES)  # a number may go on in the next chunk
                continue
            raw = self._text[self._at : end].encode("latin-1")
            self._at = end
            return raw

    def _want_more(self, error: Exception, limit: int) -> None:
        held = len(self._text) - self._at
        if self._ended or held > limit or isinstance(error, RecursionError):
            at = error.pos - self._at if isinstance(error, json.JSONDecodeError) else 0
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            raise Malformed(f"not JSON: {reason}", self.offset + at, WHOLE) from error
        self._grow(max(CHUNK_BYTES, held))

    def _grow(self, size: int) -> None:
        chunk = self._stream.read(size)
        self._ended = not chunk
        self._text = self._text[self._at :] + chunk.decode("latin-1")
        self._at = 0


class JsonDocument:
    """A JSON file: a list of ``default``'s entries, or an object whose members named in ``sections`` are such lists.

    A member may also be a whole answer, ``{"value": […]}``, or null for none.
    """

    decode = staticmethod(decode_object)
    offset_of = staticmethod(offset_of_property)

    def __init__(self, sections: Mapping[str, str], default: str | None = None) -> None:
        self._sections = sections
        self._default = default
        self.beside: dict[str, Any] = {}

    def elements(self, stream: Stream) -> Iterator[Element | Malformed]:
        """Every entry of every list; what else the document says is kept in ``beside``."""
        window = Window(stream)
        if window.peek() == "[" and self._default is not None:
            yield from self._list(window, self._default)
        else:
            yield from self.members(window)
        if window.peek():
            raise Malformed("something follows the end of the document", window.offset, WHOLE)

    def members(self, window: Window) -> Iterator[Element | Malformed]:
        """Every entry of the object's lists."""
        seen: set[str] = set()
        for offset in window.items("{}"):
            name = self._name(window)
            if name in seen:
                raise Malformed(f'"{name}" stands here a second time', offset, "join the two lists to one")
            seen.add(name)
            if name in self._sections:
                yield from self._section(window, name)
            else:
                self.beside[name] = _read(window)
        if "@odata.nextLink" in seen:
            raise Malformed(ONE_PAGE, 0, "follow the link until there is none and save all pages as one list")
        if not seen & self._sections.keys():
            raise Malformed("the list is missing", 0, f"an object with {' or '.join(map(repr, self._sections))}")

    def _section(self, window: Window, name: str) -> Iterator[Element | Malformed]:
        section, opening = self._sections[name], window.peek()
        if opening == "{" and name != "value":
            yield from JsonDocument({"value": section}).members(window)
        elif opening != "n":
            yield from self._list(window, section)
        elif (other := _read(window)) is not None:
            raise Malformed(f"expected a list and found {other!a}", window.offset)

    def _list(self, window: Window, section: str) -> Iterator[Element | Malformed]:
        for offset in window.items("[]"):
            if (found := window.entry()) is not None:
                yield Element(section, offset, *found)
            else:
                yield _element(section, offset, window.value(MAX_ENTRY_BYTES))

    def _name(self, window: Window) -> str:
        if window.peek() != '"':
            window.take('"')
        name = str(_read(window))
        window.take(":")
        return name


def _element(section: str, offset: int, raw: bytes) -> Element | Malformed:
    try:
        return Element(section, offset, len(raw), decode_object(raw))
    except ValueError as error:
        return Malformed(f"not a JSON object: {error}", offset + place_of(error), ENTRY, section)


def _read(window: Window) -> Any:
    offset = window.offset
    try:
        return orjson.loads(window.value(MAX_HEADER_BYTES))
    except orjson.JSONDecodeError as error:
        raise Malformed(f"not JSON: {error}", offset, WHOLE) from error
