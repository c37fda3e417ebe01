"""The guards against accidental deletions: one judges a worklist before anything is written (E94), one a source."""

from collections import deque
from collections.abc import Collection
from hashlib import blake2b
from typing import TypeAlias

from provisioner.model.decision import Disposition, Verdict, WorkItem, Worklist
from provisioner.model.directory import ObjectKind
from provisioner.model.job import Limits

HELD = (Disposition.DISABLE, Disposition.DELETE)

Queues: TypeAlias = dict[ObjectKind, deque[WorkItem]]
"""The objects to attend to, each kind in the order of the worklist."""


def judge(worklist: Worklist, limits: Limits, *, active: int, approved: Collection[str] = ()) -> Verdict:
    """Go, or stop because more would be disabled and deleted than the job's threshold allows.

    :param active: how many linked accounts are active now; a share is taken of it.
    :param approved: digests of the held worklists the administrator allowed.
    """
    held = tuple(item for item in worklist.items if item.disposition in HELD)
    limit, said = _bound(limits.deletion_count, limits.deletion_share, active)
    digest = worklist_digest(held)
    if limit is None or len(held) <= limit or digest in approved:
        return Verdict(go=True, held=held, digest=digest)
    reason = f"{len(held)} accounts would be disabled or deleted; the deletion threshold is {said}"
    return Verdict(go=False, held=held, reason=reason, digest=digest)


def free_of(worklist: Worklist, verdict: Verdict) -> Queues:
    """What there is to do of each kind; without the removals that the guard holds back."""
    held = set() if verdict.go else set(verdict.held)
    queues: Queues = {kind: deque() for kind in ObjectKind}
    for item in worklist.items:
        if item not in held:
            queues[item.kind].append(item)
    return queues


def shrinkage(before: int | None, now: int, limits: Limits) -> str:
    """What is wrong with a source that lost more of its people than the job lets it lose; empty when nothing is.

    Ours, and off unless set: a half-finished export looks like people who left.

    :param before: how many users the last accepted snapshot held; None when nobody counted them.
    """
    if before is None:
        return ""
    limit, said = _bound(limits.shrink_count, limits.shrink_share, before)
    if limit is None or before - now <= limit:
        return ""
    return f"the snapshot holds {now} users, the last one held {before}: {before - now} are gone; at most {said} may be"


def _bound(count: int | None, share: float | None, whole: int) -> tuple[float | None, str]:
    """The smaller of a count and a share of a whole, and how it is said; None when neither is set."""
    bounds: list[tuple[float, str]] = []
    if count is not None:
        bounds.append((count, str(count)))
    if share is not None:
        bounds.append((share * whole, f"{share:.0%} of {whole}"))
    return min(bounds, default=(None, "off"), key=lambda bound: bound[0] or 0)


def worklist_digest(items: tuple[WorkItem, ...]) -> str:
    """Names exactly these removals, so that an approval cannot be used for others."""
    hasher = blake2b(digest_size=16)
    for item in items:
        hasher.update(f"{item.kind}\x00{item.source_id}\x00{item.disposition}\n".encode())
    return hasher.hexdigest()
