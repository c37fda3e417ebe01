"""One cycle tried in other ways: with and without somebody who spoils it, planned and carried out, and two at once."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import pytest

from provisioner.adapters.lock import StateLock
from provisioner.engine.resource import read_reference
from provisioner.model.answer import Answer
from provisioner.model.errors import LockHeld
from provisioner.model.path import ENTERPRISE_USER
from provisioner.model.plan import PlannedObject
from provisioner.model.question import Question
from provisioner.runtime.cycle import run_cycle
from provisioner.runtime.plan import Collector, plan_cycle
from tests.engine.worlds import MANAGER
from tests.simulation.fate import Fate, now
from tests.simulation.simulated import Simulation
from tests.simulation.troubles import Act, refuses

Fares: TypeAlias = dict[tuple[str, str], Any]


def fares_of_others(world: Simulation, bad: str) -> tuple[Fares, Fares]:
    """How everybody but one fares in the next cycle: when the target refuses all that concerns her, and when not.

    When the guard holds removals, whether she is one of them decides over the others; nobody then spoils anything.
    """
    spoiled, well = world.fork(), world.fork()
    spoiled.target.trouble = refuses(spoiled.target, bad)
    spoiled.cycle()
    well.cycle()
    if spoiled.store.health() != well.store.health():
        return {}, {}
    return _others(spoiled, bad), _others(well, bad)


def _others(world: Simulation, bad: str) -> Fares:
    """Accounts by owner, without target ids, and without what refers to her or is to refer to her."""
    reports = {entry["id"] for entry in world.people.values() if (entry.get("manager") or {}).get("id") == bad}
    owners = {target_id: body["externalId"] for (_, target_id), body in world.target.accounts.items()}
    told: Fares = {}
    for (kind, _), body in world.target.accounts.items():
        owner = body["externalId"]
        if owner != bad:
            told[kind, owner] = {name: value for name, value in _plain(body, owners, bad) if value}
            told[kind, owner].pop(ENTERPRISE_USER if owner in reports else "", None)
    return told


def _plain(body: dict[str, Any], owners: dict[str, str], bad: str) -> Iterator[tuple[str, Any]]:
    for name, value in body.items():
        if name == "members":
            members = {owners.get(member["value"]) for member in value}
            yield name, sorted(filter(None, members - {bad}))
        elif name == ENTERPRISE_USER:
            manager = owners.get(read_reference(body, MANAGER.target) or "")
            yield name, {} if manager in (None, bad) else {"manager": manager}
        elif name != "id":
            yield name, value


@dataclass
class Told:
    """Where planned objects go: what is done to each, pass by pass, without the target ids a plan cannot know."""

    objects: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def keep(self, planned: PlannedObject) -> None:
        operations = [(operation["op"], operation["path"]) for operation in planned.operations]
        self.objects.setdefault((planned.kind, planned.id), []).append((planned.action, operations))

    amend = keep


def planned_and_done(world: Simulation) -> tuple[Any, Any]:
    """What a plan says of the next cycle, and what that cycle then does; equal, too, when it does not run at all."""
    planning, running, said, done = world.fork(), world.fork(), Told(), Told()
    before = deepcopy(planning.target.accounts), planning.store.durable
    summary = now(plan_cycle(planning.job, planning.world(Fate()), planning.target, said))
    assert (planning.target.accounts, planning.store.durable) == before, "P7: a plan wrote something"
    report = now(run_cycle(running.job, replace(running.world(Fate()), watch=Collector(done).watch)))
    if report.cycle == "none":
        return None, None
    return (summary.cycle, summary.counts, said.objects), (report.cycle, report.counts, done.objects)


def rival(world: Simulation, state: str, number: int) -> Callable[[Question, Act], Answer]:
    """Another run begins when this one asks its so many-th question."""
    first = len(world.target.asked)

    def hook(question: Question, act: Act) -> Answer:
        asked = len(world.target.asked)
        if asked - first == number:
            with pytest.raises(LockHeld), StateLock(state):
                world.cycle()
            assert len(world.target.asked) == asked, "P8"
        return act()

    return hook
