"""What came back from the target: Found, Done, Refused or Unknown.

Refused means *it certainly did not happen*; Unknown means *it may or may not have happened* (F11, F12). A failed
look-up is never an empty Found (E12).
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, TypeAlias

from provisioner.model.frozen import frozen


class FaultKind(StrEnum):
    """What went wrong, below or at HTTP."""

    UNWRITABLE = "cannot be written"  # the question itself cannot be put on the wire
    NOT_SENT = "not sent"  # no connection: not one byte left
    TLS = "tls"
    TIMEOUT = "timeout"
    CLOSED = "connection closed"
    STATUS = "status"  # an HTTP status that is not success
    REDIRECT = "redirect"
    UNREADABLE = "unreadable"  # success, but the body is not SCIM
    TOO_LARGE = "too large"
    LIES = "contradiction"  # readable, but contradicts itself or the question
    INTERRUPTED = "interrupted"  # we stopped waiting


@frozen
class Fault:
    """One trouble. ``status`` is the HTTP status when there was one; ``retry_after`` is in seconds, already bounded."""

    kind: FaultKind
    detail: str
    status: int | None = None
    scim_type: str = ""
    retry_after: float | None = None


@frozen
class Exchange:
    """The evidence of one request: what was sent and what came back, both without credentials.

    ``response`` is at most 2 KiB of the body, control characters escaped; ``seconds`` comes from the Clock. ``headers``
    are those sent after Host and Authorization.
    """

    method: str
    url: str
    request: bytes = b""
    status: int | None = None
    response: str = ""
    seconds: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()


NO_EXCHANGE = Exchange("", "")


@frozen
class Found:
    """The resources that carry the value asked for, or the one that was read. Empty is a definite *nobody*."""

    resources: tuple[Mapping[str, Any], ...]
    exchange: Exchange = field(default=NO_EXCHANGE, compare=False)


@frozen
class Done:
    """It happened. ``id`` is the target's id after a Create, empty otherwise."""

    id: str = ""
    resource: Mapping[str, Any] | None = None
    exchange: Exchange = field(default=NO_EXCHANGE, compare=False)


@frozen
class Refused:
    """It certainly did not happen."""

    fault: Fault
    exchange: Exchange = field(default=NO_EXCHANGE, compare=False)


@frozen
class Unknown:
    """It may or may not have happened."""

    fault: Fault
    exchange: Exchange = field(default=NO_EXCHANGE, compare=False)


Answer: TypeAlias = Found | Done | Refused | Unknown
