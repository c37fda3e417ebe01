"""A target that misbehaves on the wire: every way ends in an Answer, and in the right one (F11-F15)."""

import asyncio
import resource
import socket
import zlib
from collections.abc import Callable

import pytest

from provisioner.model.answer import Answer, Done, FaultKind, Found, Refused, Unknown
from provisioner.model.question import Question
from tests.adapters.http.servers import (
    CREATE,
    MODIFY,
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

CREATED = b"HTTP/1.1 201 Created\r\nContent-Type: application/scim+json\r\n"
MEBIBYTE = 1024 * 1024


async def asked(behaviour: Behaviour, question: Question = CREATE, *, seconds: float = 5.0) -> Answer:
    """One question to a server that behaves so."""
    async with serving(behaviour) as server, target(server.url, seconds=seconds) as client:
        return await client.ask(question)


def trouble(answer: Answer) -> tuple[type, FaultKind, int | None]:
    """Refused or Unknown, why, and the status when there was one."""
    assert isinstance(answer, Refused | Unknown)
    return type(answer), answer.fault.kind, answer.fault.status


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request(reader)


async def reset_in_mid_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request(reader)
    writer.write(CREATED + b'Content-Length: 100\r\n\r\n{"id"')
    await writer.drain()
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()


def dripping(head: bytes, drop: bytes = b" ") -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(head)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    return behave


@pytest.mark.parametrize("question", QUESTIONS)
async def test_silence(question: Question) -> None:
    """F11: after the first byte was written nobody knows what happened."""
    assert trouble(await asked(silence, question, seconds=0.5)) == (Unknown, FaultKind.TIMEOUT, None)


@pytest.mark.parametrize("question", QUESTIONS)
async def test_hanging_up_before_a_reply(question: Question) -> None:
    """F11: the request arrived whole; it may have been carried out."""
    assert trouble(await asked(hang_up, question)) == (Unknown, FaultKind.CLOSED, None)


@pytest.mark.parametrize("question", QUESTIONS)
async def test_nobody_listens(question: Question) -> None:
    """F11: a refused connection is a certain no, and no request is counted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        async with target(f"http://127.0.0.1:{free.getsockname()[1]}") as client:
            assert trouble(await client.ask(question)) == (Refused, FaultKind.NOT_SENT, None)
            assert client.requests == 0


async def test_nobody_accepts() -> None:
    """F11: a host that swallows the opening of connections was sent nothing."""
    with socket.socket() as full, socket.socket() as filler:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        filler.connect(full.getsockname())
        async with target(f"http://127.0.0.1:{full.getsockname()[1]}", seconds=0.2) as client:
            clients = []
            for _ in range(3):  # the kernel's queue holds one or two
                clients.append(socket.socket())
                clients[-1].setblocking(False)
                clients[-1].connect_ex(full.getsockname())
            try:
                assert trouble(await client.ask(CREATE)) == (Refused, FaultKind.NOT_SENT, None)
            finally:
                for other in clients:
                    other.close()


CUT = {
    "reset in mid-body": reset_in_mid_body,
    "shorter than Content-Length": closing(CREATED + b'Content-Length: 100\r\n\r\n{"id":"7"}'),
    "cut chunk": closing(CREATED + b'Transfer-Encoding: chunked\r\n\r\n40\r\n{"id":"7"}'),
    "no last chunk": closing(CREATED + b'Transfer-Encoding: chunked\r\n\r\na\r\n{"id":"7"}\r\n'),
}


@pytest.mark.parametrize("behaviour", CUT.values(), ids=CUT)
@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_cut_body_is_unknown_whatever_the_status_said(question: Question, behaviour: Behaviour) -> None:
    """F12: even a 201 whose body breaks off is not taken for a yes, nor a readable beginning for the whole."""
    assert trouble(await asked(behaviour, question)) == (Unknown, FaultKind.CLOSED, 201)


NOT_HTTP = {
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "half a status line": b"HTTP/1.1 2",
    "a status in words": b"HTTP/1.1 created\r\n\r\n",
    "a bad chunk": CREATED + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "two lengths": CREATED + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "a negative length": CREATED + b"Content-Length: -1\r\n\r\n{}",
    "headers without end": CREATED + b"X-Filler: " + b"a" * 200_000,
}


@pytest.mark.parametrize("answer", NOT_HTTP.values(), ids=NOT_HTTP)
async def test_what_is_not_http(answer: bytes) -> None:
    """F15: it was sent, and what came back says nothing."""
    fate, kind, _ = trouble(await asked(closing(answer)))
    assert fate is Unknown
    assert kind in (FaultKind.UNREADABLE, FaultKind.CLOSED)


DRIPS = {
    "body": CREATED + b"Content-Length: 100000\r\n\r\n",
    "chunks": CREATED + b"Transfer-Encoding: chunked\r\n\r\n",
    "headers": CREATED + b"X-Filler: ",
}


@pytest.mark.parametrize("head", DRIPS.values(), ids=DRIPS)
async def test_a_drip_ends_at_the_deadline(head: bytes) -> None:
    """F13: the deadline is for the whole exchange; a byte now and then does not prolong it."""
    drop = b"1\r\n \r\n" if b"chunked" in head else b" "
    fate, kind, _ = trouble(await asked(dripping(head, drop), seconds=0.3))
    assert (fate, kind) == (Unknown, FaultKind.TIMEOUT)


def flooding(piece: bytes, status: bytes = b"200 OK") -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(b"HTTP/1.1 " + status + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()

    return behave


@pytest.mark.parametrize("question", [READ, CREATE])
async def test_a_body_without_end_is_left_at_the_cap(question: Question) -> None:
    """F14: 4 MiB at most are held, however much is sent."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = await asked(flooding(b" " * 65536), question)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert trouble(answer) == (Unknown, FaultKind.TOO_LARGE, 200)
    assert grown * 1024 < 32 * MEBIBYTE


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
async def test_nothing_compressed_is_unpacked(encoding: str) -> None:
    """F14: no encoding was asked for; a bomb stays packed."""
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(bytes(MEBIBYTE)) for _ in range(100)) + packer.flush()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = await asked(answering(http("200 OK", bomb, f"Content-Encoding: {encoding}")), READ)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert trouble(answer) == (Unknown, FaultKind.UNREADABLE, 200)
    assert grown * 1024 < 32 * MEBIBYTE


