"""The replay driver: the same cycle, answered from what was recorded."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from provisioner.engine.replaying import NoResponse, Script
from provisioner.engine.reply import Response, TransportFault
from provisioner.engine.wire import Headers, WireRequest
from provisioner.model.answer import FaultKind
from provisioner.model.secret import Secret
from provisioner.runtime.topic import spoken_of

CALM: Final = 32
"""Rounds of the event loop in which nobody else asks before an answer out of its turn is given: what follows an answer
without waiting for another takes a handful of them."""


class Movable(Protocol):
    """A clock that is put forward."""

    def advance_to(self, moment: datetime) -> None:
        """Let time pass until a moment; one that is over already changes nothing."""
        ...


class Order:
    """Gives several conversations their answers in the order in which they came when they were recorded.

    So it does not depend on chance who hears first that the target is ill, or to whom an account belongs.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._next = 1
        self._caller: asyncio.Task[None] | None = None

    async def turn(self, number: int) -> None:
        """Wait until every earlier answer was given, or nobody asks for it.

        It takes a round of the event loop at least, as every real answer does: what goes on meanwhile must do so here.
        """
        if number == self._next and not self._waiting:
            self._next += 1
            await asyncio.sleep(0)
            return
        self._waiting[number] = asyncio.get_running_loop().create_future()
        if self._caller is None or self._caller.done():
            self._caller = asyncio.create_task(self._call())
        await self._waiting[number]

    async def _call(self) -> None:
        while self._waiting:
            rounds = 0
            while self._next not in self._waiting and rounds < CALM:
                rounds += 1
                await asyncio.sleep(0)
            number = min(self._waiting)
            self._next = number + 1
            future = self._waiting.pop(number)
            if not future.done():
                future.set_result(None)
            await asyncio.sleep(0)


@dataclass(slots=True)
class Playback:
    """Stands where the connections to the endpoint were: no request leaves it, and no token comes to it."""

    script: Script
    clock: Movable
    order: Order = field(default_factory=Order)

    async def send(self, request: WireRequest, headers: Headers, token: Secret | None) -> Response:
        """The recorded reply to a request.

        :raises TransportFault: when none came, or none was recorded.
        """
        turn = self.script.take(spoken_of(), request)
        if turn is None:
            raise TransportFault(FaultKind.INTERRUPTED, "the recording holds no reply to this request")
        await self.order.turn(turn.number)
        self.clock.advance_to(turn.at)
        if isinstance(turn.reply, NoResponse):
            raise TransportFault(turn.reply.kind, turn.reply.detail, turn.reply.status)
        return turn.reply

    async def aclose(self) -> None:
        """There is nothing to close."""
