"""Runs that are recorded, and recordings that are played again."""

import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from provisioner import __version__
from provisioner.adapters.cassette import Recording, RecordingWriter, check_free, read_recording
from provisioner.adapters.clock import SystemClock, VirtualClock
from provisioner.adapters.ids import SeededIds, SystemIds
from provisioner.adapters.job_toml import load_job
from provisioner.adapters.job_toml.units import duration
from provisioner.adapters.service_constants import service_constants
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.snapshot.layout import locate
from provisioner.adapters.store_sql import open_store
from provisioner.adapters.target_scim import ScimTarget
from provisioner.engine import lifecycle
from provisioner.engine.replaying import Divergence, Script
from provisioner.engine.wire import TenantUrl
from provisioner.model.errors import InputError, JobInvalid, Place, SnapshotInvalid, Unrecorded
from provisioner.model.job import Job
from provisioner.model.recording import Circumstances, Ending, Memory
from provisioner.model.report import CycleReport
from provisioner.ports import Ids, Progress, Snapshot, Source, Stop, Store, Target
from provisioner.runtime.cycle import run_cycle
from provisioner.runtime.memory import mark_of, recall, remembered
from provisioner.runtime.preparation import Preparation, prepare
from provisioner.runtime.replay import Playback
from provisioner.runtime.topic import spoken_of
from provisioner.runtime.world import Quiet, Unstoppable, World
from provisioner.wiring.connection import connections_of, patience
from provisioner.wiring.options import Options
from provisioner.wiring.running import OpenJob

SEEDS: Final = 2**31


async def run_recorded(
    path: str,
    options: Options,
    folder: str,
    *,
    progress: Progress | None = None,
    stop: Stop | None = None,
    anyway: bool = False,
) -> CycleReport:
    """One cycle of a job, under its lock, recorded into a folder that is new or empty.

    :raises InputError: before anything is sent, when the folder is not free or the snapshot cannot be trusted.
    :raises Unrecorded: when the cycle was run and there is no recording of it.
    """
    check_free(Path(folder))
    options = replace(options, seed=options.seed if options.seed is not None else SystemIds().randbelow(SEEDS))
    writer = RecordingWriter(Path(folder))

    def overhear(target: ScimTarget) -> Target:
        target.on_exchange = lambda request, reply: writer.hear(spoken_of(), request, reply, opened.clock.now())
        return target

    with OpenJob(path, options, progress=progress, stop=stop, overhear=overhear) as opened:
        try:
            snapshot = _keep_beginning(opened, writer, anyway=anyway)
            opened.options = replace(options, snapshot=str(Path(folder) / snapshot))
            report = await opened.run(anyway=anyway)
        except InputError:
            writer.discard()
            raise
    _check_whole(report, writer)
    writer.finish(_circumstances(options, report, anyway=anyway), _ending(report), snapshot)
    return report


def _keep_beginning(opened: OpenJob, writer: RecordingWriter, *, anyway: bool) -> str:
    """Write down all that the run begins with. The snapshot's path in the recording."""
    job, store = opened.job, opened.store
    hindrance = lifecycle.hindrance(opened.health(), opened.clock.now())
    if hindrance is None or anyway:
        store.retarget(TenantUrl.parse(job.target.url).base)  # what belongs to another target is no part of this run
    with open_source(job.snapshot, allow_empty=job.allow_empty).open() as snapshot:
        memory = remembered(store, _prepared(job, snapshot, store, opened.clock.now()))
        text, schema = _job_text(job)
        writer.begin(text, memory, schema)
        return _keep_snapshot(Path(job.snapshot), writer.snapshot, snapshot)


def _prepared(job: Job, snapshot: Snapshot, store: Store, at: datetime) -> Preparation:
    """What a cycle would know, to compare a memory's digests with. What it draws by chance is of no matter."""
    flag = TenantUrl.parse(job.target.url).flag
    return prepare(job, snapshot, store, SystemIds(), at, flag=flag, watermark=store.watermark())


def _job_text(job: Job) -> tuple[str, tuple[str, bytes] | None]:
    """The job's file, and the exported schema it names, which then lies beside it. Neither can hold a secret (F32)."""
    text = Path(job.file).read_text(encoding="utf-8-sig")
    if not job.schema:
        return text, None
    source, written = Path(job.schema), tomllib.loads(text)["schema"]
    quoted = [quote for quote in (f'"{written}"', f"'{written}'") if text.count(quote) == 1]
    if not quoted:
        hint = "write the schema's path once, in plain quotes"
        raise JobInvalid("the schema's path cannot be found", place=Place(job.file, path="schema"), hint=hint)
    return text.replace(quoted[0], f'"{source.name}"'), (source.name, source.read_bytes())


def _keep_snapshot(source: Path, folder: Path, checked: Snapshot) -> str:
    """Copy the snapshot's files. The path of the copy, seen from the recording.

    :raises SnapshotInvalid: when the copy is not what was checked: somebody writes into the original.
    """
    for file in locate(source).files:
        shutil.copyfile(file, folder / file.name)
    copy = folder if source.is_dir() else folder / source.name
    if open_source(str(copy)).fingerprint() != checked.summary.fingerprint:
        hint = "write an export elsewhere and rename it into place when it is complete"
        raise SnapshotInvalid("changes while it is recorded", place=Place(str(source)), hint=hint)
    return copy.relative_to(folder.parent).as_posix()


def _check_whole(report: CycleReport, writer: RecordingWriter) -> None:
    """Refuse to call a recording what is none: nobody could say what the rest of the run would have been."""
    if report.cycle == "none":
        writer.discard()
        raise Unrecorded(f"there is nothing to record: {report.note}", hint="see provisioner status JOB")
    if report.status == "stopped":
        message = "the run was stopped before its end, so its recording cannot be replayed"
        raise Unrecorded(message, hint="record the next run, into another folder")


def _circumstances(options: Options, report: CycleReport, *, anyway: bool) -> Circumstances:
    return Circumstances(
        now=report.started,
        recorded=SystemClock().now(),
        seed=options.seed or 0,
        url=options.url,
        workers=options.workers,
        verify_members=options.verify_members,
        anyway=anyway,
        engine=__version__,
    )


def _ending(report: CycleReport) -> Ending:
    return Ending(report.cycle, report.status, report.requests, report.counts.as_json())


@dataclass(frozen=True, slots=True)
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
    circumstances = recording.circumstances
    job = load_job(str(recording.job), url=circumstances.url, snapshot=str(recording.snapshot))
    clock, ids = VirtualClock(circumstances.now), SeededIds(circumstances.seed)
    source = open_source(job.snapshot, allow_empty=job.allow_empty)
    with open_store(":memory:", job=job.name, ids=ids.stream("memory")) as store:
        _recall(job, source, recording.memory, store, clock.now())
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


def _recall(job: Job, source: Source, memory: Memory, store: Store, at: datetime) -> None:
    tenant = TenantUrl.parse(job.target.url)
    with source.open() as snapshot:
        now = prepare(job, snapshot, store, SystemIds(), at, flag=tenant.flag, watermark=mark_of(memory))
        recall(memory, store, now, tenant.base)


def _targets(job: Job, script: Script, clock: VirtualClock, ids: Ids, workers: int) -> Iterator[Target]:
    playback, requests = Playback(script, clock), ids.stream("requests")

    async def push(seconds: float) -> None:
        clock.advance(timedelta(seconds=seconds))

    patient = patience(job, clock, Unstoppable(), push)
    for _ in range(connections_of(job, workers)):
        yield patient(ScimTarget(job.target, None, job.fidelity, clock=clock, ids=requests, connection=playback))
