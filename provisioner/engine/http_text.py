"""Requests as HTTP text that people read and that git compares line by line.

A body of compact JSON (E40) is laid out in lines; every other body stands as it is, so nothing that was sent is hidden.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

WIDTH: Final = 100
"""Characters of a JSON value that stands on one line."""

INDENT: Final = "  "


def request_text(method: str, target: str, headers: Iterable[tuple[str, str]] = (), body: str = "") -> str:
    """A request: its line, its headers, an empty line and the body, if it has one. Ends with a line feed."""
    lines = [f"{method} {target}", *(f"{name}: {value}" for name, value in headers)]
    return "\n".join([*lines, *(("", body) if body else ())]) + "\n"


def body_text(body: bytes) -> str:
    """A body as text: compact JSON in lines, anything else as it is."""
    content = compact_json(body)
    return laid_out(content) if content is not None else body.decode("utf-8", "backslashreplace")


def compact_json(body: bytes) -> Any:
    """The object or list a body holds; None when writing it again would not give the same bytes."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return content if isinstance(content, dict | list) and orjson.dumps(content) == body else None


def laid_out(value: Any) -> str:
    """JSON in lines: what is short stands on one line, what is long gets a line for each part."""
    return "\n".join(_lines(value, ""))


def _lines(value: Any, indent: str, before: str = "", after: str = "") -> Iterator[str]:
    short = f"{indent}{before}{_short(value)}{after}"
    if not isinstance(value, dict | list) or not value or len(short) <= WIDTH:
        yield short
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield f"{indent}{before}{opening}"
    parts = list(value.items()) if isinstance(value, dict) else [(None, part) for part in value]
    for number, (name, part) in enumerate(parts, 1):
        key = f"{_short(name)}: " if name is not None else ""
        yield from _lines(part, indent + INDENT, key, "," if number < len(parts) else "")
    yield f"{indent}{closing}{after}"


def _short(value: Any) -> str:
    """JSON on one line, with a space after each comma and colon."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_short(name)}: {_short(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_short, value)) + "]"
    return orjson.dumps(value).decode()