REMARKS = {
    "compressed": answering(http("401 Unauthorized", zlib.compress(b"<html>"), "Content-Encoding: gzip")),
    "without end": flooding(b" " * 65536, status=b"401 Unauthorized"),
}


@pytest.mark.parametrize("behaviour", REMARKS.values(), ids=REMARKS)
@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_refusal_stands_whatever_its_body_is(question: Question, behaviour: Behaviour) -> None:
    """F14: what is no success is told by its status; a page nobody can read does not hide a 401 (E91)."""
    assert trouble(await asked(behaviour, question)) == (Refused, FaultKind.STATUS, 401)


async def test_many_headers() -> None:
    """F14: headers are bounded like the body."""
    headers = [f"X-Filler-{n}: {'a' * 1000}" for n in range(80)]
    answer = await asked(answering(http("200 OK", b'{"id":"7"}', *headers)), READ)
    assert trouble(answer) == (Unknown, FaultKind.TOO_LARGE, 200)


async def test_an_interim_response_is_not_the_answer() -> None:
    """RFC 9110 section 15.2: 100 and 103 only announce."""
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    assert isinstance(await asked(answering(interim + http("201 Created", b'{"id":"7"}'))), Done)


READABLE: dict[str, Callable[[bytes], bytes]] = {
    "closed at the end": lambda body: b"HTTP/1.1 200 OK\r\n\r\n" + body,
    "HTTP/1.0": lambda body: b"HTTP/1.0 200 OK\r\n\r\n" + body,
    "chunked": lambda body: (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    ),
    "no reason phrase": lambda body: b"HTTP/1.1 200\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body),
    "identity": lambda body: http("200 OK", body, "Content-Encoding: identity"),
    "labelled as JSON": lambda body: http("200 OK", body, "Content-Type: application/json"),
    "labelled as text": lambda body: http("200 OK", body, "Content-Type: text/plain; charset=utf-16"),
    "with a byte order mark": lambda body: http("200 OK", b"\xef\xbb\xbf" + body),
}


@pytest.mark.parametrize("form", READABLE.values(), ids=READABLE)
async def test_unusual_but_whole_answers_are_read(form: Callable[[bytes], bytes]) -> None:
    """E17: the service is lax about labels; so are we about every framing HTTP/1.1 allows."""
    answer = await asked(closing(form(b'{"id":"7","userName":"ann"}')), READ)
    assert answer == Found(({"id": "7", "userName": "ann"},))


async def test_the_next_question_meets_a_fresh_connection() -> None:
    """P6: one broken exchange does not spoil the next."""
    answers = iter([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", http("200 OK", b'{"id":"7"}')])

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(next(answers))
        await writer.drain()

    async with serving(behave) as server, target(server.url) as client:
        assert isinstance(await client.ask(READ), Unknown)
        assert isinstance(await client.ask(READ), Found)
        assert server.connections == 2


SURPLUS = {
    "a 204 with a body": b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}",
    "a chunked 204": b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "more than Content-Length": b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{"id":"7"}',
    "another answer": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{" + http("200 OK", b"{}"),
}


@pytest.mark.parametrize("answer", SURPLUS.values(), ids=SURPLUS)
@pytest.mark.parametrize("question", [CREATE, MODIFY])
async def test_what_follows_an_answer_is_not_the_next_one(answer: bytes, question: Question) -> None:
    """P6: bytes left over from one answer are never read as the answer to the next question."""
    answers = iter([answer, http("500 Broken")])

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await request(reader)
            writer.write(next(answers))
            await writer.drain()

    async with serving(behave) as server, target(server.url) as client:
        await client.ask(question)
        assert trouble(await client.ask(question)) == (Unknown, FaultKind.STATUS, 500)
        assert server.connections == 2


async def test_a_server_that_closes_between_questions() -> None:
    """An idle connection the server closed is replaced before anything is sent on it."""
    async with serving(closing(http("204 No Content"))) as server, target(server.url) as client:
        for _ in range(3):
            assert isinstance(await client.ask(MODIFY), Done)
            await asyncio.sleep(0.02)
        assert (server.connections, client.requests) == (3, 3)


async def test_nothing_is_sent_twice() -> None:
    """E11: whatever goes wrong, one question is at most one request."""
    async with serving(hang_up) as server, target(server.url) as client:
        for question in QUESTIONS:
            await client.ask(question)
        assert (server.connections, client.requests) == (5, 5)
