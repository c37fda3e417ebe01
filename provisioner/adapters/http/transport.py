"""A transport to one origin: a pool of one connection, with TLS, a proxy, and the network beneath of our own."""

import ssl
from ipaddress import ip_address
from typing import Final

import httpcore
import httpx

from provisioner.adapters.http.faults import words
from provisioner.adapters.http.network import Network, Progress
from provisioner.engine.reply import TransportFault
from provisioner.engine.tenant_url import is_forbidden_address
from provisioner.model.answer import FaultKind
from provisioner.model.errors import JobInvalid, Place

IDLE: Final = 4.0
"""Seconds an idle connection is kept; many servers close theirs after five, and a request must not meet that moment."""


def transport_to(scheme: str, ca_file: str | None, proxy: str | None, progress: Progress) -> httpx.AsyncBaseTransport:
    """A transport for one origin at a time, over one connection.

    :raises JobInvalid: when ``ca_file`` or ``proxy`` cannot be used.
    """
    context = _context(scheme, ca_file)
    # Only without a proxy is the address that is reached that of the target.
    network = Network(progress, _check_address if proxy is None else _any_address)
    return _Transport(
        httpcore.AsyncConnectionPool(
            ssl_context=context,
            proxy=_proxy(proxy) if proxy is not None else None,
            max_connections=1,
            max_keepalive_connections=1,
            keepalive_expiry=IDLE,
            network_backend=network,
        )
    )


class _Transport(httpx.AsyncBaseTransport):
    """httpx's own transport over httpcore, but for the network beneath, which httpx does not let one choose."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=answer.stream)  # type: ignore[arg-type]

    async def aclose(self) -> None:
        await self._pool.aclose()


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
