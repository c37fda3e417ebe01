"""The one door to httpx: a connection to one origin that sends exactly the bytes it is given (E1-E7, F11-F18).

It stands on what httpx stands on, below everything that would be clever: there is no redirect to follow, no cookie, no
environment, no decompression, no header of its own but Host. One deadline covers the whole exchange, body included.
The secret is revealed here and nowhere else, for one request at a time.
"""

import asyncio
import logging
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode

import httpcore
import httpx

from provisioner.adapters.http.faults import TROUBLE, diagnose
from provisioner.adapters.http.network import Progress
from provisioner.adapters.http.transport import Elsewhere, Pool, RawHeaders, Transport
from provisioner.engine.reply import Response, TransportFault
from provisioner.engine.wire import Headers, WireRequest
from provisioner.model.answer import FaultKind
from provisioner.model.secret import Secret

LARGEST_BODY: Final = 4 * 1024 * 1024
"""Bytes of a response at most; a filter query that matches one person needs a few thousand (F14)."""

LARGEST_HEADERS: Final = 64 * 1024
"""Bytes of a response's headers at most."""

FORM: Final = "application/x-www-form-urlencoded"

CONNECTING: Final = 1 / 3
"""Share of the deadline that reaching the host may take, and shaking hands with it again: so when the whole deadline
passes, it is certain that the connection stood."""

# At its most talkative the library quotes headers of both directions; a target may repeat the token in them (F32).
logging.getLogger("httpcore").setLevel(logging.WARNING)


class Connection:
    """One connection to one origin, kept alive between requests; a token can go nowhere else (F16).

    :param origin: scheme, host and port, as in ``https://scim.example.com``.
    :param seconds: the deadline of an exchange, from opening the connection to the last byte of the body.
    :param ca_file: the only certificate authorities to trust, as PEM; without it the public ones (E5).
    :param proxy: the job's own proxy; never one of the environment.
    :param transport: what to send through instead of the network.
    :raises JobInvalid: when ``ca_file`` or ``proxy`` cannot be used.
    """

    def __init__(
        self,
        origin: str,
        *,
        seconds: float,
        ca_file: str | None = None,
        proxy: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        url = httpx.URL(origin)
        self._host = (b"Host", url.netloc)
        self._seconds = seconds
        self._progress = Progress(unseen=transport is not None)
        self._transport: Transport = (
            Pool(url, seconds * CONNECTING, self._progress, ca_file=ca_file, proxy=proxy)
            if transport is None
            else Elsewhere(url, transport)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection; another request would open a new one."""
        await self._transport.aclose()

    async def send(self, request: WireRequest, headers: Headers, token: Secret | None) -> Response:
        """One exchange. Where the response repeats the token, the mask stands instead (F32).

        :raises TransportFault: when no whole response came; its kind says whether anything was sent.
        """
        raw = [self._host, *_credentials(token), *_encoded(headers)]
        return await self._send(request.method, request.target, raw, request.body, token)

    async def submit(self, target: str, fields: Mapping[str, str], secret_field: str, secret: Secret) -> Response:
        """POST a form with a secret in it; what is said of the response in :meth:`send` holds here.

        :raises TransportFault: as in :meth:`send`.
        """
        body = urlencode({**fields, secret_field: secret.reveal()}).encode()
        headers = (("Accept", "application/json"), ("Content-Type", FORM), ("Content-Length", str(len(body))))
        return await self._send("POST", target, [self._host, *_encoded(headers)], body, secret)

    async def _send(
        self, method: str, target: str, headers: RawHeaders, body: bytes, secret: Secret | None
    ) -> Response:
        progress = self._progress
        progress.begin()
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._exchange(method, target, headers, body)
        except TimeoutError:
            kind = FaultKind.TIMEOUT if progress.sent else FaultKind.NOT_SENT
            raise TransportFault(kind, f"no whole answer within {self._seconds:g} s", progress.status) from None
        except TROUBLE as error:
            kind, detail = diagnose(error, progress)
            raise TransportFault(kind, secret.mask(detail) if secret else detail, progress.status) from None
        return _masked(response, secret)

    async def _exchange(self, method: str, target: str, headers: RawHeaders, body: bytes) -> Response:
        answer = await self._transport.send(method, target, headers, body)
        status = self._progress.status = answer.status
        try:
            told = _headers(answer)
            content = await _body(answer, told)
        finally:
            await answer.aclose()
        if _ends_in_doubt(status, told):
            await self.aclose()
        return Response(status, told, content)


def _encoded(headers: Headers) -> RawHeaders:
    return [(name.encode(), value.encode()) for name, value in headers]


def _credentials(token: Secret | None) -> RawHeaders:
    """The Authorization header (E5).

    :raises TransportFault: when the token cannot stand in a header (RFC 9110 section 5.5); the library would quote it.
    """
    if token is None:
        return []
    value = token.reveal()
    if not value.isprintable() or any(letter > "ÿ" for letter in value):
        raise TransportFault(FaultKind.NOT_SENT, "the token holds a character that cannot travel in a header")
    return [(b"Authorization", b"Bearer " + value.encode("latin-1"))]


def _headers(answer: httpcore.Response) -> dict[str, str]:
    """The headers of an answer by their names in lower case; one that stands there twice with both its values."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in answer.headers:
        name, value = raw_name.decode("latin-1").lower(), _text(raw_value)
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    if sum(len(name) + len(value) for name, value in headers.items()) > LARGEST_HEADERS:
        raise TransportFault(FaultKind.TOO_LARGE, "the headers are too large", answer.status)
    return headers


def _text(value: bytes) -> str:
    """UTF-8 where it is, else Latin-1, which HTTP once took headers for."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


async def _body(answer: httpcore.Response, headers: Mapping[str, str]) -> bytes:
    """The body as it came over the wire.

    A success is refused when its body is encoded or larger than the cap (F14). Of anything else the status counts, and
    the body only explains it: it is left out or cut instead.
    """
    status = answer.status
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        return _unless_success(status, FaultKind.UNREADABLE, f"the body is encoded ({encoding[:20]!r}), unasked", b"")
    chunks, size = [], 0
    async for chunk in answer.aiter_stream():
        chunks.append(chunk)
        size += len(chunk)
        if size > LARGEST_BODY:
            detail = f"the body is larger than {LARGEST_BODY} bytes"
            return _unless_success(status, FaultKind.TOO_LARGE, detail, b"".join(chunks))
    return b"".join(chunks)


def _unless_success(status: int, kind: FaultKind, detail: str, body: bytes) -> bytes:
    if 200 <= status < 300:
        raise TransportFault(kind, detail, status)
    return body


def _ends_in_doubt(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a body is announced where none can be: it would be taken for the next answer (RFC 9110, 15.3.5)."""
    announced = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    return announced and status in (204, 304)


def _masked(response: Response, secret: Secret | None) -> Response:
    """The response without the secret, should it repeat it."""
    if secret is None:
        return response
    headers = {name: secret.mask(value) for name, value in response.headers.items()}
    return Response(response.status, headers, secret.mask(response.body))
