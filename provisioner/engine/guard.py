"""The deletion guard: accidental-deletion prevention (E94). Judges a worklist before anything is written."""

from collections.abc import Collection
from hashlib import blake2b

from provisioner.model.decision import Disposition, Verdict, WorkItem, Worklist
from provisioner.model.job import Limits

HELD = (Disposition.DISABLE, Disposition.DELETE)


def judge(worklist: Worklist, limits: Limits, *, active: int, approved: Collection[str] = ()) -> Verdict:
    """Go, or stop because more would be disabled and deleted than the job's threshold allows.

    :param active: how many linked accounts are active now; a share is taken of it.
    :param approved: digests of the held worklists the administrator allowed.
    """
    held = tuple(item for item in worklist.items if item.disposition in HELD)
    limit, said = _limit(limits, active)
    digest = worklist_digest(held)
    if limit is None or len(held) <= limit or digest in approved:
        return Verdict(go=True, held=held, digest=digest)
    reason = f"{len(held)} accounts would be disabled or deleted; the deletion threshold is {said}"
    return Verdict(go=False, held=held, reason=reason, digest=digest)


def _limit(limits: Limits, active: int) -> tuple[float | None, str]:
    bounds: list[tuple[float, str]] = []
    if limits.deletion_count is not None:
        bounds.append((limits.deletion_count, str(limits.deletion_count)))
    if limits.deletion_share is not None:
        bounds.append((limits.deletion_share * active, f"{limits.deletion_share:.0%} of {active}"))
    return min(bounds, default=(None, "off"), key=lambda bound: bound[0] or 0)


def worklist_digest(items: tuple[WorkItem, ...]) -> str:
    """Names exactly these removals, so that an approval cannot be used for others."""
    hasher = blake2b(digest_size=16)
    for item in items:
        hasher.update(f"{item.kind}\x00{item.source_id}\x00{item.disposition}\n".encode())
    return hasher.hexdigest()
