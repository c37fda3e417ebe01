"""Runs that are recorded."""

import shutil
import tomllib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from provisioner import __version__
from provisioner.adapters.cassette import RecordingWriter, check_free, read_recording
from provisioner.adapters.clock import SystemClock
from provisioner.adapters.ids import SystemIds
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.snapshot.layout import locate
from provisioner.adapters.target_scim import ScimTarget
from provisioner.engine import lifecycle
from provisioner.engine.wire import TenantUrl
from provisioner.model.errors import InputError, JobInvalid, Place, SnapshotInvalid, Unrecorded
from provisioner.model.job import Job
from provisioner.model.recording import Circumstances, ending_of
from provisioner.model.report import CycleReport
from provisioner.ports import Progress, Snapshot, Stop, Store, Target
from provisioner.runtime.memory import remembered
from provisioner.runtime.preparation import Preparation, prepare
from provisioner.runtime.topic import spoken_of
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
    pseudonyms: bool = False,
) -> CycleReport:
    """One cycle of a job, under its lock, recorded into a folder that is new or empty.

    :param pseudonyms: keep nobody's name or address; until all are replaced, what was heard lies where nobody can look.
    :raises InputError: before anything is sent, when the folder is not free or the snapshot cannot be trusted.
    :raises Unrecorded: when the cycle was run and there is no recording of it.
    """
    check_free(Path(folder))
    if not pseudonyms:
        return await _record(path, options, Path(folder), progress, stop, anyway=anyway)
    from provisioner.wiring.pseudonymising import pseudonymise

    with TemporaryDirectory(prefix="provisioner-") as hidden:
        real = Path(hidden) / "recording"
        report = await _record(path, options, real, progress, stop, anyway=anyway)
        await pseudonymise(read_recording(real), Path(folder))
    return report


async def _record(
    path: str, options: Options, folder: Path, progress: Progress | None, stop: Stop | None, *, anyway: bool
) -> CycleReport:
    options = replace(options, seed=options.seed if options.seed is not None else SystemIds().randbelow(SEEDS))
    writer = RecordingWriter(folder)

    def overhear(target: ScimTarget) -> Target:
        target.on_exchange = lambda request, reply: writer.hear(spoken_of(), request, reply, opened.clock.now())
        return target

    with OpenJob(path, options, progress=progress, stop=stop, overhear=overhear) as opened:
        try:
            snapshot = _keep_beginning(opened, writer, anyway=anyway)
            opened.options = replace(options, snapshot=str(folder / snapshot))
            report = await opened.run(anyway=anyway)
        except InputError:
            writer.discard()
            raise
    _check_whole(report, writer)
    writer.finish(_circumstances(options, report, anyway=anyway), ending_of(report), snapshot)
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
