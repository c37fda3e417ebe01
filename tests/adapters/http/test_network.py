"""Bytes under way: more than fits into one packet, either way, and connections that end between requests."""

import asyncio
import ssl

import orjson
import pytest
import trustme

from provisioner.model.answer import Done, Found
from provisioner.model.directory import ObjectKind
from provisioner.model.question import Create
from tests.adapters.http.servers import CREATE, READ, answering, closing, http, request, serving, target

MEBIBYTE = 1024 * 1024


@pytest.fixture(params=["http", "https"])
def tls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str] | None:
    """A server's certificate and the file that makes it trusted, or neither."""
    if request.param == "http":
        return None
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return context, str(file)


async def test_a_request_larger_than_any_buffer_arrives_whole(tls: tuple[ssl.SSLContext, str] | None) -> None:
    """A server that reads late is waited for, and nothing is lost or doubled."""
    context, ca_file = tls or (None, None)
    body = {"userName": "ann", "picture": "x" * 8 * MEBIBYTE}
    arrived: list[bytes] = []

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        arrived.append(await request(reader))
        writer.write(http("201 Created", b'{"id":"7"}'))

    async with serving(late, tls=context) as server, target(server.url, ca_file=ca_file) as client:
        assert isinstance(await client.ask(Create(ObjectKind.USER, body)), Done)
    assert orjson.loads(arrived[0].partition(b"\r\n\r\n")[2]) == body


async def test_an_answer_larger_than_any_buffer_arrives_whole(tls: tuple[ssl.SSLContext, str] | None) -> None:
    """Reading goes on where it was held back."""
    context, ca_file = tls or (None, None)
    person = {"id": "7", "picture": "y" * 3 * MEBIBYTE}
    behaviour = answering(http("200 OK", orjson.dumps(person)))
    async with serving(behaviour, tls=context) as server, target(server.url, ca_file=ca_file) as client:
        for _ in range(2):
            answer = await client.ask(READ)
            assert isinstance(answer, Found)
            assert answer.resources == (person,)
        assert server.connections == 1


async def test_a_connection_that_ended_meanwhile_is_not_used_again(tls: tuple[ssl.SSLContext, str] | None) -> None:
    """A server that hangs up after each answer costs a new connection, and never a request of unknown fate."""
    context, ca_file = tls or (None, None)
    behaviour = closing(http("201 Created", b'{"id":"7"}'))
    async with serving(behaviour, tls=context) as server, target(server.url, ca_file=ca_file) as client:
        for _ in range(3):
            assert isinstance(await client.ask(CREATE), Done)
            await asyncio.sleep(0.02)  # the farewell is under way
        assert server.connections == 3


async def test_a_farewell_that_was_not_read_yet_counts() -> None:
    """The loop had no turn since the server hung up; the connection is known to be over all the same."""
    import time  # the loop must not turn while the farewell travels

    async with serving(closing(http("201 Created", b'{"id":"7"}'))) as server, target(server.url) as client:
        assert isinstance(await client.ask(CREATE), Done)
        await asyncio.sleep(0.02)
        time.sleep(0.02)  # noqa: ASYNC251
        assert isinstance(await client.ask(CREATE), Done)
        assert server.connections == 2


async def test_what_comes_unasked_is_nobodys_answer() -> None:
    """An answer that nobody asked for is not taken for that of the next request (F16)."""

    async def talkative(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(http("201 Created", b'{"id":"7"}'))
        await asyncio.sleep(0.01)
        writer.write(http("201 Created", b'{"id":"8"}'))
        await request(reader)

    async with serving(talkative) as server, target(server.url) as client:
        assert await _id_of(client.ask(CREATE)) == "7"
        await asyncio.sleep(0.05)
        assert await _id_of(client.ask(CREATE)) == "7"
        assert server.connections == 2


async def _id_of(asking: object) -> str:
    answer = await asking  # type: ignore[misc]
    assert isinstance(answer, Done)
    return answer.id
