"""How an answer leaves: the connection itself is reached through what :mod:`.server` puts into the ASGI scope.

Served by another ASGI server, a cut or withheld answer ends as that server ends an unfinished one.
"""

import asyncio
from typing import Final

from starlette.types import Receive, Scope, Send

from provisioner.sandbox.reply import Delivery, Reply

WIRE: Final = "provisioner.wire"


class Wire:
    """A request's connection: its transport, and its headers in the case they came."""

    __slots__ = ("headers", "transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.headers: list[tuple[str, str]] = []


def wire_headers(scope: Scope) -> tuple[tuple[str, str], ...]:
    """The request's headers in the order received, and in the case received where the server tells it."""
    wire = _wire(scope)
    if wire is not None:
        return tuple(wire.headers)
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])


def _wire(scope: Scope) -> Wire | None:
    wire: Wire | None = scope.get("extensions", {}).get(WIRE, {}).get("wire")
    return wire


async def deliver(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the answer in the way it says."""
    if reply.delivery is Delivery.NONE:
        await _hang_up(scope, receive)
        return
    if reply.delivery is Delivery.LATE and await _left(receive, reply.seconds):
        return
    await send({"type": "http.response.start", "status": reply.status, "headers": _headers(reply)})
    match reply.delivery:
        case Delivery.CUT:
            await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
            await _hang_up(scope, receive)
        case Delivery.DRIP:
            await _drip(reply, receive, send)
        case _:
            await send({"type": "http.response.body", "body": reply.body})


def _headers(reply: Reply) -> list[tuple[bytes, bytes]]:
    if reply.status == 204:
        return list(reply.headers)
    length = str(len(reply.body)).encode()
    return [(b"content-type", reply.media_type.encode()), (b"content-length", length), *reply.headers]


async def _drip(reply: Reply, receive: Receive, send: Send) -> None:
    for position in range(len(reply.body)):
        await send({"type": "http.response.body", "body": reply.body[position : position + 1], "more_body": True})
        if await _left(receive, reply.seconds):
            return
    await send({"type": "http.response.body", "body": b""})


async def _left(receive: Receive, seconds: float) -> bool:
    """Wait; whether the client went away meanwhile."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


async def _hang_up(scope: Scope, receive: Receive) -> None:
    wire = _wire(scope)
    if wire is not None:
        wire.transport.close()
        await _left(receive, 1.0)
