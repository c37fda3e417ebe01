"""The one door through which the bytes of a target's answer become values (F15).

Strict where leniency would guess: no NaN, no duplicate keys, no lone surrogates, bounded depth and digits. What cannot
be read raises Unreadable; it is never taken for nothing.
"""

import json
from typing import Any, Final, NoReturn

DEPTH: Final = 64
"""Nesting of arrays and objects; SCIM needs six."""

DIGITS: Final = 40
"""Length of a number; turning thousands of digits into an integer takes quadratic time."""

_SURROGATE: Final = "\\ud"
"""How an escaped surrogate begins; only then is it worth looking for half a pair."""

_STEP: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_QUOTE: Final = ord('"')
_PLAIN: Final = bytes(byte for byte in range(256) if byte not in (*_STEP, _QUOTE))
"""Every byte that neither nests nor begins or ends a string."""


class Unreadable(ValueError):
    """The bytes are not JSON as SCIM needs it; the message says why."""


def decode(data: bytes) -> Any:
    """Decode a body: UTF-8 with or without byte order mark.

    :raises Unreadable: whatever is wrong with it.
    """
    if not data.strip():
        raise Unreadable("the body is empty")
    if _is_deeper(data, DEPTH):
        raise Unreadable(f"the body is nested deeper than {DEPTH}")
    try:
        return _decoded(data.decode("utf-8-sig"))
    except Unreadable:
        raise
    except UnicodeError:
        raise Unreadable("the body is not UTF-8, or holds half a surrogate pair") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(_describe(data, error)) from None


def _decoded(text: str) -> Any:
    value = json.loads(
        text, object_pairs_hook=_members, parse_constant=_constant, parse_int=_integer, parse_float=_float
    )
    if _SURROGATE in text.lower():
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _is_markup(data: bytes) -> bool:
    """Whether a body is a page of HTML or XML: a proxy, a firewall or a log-in page speaks, not the SCIM server."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def _describe(data: bytes, error: Exception) -> str:
    if _is_markup(data):
        return "the body is HTML or XML, not JSON"
    place = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
    return f"the body is not JSON{place}"


def _is_deeper(data: bytes, limit: int) -> bool:
    """Whether brackets outside strings nest deeper than the limit, seen before anything is built from them."""
    if data.count(b"[") + data.count(b"{") <= limit:
        return False
    depth = 0
    in_string = False
    # An escaped backslash goes first, or the quote after it would look escaped.
    for byte in data.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _PLAIN):
        if byte == _QUOTE:
            in_string = not in_string
        elif not in_string:
            depth += _STEP.get(byte, 0)
            if depth > limit:
                return True
    return False


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
