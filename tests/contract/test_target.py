"""What every implementation of the Target port promises."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx

from provisioner.adapters.clock import VirtualClock
from provisioner.adapters.http import Connection
from provisioner.adapters.ids import SeededIds
from provisioner.adapters.target_scim import ScimTarget
from provisioner.engine.reply import Response, TransportFault
from provisioner.engine.wire import WireRequest
from provisioner.model.answer import Answer, Done, FaultKind, Found, Refused, Unknown
from provisioner.model.directory import ObjectKind
from provisioner.model.fidelity import Fidelity
from provisioner.model.job import TargetSettings
from provisioner.model.path import CORE_GROUP, CORE_USER
from provisioner.model.question import Create, Find, Modify, Question, Read, Remove
from provisioner.model.secret import Secret
from provisioner.ports import Target
from provisioner.sandbox import Sandbox, SandboxServer, build_app
from tests.simulation.model_target import ModelTarget

TOKEN = "a-token-of-the-sandbox"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PEOPLE = ["ann@example.com", 'b"en\\@example.com', "jörg & söhne+@example.com", "o'neill"]


def scim(url: str, connection: Connection | None = None) -> ScimTarget:
    """A ScimTarget on a clock that stands still."""
    return ScimTarget(
        TargetSettings(url),
        Secret(TOKEN),
        Fidelity(),
        clock=VirtualClock(datetime(2026, 3, 4, tzinfo=UTC)),
        ids=SeededIds(1),
        connection=connection,
    )


@asynccontextmanager
async def over_a_socket() -> AsyncIterator[Target]:
    """The real thing."""
    with SandboxServer(Sandbox("scim", token=TOKEN, seed=1)) as server:
        async with scim(server.url) as target:
            yield target


@asynccontextmanager
async def over_a_transport() -> AsyncIterator[Target]:
    """The same server without a socket, through an injected transport."""
    origin = "http://localhost"
    transport = httpx.ASGITransport(build_app(Sandbox("scim", token=TOKEN, seed=1)))
    async with scim(origin + "/scim/v2", Connection(origin, seconds=5, transport=transport)) as target:
        yield target


@asynccontextmanager
async def modelled() -> AsyncIterator[Target]:
    """The model that simulations run against."""
    yield ModelTarget()


@pytest.fixture(params=[over_a_socket, over_a_transport, modelled])
async def target(request: pytest.FixtureRequest) -> AsyncIterator[Target]:
    opened: AbstractAsyncContextManager[Target] = request.param()
    async with opened as target:
        yield target


def person(name: str) -> Create:
    return Create(ObjectKind.USER, {"schemas": [CORE_USER], "userName": name, "active": True})


def find(name: str) -> Find:
    return Find(ObjectKind.USER, "userName", name)


def change(id: str, path: str, value: Any) -> Modify:
    operation = {"op": "Replace", "path": path, "value": value}
    return Modify(ObjectKind.USER, id, {"schemas": [PATCH], "Operations": [operation]})


def one(answer: Answer) -> dict[str, Any]:
    assert isinstance(answer, Found)
    assert len(answer.resources) == 1
    return dict(answer.resources[0])


async def created(target: Target, name: str) -> str:
    answer = await target.ask(person(name))
    assert isinstance(answer, Done)
    return answer.id


async def test_nobody(target: Target) -> None:
    """E13: a value nobody carries is a definite nobody, and that is an answer like any other."""
    probe = Find(ObjectKind.USER, "userName", "47d9ddb2-8e1e-4f9e-a3a2-2c3f", probe=True)
    assert await target.ask(probe) == Found(())
    group = Find(ObjectKind.GROUP, "displayName", "Staff", probe=True, exclude_members=True)
    assert await target.ask(group) == Found(())


@pytest.mark.parametrize("name", PEOPLE)
async def test_who_was_created_is_found_and_read(target: Target, name: str) -> None:
    """E28-E30: by the value that was created, whatever letters it holds, and by the id the target gave."""
    account = await created(target, name)
    assert account
    for question in (find(name), Read(ObjectKind.USER, account)):
        resource = one(await target.ask(question))
        assert (resource["id"], resource["userName"], resource["active"]) == (account, name, True)


async def test_a_change_is_there_afterwards(target: Target) -> None:
    """E46."""
    account = await created(target, "ann")
    assert isinstance(await target.ask(change(account, "active", "False")), Done)
    assert one(await target.ask(Read(ObjectKind.USER, account)))["active"] is False


async def test_who_was_removed_is_gone(target: Target) -> None:
    """E57, E31: a 404 for whoever asks by id, nobody for whoever asks by value."""
    account = await created(target, "ann")
    assert isinstance(await target.ask(Remove(ObjectKind.USER, account)), Done)
    assert await target.ask(find("ann")) == Found(())
    for question in (
        Read(ObjectKind.USER, account),
        change(account, "active", "False"),
        Remove(ObjectKind.USER, account),
    ):
        answer = await target.ask(question)
        assert isinstance(answer, Refused)
        assert (answer.fault.kind, answer.fault.status) == (FaultKind.STATUS, 404)


async def test_a_second_account_is_refused(target: Target) -> None:
    """E32: 409, and still only one."""
    account = await created(target, "ann")
    answer = await target.ask(person("ann"))
    assert isinstance(answer, Refused)
    assert answer.fault.status == 409
    assert one(await target.ask(find("ann")))["id"] == account


async def test_groups(target: Target) -> None:
    """E45, E59-E61: created empty, members one by one."""
    member = await created(target, "ann")
    body = {"schemas": [CORE_GROUP], "externalId": "g", "displayName": "Staff", "members": []}
    group = await target.ask(Create(ObjectKind.GROUP, body))
    assert isinstance(group, Done)
    for op, members in (("Add", [member]), ("Remove", [])):
        operation = {"op": op, "path": "members", "value": [{"value": member}]}
        question = Modify(ObjectKind.GROUP, group.id, {"schemas": [PATCH], "Operations": [operation]})
        assert isinstance(await target.ask(question), Done)
        found = one(await target.ask(Read(ObjectKind.GROUP, group.id)))
        assert [entry["value"] for entry in found.get("members", [])] == members


async def test_requests_are_counted(target: Target) -> None:
    """Every question is one request, whatever comes of it."""
    before = target.requests
    for question in (find("ann"), person("ann"), person("ann"), Read(ObjectKind.USER, "nobody")):
        await target.ask(question)
    assert target.requests - before == 4


# --- what only ScimTarget can show


async def test_the_evidence_of_an_exchange() -> None:
    """What was sent and what came back, for the log; told to whoever listens, in order."""
    seen: list[tuple[WireRequest, Response | TransportFault]] = []
    with SandboxServer(Sandbox("scim", token=TOKEN, seed=1)) as server:
        async with scim(server.url) as target:
            target.on_exchange = lambda request, reply: seen.append((request, reply))
            question = person("ann")
            answer = await target.ask(question)
            missing = Read(ObjectKind.USER, "x/y")
            refused = await target.ask(missing)
        exchange = answer.exchange
        assert (exchange.method, exchange.url, exchange.status) == ("POST", server.url + "/Users", 201)
        assert refused.exchange.url == server.url + "/Users/x%2Fy"
    assert (
        exchange.request == b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann","active":true}'
    )
    assert '"userName":"ann"' in exchange.response.replace(" ", "")
    assert [request for request, _ in seen] == [
        WireRequest("POST", "/scim/v2/Users", exchange.request),
        WireRequest("GET", "/scim/v2/Users/x%2Fy"),
    ]
    assert [reply.status for _, reply in seen if isinstance(reply, Response)] == [201, 404]
    assert TOKEN not in repr(seen)


UNWRITABLE: list[Question] = [
    Read(ObjectKind.USER, ""),
    Remove(ObjectKind.USER, ".."),
    Create(ObjectKind.USER, {"userName": "\ud800"}),
    Find(ObjectKind.USER, "userName", "\udfff"),
]


@pytest.mark.parametrize("question", UNWRITABLE)
async def test_what_cannot_be_written_is_refused_unsent(question: Question) -> None:
    """Never an exception, never a request to another path."""
    with respx.mock(assert_all_called=False) as router:
        connection = Connection("http://localhost", seconds=5, transport=httpx.MockTransport(router.async_handler))
        async with scim("http://localhost", connection) as target:
            answer = await target.ask(question)
            assert target.requests == 0
        assert not router.calls
    assert isinstance(answer, Refused)
    assert answer.fault.kind is FaultKind.UNWRITABLE


TRANSPORT: list[tuple[type[httpx.TransportError], type, FaultKind]] = [
    (httpx.ConnectError, Refused, FaultKind.NOT_SENT),
    (httpx.ConnectTimeout, Refused, FaultKind.NOT_SENT),
    (httpx.PoolTimeout, Refused, FaultKind.NOT_SENT),
    (httpx.ProxyError, Refused, FaultKind.NOT_SENT),
    (httpx.UnsupportedProtocol, Refused, FaultKind.NOT_SENT),
    (httpx.LocalProtocolError, Refused, FaultKind.NOT_SENT),
    (httpx.ReadTimeout, Unknown, FaultKind.TIMEOUT),
    (httpx.WriteTimeout, Unknown, FaultKind.TIMEOUT),
    (httpx.ReadError, Unknown, FaultKind.CLOSED),
    (httpx.WriteError, Unknown, FaultKind.CLOSED),
    (httpx.CloseError, Unknown, FaultKind.CLOSED),
    (httpx.RemoteProtocolError, Unknown, FaultKind.UNREADABLE),
]


@pytest.mark.parametrize(("error", "fate", "kind"), TRANSPORT)
async def test_every_error_of_the_library_has_its_meaning(
    error: type[httpx.TransportError], fate: type, kind: FaultKind
) -> None:
    """F11: through any transport, certain only where nothing can have been sent."""
    with respx.mock() as router:
        router.post("http://localhost/Users").mock(side_effect=error("why"))
        connection = Connection("http://localhost", seconds=5, transport=httpx.MockTransport(router.async_handler))
        async with scim("http://localhost", connection) as target:
            answer = await target.ask(person("ann"))
            assert target.requests == (fate is Unknown)
    assert isinstance(answer, Refused | Unknown)
    assert (type(answer), answer.fault.kind) == (fate, kind)
