"""A response, or the lack of one, as an Answer: one table for every status and transport fault (F11-F22).

Refused means that it certainly did not happen. Everything else that is not success is Unknown: a 5xx, a timeout, a cut
body, a success that cannot be read. Reading questions never turn trouble into *nobody* (E12).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from provisioner.engine.body import Unreadable, decode
from provisioner.engine.resource import member
from provisioner.engine.success import READERS, Contradiction
from provisioner.model.answer import Answer, Exchange, Fault, FaultKind, Refused, Unknown
from provisioner.model.frozen import frozen
from provisioner.model.question import Create, Find, Modify, Question, Read, Remove

LONGEST_PAUSE: Final = 3600.0
"""Seconds a Retry-After may ask for at most (F10)."""

FATES: Final[Mapping[int | FaultKind, type[Refused] | type[Unknown]]] = {
    3: Refused,  # a redirect is not followed (F16)
    4: Refused,
    408: Unknown,  # some gateways say so when it is the server behind them that took too long
    5: Unknown,  # a 503 may come from a gateway that had passed the request on (F10)
    FaultKind.UNWRITABLE: Refused,
    FaultKind.NOT_SENT: Refused,
    FaultKind.TLS: Refused,
    FaultKind.TIMEOUT: Unknown,
    FaultKind.CLOSED: Unknown,
    FaultKind.UNREADABLE: Unknown,
    FaultKind.TOO_LARGE: Unknown,
    FaultKind.LIES: Unknown,
    FaultKind.INTERRUPTED: Unknown,
}
"""Whether it is certain that nothing happened: by status, else by its first digit, and by what went wrong below HTTP.

What is not here is Unknown. For a question that reads, either only says that nobody knows who is there.
"""

SUCCESSES: Final[Mapping[type, range]] = {
    Find: range(200, 201),
    Read: range(200, 201),
    Create: range(200, 300),
    Modify: range(200, 300),
    Remove: range(200, 300),
}
"""The statuses that may hold good news, by question (E16, E53)."""

EVIDENCE: Final = 2048
"""Characters of a response that are kept to be shown."""


@frozen
class Response:
    """What came back over HTTP. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class TransportFault(Exception):
    """There is no whole response. ``status`` is set when at least its head came."""

    def __init__(self, kind: FaultKind, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.status = status

    @property
    def sent(self) -> bool:
        """Whether a byte of the request may have left. A status without a response is that of a token endpoint."""
        return self.kind not in (FaultKind.NOT_SENT, FaultKind.TLS, FaultKind.STATUS)


def answer_of(question: Question, response: Response, exchange: Exchange, *, now: datetime) -> Answer:
    """Read a response.

    :param now: the time, for a Retry-After that names a date.
    """
    if response.status not in SUCCESSES[type(question)]:
        return _bad_news(_fault(response, now), exchange)
    try:
        return READERS[type(question)](question, response.body, exchange)
    except Unreadable as error:
        return _bad_news(Fault(FaultKind.UNREADABLE, str(error), response.status), exchange)
    except Contradiction as error:
        return _bad_news(Fault(FaultKind.LIES, str(error), response.status), exchange)


def fault_of(kind: FaultKind, detail: str, exchange: Exchange) -> Answer:
    """What the lack of a response means: certainly not sent, or of unknown fate."""
    return _bad_news(Fault(kind, detail, exchange.status), exchange)


def _bad_news(fault: Fault, exchange: Exchange) -> Answer:
    return _fate(fault)(fault, exchange)


def _fate(fault: Fault) -> type[Refused] | type[Unknown]:
    if fault.status is None or fault.kind not in (FaultKind.STATUS, FaultKind.REDIRECT):
        return FATES.get(fault.kind, Unknown)
    return FATES.get(fault.status) or FATES.get(fault.status // 100, Unknown)


def _fault(response: Response, now: datetime) -> Fault:
    status = response.status
    if 300 <= status < 400:
        where = evidence(response.headers.get("location", "nowhere").encode())[:200]
        return Fault(FaultKind.REDIRECT, f"redirected to {where}", status)
    detail, scim_type = _said(response.body)
    pause = retry_after(response.headers.get("retry-after", ""), now) if status in (429, 503) else None
    return Fault(FaultKind.STATUS, detail, status, scim_type, pause)


def _said(body: bytes) -> tuple[str, str]:
    """What a SCIM Error says (RFC 7644 section 3.12): detail and scimType; of anything else, its beginning."""
    try:
        value = decode(body)
    except Unreadable:
        return evidence(body)[:200], ""
    if not isinstance(value, dict):
        return evidence(body)[:200], ""
    detail, scim_type = member(value, "detail"), member(value, "scimType")
    shown = evidence(detail.encode())[:500] if isinstance(detail, str) else evidence(body)[:200]
    return shown, evidence(scim_type.encode())[:64] if isinstance(scim_type, str) else ""


def evidence(body: bytes) -> str:
    """The beginning of a response as it is kept and shown: control characters escaped (F33)."""
    text = body[: EVIDENCE * 2].decode("utf-8", "replace")
    if text.isprintable():  # nearly always, and looking at each letter would cost more than reading the answer
        return text[:EVIDENCE]
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)[:EVIDENCE]


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
