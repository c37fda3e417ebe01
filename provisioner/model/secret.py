"""Secrets exist as references; the value itself is held by a type that does not show it (F32)."""

from functools import reduce
from html import escape
from typing import AnyStr, Final
from urllib.parse import quote

from provisioner.model.frozen import frozen

MASK: Final = "********"

SHORTEST_ECHO: Final = 8
"""Characters of a secret that is masked where others repeat it; a shorter one would mask words."""


@frozen
class SecretReference:
    """Where a secret is found when it is needed: ``env:NAME`` or ``file:PATH``."""

    scheme: str
    name: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.name}"


class Secret:
    """A secret value. Text, representation, format and JSON are a fixed mask; :meth:`reveal` is for the wire alone."""

    __slots__ = ("_spellings", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        self._spellings = _spellings(value) if len(value) >= SHORTEST_ECHO else frozenset()

    def reveal(self) -> str:
        """The value. Called by the module that writes the header (adapters/http) and by the mail sender only."""
        return self._value

    def mask(self, data: AnyStr) -> AnyStr:
        """Text or bytes with the mask wherever they repeat the value, also escaped for JSON, HTML or a URL."""
        if isinstance(data, str):
            return reduce(lambda text, spelling: text.replace(spelling, MASK), self._spellings, data)
        return reduce(lambda raw, spelling: raw.replace(spelling.encode(), MASK.encode()), self._spellings, data)

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(MASK)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not to be stored")


def _spellings(value: str) -> frozenset[str]:
    """How servers write a value that they repeat: as it is, or as PHP, .NET, an HTML page or a URL escape it."""
    slashed = value.replace("/", "\\/")
    dotnet = "".join(f"\\u{ord(letter):04X}" if letter in "+&<>'\"`" else letter for letter in value)
    return frozenset((value, slashed, dotnet, escape(value), quote(value, safe=""), quote(value)))


class Redacted(str):
    """A value that flows as it is and is hidden in the provisioning log (the function Redact)."""

    __slots__ = ()
