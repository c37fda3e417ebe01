"""How requests reach one origin: a pool of one connection, with TLS, a proxy, and the network beneath of our own.

httpcore is what httpx stands on. What httpx puts above it costs a tenth of a request and serves what is not wanted
here.
"""

import ssl
from ipaddress import ip_address
from typing import Final, Protocol

import httpcore
import httpx

from provisioner.adapters.http.faults import words
from provisioner.adapters.http.network import Network, Progress
from provisioner.engine.reply import TransportFault
from provisioner.engine.tenant_url import is_forbidden_address
from provisioner.model.answer import FaultKind
from provisioner.model.errors import JobInvalid, Place

RawHeaders = list[tuple[bytes, bytes]]

IDLE: Final = 4.0
"""Seconds an idle connection is kept; many servers close theirs after five, and a request must not meet that moment."""


class Transport(Protocol):
    """Sends one request and gives the head of its answer, whose body is still to be read."""

    async def send(self, method: str, target: str, headers: RawHeaders, body: bytes) -> httpcore.Response:
        """Raises what :data:`provisioner.adapters.http.faults.TROUBLE` lists."""
        ...

    async def aclose(self) -> None:
        """Close the connection."""
        ...


class Pool:
    """A pool of one connection to an origin.

    :param connecting: seconds that reaching the host may take, and shaking hands with it again.
    :raises JobInvalid: when ``ca_file`` or ``proxy`` cannot be used.
    """

    def __init__(
        self, origin: httpx.URL, connecting: float, progress: Progress, *, ca_file: str | None, proxy: str | None
    ) -> None:
        self._origin = (origin.raw_scheme, origin.raw_host, origin.port)
        self._extensions = {"timeout": {"connect": connecting}}
        # Only without a proxy is the address that is reached that of the target.
        network = Network(progress, _check_address if proxy is None else _any_address)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_context(origin.scheme, ca_file),
            proxy=_proxy(proxy) if proxy is not None else None,
            max_connections=1,
            max_keepalive_connections=1,
            keepalive_expiry=IDLE,
            network_backend=network,
        )

    async def send(self, method: str, target: str, headers: RawHeaders, body: bytes) -> httpcore.Response:
        """Send over the network."""
        scheme, host, port = self._origin
        url = httpcore.URL(scheme=scheme, host=host, port=port, target=target.encode())
        return await self._pool.handle_async_request(
            httpcore.Request(method, url, headers=headers, content=body, extensions=self._extensions)
        )

    async def aclose(self) -> None:
        """Close the connection."""
        await self._pool.aclose()


class Elsewhere:
    """One of httpx's transports in place of the network."""

    def __init__(self, origin: httpx.URL, transport: httpx.AsyncBaseTransport) -> None:
        self._origin = origin
        self._transport = transport

    async def send(self, method: str, target: str, headers: RawHeaders, body: bytes) -> httpcore.Response:
        """Send through it."""
        url = self._origin.copy_with(raw_path=target.encode())
        answer = await self._transport.handle_async_request(httpx.Request(method, url, headers=headers, content=body))
        return httpcore.Response(answer.status_code, headers=answer.headers.raw, content=answer.stream)

    async def aclose(self) -> None:
        """Close it."""
        await self._transport.aclose()


def _check_address(address: str) -> None:
    """Leave a connection that a name led to a link-local or metadata address, before a byte is sent (F31).

    Only here is it certain which address was reached; looked up beforehand, the name could change in between.
    """
    if is_forbidden_address(ip_address(address)):
        raise TransportFault(FaultKind.NOT_SENT, f"the name leads to {address}, a link-local or metadata address")


def _any_address(address: str) -> None:
    """A proxy may be anywhere."""


def _proxy(url: str) -> httpcore.Proxy:
    try:
        proxy = httpx.Proxy(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise _no_proxy() from error
    if proxy.url.scheme not in ("http", "https"):
        raise _no_proxy()
    return httpcore.Proxy(str(proxy.url), auth=proxy.raw_auth)


def _no_proxy() -> JobInvalid:
    hint = 'write proxy = "http://host:port"'
    return JobInvalid("the proxy cannot be used", place=Place(path="target.proxy"), hint=hint)


def _context(scheme: str, ca_file: str | None) -> ssl.SSLContext:
    """TLS 1.2 or later, verification always on (E5, F17)."""
    if scheme != "https":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody; loading authorities takes a while
    try:
        context = ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context(trust_env=False)
    except OSError as error:
        hint = f"give a PEM file with certificates ({words(error)})"
        raise JobInvalid(
            f"{ca_file} cannot be read as certificates", place=Place(path="target.ca_file"), hint=hint
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
