"""What can befall one cycle: it is crashed at a tick, or nobody hears the answer of a question."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from provisioner.model.answer import Answer, Fault, FaultKind, Unknown
from provisioner.model.question import Question
from provisioner.ports import Target

LOST = Unknown(Fault(FaultKind.TIMEOUT, "lost on the way"))
COMMITS = frozenset(
    {"approve", "begin_cycle", "end_cycle", "flush", "handled", "intend", "prune", "retarget", "save_health"}
    | {"forget_approvals", "forget_escrows", "forget_links", "forget_watermark", "told", "update_cycle"}
)
"""The methods of a Store that commit."""

Result = TypeVar("Result")


class Crash(BaseException):
    """The process is gone. Nobody catches it but the one who starts the next one."""


@dataclass
class Fate:
    """What befalls one cycle.

    ``crash_at`` is the tick the process ends at: one tick passes before and one after every question and every commit.
    ``lost`` is the number of the question nobody hears the answer of; when ``acted``, the target did what was asked.
    Zero means never. ``ticks`` and ``questions`` count what passed, ``lost_at`` is the tick of the lost question.
    """

    crash_at: int = 0
    lost: int = 0
    acted: bool = False
    ticks: int = 0
    questions: int = 0
    lost_at: int = 0

    def tick(self) -> None:
        self.ticks += 1
        if self.ticks == self.crash_at:
            raise Crash


@dataclass(frozen=True)
class MortalTarget:
    """A target that is asked by a process that may end."""

    target: Target
    fate: Fate

    @property
    def requests(self) -> int:
        return self.target.requests

    async def ask(self, question: Question) -> Answer:
        self.fate.tick()
        self.fate.questions += 1
        if self.fate.questions == self.fate.lost:
            self.fate.lost_at = self.fate.ticks
            if self.fate.acted:
                await self.target.ask(question)
            return LOST
        answer = await self.target.ask(question)
        self.fate.tick()
        return answer


@dataclass(frozen=True)
class MortalStore:
    """A store that is used by a process that may end before or after each commit."""

    store: Any
    fate: Fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)
        return self._commit(method) if name in COMMITS else method

    def _commit(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def commit(*arguments: Any) -> Any:
            self.fate.tick()
            result = method(*arguments)
            self.fate.tick()
            return result

        return commit


def now(cycle: Coroutine[Any, Any, Result]) -> Result:
    """Run what never waits, without an event loop."""
    try:
        cycle.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("something waited in a world where nothing has to")
