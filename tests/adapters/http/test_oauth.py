"""Access tokens by client credentials (RFC 6749 section 4.4)."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from provisioner.adapters.clock import VirtualClock
from provisioner.adapters.http import Connection
from provisioner.adapters.ids import SeededIds
from provisioner.adapters.oauth import ClientCredentials
from provisioner.adapters.target_scim import ScimTarget
from provisioner.model.answer import Answer, FaultKind, Found, Refused
from provisioner.model.fidelity import Fidelity
from provisioner.model.job import OAuth, TargetSettings
from provisioner.model.secret import Secret, SecretReference
from tests.adapters.http.servers import CANARY, NOW, READ, Behaviour, Server, answering, http, request, serving

FOUND = http("200 OK", b'{"id":"7"}')


def granting(**more: object) -> Behaviour:
    """Grants tokens numbered from 1."""
    count = 0

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        while True:
            await request(reader)
            count += 1
            grant = {"access_token": f"access-token-{count}", "token_type": "Bearer", **more}
            writer.write(http("200 OK", json.dumps(grant).encode()))
            await writer.drain()

    return behave


@dataclass
class World:
    """A target, the two servers behind it, and the clock they do not see."""

    target: ScimTarget
    scim: Server
    tokens: Server
    clock: VirtualClock


@asynccontextmanager
async def world(tokens: Behaviour, answer: bytes = FOUND, *, scope: str = "", port: int = 0) -> AsyncIterator[World]:
    """A target that gets its tokens from a server that behaves so; ``port`` is where it looks for it instead."""
    clock = VirtualClock(NOW)

    async def sleep(seconds: float) -> None:
        clock.advance(timedelta(seconds=seconds))

    async with serving(answering(answer)) as scim, serving(tokens) as server:
        origin = f"http://127.0.0.1:{port}" if port else server.url
        settings = OAuth(origin + "/token", "the client", SecretReference("env", "X"), scope)
        connection = Connection(origin, seconds=5)
        credentials = ClientCredentials(settings, Secret(CANARY), connection, clock=clock, sleep=sleep)
        target = ScimTarget(TargetSettings(scim.url), credentials, Fidelity(), clock=clock, ids=SeededIds(1))
        async with connection, target:
            yield World(target, scim, server, clock)


async def answer_with(tokens: Behaviour) -> Answer:
    """One question that never reaches the target."""
    async with world(tokens) as here:
        answer = await here.target.ask(READ)
        assert (here.target.requests, here.scim.connections) == (0, 0)
    return answer


async def test_the_grant_and_its_use() -> None:
    """The client's secret goes to the token endpoint, the access token to the target, neither to the other."""
    async with world(granting(expires_in=3600), scope="scim all") as here:
        assert isinstance(await here.target.ask(READ), Found)
        assert isinstance(await here.target.ask(READ), Found)
    head, body = bytes(here.tokens.received).split(b"\r\n\r\n", 1)
    assert head.startswith(b"POST /token HTTP/1.1\r\n")
    assert b"Content-Type: application/x-www-form-urlencoded" in head
    assert parse_qs(body.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["the client"],
        "client_secret": [CANARY],
        "scope": ["scim all"],
    }
    assert here.scim.received.count(b"Authorization: Bearer access-token-1\r\n") == 2
    assert CANARY.encode() not in here.scim.received


async def test_a_token_is_renewed_before_it_ends() -> None:
    """None ends on its way."""
    async with world(granting(expires_in=600)) as here:
        for seconds in (0, 500, 50):
            here.clock.advance(timedelta(seconds=seconds))
            await here.target.ask(READ)
    assert uses(here.scim) == [2, 1, 0]


async def test_a_token_refused_before_its_time_is_not_used_again() -> None:
    """The refusal stands for this question; the next one goes with a new token."""
    async with world(granting(), http("401 No")) as here:
        for _ in range(2):
            assert isinstance(await here.target.ask(READ), Refused)
    assert uses(here.scim) == [1, 1, 0]


async def test_many_questions_at_once_fetch_one_token() -> None:
    """Connections share a token."""
    async with world(granting()) as here:
        await asyncio.gather(*(here.target.ask(READ) for _ in range(5)))
    assert here.tokens.received.count(b"POST") == 1
    assert uses(here.scim) == [5, 0, 0]


def uses(scim: Server) -> list[int]:
    """How often the first three tokens were used."""
    return [scim.received.count(f"Bearer access-token-{number}\r\n".encode()) for number in (1, 2, 3)]


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden"])
async def test_a_client_that_is_refused(status: str, caplog: pytest.LogCaptureFixture) -> None:
    """It reads as refused credentials (E91), says what the endpoint said, and repeats no secret."""
    caplog.set_level(logging.DEBUG)
    body = json.dumps({"error": "invalid_client", "error_description": f"not {CANARY}"}).encode()
    answer = await answer_with(answering(http(status, body)))
    assert isinstance(answer, Refused)
    assert (answer.fault.kind, answer.fault.status) == (FaultKind.STATUS, 401)
    assert "invalid_client" in answer.fault.detail
    assert CANARY not in repr(answer) + caplog.text


NO_GRANT = {
    "trouble over there": http("500 Oops", b"boom"),
    "a redirect": http("302 Found", b"", "Location: https://else.example/"),
    "HTML": http("200 OK", b"<html>"),
    "another type": http("200 OK", b'{"access_token":"t","token_type":"mac"}'),
    "no token": http("200 OK", b'{"token_type":"bearer"}'),
    "a token that is no text": http("200 OK", b'{"access_token":7}'),
    "a list": http("200 OK", b'["t"]'),
    "another protocol": b"SSH-2.0-x\r\n\r\n",
}


@pytest.mark.parametrize("behaviour", [answering(answer) for answer in NO_GRANT.values()], ids=NO_GRANT)
async def test_no_token_no_request(behaviour: Behaviour) -> None:
    """Whatever the token endpoint does, the target was not asked, and that is certain."""
    answer = await answer_with(behaviour)
    assert isinstance(answer, Refused)
    assert answer.fault.kind is FaultKind.NOT_SENT
    assert answer.fault.detail.startswith("no access token")


async def test_a_refused_connection_is_tried_again_a_few_times() -> None:
    """Nothing was sent, so trying again is safe; it is bounded."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with world(granting(), port=closed.getsockname()[1]) as here:
            answer = await here.target.ask(READ)
    assert isinstance(answer, Refused)
    assert answer.fault.kind is FaultKind.NOT_SENT
    assert here.clock.monotonic() == pytest.approx(0.2 + 0.4)
