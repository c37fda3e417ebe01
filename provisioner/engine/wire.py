"""A Question as the bytes of a request (sections 1, 5 and 6 of the facts). Pure; the token is not known here."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Self
from urllib.parse import quote, quote_plus

import orjson

from provisioner.model.fidelity import Fidelity
from provisioner.model.frozen import frozen
from provisioner.model.job import FLAG, FLAG_BACK
from provisioner.model.question import Create, Find, Modify, Question, Read, Remove

CONTENT_TYPE: Final = "application/scim+json; charset=utf-8"

_RESERVED: Final = tuple(f"%{ord(letter):02X}" for letter in ":/?[];,+=~")
"""The reserved characters (RFC 3986 section 2.2) whose codes have a letter, and the one form encoding adds."""

_PRINTABLE: Final = "".join(map(chr, range(0x21, 0x7F)))

Headers = tuple[tuple[str, str], ...]


@frozen
class TenantUrl:
    """The tenant URL as typed, in three parts; ``path`` has no trailing slash, ``query`` is passed on as is (E7, E70).

    Only what no request line can carry is rewritten: letters beyond ASCII are percent-encoded.
    """

    origin: str
    path: str
    query: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Part a URL that :func:`provisioner.engine.tenant_url.check_url` accepts."""
        base, _, query = url.partition("?")
        scheme, _, rest = base.partition("://")
        authority, slash, path = rest.partition("/")
        return cls(f"{scheme}://{authority}", _ascii(slash + path).rstrip("/"), _ascii(query))

    @property
    def base(self) -> str:
        """What the endpoints are appended to."""
        return self.origin + self.path

    @property
    def flag(self) -> bool:
        """Whether the corrected PATCH dialect is asked for; the way back outweighs it (E70)."""
        keys = {part.partition("=")[0].lower() for part in self.query.split("&")}
        return FLAG.lower() in keys and FLAG_BACK.lower() not in keys


@frozen
class WireRequest:
    """A request as it goes out, but for its headers. ``target`` is path and query exactly as in the request line."""

    method: str
    target: str
    body: bytes = b""


class Unwritable(ValueError):
    """The question cannot be put on the wire; the message says why. Nothing was sent."""


def request_of(question: Question, tenant: TenantUrl, fidelity: Fidelity) -> WireRequest:
    """Put a question on the wire.

    :raises Unwritable: an id that is no path segment, a text with half a surrogate pair, a number beyond 64 bits.
    """
    parts, body = _ENCODERS[type(question)](question, fidelity)
    path = tenant.path + question.kind.endpoint
    if not isinstance(question, Find | Create):
        path += "/" + segment(question.id)
    own = (tenant.query,) if tenant.query else ()
    query = "&".join((*own, *parts) if fidelity.tenant_query == "first" else (*parts, *own))
    return WireRequest(_METHODS[type(question)], path + ("?" + query if query else ""), body)


_METHODS: Final = {Find: "GET", Read: "GET", Create: "POST", Modify: "PATCH", Remove: "DELETE"}


def _find(question: Find, fidelity: Fidelity) -> tuple[tuple[str, ...], bytes]:
    excluded = ("excludedAttributes=members",) if question.exclude_members else ()
    return (*excluded, "filter=" + filter_text(question.path, question.value, fidelity)), b""


def _read(question: Read, fidelity: Fidelity) -> tuple[tuple[str, ...], bytes]:
    return ("excludedAttributes=members",) if question.exclude_members else (), b""


def _write(question: Create | Modify, fidelity: Fidelity) -> tuple[tuple[str, ...], bytes]:
    try:
        return (), orjson.dumps(question.body)
    except TypeError as error:
        raise Unwritable(f"the body cannot be written as JSON: {error}") from None


def _remove(question: Remove, fidelity: Fidelity) -> tuple[tuple[str, ...], bytes]:
    return (), b""


_ENCODERS: Final[dict[type, Callable[[Any, Fidelity], tuple[tuple[str, ...], bytes]]]] = {
    Find: _find,
    Read: _read,
    Create: _write,
    Modify: _write,
    Remove: _remove,
}


def filter_text(path: str, value: str, fidelity: Fidelity) -> str:
    """``path eq "value"``, form-encoded: space as +, quote as %22, @ as %40 (E6).

    The letters left alone are those of .NET's form encoding: ``- _ . ! * ( )``, but not ``~``. It writes reserved
    characters with small letters; those beyond ASCII are left to the URL, which writes capital ones.

    :raises Unwritable: when the value holds half a surrogate pair.
    """
    try:
        quoted = orjson.dumps(value).decode() if fidelity.filter_escape == "json" else f'"{value}"'
        encoded = quote_plus(f"{path} eq {quoted}", safe="!*()").replace("~", "%7E")
    except (TypeError, UnicodeEncodeError):
        raise Unwritable(f"the value of {path} holds half a surrogate pair") from None
    if fidelity.filter_letters == "lower":
        for capital in _RESERVED:
            encoded = encoded.replace(capital, capital.lower())
    return encoded


def segment(id: str) -> str:
    """A target id as one path segment, whatever it holds (F22).

    :raises Unwritable: when it is empty or a dot segment, which servers read as another path even when encoded
        (RFC 3986 section 5.2.4): the request would meet the collection or what is above it.
    """
    if id in ("", ".", ".."):
        raise Unwritable(f"the target id {id!r} cannot stand in a URL")
    return quote(id, safe="", errors="surrogatepass")


def _ascii(text: str) -> str:
    return quote(text, safe=_PRINTABLE)


def headers_of(request: WireRequest, fidelity: Fidelity, *, activity: str, at: datetime) -> Headers:
    """The headers after Host and Authorization, in their order (E1-E4). There is nothing else, no User-Agent either.

    :param activity: a guid for this request.
    :param at: the time it is sent.
    """
    accept = (("Accept", fidelity.accept),) if fidelity.accept != "absent" else ()
    body = (("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(request.body)))) if request.body else ()
    return (("ADSCIMVersion", _version(fidelity, activity, at)), *accept, *body)


def _version(fidelity: Fidelity, activity: str, at: datetime) -> str:
    """``5.0``, or time and activity; the time in .NET's round-trip form, which the evidence does not settle (E2)."""
    if fidelity.adscimversion == "5.0":
        return "5.0"
    return f"Date:{at:%Y-%m-%dT%H:%M:%S.%f}0Z, ActivityId:{activity}"
