"""How bytes travel: TCP and TLS on asyncio, for httpcore, which turns them into HTTP.

httpcore's own way is built for any event loop and takes several turns of it for each request; this one knows its loop.
It also knows best what httpcore's caller has to know: which address was reached, and whether a byte of a request left.
"""

import asyncio
import select
import ssl
from collections.abc import Callable, Iterable
from typing import Any, Final, Self

import httpcore

LARGEST_READ: Final = 256 * 1024
"""Bytes received ahead of the reader; beyond, the other side has to wait."""

TOGETHER: Final = 64 * 1024
"""Bytes of a request that are held back until it is whole, so that head and body leave as one."""

CLOSING: Final = 1.0
"""Seconds the other side has to answer a farewell under TLS."""

_NAMES: Final = {"server_addr": "peername", "client_addr": "sockname"}
"""What asyncio calls what httpcore asks for."""

_CONNECT: Final = b"CONNECT "
"""How a request to a proxy begins that opens the way for the real one."""


class Progress:
    """How far the present request got: whether a byte of it may have left, and the status, once there is one.

    :param unseen: whether requests go another way than through the network here; then any may have left.
    """

    def __init__(self, *, unseen: bool) -> None:
        self._unseen = unseen
        self.begin()

    def begin(self) -> None:
        """Another request begins."""
        self.sent = self._unseen
        self.status: int | None = None


class Network(httpcore.AsyncNetworkBackend):
    """Opens connections.

    :param check: given the address that was reached before a byte is sent; whatever it raises ends the connection.
    """

    def __init__(self, progress: Progress, check: Callable[[str], None]) -> None:
        self._progress = progress
        self._check = check

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore's signature)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a host that answers (RFC 8305).

        :raises httpcore.ConnectTimeout: after ``timeout`` seconds.
        :raises httpcore.ConnectError: when no address answers.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _, line = await loop.create_connection(_Line, host, port, happy_eyeballs_delay=0.25)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        stream = _Stream(line, self._progress)
        try:
            self._check(stream.get_extra_info("server_addr")[0])
        except BaseException:
            await stream.aclose()
            raise
        return stream


class _Line(asyncio.Protocol):
    """What came over one connection and was not read yet, and whether more may come or go."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.ended = False
        self.error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._paused = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        if len(self.received) > LARGEST_READ:
            self.transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> bool:
        self.ended = True
        _wake(self._reader)
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.ended = True
        self.error = self.error or error
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        self._writer = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        _wake(self._writer)
        self._writer = None

    async def take(self, most: int) -> bytes:
        """Up to so many bytes; none when no more will come. Raises the error that ended the connection."""
        if not self.received and not self.ended:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        if not self.received and self.error is not None:
            raise self.error
        taken = bytes(self.received[:most])
        del self.received[:most]
        if taken and len(self.received) <= LARGEST_READ:
            self.transport.resume_reading()
        return taken

    async def drained(self) -> None:
        """Wait until the other side takes more. Raises the error that ended the connection."""
        if self._writer is not None:
            await self._writer
        if self.error is not None:
            raise self.error


def _wake(waiting: asyncio.Future[None] | None) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)


class _Stream(httpcore.AsyncNetworkStream):
    """One connection as httpcore uses it: a request is written, then its answer is read."""

    def __init__(self, line: _Line, progress: Progress) -> None:
        self._line = line
        self._progress = progress
        self._held = bytearray()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send, together with what follows until an answer is read."""
        self._held += buffer
        if len(self._held) > TOGETHER:
            await self._send()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What the other side says; nothing when it has hung up."""
        await self._send()
        try:
            return await self._line.take(max_bytes)
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def _send(self) -> None:
        if not self._held:
            return
        held, self._held = self._held, bytearray()
        self._progress.sent = self._progress.sent or not held.startswith(_CONNECT)
        try:
            self._line.transport.write(held)
            await self._line.drained()
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Hang up."""
        self._line.transport.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Self:
        """Shake hands.

        :raises httpcore.ConnectTimeout: after ``timeout`` seconds.
        :raises httpcore.ConnectError: when the other side is not whom it says it is.
        :raises ssl.SSLEOFError: when it hangs up, which is how it refuses what is offered.
        """
        loop, line = asyncio.get_running_loop(), self._line
        try:
            async with asyncio.timeout(timeout):
                line.transport = await loop.start_tls(
                    line.transport,
                    line,
                    ssl_context,
                    server_hostname=server_hostname,
                    ssl_shutdown_timeout=CLOSING,
                )
        except TimeoutError as error:
            line.transport.abort()
            raise httpcore.ConnectTimeout(str(error)) from error
        except ConnectionError as error:
            line.transport.abort()
            raise ssl.SSLEOFError("hung up while shaking hands") from error
        except OSError as error:
            line.transport.abort()
            raise httpcore.ConnectError(str(error)) from error
        return self

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of a connection."""
        if info == "is_readable":  # of one that nobody uses: then it is not to be used again
            return bool(self._line.received) or self._line.ended or _has_news(self._line.transport)
        return self._line.transport.get_extra_info(_NAMES.get(info, info))


def _has_news(transport: asyncio.Transport) -> bool:
    """Whether something came that the loop has not handed on yet: a farewell, most likely."""
    poll = select.poll()
    poll.register(transport.get_extra_info("socket"), select.POLLIN)
    return bool(poll.poll(0))
