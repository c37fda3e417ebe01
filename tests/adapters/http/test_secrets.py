"""The token is on the wire and nowhere else (P9, F32)."""

import asyncio
import logging
import traceback

import pytest

from provisioner.adapters.http import Connection
from provisioner.engine.reply import Response, TransportFault
from provisioner.engine.wire import WireRequest
from provisioner.model.answer import FaultKind, Found, Refused, Unknown
from provisioner.model.secret import Secret
from tests.adapters.http.servers import (
    CANARY,
    FIND,
    QUESTIONS,
    READ,
    Behaviour,
    answering,
    closing,
    http,
    request,
    serving,
    silence,
    target,
)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Shows the client everything it sent, as some debug pages do."""
    while True:
        head = await request(reader)
        writer.write(http("400 Bad Request", head))
        await writer.drain()


async def echo_as_redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request(reader)
    writer.write(http("302 Found", b"", f"Location: https://evil.example/?{CANARY}"))
    await writer.drain()


BEHAVIOURS: dict[str, Behaviour] = {
    "good": answering(http("200 OK", b'{"id":"7"}')),
    "echo": echo,
    "echo as resource": answering(http("200 OK", f'{{"id":"7","nickName":"{CANARY}"}}'.encode())),
    "echo as detail": answering(http("403 Forbidden", f'{{"detail":"bad token {CANARY}"}}'.encode())),
    "echo as redirect": echo_as_redirect,
    "echo as protocol": closing(CANARY.encode() + b"\r\n\r\n"),
    "silence": silence,
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=BEHAVIOURS)
async def test_no_answer_and_no_log_repeats_the_token(behaviour: Behaviour, caplog: pytest.LogCaptureFixture) -> None:
    """F32: not even when the target itself repeats it, and with every library at its most talkative."""
    caplog.set_level(logging.DEBUG)
    seen: list[tuple[WireRequest, Response | TransportFault]] = []
    async with serving(behaviour) as server, target(server.url, seconds=0.2) as client:
        client.on_exchange = lambda request, reply: seen.append((request, reply))
        answers = [await client.ask(question) for question in QUESTIONS]
    assert CANARY.encode() in server.received
    assert len(seen) == len(QUESTIONS)
    records = [record.__dict__ for record in caplog.records]
    assert CANARY not in repr((answers, seen, client, client.__dict__, records)) + caplog.text


@pytest.mark.parametrize("token", [f"{CANARY}\r\nX-Injected: 1", f"{CANARY} ", "S3CR3T "])
async def test_a_token_no_header_can_carry(caplog: pytest.LogCaptureFixture, token: str) -> None:
    """F32: the library would quote the header it refuses; what is said instead does not, short as the token may be."""
    caplog.set_level(logging.DEBUG)
    async with serving(silence) as server, target(server.url, token=token) as client:
        answer = await client.ask(READ)
    assert isinstance(answer, Refused)
    assert answer.fault.kind is FaultKind.NOT_SENT
    assert "S3CR3T" not in repr(answer) + caplog.text
    assert not server.received


async def test_a_fault_holds_no_trace_of_the_token() -> None:
    """F32: neither its text nor the chain of exceptions behind it."""
    async with serving(silence) as server:
        connection = Connection(server.url, seconds=0.1)
        async with connection:
            with pytest.raises(TransportFault) as caught:
                await connection.send(WireRequest("GET", "/"), (), Secret(CANARY))
    assert caught.value.__suppress_context__
    assert CANARY not in "".join(traceback.format_exception(caught.value)) + repr(connection.__dict__)


async def test_a_short_token_masks_no_words() -> None:
    """A token like "a" would turn every a into the mask."""
    anna = answering(http("200 OK", b'{"id":"7","userName":"anna"}'))
    async with serving(anna) as server, target(server.url, token="a") as client:
        answer = await client.ask(READ)
    assert answer == Found(({"id": "7", "userName": "anna"},))


async def test_without_a_token_no_authorization() -> None:
    """An endpoint that needs no token gets no header for one."""
    found = answering(http("200 OK", b'{"id":"7"}'))
    async with serving(found) as server, Connection(server.url, seconds=5) as connection:
        await connection.send(WireRequest("GET", "/Users/7"), (), None)
    assert b"authorization" not in bytes(server.received).lower()


async def test_evidence_is_bounded_and_printable() -> None:
    """F33: what a target says is kept to 2,048 characters and can be shown on a terminal."""
    body = b"\x1b[2J" + "\u202e".encode() + b"\x00\r\n" + b"x" * 10_000
    async with serving(answering(http("500 Oops", body))) as server, target(server.url) as client:
        answer = await client.ask(FIND)
    assert isinstance(answer, Unknown)
    assert answer.exchange.response.isprintable()
    assert len(answer.exchange.response) == 2048
    assert answer.fault.detail.isprintable()
