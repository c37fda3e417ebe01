"""The one door through which the bytes of a target's answer become values (F15).

Strict where leniency would guess: no NaN, no duplicate keys, no lone surrogates, bounded depth and digits. What cannot
be read raises Unreadable; it is never taken for nothing.
"""

import json
from typing import Any, Final, NoReturn

DEPTH: Final = 64
"""Nesting of arrays and objects; SCIM needs six."""

_SURROGATE: Final = "\\ud"
"""How an escaped surrogate begins; only then is it worth looking for half a pair."""

DIGITS: Final = 40
"""Length of a number; turning thousands of digits into an integer takes quadratic time."""


class Unreadable(ValueError):
    """The bytes are not JSON as SCIM needs it; the message says why."""


def decode(data: bytes) -> Any:
    """Decode a body.

    :raises Unreadable: whatever is wrong with it.
    """
    if not data.strip():
        raise Unreadable("the body is empty")
    try:
        text = data.decode("utf-8-sig")
        value = json.loads(
            text, object_pairs_hook=_members, parse_constant=_constant, parse_int=_integer, parse_float=_float
        )
        if _SURROGATE in text.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except Unreadable:
        raise
    except UnicodeError:
        raise Unreadable("the body is not UTF-8, or holds half a surrogate pair") from None
    except RecursionError:
        raise Unreadable(f"the body is nested deeper than {DEPTH}") from None
    except ValueError as error:
        raise Unreadable(_describe(data, error)) from None
    if _is_deeper(value, DEPTH):
        raise Unreadable(f"the body is nested deeper than {DEPTH}")
    return value


def _describe(data: bytes, error: ValueError) -> str:
    if data.lstrip()[:1] == b"<":
        return "the body is HTML or XML, not JSON"
    place = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
    return f"the body is not JSON{place}"


def _is_deeper(value: Any, limit: int) -> bool:
    """Whether arrays and objects are nested deeper than the limit; level by level, so without recursion."""
    level = [value]
    for _ in range(limit + 1):
        level = [
            child
            for container in level
            if isinstance(container, dict | list)
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unreadable("an object holds the same key twice")
    return members


def _constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not JSON")


def _integer(digits: str) -> int:
    if len(digits) > DIGITS:
        raise Unreadable(f"a number has more than {DIGITS} digits")
    return int(digits)


def _float(digits: str) -> float:
    if len(digits) > DIGITS:
        raise Unreadable(f"a number has more than {DIGITS} digits")
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise Unreadable("a number is too large")
    return value
