"""The composition root: joins the ports to their adapters. The only module that names adapters."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from provisioner.adapters.clock import StartedClock, SystemClock
from provisioner.adapters.ids import SystemIds, SeededIds
from provisioner.adapters.job_toml import load_job
from provisioner.adapters.lock import StateLock
from provisioner.adapters.secrets import resolve
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.store_sql import open_store
from provisioner.adapters.target_scim import ScimTarget
from provisioner.engine.probe import ProbeVerdict, probe
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import InputError
from provisioner.model.job import Job
from provisioner.model.report import CycleReport
from provisioner.model.secret import SecretReference
from provisioner.ports import Clock, Ids, Progress, Stop, Store
from provisioner.runtime.converse import converse
from provisioner.runtime.cycle import run_cycle
from provisioner.runtime.world import Quiet, Unstoppable, World


@dataclass(frozen=True, slots=True)
class Options:
    """The common options of the command line; they override the job's. ``state`` is a path."""

    url: str | None = None
    token: str | None = None
    snapshot: str | None = None
    state: str | None = None
    now: datetime | None = None
    seed: int | None = None


def job_of(path: str, options: Options) -> Job:
    """Read and check a job file. Raises JobInvalid."""
    job = load_job(path, url=options.url, token=options.token, snapshot=options.snapshot)
    return replace(job, state=replace(job.state, url=str(Path(options.state).absolute()))) if options.state else job


def clock_of(options: Options) -> Clock:
    """The system's clock, or one that starts at ``--now``."""
    return StartedClock(options.now) if options.now is not None else SystemClock()


def ids_of(options: Options) -> Ids:
    """Random ids, or repeatable ones with ``--seed``."""
    return SeededIds(options.seed) if options.seed is not None else SystemIds()


def state_path(job: Job) -> Path:
    """Where the job's state lives: beside the job file unless told otherwise."""
    return Path(job.state.url) if job.state.url else Path(job.file).parent / ".provisioner" / f"{job.name}.db"


@contextmanager
def reading_store(path: str, options: Options) -> Iterator[tuple[Job, Store | None]]:
    """The job and its memory to look at, without a lock; None when the job never ran."""
    job = job_of(path, options)
    state = state_path(job)
    if not state.exists():
        yield job, None
        return
    with open_store(str(state), job=job.name, ids=ids_of(options), read_only=True) as store:
        yield job, store


@asynccontextmanager
async def target_of(job: Job, clock: Clock, ids: Ids) -> AsyncIterator[ScimTarget]:
    """The job's SCIM endpoint; its token is resolved here, before any request."""
    base = Path(job.file).parent
    token = resolve(job.target.token, base=str(base)) if job.target.token is not None else None
    async with ScimTarget(job.target, token, job.fidelity, clock=clock, ids=ids) as target:
        yield target


async def run_once(
    path: str, options: Options, *, progress: Progress | None = None, stop: Stop | None = None
) -> CycleReport:
    """One cycle of a job, under its lock."""
    job = job_of(path, options)
    clock, ids = clock_of(options), ids_of(options)
    source = open_source(job.snapshot, allow_empty=job.allow_empty)
    source.fingerprint()
    state = state_path(job)
    async with target_of(job, clock, ids) as target:
        with (
            StateLock(str(state)),
            open_store(str(state), job=job.name, durability=job.state.durability, ids=ids) as store,
        ):
            world = World(clock, ids, source, (target,), store, progress or Quiet(), stop or Unstoppable())
            return await run_cycle(job, world)


async def test_connection(path: str, options: Options) -> tuple[tuple[ObjectKind, ProbeVerdict], ...]:
    """Test Connection: probe users, and groups when they are mapped (E13, E15)."""
    job = job_of(path, options)
    clock, ids = clock_of(options), ids_of(options)
    verdicts = []
    async with target_of(job, clock, ids) as target:
        for rules in (job.users, job.groups):
            if rules is None:
                continue
            plain = job.fidelity.group_probe == "plain"
            flow = probe(rules.kind, rules.matching[0].target.text, ids.guid(), plain=plain)
            verdicts.append((rules.kind, await converse(flow, target)))
    return tuple(verdicts)


def secret_of(reference: str) -> str:
    """The value of a secret named on the command line as ``env:NAME`` or ``file:PATH``.

    :raises InputError: when it is neither, without repeating it, or resolves to nothing.
    """
    scheme, colon, name = reference.partition(":")
    if not colon or scheme not in ("env", "file"):
        raise InputError("a token is given as env:NAME or file:PATH, never as its value", hint="say --token env:NAME")
    return resolve(SecretReference(scheme, name), base=str(Path.cwd())).reveal()


def shipped(kind: str) -> Path:
    """A folder that travels with the program: ``config`` or ``examples``; beside the package in a source tree."""
    package = Path(__file__).parent
    for folder in (package / "shipped" / kind, package.parent / kind):
        if folder.is_dir():
            return folder
    raise InputError(f"this installation lacks its {kind}", hint="install the package again")
