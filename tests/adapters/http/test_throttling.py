"""A target that says 429 (E10, F10), on a clock that is pushed by whoever sleeps on it."""

import asyncio
from datetime import timedelta

import pytest

from provisioner.adapters.clock import VirtualClock
from provisioner.adapters.ids import SeededIds
from provisioner.adapters.target_scim import ScimTarget
from provisioner.engine.throttle import Throttle
from provisioner.model.answer import Done, FaultKind, Found, Refused
from provisioner.model.fidelity import Fidelity
from provisioner.model.job import TargetSettings
from provisioner.model.question import Question
from provisioner.model.secret import Secret
from tests.adapters.http.servers import CANARY, MODIFY, NOW, QUESTIONS, READ, Behaviour, http, request, serving

SLOW = http("429 Too Many Requests", b"", "Retry-After: 60")


class World:
    """A clock, and a target on it."""

    def __init__(self, url: str, budget: float = 900.0, fidelity: Fidelity | None = None) -> None:
        self.clock = VirtualClock(NOW)
        self.throttle = Throttle(budget)
        self.target = self.another(url, fidelity or Fidelity())

    def another(self, url: str, fidelity: Fidelity) -> ScimTarget:
        return ScimTarget(
            TargetSettings(url),
            Secret(CANARY),
            fidelity,
            clock=self.clock,
            ids=SeededIds(1),
            throttle=self.throttle,
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @property
    def passed(self) -> float:
        return self.clock.monotonic()


def in_turn(*answers: bytes) -> Behaviour:
    """Each request gets the next answer; the last one stays."""
    left = list(answers)

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await request(reader)
            writer.write(left.pop(0) if len(left) > 1 else left[0])
            await writer.drain()

    return behave


@pytest.mark.parametrize(
    ("question", "good"), [(READ, http("200 OK", b'{"id":"7"}')), (MODIFY, http("204 No Content"))]
)
async def test_the_same_question_after_the_pause(question: Question, good: bytes) -> None:
    """A 429 says that nothing happened: the pause is kept, then the question is asked again, a write too."""
    async with serving(in_turn(SLOW, SLOW, good)) as server:
        world = World(server.url)
        async with world.target as target:
            assert isinstance(await target.ask(question), Found | Done)
            assert (target.requests, world.passed) == (3, 120.0)


async def test_every_connection_keeps_the_pause() -> None:
    """It is the job that is asked to slow down."""
    async with serving(in_turn(SLOW, http("200 OK", b'{"id":"7"}'))) as server:
        world = World(server.url)
        world.throttle.slow_down(60, world.passed)
        async with world.another(server.url, Fidelity(retry_after="ignore")) as other:
            await other.ask(READ)
        assert world.passed == 60.0


async def test_a_target_that_never_recovers() -> None:
    """Requests are bounded by the budget; then nothing more is sent, and every object is owed."""
    async with serving(in_turn(SLOW)) as server:
        world = World(server.url, budget=300)
        async with world.target as target:
            answers = [await target.ask(question) for question in QUESTIONS * 4]
            assert target.requests == 6
            assert world.passed == 300.0
    assert all(isinstance(answer, Refused) and answer.fault.status == 429 for answer in answers)
    later = answers[-1]
    assert isinstance(later, Refused)
    assert later.fault.kind is FaultKind.NOT_SENT


async def test_the_pause_can_be_ignored() -> None:
    """E10: the evidence contradicts itself, so a job may count a 429 as a failure like any other."""
    async with serving(in_turn(SLOW)) as server:
        world = World(server.url, fidelity=Fidelity(retry_after="ignore"))
        async with world.target as target:
            for _ in range(3):
                answer = await target.ask(READ)
                assert isinstance(answer, Refused)
                assert answer.fault.retry_after == 60.0
            assert (target.requests, world.passed) == (3, 0.0)


async def test_a_503_is_not_asked_again() -> None:
    """F10: with a write it is of unknown fate, and a failed export is not repeated in its cycle (E11)."""
    async with serving(in_turn(http("503 Busy", b"", "Retry-After: 60"))) as server:
        world = World(server.url)
        async with world.target as target:
            await target.ask(MODIFY)
            assert (target.requests, world.passed) == (1, 0.0)
