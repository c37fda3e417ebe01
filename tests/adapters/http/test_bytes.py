"""What stands on the wire, byte for byte (E1-E7)."""

from typing import Any

import pytest

from provisioner.adapters.ids import SeededIds
from provisioner.model.answer import Done, Found
from provisioner.model.directory import ObjectKind
from provisioner.model.fidelity import Fidelity
from provisioner.model.question import Create, Find, Modify, Question, Read, Remove
from tests.adapters.http.servers import FIND, READ, answering, http, serving, target

NOBODY = http("200 OK", b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0}')
SOMEBODY = http("200 OK", b'{"id":"7","userName":"a"}')
VERSION = f"Date:2026-03-04T05:06:07.8901230Z, ActivityId:{SeededIds(1).guid()}"
OLD = Fidelity(adscimversion="5.0")


async def sent(question: Question, answer: bytes, *, tenant: str = "/scim/v2", fidelity: Fidelity = OLD) -> bytes:
    """The bytes a server receives, its own port left out."""
    async with serving(answering(answer)) as server, target(server.url + tenant, fidelity=fidelity) as asked:
        result = await asked.ask(question)
        assert isinstance(result, Found | Done)
    return bytes(server.received).replace(f":{server.port}".encode(), b"")


HEAD = b"Host: 127.0.0.1\r\nAuthorization: Bearer S3CR3T-4dc0a1f2-canary\r\nADSCIMVersion: 5.0\r\n"
JSON = b"Content-Type: application/scim+json; charset=utf-8\r\nContent-Length: "


async def test_find() -> None:
    """E1-E7: no User-Agent, no Accept, no Content-Type on a GET; the filter form-encoded."""
    assert await sent(FIND, NOBODY) == (
        b"GET /scim/v2/Users?filter=userName+eq+%22ann%40example.com%22 HTTP/1.1\r\n" + HEAD + b"\r\n"
    )


async def test_find_group() -> None:
    """E59: excludedAttributes comes before the filter."""
    question = Find(ObjectKind.GROUP, "displayName", "R & D", exclude_members=True)
    assert await sent(question, NOBODY) == (
        b"GET /scim/v2/Groups?excludedAttributes=members&filter=displayName+eq+%22R+%26+D%22 HTTP/1.1\r\n"
        + HEAD
        + b"\r\n"
    )


async def test_read() -> None:
    """E30, E59: by id, a group without its members."""
    assert await sent(READ, SOMEBODY) == b"GET /scim/v2/Users/7 HTTP/1.1\r\n" + HEAD + b"\r\n"
    question = Read(ObjectKind.GROUP, "7", exclude_members=True)
    assert (await sent(question, SOMEBODY)).startswith(b"GET /scim/v2/Groups/7?excludedAttributes=members HTTP/1.1\r\n")


async def test_create() -> None:
    """E3, E40: the body in the order of its keys, compact, as UTF-8."""
    body: dict[str, Any] = {"schemas": ["b", "a"], "userName": "jörg", "active": True}
    assert await sent(Create(ObjectKind.USER, body), http("201 Created", b'{"id":"7"}')) == (
        b"POST /scim/v2/Users HTTP/1.1\r\n"
        + HEAD
        + JSON
        + b"54\r\n\r\n"
        + '{"schemas":["b","a"],"userName":"jörg","active":true}'.encode()
    )


async def test_modify() -> None:
    """E46: PATCH to the object's own URL."""
    body = {"Operations": [{"op": "Replace", "path": 'emails[type eq "work"].value', "value": "a@b.example"}]}
    text = b'{"Operations":[{"op":"Replace","path":"emails[type eq \\"work\\"].value","value":"a@b.example"}]}'
    assert await sent(Modify(ObjectKind.USER, "7", body), http("204 No Content")) == (
        b"PATCH /scim/v2/Users/7 HTTP/1.1\r\n" + HEAD + JSON + str(len(text)).encode() + b"\r\n\r\n" + text
    )


async def test_remove() -> None:
    """E57: DELETE without a body and without Content-Type."""
    assert await sent(Remove(ObjectKind.USER, "7"), http("204 No Content")) == (
        b"DELETE /scim/v2/Users/7 HTTP/1.1\r\n" + HEAD + b"\r\n"
    )


async def test_version_and_accept_by_setting() -> None:
    """E2, E4: the header of 2026 carries time and activity; Accept is sent when asked for, after it."""
    fidelity = Fidelity(accept="application/scim+json")
    head = HEAD.replace(b"5.0", VERSION.encode())
    assert await sent(READ, SOMEBODY, fidelity=fidelity) == (
        b"GET /scim/v2/Users/7 HTTP/1.1\r\n" + head + b"Accept: application/scim+json\r\n\r\n"
    )


@pytest.mark.parametrize("id", ["a/b", "ü", "a b", "100%", "%2e%2e", "?x#y", "a'b[c]", "a@b", "…/../…"])
async def test_odd_ids_reach_the_wire_as_one_segment(id: str) -> None:
    """F22: between /Users/ and the end of the target there is no slash, question mark or fragment."""
    answer = http("204 No Content")
    line = (await sent(Remove(ObjectKind.USER, id), answer)).split(b"\r\n")[0]
    path = line.split(b" ")[1].removeprefix(b"/scim/v2/Users/")
    assert path
    assert not set(path) & set(b"/?#'[]@")


async def test_the_tenant_urls_own_text_is_not_respelled() -> None:
    """E7, E70: whatever stands in the tenant URL goes out letter by letter, its query first."""
    tenant = "/a'b/(c)~%7e/?aadOptscim062020&x='y'[z]%40@!"
    line = (await sent(READ, SOMEBODY, tenant=tenant)).split(b"\r\n")[0]
    assert line == b"GET /a'b/(c)~%7e/Users/7?aadOptscim062020&x='y'[z]%40@! HTTP/1.1"


async def test_one_connection_serves_many_requests() -> None:
    """Keep-alive: a worker holds one connection."""
    async with serving(answering(SOMEBODY)) as server, target(server.url) as asked:
        for _ in range(20):
            await asked.ask(READ)
        assert (server.connections, asked.requests) == (1, 20)


async def test_no_cookie_is_kept() -> None:
    """A target that sets cookies gets none back."""
    answer = http("200 OK", b'{"id":"7"}', "Set-Cookie: session=1; Path=/")
    async with serving(answering(answer)) as server, target(server.url) as asked:
        await asked.ask(READ)
        await asked.ask(READ)
    assert b"cookie" not in bytes(server.received).lower()
