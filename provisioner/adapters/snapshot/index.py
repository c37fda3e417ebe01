"""Where each user lies, in about 150 bytes a person: id, digest, place; not the user."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final
from unicodedata import normalize

import orjson

DIGEST_BYTES: Final = 16
SHOWN: Final = 10
"""Near-collisions named one by one; the rest is counted."""


def digest_of(canonical: dict[str, Any]) -> bytes:
    """The 16-byte digest of an entry in canonical form, whatever the order of its properties."""
    text = orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=DIGEST_BYTES).digest()


class UserIndex:
    """The users in file order, found by id."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._digests = bytearray()
        self._offsets = array("Q")
        self._lengths = array("I")
        self._folded_ids = array("q")
        self._folded_names = array("q")
        self._order = array("I")
        self._next = 0

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, id: str, user: dict[str, Any], offset: int, length: int) -> None:
        """Remember a user in canonical form, and that it lies at ``offset``."""
        self.ids.append(id)
        self._digests += digest_of(user)
        self._offsets.append(offset)
        self._lengths.append(length)
        self._folded_ids.append(hash(id.lower()))
        self._folded_names.append(hash(_fold(user.get("userPrincipalName") or id)))

    def close(self) -> Iterator[tuple[int, int]]:
        """Put the ids in order; the rows of each two users with one id, if there are such."""
        ids = self.ids
        order = sorted(range(len(ids)), key=ids.__getitem__)
        self._order = array("I", order)
        return ((a, b) for a, b in pairwise(order) if ids[a] == ids[b])

    def warnings(self) -> Iterator[str]:
        """Ids and names that differ only in case or composition. Reported, never folded (F29)."""
        yield from self._near("ids differ only in case", self._folded_ids)
        yield from self._near("have userPrincipalNames that differ at most in case or composition", self._folded_names)
        self._folded_ids = self._folded_names = array("q")

    def place(self, row: int) -> tuple[int, int]:
        """(offset, length) of a row."""
        return self._offsets[row], self._lengths[row]

    def digest(self, row: int) -> bytes:
        """The digest of a row."""
        return bytes(self._digests[row * DIGEST_BYTES : (row + 1) * DIGEST_BYTES])

    def row(self, id: str) -> int | None:
        """The row of a user, or None."""
        if not self._stands(id, self._next):  # most are asked for one after another
            self._next = bisect_left(self._order, id, key=self.ids.__getitem__)
            if not self._stands(id, self._next):
                return None
        self._next += 1
        return self._order[self._next - 1]

    def _stands(self, id: str, at: int) -> bool:
        return at < len(self._order) and self.ids[self._order[at]] == id

    def in_order(self) -> Iterator[tuple[str, bytes]]:
        """(id, digest) in the order of ids."""
        for row in self._order:
            yield self.ids[row], self.digest(row)

    def _near(self, what: str, folded: "array[int]") -> Iterator[str]:
        pairs = _twins(folded)
        for a, b in pairs[:SHOWN]:
            yield f"users {self.ids[a]} and {self.ids[b]}: {what}"
        if len(pairs) > SHOWN:
            yield f"{len(pairs) - SHOWN} more pairs of users: {what}"


def _fold(name: Any) -> str:
    text = str(name)
    return text.lower() if text.isascii() else normalize("NFC", text).casefold()


def _twins(folded: "array[int]") -> list[tuple[int, int]]:
    if all(a != b for a, b in pairwise(sorted(folded))):
        return []  # the usual case, without a table of a million keys
    first: dict[int, int] = {}
    return [(before, row) for row, key in enumerate(folded) if (before := first.setdefault(key, row)) != row]
