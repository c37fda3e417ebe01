"""Servers on raw sockets that behave exactly as badly as a test needs, and remember what reached them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from provisioner.adapters.clock import VirtualClock
from provisioner.adapters.http import Connection
from provisioner.adapters.ids import SeededIds
from provisioner.adapters.target_scim import ScimTarget
from provisioner.model.directory import ObjectKind
from provisioner.model.fidelity import Fidelity
from provisioner.model.job import TargetSettings
from provisioner.model.question import Create, Find, Modify, Question, Read, Remove
from provisioner.model.secret import Secret

CANARY = "S3CR3T-4dc0a1f2-canary"
NOW = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)

FIND = Find(ObjectKind.USER, "userName", "ann@example.com")
READ = Read(ObjectKind.USER, "7")
CREATE = Create(ObjectKind.USER, {"userName": "ann@example.com"})
MODIFY = Modify(ObjectKind.USER, "7", {"Operations": []})
REMOVE = Remove(ObjectKind.USER, "7")
QUESTIONS: list[Question] = [FIND, READ, CREATE, MODIFY, REMOVE]

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """A running server: its port, the connections it accepted, and every byte it received."""

    port: int = 0
    connections: int = 0
    received: bytearray = field(default_factory=bytearray)
    scheme: str = "http"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.address}"


@asynccontextmanager
async def serving(behaviour: Behaviour, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A server that lets the behaviour loose on every connection, until the block ends."""
    server = Server(scheme="https" if tls else "http")
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(asyncio.CancelledError, OSError, asyncio.IncompleteReadError):
            try:
                await behaviour(_Recorder(reader, server.received), writer)  # type: ignore[arg-type]
            finally:
                writer.close()
                await writer.wait_closed()
        tasks.discard(task)

    listener = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()


class _Recorder:
    """A reader that keeps what it read."""

    def __init__(self, reader: asyncio.StreamReader, kept: bytearray) -> None:
        self._reader = reader
        self._kept = kept

    async def readuntil(self, separator: bytes) -> bytes:
        return self._keep(await self._reader.readuntil(separator))

    async def readexactly(self, size: int) -> bytes:
        return self._keep(await self._reader.readexactly(size))

    def _keep(self, data: bytes) -> bytes:
        self._kept += data
        return data


async def request(reader: asyncio.StreamReader) -> bytes:
    """One whole request: head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    return head + await reader.readexactly(length)


def answering(answer: bytes) -> Behaviour:
    """Answers every request with the same bytes and keeps the connection."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await request(reader)
            writer.write(answer)
            await writer.drain()

    return behave


def closing(answer: bytes) -> Behaviour:
    """Answers one request and closes."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(answer)
        await writer.drain()

    return behave


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    """A whole response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reads the request and never says a word."""
    await request(reader)
    await asyncio.Event().wait()


def target(
    url: str,
    *,
    token: str = CANARY,
    fidelity: Fidelity | None = None,
    seconds: float = 5.0,
    ca_file: str | None = None,
    proxy: str | None = None,
    connection: Connection | None = None,
) -> ScimTarget:
    """A target on a clock that stands still and with ids that repeat themselves."""
    settings = TargetSettings(url, ca_file=ca_file, proxy=proxy, timeout=timedelta(seconds=seconds))
    return ScimTarget(
        settings,
        Secret(token),
        fidelity or Fidelity(),
        clock=VirtualClock(NOW),
        ids=SeededIds(1),
        connection=connection,
    )
