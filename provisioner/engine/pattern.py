"""The one compiler of patterns that people write: .NET's syntax, with limits of size and time.

The ``regex`` library can be interrupted; the standard library's engine holds the whole process on a bad pattern (F25).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import regex

from provisioner.engine.netpattern import NotAPattern, translate
from provisioner.model.frozen import frozen

LONGEST_PATTERN: Final = 512
"""Characters of a pattern."""
LONGEST_SUBJECT: Final = 4096
"""Characters a pattern is applied to."""
LONGEST_RESULT: Final = 64 * 1024
"""Characters a replacement may make (F26)."""
TIME_LIMIT: Final = 0.04
"""Seconds of processor time one application may take."""

_LETTER_BY_LETTER: Final = "(?-f)"
"""How .NET ignores case: ß is not ss."""


class PatternError(ValueError):
    """A pattern that cannot be compiled, or that is too much for this value; the message says which."""


@frozen
class Pattern:
    """A compiled pattern.

    ``numbers`` maps a group's number in .NET, which counts unnamed groups first, to its number here. Every method
    raises PatternError when the time is over or the subject or the result too long.
    """

    text: str
    groups: frozenset[str]
    numbers: tuple[int, ...]
    _compiled: "regex.Pattern[str]"

    def matches(self, subject: str) -> bool:
        """Whether it matches anywhere in the subject, as .NET's ``Regex.IsMatch``."""
        return self._search(subject) is not None

    def group(self, subject: str, name: str) -> str | None:
        """What the named group of the first match holds, or None."""
        match = self._search(subject)
        return match.group(name) if match is not None else None

    def replace(self, subject: str, replacement: str) -> str:
        """Replace every match; ``replacement`` may use ``${name}``, ``$1``, ``$&`` and ``$$``."""
        room = _Room()
        if "$" not in replacement:
            return self._substitute(subject, lambda _: room.take(replacement))
        parts = _parts(replacement)
        return self._substitute(subject, lambda match: "".join(room.take(self._part(match, part)) for part in parts))

    def replace_group(self, subject: str, name: str, value: str) -> str:
        """Replace what the named group holds in every match, and leave the rest of the match."""
        room = _Room()

        def one(match: "regex.Match[str]") -> str:
            start, end = match.span(name)
            if start < 0:
                return match.group()
            return match.string[match.start() : start] + room.take(value) + match.string[end : match.end()]

        return self._substitute(subject, one)

    def _search(self, subject: str) -> "regex.Match[str] | None":
        try:
            return self._compiled.search(_bounded(subject), timeout=TIME_LIMIT)
        except (TimeoutError, MemoryError):
            raise self._too_much() from None

    def _substitute(self, subject: str, replace: "Callable[[regex.Match[str]], str]") -> str:
        try:
            return self._compiled.sub(replace, _bounded(subject), timeout=TIME_LIMIT)
        except (TimeoutError, MemoryError):
            raise self._too_much() from None

    def _too_much(self) -> PatternError:
        return PatternError(f"the pattern {self.text!r} takes too long on this value")

    def _part(self, match: "regex.Match[str]", part: "str | _Reference") -> str:
        """A piece of the replacement; a reference to no group stays as it is written, as in .NET."""
        if isinstance(part, str):
            return part
        if part.name in self.groups:
            return match.group(part.name) or ""
        if part.name.isdigit() and int(part.name) < len(self.numbers):
            return match.group(self.numbers[int(part.name)]) or ""
        return part.written


class _Room:
    """What may still be written in one replacement."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = LONGEST_RESULT

    def take(self, text: str) -> str:
        """The text, when there is room for it."""
        self._left -= len(text)
        if self._left < 0:
            raise PatternError(f"a replacement makes at most {LONGEST_RESULT} characters")
        return text


def _bounded(subject: str) -> str:
    if len(subject) > LONGEST_SUBJECT:
        raise PatternError(f"a pattern is applied to at most {LONGEST_SUBJECT} characters")
    return subject


@lru_cache(maxsize=1024)
def compile_pattern(text: str) -> Pattern:
    """Compile a pattern as .NET writes it.

    :raises PatternError: when it is too long or is none.
    """
    if len(text) > LONGEST_PATTERN:
        raise PatternError(f"a pattern has at most {LONGEST_PATTERN} characters")
    try:
        compiled = regex.compile(_LETTER_BY_LETTER + translate(text), regex.VERSION1)
    except (NotAPattern, regex.error) as error:
        said = getattr(error, "msg", str(error))  # regex's own position counts in the translation
        raise PatternError(f"{text!r} is not a pattern: {said}") from None
    except (RecursionError, OverflowError, ValueError, MemoryError):
        raise PatternError(f"{text[:40]!r} is not a pattern that can be compiled") from None
    named = sorted(compiled.groupindex.values())
    unnamed = [number for number in range(compiled.groups + 1) if number not in named]
    return Pattern(text, frozenset(compiled.groupindex), (*unnamed, *named), compiled)


@frozen
class _Reference:
    """A group named in a replacement, and how it was written."""

    written: str
    name: str


_NAMED: Final = regex.compile(r"\$\{(?P<name>\w+)\}|\$(?P<number>[0-9]{1,2})|\$(?P<whole>[&$])")


@lru_cache(maxsize=256)
def _parts(text: str) -> tuple[str | _Reference, ...]:
    """Literal pieces and references."""
    parts: list[str | _Reference] = []
    end = 0
    for match in _NAMED.finditer(text):
        parts.append(text[end : match.start()])
        name = match["name"] or match["number"] or {"&": "0"}.get(match["whole"], "")
        parts.append(_Reference(match.group(), name) if name else "$")
        end = match.end()
    parts.append(text[end:])
    return tuple(part for part in parts if part != "")
