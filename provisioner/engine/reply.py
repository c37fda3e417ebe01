"""A response, or the lack of one, as an Answer: one table for every verb, status and transport fault (F11-F22).

Refused means that it certainly did not happen. Everything else that is not success is Unknown: a 5xx, a timeout, a cut
body, a success that cannot be read. Reading questions never turn trouble into *nobody* (E12).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from provisioner.engine.body import Unreadable, decode
from provisioner.engine.resource import member
from provisioner.model.answer import Answer, Done, Exchange, Fault, FaultKind, Found, Refused, Unknown
from provisioner.model.question import Create, Find, Modify, Question, Read, Remove

LIST_RESPONSE: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

LONGEST_PAUSE: Final = 3600.0
"""Seconds a Retry-After may ask for at most (F10)."""

LONGEST_ID: Final = 512
"""Characters of a target id at most (F22)."""

CERTAIN: Final = frozenset({FaultKind.NOT_SENT, FaultKind.TLS})
"""Transport faults after which it is certain that the target did nothing."""

EVIDENCE: Final = 2048
"""Characters of a response that are kept to be shown."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back over HTTP. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def answer_of(question: Question, response: Response, exchange: Exchange, *, now: datetime) -> Answer:
    """Read a response.

    :param now: the time, for a Retry-After that names a date.
    """
    if 200 <= response.status < 300:
        try:
            return _READERS[type(question)](question, response, exchange)
        except Unreadable as error:
            return _unreadable(question, response.status, str(error), exchange)
    return _status(response, exchange, now)


def fault_of(question: Question, kind: FaultKind, detail: str, exchange: Exchange) -> Answer:
    """What a transport fault means: certainly not sent, or of unknown fate."""
    fault = Fault(kind, detail, exchange.status)
    return Refused(fault, exchange) if kind in CERTAIN else Unknown(fault, exchange)


def _status(response: Response, exchange: Exchange, now: datetime) -> Answer:
    """3xx and 4xx are refusals; what a 5xx means for a write nobody knows. 1xx is no answer at all."""
    status = response.status
    detail, scim_type = _said(response.body)
    if 300 <= status < 400:
        where = _shown(response.headers.get("location", "nowhere").encode())[:200]
        return Refused(Fault(FaultKind.REDIRECT, f"redirected to {where}", status), exchange)
    pause = retry_after(response.headers.get("retry-after", ""), now) if status in (429, 503) else None
    fault = Fault(FaultKind.STATUS, detail, status, scim_type, pause)
    return Refused(fault, exchange) if 400 <= status < 500 else Unknown(fault, exchange)


def _unreadable(question: Question, status: int, why: str, exchange: Exchange) -> Answer:
    return Unknown(Fault(FaultKind.UNREADABLE, why, status), exchange)


def _said(body: bytes) -> tuple[str, str]:
    """What a SCIM Error says (RFC 7644 section 3.12): detail and scimType; of anything else, its beginning."""
    try:
        value = decode(body)
    except Unreadable:
        return _shown(body)[:200], ""
    if not isinstance(value, dict):
        return _shown(body)[:200], ""
    detail, scim_type = member(value, "detail"), member(value, "scimType")
    shown = _shown(detail.encode())[:500] if isinstance(detail, str) else _shown(body)[:200]
    return shown, scim_type[:64] if isinstance(scim_type, str) else ""


def _shown(data: bytes) -> str:
    """Bytes as text that is safe in a log: control characters escaped (F33)."""
    text = data[: EVIDENCE * 2].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)[:EVIDENCE]


def evidence(body: bytes) -> str:
    """The part of a response that is kept with an Exchange."""
    return _shown(body)


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After of either form, within [0, 1 h]; None when there is none or it is nonsense."""
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_PAUSE)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), LONGEST_PAUSE)


def _read_list(question: Find, response: Response, exchange: Exchange) -> Answer:
    """A ListResponse; it may be labelled application/json (E17), and may lack ``schemas``."""
    value = decode(response.body)
    if not isinstance(value, dict) or not _is_list_response(value):
        raise Unreadable("the body is not a ListResponse")
    resources, total = member(value, "Resources"), member(value, "totalResults")
    if resources is None and ("Resources" in value or total != 0):
        raise Unreadable("Resources is null or missing, though it must be a list")
    if not isinstance(resources, list | None) or not all(isinstance(item, dict) for item in resources or ()):
        raise Unreadable("Resources is not a list of resources")
    if isinstance(total, bool) or not isinstance(total, int | None):
        raise Unreadable("totalResults is not a number")
    if not resources and total:
        return _lie(f"totalResults is {total}, but no resource was returned", response.status, exchange)
    for resource in resources or ():
        _check_id(resource)
    return Found(tuple(resources or ()), exchange)


def _is_list_response(value: dict[str, Any]) -> bool:
    schemas = member(value, "schemas")
    if isinstance(schemas, list) and schemas:
        return any(isinstance(urn, str) and urn.lower() == LIST_RESPONSE.lower() for urn in schemas)
    return member(value, "totalResults") is not None


def _lie(detail: str, status: int, exchange: Exchange) -> Answer:
    return Unknown(Fault(FaultKind.LIES, detail, status), exchange)


def _read_one(question: Read, response: Response, exchange: Exchange) -> Answer:
    value = decode(response.body)
    if not isinstance(value, dict):
        raise Unreadable("the body is not a resource")
    found = _check_id(value)
    if found != question.id:
        return _lie(f"asked for the id {question.id!r}, the target returned {found!r}", response.status, exchange)
    return Found((value,), exchange)


def _read_created(question: Create, response: Response, exchange: Exchange) -> Answer:
    value = decode(response.body)
    if not isinstance(value, dict):
        raise Unreadable("the body is not a resource")
    return Done(_check_id(value), value, exchange)


def _check_id(resource: Mapping[str, Any]) -> str:
    """The id of a resource: opaque, but text of bounded length without control characters (F22)."""
    target_id = member(resource, "id")
    if not isinstance(target_id, str) or not 0 < len(target_id) <= LONGEST_ID or not target_id.isprintable():
        raise Unreadable("a resource has no id, or one that is no printable text of at most 512 characters")
    return target_id


def _done(question: Modify | Remove, response: Response, exchange: Exchange) -> Answer:
    """A 200 with a body and a 204 are both fine (E53); what the body of a success says is not needed."""
    if response.body.strip() and response.body.lstrip()[:1] == b"<":
        raise Unreadable("the body is HTML or XML, not JSON")
    return Done(exchange=exchange)


_READERS: Final[dict[type, Callable[[Any, Response, Exchange], Answer]]] = {
    Find: _read_list,
    Read: _read_one,
    Create: _read_created,
    Modify: _done,
    Remove: _done,
}
