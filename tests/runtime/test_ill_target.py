"""Whole cycles against a target that is ill below HTTP, with its filters, or with our credentials (F10-F24)."""

import asyncio
import socket

import pytest

from provisioner.model.directory import ObjectKind
from provisioner.model.question import Create, Find, Modify, Remove
from provisioner.sandbox import Sandbox, SandboxServer
from tests.adapters.http.servers import http, serving, target
from tests.runtime.cycles import Company, counted
from tests.runtime.raw_endpoint import RawEndpoint
from tests.runtime.test_trouble import THERE, meeting

CREATED = b"HTTP/1.1 201 Created\r\nContent-Type: application/scim+json\r\n"


async def silent(writer):
    await asyncio.Event().wait()


async def hanging_up(writer):
    """Nothing is said at all."""


async def resetting(writer):
    writer.write(CREATED + b'Content-Length: 100\r\n\r\n{"id"')
    await writer.drain()
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()


async def cutting_a_chunk(writer):
    writer.write(CREATED + b'Transfer-Encoding: chunked\r\n\r\n40\r\n{"id":"7"}')


async def dripping(writer):
    writer.write(CREATED + b"Content-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def flooding(writer):
    writer.write(CREATED + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await writer.drain()


async def speaking_something_else(writer):
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


STRUCK = {
    "F10 503": http("503 Busy", b"", "Retry-After: 1"),
    "F11 silence": silent,
    "F11 hung up": hanging_up,
    "F12 reset in mid-body": resetting,
    "F12 cut chunk": cutting_a_chunk,
    "F13 a drip": dripping,
    "F14 a flood": flooding,
    "F14 compressed": http("201 Created", b"\x1f\x8b", "Content-Encoding: gzip"),
    "F15 not HTTP": speaking_something_else,
    "F15 a page": http("200 OK", b"<html>Bad gateway</html>", "Content-Type: text/html"),
    "F15 nested a thousand deep": http("201 Created", b"[" * 1000 + b"]" * 1000),
    "F22 no id": http("201 Created", b'{"userName":"p2@contoso.example"}'),
}


@pytest.mark.parametrize("strike", STRUCK.values(), ids=STRUCK)
async def test_a_create_whose_answer_is_lost_is_settled_by_the_name_it_was_made_with(tmp_path, strike):
    """P1, P2, P3, P6: the work was done and the answer is unreadable. The others are done all the same; she is
    renamed before the next cycle, and is one account under one name in the end."""
    company, endpoint = Company(tmp_path, people=3), RawEndpoint()
    endpoint.trouble = lambda question: (
        strike if isinstance(question, Create) and question.body["userName"].startswith("p2@") else None
    )
    async with serving(endpoint) as server, target(server.url, seconds=1) as company.target:
        report = await company.cycle()
        assert (counted(report), report.exit_code) == ({"create": 2, "fail": 1}, 3)
        assert len(endpoint.heard) == 1 + 3 * 2
        endpoint.trouble = lambda _: None
        company.people[2]["userPrincipalName"] = "married@contoso.example"
        for _ in range(3):
            await company.cycle()
    assert sorted(endpoint.model.users()) == ["married@contoso.example", "p1@contoso.example", "p3@contoso.example"]
    with company.memory() as memory:
        assert [list(memory.intents()), list(memory.escrows())] == [[], []]
        assert len(list(memory.links(ObjectKind.USER))) == 3


@pytest.mark.parametrize("strike", STRUCK.values(), ids=STRUCK)
async def test_a_look_up_whose_answer_is_lost_creates_nobody(tmp_path, strike):
    """P2, E12: the same to a look-up is not an absence."""
    company, endpoint = Company(tmp_path, people=2), RawEndpoint()
    endpoint.trouble = lambda question: strike if isinstance(question, Find) and "p2@" in question.value else None
    async with serving(endpoint) as server, target(server.url, seconds=1) as company.target:
        assert counted(await company.cycle()) == {"create": 1, "fail": 1}
    assert list(endpoint.model.users()) == ["p1@contoso.example"]


@pytest.fixture(scope="module")
def scim():
    with SandboxServer(Sandbox("scim", seed=1)) as server:
        yield server


DISHONEST = {
    "strangers": ("ignore-filters", {"Users": [{"id": "1", "userName": "somebody@contoso.example", "active": True}]}),
    "case counts": ("case-sensitive-filters", {"Users": [{"id": "1", "userName": "P1@contoso.example"}]}),
    "finds nobody": ("empty-filters", THERE),
    "hides the disabled": ("hide-disabled", THERE),
    "finds her twice": ("duplicate-entries", THERE),
}


@pytest.mark.parametrize("dishonesty", DISHONEST)
async def test_a_filter_that_cannot_be_trusted_changes_nobody(tmp_path, scim, dishonesty):
    """P2, F20, F21: through three cycles nobody is adopted, doubled or changed, and no create is tried in a loop."""
    fault, content = DISHONEST[dishonesty]
    async with meeting(Company(tmp_path, people=1), scim, fault, content=content) as company:
        before = {key: dict(user) for key, user in scim.sandbox.users.items()}
        begun = len(scim.sandbox.requests)
        for _ in range(3):
            assert not counted(await company.cycle()).keys() & {"create", "update", "disable", "delete"}
        assert {key: dict(user) for key, user in scim.sandbox.users.items()} == before
        with company.memory() as memory:
            assert list(memory.links(ObjectKind.USER)) == []
        methods = [request.method for request in scim.sandbox.requests[begun:]]
    assert methods.count("POST") <= 2  # the first attempt and the one of the next cycle; then hours pass (E90)
    assert "PATCH" not in methods


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
async def test_credentials_that_are_refused_on_the_way_end_the_cycle(tmp_path, status):
    """F24, E91: the probe passes, and then the token ends. Three refusals are believed, with the next person's request
    on its way by then; nobody is lost."""
    company, endpoint = Company(tmp_path, people=50), RawEndpoint()
    endpoint.trouble = lambda question: http(status) if "@" in getattr(question, "value", "@") else None
    async with serving(endpoint) as server, target(server.url) as company.target:
        report = await company.cycle()
        assert (report.exit_code, report.quarantine.reason) == (5, "EncounteredQuarantineException")
        assert len(endpoint.heard) <= 1 + 3 + 1
        endpoint.trouble = lambda _: None
        await company.cycle()
        await company.cycle()
    assert len(endpoint.model.users()) == 50
    assert not [question for question in endpoint.heard if isinstance(question, Modify | Remove)]
