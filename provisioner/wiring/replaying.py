"""Recordings that are played again: the same cycle, with a recording in the place of target, token and memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from provisioner.adapters.cassette import Recording, read_recording
from provisioner.adapters.clock import SystemClock, VirtualClock
from provisioner.adapters.ids import SeededIds, SystemIds
from provisioner.adapters.job_toml import load_job
from provisioner.adapters.job_toml.units import duration
from provisioner.adapters.service_constants import service_constants
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.store_sql import open_store
from provisioner.adapters.target_scim import ScimTarget
from provisioner.engine.replaying import Divergence, Script
from provisioner.engine.wire import TenantUrl
from provisioner.model.errors import InputError
from provisioner.model.frozen import frozen
from provisioner.model.job import Job
from provisioner.model.recording import ending_of
from provisioner.model.report import CycleReport
from provisioner.ports import Ids, Progress, Store, Target
from provisioner.runtime.cycle import run_cycle
from provisioner.runtime.memory import mark_of, recall
from provisioner.runtime.preparation import Preparation, prepare
from provisioner.runtime.replay import Playback
from provisioner.runtime.world import Quiet, Unstoppable, World
from provisioner.wiring.connection import connections_of, patience
from provisioner.wiring.options import Options


@frozen
class Replayed:
    """How a replay ended. ``stale`` says why the recording is too old, and is empty when it is not."""

    recording: Recording
    report: CycleReport
    divergences: tuple[Divergence, ...]
    stale: str = ""

    @property
    def passed(self) -> bool:
        """Whether every request was the recorded one, and none is left."""
        return not self.divergences and not self.stale

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is worth knowing though every request may be the recorded one."""
        recorded, now = self.recording.ending, ending_of(self.report)
        edited = f"{', '.join(self.recording.edited)} is not as it was recorded" if self.recording.edited else ""
        other = f"the cycle ends otherwise: {now}; it was {recorded}" if now != recorded else ""
        return tuple(filter(None, (edited, other)))


def span_of_age(text: str) -> timedelta:
    """A span such as 90d. Raises InputError."""
    try:
        return duration(text)
    except ValueError as error:
        raise InputError(f"--max-age {text}: {error}", hint="write a span such as 90d or 12h") from error


async def replayed(folder: str, options: Options, max_age: timedelta | None, progress: Progress | None) -> Replayed:
    """Play a recording again: no target is asked, no token read, and no state touched.

    :param options: of these, ``now`` is when the recording's age is told.
    :raises RecordingInvalid: when it is not as it was recorded.
    """
    recording = read_recording(Path(folder))
    script = Script.of(recording.turns)
    report = await play(recording, script, progress)
    age = (options.now or SystemClock().now()) - recording.circumstances.recorded
    stale = f"it was recorded {age.days} days ago" if max_age is not None and age > max_age else ""
    return Replayed(recording, report, (*script.divergences, *script.left()), stale)


async def play(recording: Recording, script: Script, progress: Progress | None = None) -> CycleReport:
    """The cycle of a recording, answered from a script."""
    circumstances, job = recording.circumstances, _job_of(recording)
    clock, ids = VirtualClock(circumstances.now), SeededIds(circumstances.seed)
    source = open_source(job.snapshot, allow_empty=job.allow_empty)
    with open_store(":memory:", job=job.name, ids=ids.stream("memory")) as store:
        with _prepared(recording, job, store) as now:
            recall(recording.memory, store, now, TenantUrl.parse(job.target.url).base)
        world = World(
            clock,
            ids,
            source,
            list(_targets(job, script, clock, ids, circumstances.workers)),
            store,
            progress or Quiet(),
            workers=circumstances.workers,
            verify_members=circumstances.verify_members,
            service=service_constants(),
        )
        return await run_cycle(job, world, anyway=circumstances.anyway)


def _job_of(recording: Recording) -> Job:
    return load_job(str(recording.job), url=recording.circumstances.url, snapshot=str(recording.snapshot))


@contextmanager
def prepared(recording: Recording) -> Iterator[Preparation]:
    """What the recorded cycle knew before it touched the target."""
    job = _job_of(recording)
    with open_store(":memory:", job=job.name, ids=SystemIds()) as empty, _prepared(recording, job, empty) as now:
        yield now


@contextmanager
def _prepared(recording: Recording, job: Job, store: Store) -> Iterator[Preparation]:
    flag, watermark = TenantUrl.parse(job.target.url).flag, mark_of(recording.memory)
    with open_source(job.snapshot, allow_empty=job.allow_empty).open() as snapshot:
        yield prepare(job, snapshot, store, SystemIds(), recording.circumstances.now, flag=flag, watermark=watermark)


def _targets(job: Job, script: Script, clock: VirtualClock, ids: Ids, workers: int) -> Iterator[Target]:
    playback, requests = Playback(script, clock), ids.stream("requests")

    async def push(seconds: float) -> None:
        clock.advance(timedelta(seconds=seconds))

    patient = patience(job, clock, Unstoppable(), push)
    for _ in range(connections_of(job, workers)):
        yield patient(ScimTarget(job.target, None, job.fidelity, clock=clock, ids=requests, connection=playback))
