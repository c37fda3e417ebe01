"""The worklist of a cycle: every object to attend to and why, before the target is touched (E25, E27)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from provisioner.model.decision import Disposition, Reason, WorkItem, Worklist
from provisioner.model.directory import ObjectKind

GONE: Final = b"gone"
"""Remembered in place of a digest for an object that is gone from the source but not settled in the target yet."""

_ORDER: Final = {Disposition.DELETE: 0, Disposition.DISABLE: 1}

Examine = Callable[[str], Disposition | None]
"""What an object of the source is heading for; None when it does not exist for the job (E111)."""


def triage(
    kind: ObjectKind,
    current: Iterable[tuple[str, bytes]],
    remembered: Mapping[str, bytes],
    *,
    due: Collection[str],
    examine: Examine,
    vanished: Examine,
    initial: bool,
) -> Worklist:
    """Compare what the source says now with what was seen, and list what needs attention.

    An object whose digest is the remembered one is left alone, unless its escrow is due. Removals come first, so that
    they free names; within that everything is in the order of source ids (F09).

    :param current: (source id, sealed digest) of every object in the source.
    :param remembered: source id -> sealed digest of what was seen; empty bytes = due again.
    :param due: source ids whose escrow's time has come.
    :param vanished: what an object that is gone is heading for.
    """
    items: list[WorkItem] = []
    left = dict(remembered)
    for source_id, digest in current:
        seen = left.pop(source_id, None)
        if seen == digest and source_id not in due:
            continue
        disposition = examine(source_id)
        if disposition is not None:
            items.append(WorkItem(kind, source_id, _reason(seen, digest, initial=initial), disposition, digest))
        elif seen is not None:
            left[source_id] = seen
    for source_id, seen in left.items():
        if seen == GONE and source_id not in due:
            continue
        items.append(WorkItem(kind, source_id, Reason.GONE, vanished(source_id) or Disposition.SKIP, GONE))
    items.sort(key=lambda item: (_ORDER.get(item.disposition, 2), item.source_id))
    return Worklist(tuple(items))


def _reason(seen: bytes | None, digest: bytes, *, initial: bool) -> Reason:
    if seen == digest:
        return Reason.RETRY
    if initial:
        return Reason.INITIAL
    return Reason.NEW if seen is None else Reason.CHANGED
