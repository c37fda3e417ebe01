"""The real engine and the real cycle in a world of memory: a directory, a target, a store and a clock that obey.

Nothing in a simulated cycle waits, so a cycle is an ordinary call; a cycle can be struck by a :class:`Fate`.
"""

from collections.abc import Callable, Coroutine, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar

from provisioner.adapters.clock import VirtualClock
from provisioner.adapters.ids import SeededIds
from provisioner.adapters.service_constants import service_constants
from provisioner.model.answer import Answer, Fault, FaultKind, Unknown
from provisioner.model.directory import ObjectKind
from provisioner.model.job import Job
from provisioner.model.question import Question
from provisioner.model.report import CycleReport
from provisioner.model.state import Request, RequestKind
from provisioner.ports import Source
from provisioner.runtime.cycle import run_cycle
from provisioner.runtime.world import World
from tests.command import person
from tests.engine.worlds import NOON, job
from tests.simulation.memory_source import MemorySource
from tests.simulation.memory_store import MemoryStore
from tests.simulation.model_target import ModelTarget

USER = ObjectKind.USER
CYCLE = timedelta(minutes=40)
SERVICE = service_constants()
LOST = Unknown(Fault(FaultKind.TIMEOUT, "lost on the way"))
COMMITS = frozenset(
    {"approve", "begin_cycle", "end_cycle", "flush", "handled", "intend", "prune", "retarget", "save_health"}
    | {"forget_approvals", "forget_escrows", "forget_links", "forget_watermark", "update_cycle"}
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
    Zero means never.
    """

    crash_at: int = 0
    lost: int = 0
    acted: bool = False
    ticks: int = 0
    questions: int = 0

    def tick(self) -> None:
        self.ticks += 1
        if self.ticks == self.crash_at:
            raise Crash


@dataclass(frozen=True)
class MortalTarget:
    """A target that is asked by a process that may end."""

    target: ModelTarget
    fate: Fate

    @property
    def requests(self) -> int:
        return self.target.requests

    async def ask(self, question: Question) -> Answer:
        self.fate.tick()
        self.fate.questions += 1
        if self.fate.questions == self.fate.lost:
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


@dataclass
class Simulation:
    """A company, its application and the job between the two."""

    people: dict[int, dict[str, Any]] = field(default_factory=dict)
    unassigned: set[int] = field(default_factory=set)
    job: Job = field(default_factory=job)
    target: ModelTarget = field(default_factory=ModelTarget)
    store: Any = field(default_factory=MemoryStore)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOON))
    serial: int = 0
    source: Source | None = None

    def fork(self) -> "Simulation":
        """The same world, to try what else could have happened. Nobody must be in the middle of a cycle."""
        target = ModelTarget()
        target.accounts, target._next = deepcopy(self.target.accounts), self.target._next
        return replace(
            self,
            people=deepcopy(self.people),
            unassigned=set(self.unassigned),
            target=target,
            store=self.store.fork(),
            clock=VirtualClock(self.clock.now()),
        )

    def cycle(self, fate: Fate | None = None, *, pause: timedelta = CYCLE) -> CycleReport | None:
        """One cycle and the time after it; None when it met its end."""
        fate = fate or Fate()
        world = World(
            self.clock,
            SeededIds(self.serial),
            self.source or self.snapshot(),
            (MortalTarget(self.target, fate),),
            MortalStore(self.store, fate),
            service=SERVICE,
        )
        try:
            return now(run_cycle(self.job, world))
        except Crash:
            self.store.crash()
            return None
        finally:
            self.serial += 1
            self.clock.advance(pause)

    def snapshot(self) -> MemorySource:
        """The directory as it is now."""
        assigned = (self.people[number]["id"] for number in sorted(self.people) if number not in self.unassigned)
        return MemorySource(self.people.values(), assigned)

    def ask(self, kind: RequestKind, *scopes: str) -> None:
        """Leave a request, as another terminal does."""
        self.serial += 1
        self.store.ask(Request(f"request {self.serial}", kind, self.clock.now(), scopes))

    def join(self, number: int, **more: Any) -> None:
        self.people[number] = person(number, **more)

    def rename(self, number: int, name: str) -> None:
        self.people[number]["userPrincipalName"] = f"{name}@contoso.example"

    def soft_delete(self, number: int) -> None:
        """The directory marks her as deleted and renames her (E55)."""
        someone = self.people[number]
        someone["deletedDateTime"] = "2026-02-01T00:00:00Z"
        someone["userPrincipalName"] = someone["id"].replace("-", "") + someone["userPrincipalName"]

    def restore(self, number: int) -> None:
        someone = self.people[number]
        del someone["deletedDateTime"]
        someone["userPrincipalName"] = someone["userPrincipalName"][32:]

    def wanted(self) -> dict[str, str]:
        """Source id -> userName of everybody who is to have an active account. A filter asks for Research."""
        return {
            entry["id"]: entry["userPrincipalName"]
            for number, entry in self.people.items()
            if number not in self.unassigned and entry["accountEnabled"] and "deletedDateTime" not in entry
            if not self.job.users.filter or entry["department"] == "Research"
        }

    def accounts(self) -> dict[str, dict[str, Any]]:
        """Target id -> account of every user in the target."""
        return {target_id: body for (kind, target_id), body in self.target.accounts.items() if kind is USER}


def broken_promises(world: Simulation) -> Iterator[str]:
    """What is not as it has to be once a world has come to rest: P1, P2, P3.

    Exactly one account for everybody who is wanted, linked to her; no active account for anybody else; every account
    known; nothing left unfinished.
    """
    accounts = world.accounts()
    links = {link.source_id: link.target_id for link in world.store.links(USER)}
    active = {target_id: body["userName"] for target_id, body in accounts.items() if body["active"] is True}
    wanted = world.wanted()
    for source_id, name in wanted.items():
        if active.get(links.get(source_id, "")) != name:
            yield f"{name} has no active account of her own"
    for name in set(active.values()) - set(wanted.values()):
        yield f"{name} is active and nobody's"
    if len(active) > len(wanted):
        yield f"{len(active)} active accounts for {len(wanted)} people"
    present = {entry["id"] for entry in world.people.values()}
    yield from (f"{source_id} is gone and still linked" for source_id in links if source_id not in present)
    yield from (f"account {target} is unknown and active" for target in set(active) - set(links.values()))
    yield from (f"an intent for {intent.match_value} is left" for intent in world.store.intents())
    yield from (f"{escrow.source_id} waits in escrow" for escrow in world.store.escrows())
