"""The one compiler of patterns that people write, in the syntax of .NET as far as they use it, and with a time limit.

The ``regex`` library knows ``(?<name>...)`` and can be interrupted; the standard library's engine holds the whole
process on a bad pattern (F25).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import regex

LONGEST_PATTERN: Final = 512
"""Characters of a pattern."""
LONGEST_SUBJECT: Final = 4096
"""Characters a pattern is applied to."""
TIME_LIMIT: Final = 0.05
"""Seconds one application may take."""


class PatternError(ValueError):
    """A pattern that cannot be compiled, or that takes too long; the message says which."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. Every method raises PatternError when the time limit is over or the subject is too long."""

    text: str
    _compiled: "regex.Pattern[str]"

    @property
    def groups(self) -> frozenset[str]:
        """The names of its groups."""
        return frozenset(self._compiled.groupindex)

    def matches(self, subject: str) -> bool:
        """Whether it matches anywhere in the subject, as .NET's ``Regex.IsMatch``."""
        return self._search(_bounded(subject)) is not None

    def group(self, subject: str, name: str) -> str | None:
        """What the named group of the first match holds, or None."""
        match = self._search(_bounded(subject))
        return match.group(name) if match is not None else None

    def replace(self, subject: str, replacement: str) -> str:
        """Replace every match; ``replacement`` may use ``${name}``, ``$1`` and ``$$``."""
        parts = _replacement(replacement)
        return self._substitute(_bounded(subject), lambda match: "".join(_part(match, part) for part in parts))

    def replace_group(self, subject: str, name: str, value: str) -> str:
        """Replace what the named group holds in every match, and leave the rest of the match."""

        def one(match: "regex.Match[str]") -> str:
            start, end = match.span(name)
            if start < 0:
                return match.group()
            return match.string[match.start() : start] + value + match.string[end : match.end()]

        return self._substitute(_bounded(subject), one)

    def _search(self, subject: str) -> "regex.Match[str] | None":
        try:
            return self._compiled.search(subject, timeout=TIME_LIMIT)
        except TimeoutError:
            raise PatternError(f"the pattern {self.text!r} takes too long on this value") from None

    def _substitute(self, subject: str, replace: "Callable[[regex.Match[str]], str]") -> str:
        try:
            return self._compiled.sub(replace, subject, timeout=TIME_LIMIT)
        except TimeoutError:
            raise PatternError(f"the pattern {self.text!r} takes too long on this value") from None


def _bounded(subject: str) -> str:
    if len(subject) > LONGEST_SUBJECT:
        raise PatternError(f"a pattern is applied to at most {LONGEST_SUBJECT} characters")
    return subject


@lru_cache(maxsize=1024)
def compile_pattern(text: str) -> Pattern:
    """Compile a pattern.

    :raises PatternError: when it is too long or is none.
    """
    if len(text) > LONGEST_PATTERN:
        raise PatternError(f"a pattern has at most {LONGEST_PATTERN} characters")
    try:
        return Pattern(text, regex.compile(text, regex.VERSION0))
    except regex.error as error:
        raise PatternError(f"{text!r} is not a pattern: {error}") from None
    except (RecursionError, OverflowError, ValueError):
        raise PatternError(f"{text[:40]!r} is not a pattern that can be compiled") from None


_NAMED: Final = regex.compile(r"\$\{(?P<name>\w+)\}|\$(?P<number>\d{1,2})|\$(?P<whole>[&$])")


@lru_cache(maxsize=1024)
def _replacement(text: str) -> tuple[str | tuple[str, str], ...]:
    """Literal pieces, and references as (what is written, the group's name or number)."""
    parts: list[str | tuple[str, str]] = []
    end = 0
    for match in _NAMED.finditer(text):
        parts.append(text[end : match.start()])
        name = match["name"] or match["number"]
        whole = "0" if match["whole"] == "&" else ""
        parts.append((match.group(), name or whole) if name or whole else "$")
        end = match.end()
    parts.append(text[end:])
    return tuple(parts)


def _part(match: "regex.Match[str]", part: str | tuple[str, str]) -> str:
    """A piece of the replacement; a reference to no group stays as it is written, as in .NET."""
    if isinstance(part, str):
        return part
    written, name = part
    try:
        return (match.group(int(name)) if name.isdigit() else match.group(name)) or ""
    except IndexError:
        return written
