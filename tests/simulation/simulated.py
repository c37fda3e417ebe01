"""The real engine and the real cycle in a world of memory: a directory, a target, a store and a clock that obey.

Nothing in a simulated cycle waits, so a cycle is an ordinary call; a cycle can be struck by a :class:`.Fate`.
"""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from provisioner.adapters.clock import VirtualClock
from provisioner.adapters.ids import SeededIds
from provisioner.adapters.service_constants import service_constants
from provisioner.model.directory import ObjectKind
from provisioner.model.report import CycleReport
from provisioner.model.state import Request, RequestKind
from provisioner.ports import Source
from provisioner.runtime.cycle import run_cycle
from provisioner.runtime.pause import Pause
from provisioner.runtime.world import Unstoppable, World
from tests.engine.worlds import MANAGER, NOON
from tests.simulation.company import Company
from tests.simulation.fate import Crash, Fate, MortalStore, MortalTarget, now
from tests.simulation.memory_store import MemoryStore
from tests.simulation.model_target import ModelTarget

USER = ObjectKind.USER
GROUP = ObjectKind.GROUP
CYCLE = timedelta(minutes=40)
SERVICE = service_constants()


@dataclass
class Simulation(Company):
    """A company, its application and the job between the two."""

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
            groups=deepcopy(self.groups),
            unassigned=set(self.unassigned),
            target=target,
            store=self.store.fork(),
            clock=VirtualClock(self.clock.now()),
        )

    def cycle(self, fate: Fate | None = None, *, pause: timedelta = CYCLE) -> CycleReport | None:
        """One cycle and the time after it; None when it met its end."""
        try:
            return now(run_cycle(self.job, self.world(fate or Fate())))
        except Crash:
            self.store.crash()
            return None
        finally:
            self.serial += 1
            self.clock.advance(pause)

    def world(self, fate: Fate) -> World:
        """What a cycle is given, joined as the commands join it."""
        patience = Pause(self.clock, self._sleep, Unstoppable())
        return World(
            self.clock,
            SeededIds(self.serial),
            self.source or self.snapshot(NOON + self.serial * CYCLE),
            (patience.over(MortalTarget(self.target, fate)),),
            MortalStore(self.store, fate),
            service=SERVICE,
        )

    async def _sleep(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def ask(self, kind: RequestKind, *scopes: str) -> None:
        """Leave a request, as another terminal does."""
        self.serial += 1
        self.store.ask(Request(f"request {self.serial}", kind, self.clock.now(), scopes))

    @property
    def maps_managers(self) -> bool:
        return MANAGER in self.job.users.mappings

    def accounts(self, kind: ObjectKind = USER) -> dict[str, dict[str, Any]]:
        """Target id -> account of every user in the target, or of every group."""
        return {target_id: body for (of, target_id), body in self.target.accounts.items() if of is kind}
