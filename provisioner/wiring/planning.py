"""What would happen: to a population, to one object, by other rules; and one object for real."""

import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

from provisioner.adapters.lock import Turn
from provisioner.adapters.plan_spool import PlanSpool
from provisioner.adapters.schema_graph import Severity, check_schema, load_schema
from provisioner.adapters.service_constants import service_constants
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.store_sql import open_store
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import SchemaInvalid
from provisioner.model.plan import PlanSummary
from provisioner.ports import Progress
from provisioner.runtime.against import compare
from provisioner.runtime.on_demand import explain, provision_on_demand
from provisioner.runtime.plan import plan_cycle
from provisioner.runtime.preparation import prepare
from provisioner.runtime.preview import OfflineTarget
from provisioner.runtime.world import Quiet, Unstoppable, World
from provisioner.wiring.connection import patience, target_of
from provisioner.wiring.options import Options, clock_of, ids_of, job_of, state_path


@asynccontextmanager
async def planned(
    path: str, options: Options, *, offline: bool = False, progress: Progress | None = None
) -> AsyncIterator[tuple[PlanSummary, PlanSpool]]:
    """What a run would do now: the summary, and every object in the order of attention. Writes nothing anywhere.

    The objects may be gone through as often as one likes; they are not in memory.
    """
    job = job_of(path, options)
    clock, ids = clock_of(options), ids_of(options)
    source = open_source(job.snapshot, allow_empty=job.allow_empty)
    async with AsyncExitStack() as held:
        live = OfflineTarget() if offline else await held.enter_async_context(target_of(job, clock, ids))
        target = patience(job, clock, Unstoppable())(live)
        store = held.enter_context(open_store(str(state_path(job)), job=job.name, ids=ids, read_only=True))
        spool = held.enter_context(PlanSpool())
        held.enter_context(_few_collections())
        world = World(clock, ids, source, (target,), store, progress or Quiet(), service=service_constants())
        yield await plan_cycle(job, world, target, spool), spool


@contextmanager
def _few_collections() -> Iterator[None]:
    """A plan makes millions of values and hardly a cycle among them: to look for one so often is work for nothing."""
    before = gc.get_threshold()
    gc.set_threshold(10_000, 20, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def compared(path: str, options: Options, against: str) -> dict[str, Any]:
    """What another job, or an exported schema, would change for the whole population; no target is asked."""
    job = job_of(path, options)
    other = replace(job, **_rules_of(against)) if against.lower().endswith(".json") else job_of(against, Options())
    clock, ids = clock_of(options), ids_of(options)
    source = open_source(job.snapshot, allow_empty=job.allow_empty)
    with open_store(":memory:", job=job.name, ids=ids) as empty, source.open() as snapshot:
        old, new = (
            prepare(each, snapshot, empty, ids, clock.now(), flag=False, watermark=None) for each in (job, other)
        )
        comparisons = compare(old, new)
    users, groups = comparisons[ObjectKind.USER], comparisons.get(ObjectKind.GROUP)
    document = {"job": job.name, "against": against, "people": users.objects, **users.as_json()}
    return document if groups is None else {**document, "groups": {"count": groups.objects, **groups.as_json()}}


def _rules_of(path: str) -> dict[str, Any]:
    """The rules of an exported schema. Raises SchemaInvalid with all that is wrong, as a job with it would."""
    schema = load_schema(path)
    errors = [
        SchemaInvalid(finding.message, place=finding.place, hint=finding.hint)
        for finding in check_schema(path)
        if finding.severity is Severity.ERROR
    ]
    if errors:
        first, *others = errors
        raise SchemaInvalid(first.message, place=first.place, hint=first.hint, also=tuple(others))
    return {"users": schema.users, "groups": schema.groups}


async def explained(path: str, options: Options, who: str) -> dict[str, Any]:
    """What the next cycle would do to one object, step by step. Writes nothing anywhere."""
    job = job_of(path, options)
    clock, ids = clock_of(options), ids_of(options)
    source = open_source(job.snapshot, allow_empty=job.allow_empty)
    async with target_of(job, clock, ids) as live:
        target = patience(job, clock, Unstoppable())(live)
        with open_store(str(state_path(job)), job=job.name, ids=ids, read_only=True) as store:
            return await explain(job, World(clock, ids, source, (target,), store, service=service_constants()), who)


async def done_on_demand(
    path: str, options: Options, who: str, members: tuple[str, ...] | None, waiting: Callable[[str], None]
) -> dict[str, Any]:
    """Provision one object now, whether the job runs or not; a cycle in hand is waited for (E100).

    :param waiting: told who has to finish first, if anybody has.
    """
    job = job_of(path, options)
    clock, ids, state = clock_of(options), ids_of(options), str(state_path(job))
    source = open_source(job.snapshot, allow_empty=job.allow_empty)
    async with Turn(state, waiting), target_of(job, clock, ids) as live:
        target = patience(job, clock, Unstoppable())(live)
        with open_store(state, job=job.name, durability=job.state.durability, ids=ids) as store:
            world = World(clock, ids, source, (target,), store, service=service_constants())
            return await provision_on_demand(job, world, who, members)
