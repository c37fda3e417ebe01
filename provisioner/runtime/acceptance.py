"""Whether a snapshot that is whole is also to be believed, given the last one that was (F03, F27)."""

from provisioner.engine.guard import shrinkage
from provisioner.model.errors import Place, SnapshotInvalid
from provisioner.model.job import Job
from provisioner.model.state import Watermark
from provisioner.ports import Snapshot


def accept(snapshot: Snapshot, watermark: Watermark | None, job: Job) -> None:
    """Refuse a snapshot that is older, or lost more people, than the job allows.

    :raises SnapshotInvalid: before any decision, with what lets it pass.
    """
    _check_age(snapshot, watermark)
    _check_size(snapshot, watermark, job)


def _check_age(snapshot: Snapshot, watermark: Watermark | None) -> None:
    """Refuse a snapshot that its own manifest says is older than the last one (F03); file times say nothing."""
    generated = snapshot.summary.generated_at
    if generated is None or watermark is None or watermark.generated_at is None or generated >= watermark.generated_at:
        return
    raise SnapshotInvalid(
        f"the snapshot is of {generated.isoformat()}, older than the last one of {watermark.generated_at.isoformat()}",
        hint="export the directory again, or restart the job with --reset watermark to accept an older one",
    )


def _check_size(snapshot: Snapshot, watermark: Watermark | None, job: Job) -> None:
    """Refuse a snapshot that lost more people than ``max_shrink`` allows since the last accepted one."""
    wrong = shrinkage(watermark.people if watermark is not None else None, snapshot.summary.counts.users, job.limits)
    if wrong:
        hint = "see that the export is whole; if it is, restart the job with --reset watermark or raise max_shrink"
        raise SnapshotInvalid(f"{wrong} ([limits] max_shrink)", place=Place(job.snapshot), hint=hint)
