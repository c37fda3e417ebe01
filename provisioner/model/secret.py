"""Secrets exist as references; the value itself is held by a type that does not show it (F32)."""

from dataclasses import dataclass
from typing import AnyStr, Final

MASK: Final = "********"

SHORTEST_ECHO: Final = 8
"""Characters of a secret that is masked where others repeat it; a shorter one would mask words."""


@dataclass(frozen=True, slots=True)
class SecretReference:
    """Where a secret is found when it is needed: ``env:NAME`` or ``file:PATH``."""

    scheme: str
    name: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.name}"


class Secret:
    """A secret value. Text, representation, format and JSON are a fixed mask; :meth:`reveal` is for the wire alone."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value. Called by the module that writes the header (adapters/http.py) and by the mail sender only."""
        return self._value

    def mask(self, data: AnyStr) -> AnyStr:
        """Text or bytes with the mask wherever they repeat the value."""
        if len(self._value) < SHORTEST_ECHO:
            return data
        if isinstance(data, str):
            return data.replace(self._value, MASK)
        return data.replace(self._value.encode(), MASK.encode())

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


class Redacted(str):
    """A value that flows as it is and is hidden in the provisioning log (the function Redact)."""

    __slots__ = ()
