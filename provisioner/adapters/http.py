"""The one door to httpx: a connection to one origin that sends exactly the bytes it is given (E1-E7, F11-F18).

Nothing of the environment is heeded, no redirect is followed, nothing compressed is accepted, and one deadline covers
the whole exchange, body included. The secret is revealed here and nowhere else, for one request at a time.
"""

import asyncio
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import httpx

from provisioner.model.answer import FaultKind
from provisioner.model.secret import Secret

LARGEST_BODY: Final = 4 * 1024 * 1024
"""Bytes of a response at most; a filter query that matches one person needs a few thousand (F14)."""

LARGEST_HEADERS: Final = 64 * 1024
"""Bytes of a response's headers at most."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole response; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class TransportFault(Exception):
    """There is no whole response. ``status`` is set when at least its first line came."""

    def __init__(self, kind: FaultKind, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.status = status


class Connection:
    """One connection to one origin, kept alive between requests.

    :param seconds: the deadline of an exchange from its first byte to its last.
    :param ca_file: a private certificate authority's file; the system's and certifi's are trusted without it.
    :param proxy: the job's own proxy; never one of the environment.
    :param transport: a transport to use instead of the network, for tests.
    """

    def __init__(
        self,
        *,
        seconds: float,
        ca_file: str | None = None,
        proxy: str | None = None,
        secure: bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._seconds = seconds
        self._client = httpx.AsyncClient(
            verify=_context(ca_file) if secure else False,
            proxy=proxy,
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(seconds),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=60),
        )
        self._client.headers.clear()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def send(self, method: str, url: str, headers: Headers, body: bytes, token: Secret | None) -> Reply:
        """One exchange.

        :raises TransportFault: when no whole response came; its kind says whether anything was sent.
        """
        target = httpx.URL(url)
        # httpx would write its own spelling of the query (an apostrophe, a bracket); what is given is what goes out.
        raw_path = url.split("://", 1)[1].partition("/")
        exact = target.copy_with(raw_path=b"/" + raw_path[2].encode("ascii"))
        own = (("Authorization", f"Bearer {token.reveal()}"),) if token is not None else ()
        request = httpx.Request(method, exact, headers=[*own, *headers], content=body or None)
        progress = _Progress()
        request.extensions = {**request.extensions, "trace": progress.trace, "timeout": self._timeouts()}
        try:
            async with asyncio.timeout(self._seconds):
                return await self._exchange(request)
        except TimeoutError:
            raise TransportFault(progress.kind_of_timeout(), f"no whole answer within {self._seconds:g} s") from None
        except httpx.HTTPError as error:
            raise TransportFault(*_diagnose(error, progress)) from None

    def _timeouts(self) -> dict[str, float]:
        return dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)

    async def _exchange(self, request: httpx.Request) -> Reply:
        response = await self._client.send(request, stream=True)
        try:
            _check_headers(response)
            chunks: list[bytes] = []
            size = 0
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > LARGEST_BODY:
                    raise TransportFault(
                        FaultKind.TOO_LARGE, f"the body is larger than {LARGEST_BODY} bytes", response.status_code
                    )
                chunks.append(chunk)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, headers, b"".join(chunks))
        finally:
            await response.aclose()


def _check_headers(response: httpx.Response) -> None:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise TransportFault(
            FaultKind.UNREADABLE,
            f"the body is encoded ({encoding[:20]}), which was not asked for",
            response.status_code,
        )
    if sum(len(name) + len(value) for name, value in response.headers.raw) > LARGEST_HEADERS:
        raise TransportFault(FaultKind.TOO_LARGE, "the headers are too large", response.status_code)


class _Progress:
    """How far a request got, seen through httpcore's trace: whether any byte of it may have left."""

    def __init__(self) -> None:
        self.sent = False

    async def trace(self, event: str, info: object) -> None:
        if event.endswith("send_request_headers.started"):
            self.sent = True

    def kind_of_timeout(self) -> FaultKind:
        return FaultKind.TIMEOUT if self.sent else FaultKind.NOT_SENT


def _diagnose(error: httpx.HTTPError, progress: _Progress) -> tuple[FaultKind, str]:
    """What an exception of httpx means, without anything it may quote from the request."""
    cause = _root(error)
    if isinstance(cause, ssl.SSLError):
        return FaultKind.TLS, f"TLS: {cause.reason or 'failed'}{_verification(cause)}"
    if not progress.sent:
        return FaultKind.NOT_SENT, f"no connection: {_words(cause)}"
    if isinstance(error, httpx.TimeoutException):
        return FaultKind.TIMEOUT, "no answer in time"
    return FaultKind.CLOSED, f"the connection broke: {_words(cause)}"


def _verification(error: ssl.SSLError) -> str:
    return f" ({error.verify_message})" if isinstance(error, ssl.SSLCertVerificationError) else ""


def _root(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


def _words(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:200]


def _context(ca_file: str | None) -> ssl.SSLContext:
    """TLS 1.2 or later, verification always on (E5, F17)."""
    context = ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
