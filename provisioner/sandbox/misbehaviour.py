"""What the faults at HTTP level do: instead of an answer, or to an answer.

A function of the first kind gets (argument, request, moment) and gives an answer that replaces the work, or None; one
of the second kind gets (argument, request, answer) and gives the answer as it will be sent.
"""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from provisioner.model.frozen import frozen
from provisioner.sandbox.errors import ScimError
from provisioner.sandbox.reply import Delivery, Reply, error_reply
from provisioner.sandbox.requests import Incoming

_MIB: Final = 1 << 20
_WRITES: Final = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_PAGE: Final = b"<!DOCTYPE html>\n<html><head><title>%b</title></head><body><h1>%b</h1></body></html>\n"


@frozen
class Moment:
    """When a request came: its number since the faults were set, from 1; the seconds since the first one; and its
    number within the clock's running second, from 1."""

    number: int
    elapsed: float
    within_second: int


def html(status: int, title: bytes) -> Reply:
    """A page for people, where a client expects SCIM."""
    return Reply(status, _PAGE % (title, title), "text/html; charset=utf-8")


def throttle(seconds: float, _request: Incoming, moment: Moment) -> Reply | None:
    """429 until so many seconds have passed."""
    left = seconds - moment.elapsed
    return _too_many(max(1, round(left))) if left > 0 else None


def rate_limit(limit: int, _request: Incoming, moment: Moment) -> Reply | None:
    """429 for what goes beyond so many requests within one second."""
    return _too_many(1) if moment.within_second > limit else None


def error_on(when: tuple[int, int], _request: Incoming, moment: Moment) -> Reply | None:
    """A server error on one request, by its number."""
    number, status = when
    return error_reply(ScimError(status, "something broke")) if moment.number == number else None


def down(_argument: object, _request: Incoming, _moment: Moment) -> Reply:
    """503, always."""
    return error_reply(ScimError(503, "the service is down for maintenance"))


def unauthorized(_argument: object, _request: Incoming, _moment: Moment) -> Reply:
    """401, whatever the token."""
    return error_reply(ScimError(401, "the token has expired"), (b"www-authenticate", b"Bearer"))


def forbidden(_argument: object, _request: Incoming, _moment: Moment) -> Reply:
    """403, whatever the token."""
    return error_reply(ScimError(403, "the token's account is not an administrator"))


def firewall(_argument: object, request: Incoming, _moment: Moment) -> Reply | None:
    """A firewall's page for a client that does not name itself (E1)."""
    return None if "user-agent" in request.headers else html(403, b"Request blocked")


def require_accept(_argument: object, request: Incoming, _moment: Moment) -> Reply | None:
    """406 for a client that does not say what it accepts (E4)."""
    return None if "accept" in request.headers else Reply(406)


def refuse_media_type(_argument: object, request: Incoming, _moment: Moment) -> Reply | None:
    """415 for SCIM's own media type (E3)."""
    scim = request.headers.get("content-type", "").startswith("application/scim+json")
    return error_reply(ScimError(415, "send application/json")) if scim else None


def html_success(_argument: object, _request: Incoming, _moment: Moment) -> Reply:
    """A sign-in page with status 200."""
    return html(200, b"Sign in")


def redirect(location: str, _request: Incoming, _moment: Moment) -> Reply:
    """302 to somewhere else."""
    return Reply(302, headers=((b"location", location.encode("ascii", "replace")),))


def close(_argument: object, _request: Incoming, _moment: Moment) -> Reply:
    """The connection ends without a byte."""
    return Reply(0, delivery=Delivery.NONE)


def stall(seconds: float, _request: Incoming, _moment: Moment) -> Reply:
    """Nothing is done and nothing said for so long."""
    late = error_reply(ScimError(504, "the server was busy"))
    return replace(late, delivery=Delivery.LATE, seconds=seconds)


def late_after_work(seconds: float, request: Incoming, reply: Reply) -> Reply:
    """What was written stays written; the answer comes when nobody waits any more."""
    return replace(reply, delivery=Delivery.LATE, seconds=seconds) if request.method in _WRITES else reply


def error_after_work(status: int, request: Incoming, reply: Reply) -> Reply:
    """What was written stays written; the answer says it failed."""
    done = request.method in _WRITES and reply.status < 300
    return error_reply(ScimError(status, "something broke")) if done else reply


def drop_after_create(_argument: object, request: Incoming, reply: Reply) -> Reply:
    """201, and the connection ends in the middle of the body."""
    return replace(reply, delivery=Delivery.CUT) if request.method == "POST" and reply.status == 201 else reply


def cut_body(_argument: object, _request: Incoming, reply: Reply) -> Reply:
    """The connection ends in the middle of every body."""
    return replace(reply, delivery=Delivery.CUT) if reply.body else reply


def drip(seconds: float, _request: Incoming, reply: Reply) -> Reply:
    """A byte at a time."""
    return replace(reply, delivery=Delivery.DRIP, seconds=seconds)


def oversized(mebibytes: int, _request: Incoming, reply: Reply) -> Reply:
    """Valid JSON with a tail of white space."""
    return replace(reply, body=reply.body + b" " * (mebibytes * _MIB)) if reply.body else reply


def compressed(_argument: object, _request: Incoming, reply: Reply) -> Reply:
    """gzip that nobody asked for."""
    if not reply.body:
        return reply
    return replace(reply, body=gzip.compress(reply.body), headers=(*reply.headers, (b"content-encoding", b"gzip")))


def malformed(how: str, _request: Incoming, reply: Reply) -> Reply:
    """A body that is not JSON, or not JSON one should trust."""
    return replace(reply, body=_MALFORMED[how](reply.body)) if reply.body else reply


def html_errors(_argument: object, _request: Incoming, reply: Reply) -> Reply:
    """Errors as pages."""
    return html(reply.status, b"Error") if reply.status >= 400 else reply


def plain_404(_argument: object, _request: Incoming, reply: Reply) -> Reply:
    """404 as a plain text."""
    return Reply(404, b"Not Found", "text/plain; charset=utf-8") if reply.status == 404 else reply


def no_id(_argument: object, request: Incoming, reply: Reply) -> Reply:
    """201 that does not tell the id, neither in the body nor in Location."""
    if request.method != "POST" or reply.status != 201:
        return reply
    content: dict[str, Any] = orjson.loads(reply.body)
    content.pop("id", None)
    content.pop("meta", None)
    return Reply(201, orjson.dumps(content))


def _too_many(seconds: int) -> Reply:
    return error_reply(ScimError(429, "too many requests"), (b"retry-after", str(seconds).encode()))


_MALFORMED: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "half": lambda body: body[: len(body) // 2],
    "empty": lambda _body: b"",
    "nan": lambda body: b'{"age":NaN,' + body[1:],
    "twice": lambda body: b'{"id":"first",' + body[1:-1] + b',"id":"second"}',
    "deep": lambda _body: b"[" * 100_000 + b"]" * 100_000,
    "bom": lambda body: b"\xef\xbb\xbf" + body,
}
MALFORMATIONS: Final = tuple(_MALFORMED)
