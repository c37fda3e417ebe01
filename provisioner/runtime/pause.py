"""Waits when the target answers 429: one pause for all connections of a job, within a cycle's budget (E10, F10).

A 429 says that nothing was done, so the same question may be asked again once the pause is over. A 503 does not say so,
and is left to the object's next attempt.
"""

from collections.abc import Awaitable, Callable
from typing import Final, TypeGuard

from provisioner.model.answer import Answer, Fault, FaultKind, Refused
from provisioner.model.frozen import frozen
from provisioner.model.question import Question
from provisioner.ports import Clock, Stop, Target

Sleep = Callable[[float], Awaitable[None]]
"""Lets so many seconds pass; on a virtual clock nobody waits for them."""

BUDGET: Final = 3600.0
"""Seconds of pauses in one cycle: as much as a single Retry-After may ask for."""

SHORTEST: Final = 1.0
"""Seconds of the first pause; each further 429 in a row doubles it, whatever less Retry-After asks for."""

LONGEST_STEP: Final = 60.0
"""Seconds the doubling stops at."""

GLANCE: Final = 1.0
"""Seconds between two looks whether somebody asked to stop."""


class Pause:
    """The pause of one job in one cycle. What any of its targets is told, all of them heed.

    :param budget: seconds of pauses a cycle may make; when they are spent, nothing more is sent.
    """

    def __init__(self, clock: Clock, sleep: Sleep, stop: Stop, *, budget: float = BUDGET) -> None:
        self._clock = clock
        self._sleep = sleep
        self._stop = stop
        self._left = budget
        self._until = clock.monotonic()
        self._step = SHORTEST
        self.spent = False

    def over(self, target: Target) -> "Patient":
        """The same target, asked with patience."""
        return Patient(target, self)

    async def wait(self) -> Refused | None:
        """Wait until the pause is over; a refusal when it must not be waited for."""
        while not self.spent and (left := self._until - self._clock.monotonic()) > 0:
            if self._stop.requested:
                return _unsent(FaultKind.INTERRUPTED, "stopped during a pause the target asked for")
            await self._sleep(min(left, GLANCE))
        return _unsent(FaultKind.NOT_SENT, "asked for longer pauses than a cycle may make") if self.spent else None

    def heed(self, answer: Answer) -> bool:
        """Begin or prolong the pause when an answer asks for it. Whether the question is to be asked again."""
        if not _is_throttled(answer):
            self._step = SHORTEST
            return False
        now = self._clock.monotonic()
        begin = max(self._until, now)
        until = max(begin, now + self._length(answer.fault.retry_after, paused=begin > now))
        self.spent = self.spent or until - begin > self._left
        self._left -= until - begin
        self._until = until
        return not self.spent

    def _length(self, asked: float | None, *, paused: bool) -> float:
        """Seconds from now; a 429 that comes while a pause is on was sent before it, and doubles nothing."""
        if paused:
            return asked or 0.0
        least, self._step = self._step, min(self._step * 2, LONGEST_STEP)
        return max(asked or 0.0, least)


@frozen
class Patient:
    """A Target whose 429 is answered by waiting and asking again."""

    target: Target
    pause: Pause

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return self.target.requests

    async def ask(self, question: Question) -> Answer:
        """Ask once no pause is on, and again after each pause that is asked for."""
        while True:
            hindrance = await self.pause.wait()
            if hindrance is not None:
                return hindrance
            answer = await self.target.ask(question)
            if not self.pause.heed(answer):
                return answer


def _is_throttled(answer: Answer) -> TypeGuard[Refused]:
    return isinstance(answer, Refused) and answer.fault.kind is FaultKind.STATUS and answer.fault.status == 429


def _unsent(kind: FaultKind, why: str) -> Refused:
    return Refused(Fault(kind, why, 429))
