"""An answer before it is sent, and how it leaves: whole, in drops, cut, or never."""

from enum import StrEnum
from typing import Any, Final

import orjson

from provisioner.model.frozen import frozen
from provisioner.sandbox.errors import ScimError

SCIM: Final = "application/scim+json"


class Delivery(StrEnum):
    """How an answer reaches the wire."""

    WHOLE = "whole"
    CUT = "cut"  # the header and half of the body, then the connection is closed
    DRIP = "drip"  # the body a byte at a time, `seconds` apart
    LATE = "late"  # nothing for `seconds`, then whole, if anybody still listens
    NONE = "none"  # the connection is closed without a byte


@frozen
class Reply:
    """An HTTP answer. ``headers`` come beside Content-Type and Content-Length."""

    status: int
    body: bytes = b""
    media_type: str = SCIM
    headers: tuple[tuple[bytes, bytes], ...] = ()
    delivery: Delivery = Delivery.WHOLE
    seconds: float = 0.0


def scim_reply(status: int, content: Any, *headers: tuple[bytes, bytes]) -> Reply:
    """An answer with a SCIM body."""
    return Reply(status, orjson.dumps(content), headers=headers)


def error_reply(error: ScimError, *headers: tuple[bytes, bytes]) -> Reply:
    """A refusal as a SCIM Error."""
    return scim_reply(error.status, error.body(), *headers)
