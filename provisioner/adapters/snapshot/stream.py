"""A file read once from front to back, and what is known of it afterwards."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from provisioner.adapters.places import KeyPath
from provisioner.adapters.snapshot.limits import CHUNK_BYTES, MAX_FILE_BYTES
from provisioner.model.errors import Place, SnapshotInvalid

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Element(NamedTuple):
    """One entry and where it lies. ``offset`` and ``length`` are in bytes; ``section`` says what it is an entry of."""

    section: str
    offset: int
    length: int
    entry: dict[str, Any]


class Form(Protocol):
    """A way to write entries into a file."""

    @property
    def beside(self) -> Mapping[str, Any]:
        """What the file said beside its entries, once it was read."""
        ...

    def elements(self, stream: "Stream") -> "Iterator[Element | Malformed]":
        """Every entry in file order, and what stands where one should and is none. Raises Malformed."""
        ...

    def offset_of(self, raw: bytes, path: KeyPath) -> int:
        """Where in the bytes of an entry a property stands; 0 when it is not there."""
        ...

    def decode(self, raw: bytes) -> dict[str, Any]:
        """One entry, from the bytes an Element pointed to. Raises ValueError."""
        ...


class Malformed(ValueError):
    """The bytes at ``offset`` are not what the form wants there; ``section`` names the entry they should be."""

    def __init__(self, message: str, offset: int, hint: str = "", section: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint
        self.section = section


class Stream:
    """The bytes of a file in chunks, digested as they pass, without a byte order mark."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.begin = 0
        """Where the text begins: after the byte order mark, if there is one."""
        self.offset = 0
        """Where the chunk read next begins."""

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """The next chunk; empty at the end."""
        first = self._file.tell() == 0
        chunk = self._file.read(size)
        self._digest.update(chunk)
        if self._file.tell() > MAX_FILE_BYTES:
            raise Malformed(f"is larger than {MAX_FILE_BYTES >> 30} GiB", self.offset)
        if first and chunk.startswith(BYTE_ORDER_MARK):
            self.begin = self.offset = len(BYTE_ORDER_MARK)
            chunk = chunk[len(BYTE_ORDER_MARK) :]
        self.offset += len(chunk)
        return chunk

    def hexdigest(self) -> str:
        """SHA-256 of every byte read so far."""
        return self._digest.hexdigest()


def lines_of(stream: Stream, limit: int) -> Iterator[tuple[int, bytes]]:
    """(offset, line without its line end). The last line must end, or a cut file would pass for a short one (F03)."""
    offset, rest = 0, b""
    while chunk := stream.read():
        offset = offset or stream.begin
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield offset, line
            offset += len(line) + 1
        if len(rest) > limit:
            raise Malformed(f"the line is longer than {limit >> 20} MiB", offset)
    if rest:
        raise Malformed("the last line does not end: the file is cut", offset, "end it with a line end")


def positions_at(path: Path, offsets: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Line and column, from 1, of the bytes at ``offsets``, in one pass. Counted only when there is an error."""
    found, line, begin, seen = {}, 1, 0, 0
    with path.open("rb") as file:
        for offset in sorted(set(offsets)):
            while seen < offset and (chunk := file.read(min(offset - seen, CHUNK_BYTES))):
                line += chunk.count(b"\n")
                begin = seen + chunk.rfind(b"\n") + 1 if b"\n" in chunk else begin
                seen += len(chunk)
            found[offset] = (line, _column(file, begin, offset))
            file.seek(seen)
    return found


def _column(file: BinaryIO, begin: int, offset: int) -> int:
    """The column in characters; in bytes where the line is longer than anybody reads."""
    file.seek(begin)
    before = file.read(min(offset - begin, CHUNK_BYTES)).removeprefix(BYTE_ORDER_MARK if begin == 0 else b"")
    return 1 + max(len(before.decode(errors="replace")), offset - begin - CHUNK_BYTES)


def invalid(
    path: Path, message: str, *, offset: int | None = None, entry: str | None = None, hint: str = ""
) -> SnapshotInvalid:
    """The error that names file, line, column and entry."""
    line, column = (None, None) if offset is None else positions_at(path, [offset])[offset]
    return SnapshotInvalid(message, place=Place(str(path), line, column, entry), hint=hint)


def holds_nul(value: Any) -> bool:
    """Whether a NUL character hides anywhere in a decoded value."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(map(holds_nul, value)) or any(map(holds_nul, value.values()))
    return isinstance(value, list) and any(map(holds_nul, value))
