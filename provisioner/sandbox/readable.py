"""A request in one line a person reads. No header is shown, so no token is (F32); nothing moves the terminal (F33)."""

import unicodedata
from typing import Any, Final
from urllib.parse import unquote_plus

import orjson

from provisioner.sandbox.requests import RequestSeen

_BASE: Final = "/scim/v2"
_LINE_LIMIT: Final = 2048  # characters; a line longer than a screen is read by nobody
_VALUE_LIMIT: Final = 80


def readable(request: RequestSeen) -> str:
    """The request and its status, then what it asked for::

    PATCH /Users/2819c223 200  Replace active "False" · Replace title "Boss"
    """
    target, _, query = request.path.removeprefix(_BASE).partition("?")
    asked = f"?{unquote_plus(query)}" if query else ""
    said = " · ".join(_told(request))
    status = str(request.status) if request.status else "no answer"
    return _harmless(f"{request.method} {target}{asked} {status}" + (f"  {said}" if said else ""))


def _told(request: RequestSeen) -> list[str]:
    content = _json(request.body)
    told = []
    if isinstance(content, dict):
        operations = content.get("Operations")
        told = [_operation(each) for each in operations] if isinstance(operations, list) else [_subject(content)]
    answer = _json(request.response)
    if isinstance(answer, dict) and request.status >= 400:
        told.append(f"{answer.get('scimType', '')} {answer.get('detail', '')}".strip())
    elif isinstance(answer, dict) and "totalResults" in answer:
        told.append(f"found {answer['totalResults']}")
    return [part for part in told if part]


def _operation(operation: Any) -> str:
    if not isinstance(operation, dict):
        return _short(operation)
    parts = [str(operation.get("op", "?")), str(operation.get("path", ""))]
    if "value" in operation:
        parts.append(_short(operation["value"]))
    return " ".join(part for part in parts if part)


def _subject(content: dict[str, Any]) -> str:
    return str(content.get("userName") or content.get("displayName") or "")


def _short(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= _VALUE_LIMIT else text[: _VALUE_LIMIT - 1] + "…"


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _harmless(text: str) -> str:
    """Control, format and separator characters as escapes; at most a screenful."""
    cut = text if len(text) <= _LINE_LIMIT else text[: _LINE_LIMIT - 1] + "…"
    return "".join(
        f"\\u{ord(letter):04x}" if unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp", "Cs"} else letter
        for letter in cut
    )
