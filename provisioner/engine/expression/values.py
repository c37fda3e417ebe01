"""The values expressions work on, and how one kind becomes another.

A value is None, a str, a bool, an int or float, a datetime (in UTC), a tuple of them or of AppRole, or a RoleList.
Results are strings until the target attribute's type says otherwise (E81).
"""

from datetime import datetime
from typing import Any, Final, Protocol

from provisioner.model.directory import AppRole
from provisioner.model.frozen import frozen
from provisioner.model.roles import RoleList, name_of

Value = Any

LONGEST_RESULT: Final = 64 * 1024
"""Characters of one result (F26)."""


class EvaluationError(ValueError):
    """A function cannot work on what it was given; the message says why."""


class _Ignore:
    """The type of IGNORE."""

    def __repr__(self) -> str:
        return "IGNORE"


IGNORE: Final = _Ignore()
"""What IgnoreFlowIfNullOrEmpty gives: the attribute drops out of the flow."""


class Ids(Protocol):
    """Chance, as the functions need it."""

    def guid(self) -> str:
        """A random guid."""
        ...

    def randbelow(self, bound: int) -> int:
        """A random whole number below the bound."""
        ...


@frozen
class Candidates:
    """The values SelectUniqueValue may choose from, in order."""

    values: tuple[str, ...]


def is_null_or_empty(value: Value) -> bool:
    """Null, the empty string, a list of nothing, or IGNORE within another function."""
    return value is None or value == "" or value == () or value is IGNORE


def size_of(value: Value) -> int:
    """Characters of a text, or of all texts in a list and one for each of its members."""
    if isinstance(value, tuple):
        return len(value) + sum(len(item) for item in value if isinstance(item, str))
    return len(value) if isinstance(value, str) else 0


def as_text(value: Value) -> str:
    """A value as a string: True and False capitalised, dates as ``M/d/yyyy h:mm:ss tt``, null as nothing.

    A list's members are separated by semicolons, a role is its value (E23), candidates are the first of them.
    """
    if isinstance(value, str):
        return value
    if value is None or value is IGNORE:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return date_text(value)
    if isinstance(value, tuple | RoleList):
        return ";".join(as_text(item) for item in value)
    if isinstance(value, AppRole):
        return name_of(value)
    return as_text(value.values[0]) if isinstance(value, Candidates) else str(value)


def date_text(at: datetime) -> str:
    """``M/d/yyyy h:mm:ss tt`` in the invariant culture."""
    hour = at.hour % 12 or 12
    half = "AM" if at.hour < 12 else "PM"
    return f"{at.month}/{at.day}/{at.year:04d} {hour}:{at.minute:02d}:{at.second:02d} {half}"


def as_number(value: Value) -> int | float:
    """A value as a number.

    :raises EvaluationError: when it is none.
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    number = number_in(as_text(value))
    if number is None:
        raise EvaluationError(f"{as_text(value)[:40]!r} is not a number")
    return number


def number_in(text: str) -> int | float | None:
    """The number a text is, or None."""
    text = text.strip()
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits.isascii() or len(digits) > 30:
        return None
    if digits.isdigit():
        return int(text)
    whole, dot, fraction = digits.partition(".")
    return float(text) if dot and (whole + fraction).isdigit() else None


def as_whole(value: Value) -> int:
    """A value as a whole number; a fraction is cut off."""
    return int(as_number(value))


def as_list(value: Value) -> tuple[Value, ...]:
    """A multi-valued attribute's values; a single one is a list of one."""
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def is_true(value: Value) -> bool:
    """Whether a value counts as true: True in any case, or a number that is not zero."""
    if isinstance(value, bool):
        return value
    text = as_text(value).strip()
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    number = number_in(text)
    return number is not None and number != 0
