"""A job that runs: its memory open and locked, one cycle or many, and what others ask of it."""

from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from provisioner.adapters.lock import StateLock, Turn
from provisioner.adapters.service_constants import service_constants
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.store_sql import open_store
from provisioner.adapters.target_scim import ScimTarget
from provisioner.model.errors import InputError, JobInvalid, Place
from provisioner.model.job import Job
from provisioner.model.report import CycleReport
from provisioner.model.state import Health, Request, RequestKind
from provisioner.ports import Clock, Notifier, Progress, Stop, Store, Target
from provisioner.runtime.cycle import run_cycle
from provisioner.runtime.status import status_document
from provisioner.runtime.steering import heed
from provisioner.runtime.tell import tell
from provisioner.runtime.world import Quiet, Unstoppable, World
from provisioner.wiring.connection import connections_of, patience, target_of
from provisioner.wiring.notifying import notifier_of
from provisioner.wiring.options import Options, clock_of, ids_of, job_of, reading_store, state_path


class JobFile:
    """Reads a job file, and understands it anew only when it, or the schema it names, says something else."""

    def __init__(self) -> None:
        self._seen: tuple[object, ...] = ()
        self._job: Job | None = None

    def read(self, path: str, options: Options) -> Job:
        """The job as its file has it now. Raises JobInvalid."""
        job = self._job
        seen = (path, options, _content(path), _content(job.schema) if job is not None and job.schema else b"")
        if job is None or seen != self._seen:
            job = self._job = job_of(path, options)
            self._seen = (*seen[:3], _content(job.schema) if job.schema else b"")
        return job


def _content(path: str) -> bytes | None:
    """The bytes of a file; what is wrong with one that cannot be read, its reader says."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


class OpenJob:
    """One job with its memory open and locked, for as long as its ``with`` block lasts; it may run many cycles.

    Job file and snapshot are read anew for every cycle, by the ``path`` and ``options`` of the moment: a story may
    replace them between two cycles. Fulfils :class:`provisioner.runtime.service.Runner`.

    :param overhear: puts somebody between the job and each of its connections.
    :param notifier: the way to those who look after the job.
    :raises LockHeld: when another run has the state.
    """

    def __init__(
        self,
        path: str,
        options: Options,
        *,
        clock: Clock | None = None,
        progress: Progress | None = None,
        stop: Stop | None = None,
        overhear: Callable[[ScimTarget], Target] = lambda target: target,
        notifier: Callable[[Job], Notifier] = notifier_of,
    ) -> None:
        self.path = path
        self.options = options
        self.clock = clock or clock_of(options)
        self._ids = ids_of(options)
        self._progress = progress or Quiet()
        self._stop = stop or Unstoppable()
        self._overhear = overhear
        self._notifier = notifier
        self._job_file = JobFile()
        self.job = self._job_file.read(path, options)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        state = str(state_path(self.job))
        with ExitStack() as opening:
            opening.enter_context(StateLock(state))
            durability = self.job.state.durability
            self.store: Store = opening.enter_context(
                open_store(state, job=self.job.name, durability=durability, ids=self._ids.stream("memory"))
            )
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    @property
    def name(self) -> str:
        """The job's name."""
        return self.job.name

    @property
    def interval(self) -> timedelta:
        """The time between two cycles."""
        return self.job.interval

    def health(self) -> Health:
        """How the job is, after what others asked of it was heeded."""
        heed(self.store, self.clock)
        return self.store.health()

    def last_run(self) -> datetime | None:
        """When the last cycle began."""
        newest = self.store.cycles(limit=1)
        return newest[0].started if newest else None

    async def run(self, *, anyway: bool = False) -> CycleReport:
        """Run one cycle by the job file as it is now."""
        job = self._job_file.read(self.path, self.options)
        if job.name != self.job.name or state_path(job) != state_path(self.job):
            raise JobInvalid("the job's name or state changed", place=Place(self.path), hint="start it anew")
        self.job = job
        try:
            async with Turn(str(state_path(job))):
                report = await self._cycle(job, anyway=anyway)
        except InputError:
            await self._tell(job)
            raise
        await self._tell(job)
        return report

    async def _tell(self, job: Job) -> None:
        """Say what is to be said of this cycle, and what an earlier one owes still (E95)."""
        await tell(job, self.store, lambda: self._notifier(job))

    async def _cycle(self, job: Job, *, anyway: bool) -> CycleReport:
        source = open_source(job.snapshot, allow_empty=job.allow_empty)
        requests = self._ids.stream("requests")  # what a mapping draws must not depend on when an answer comes (P10)
        async with AsyncExitStack() as connections:
            targets = [
                await connections.enter_async_context(target_of(job, self.clock, requests))
                for _ in range(connections_of(job, self.options.workers))
            ]
            patient = patience(job, self.clock, self._stop)
            world = World(
                self.clock,
                self._ids,
                source,
                [patient(self._overhear(target)) for target in targets],
                self.store,
                self._progress,
                self._stop,
                workers=self.options.workers,
                verify_members=self.options.verify_members,
                service=service_constants(),
            )
            return await run_cycle(job, world, anyway=anyway)


async def run_once(
    path: str, options: Options, *, progress: Progress | None = None, stop: Stop | None = None, anyway: bool = False
) -> CycleReport:
    """One cycle of a job, under its lock."""
    with OpenJob(path, options, progress=progress, stop=stop) as job:
        return await job.run(anyway=anyway)


def look(path: str, options: Options) -> dict[str, Any]:
    """Where the job is now, as one document."""
    with reading_store(path, options) as (job, store):
        return status_document(job, store, clock_of(options).now())


def leave_request(path: str, options: Options, kind: RequestKind, scopes: tuple[str, ...] = ()) -> None:
    """Ask something of a job from here; whoever runs it heeds it at its next safe point. Takes no lock.

    What is held now is named with it: an approval is not good for what a cycle in hand will hold (F27).
    """
    job = job_of(path, options)
    ids = ids_of(options)
    with open_store(str(state_path(job)), job=job.name, durability=job.state.durability, ids=ids) as store:
        ill = store.health().quarantine
        store.ask(Request(ids.guid(), kind, clock_of(options).now(), scopes, ill.held if ill is not None else ""))
