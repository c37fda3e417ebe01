"""A job's memory in words that no version of the program owns, and back.

Digests are what a version makes of a snapshot and of rules. What a recording keeps of them is only whether they were
still the same, so that a newer engine finds the same objects due as the one that recorded.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from provisioner.model.directory import ObjectKind
from provisioner.model.recording import Likeness, Mark, Member, Memory, Seen
from provisioner.model.state import PendingReference, Repeat, Settlement, Watermark
from provisioner.ports import Store
from provisioner.runtime.attend import DUE
from provisioner.runtime.preparation import Preparation, rules_digest

Key = tuple[ObjectKind, str]

ANOTHER: Final = "another"
"""Stands for a fingerprint or a digest that is not the present one."""


def remembered(store: Store, now: Preparation) -> Memory:
    """What a job remembers.

    :param now: the snapshot and the rules to compare its digests with.
    """
    seals = dict(_seals(now))
    linked = [(kind, link.source_id) for kind in ObjectKind for link in store.links(kind)]
    return Memory(
        health=store.health(),
        mark=_mark(store.watermark(), now),
        cycles=tuple(reversed(store.cycles())),
        seen=tuple(
            Seen(kind, source_id, _likeness(digest, seals.get((kind, source_id))))
            for kind in ObjectKind
            for source_id, digest in store.digests(kind)
        ),
        links=tuple(link for kind in ObjectKind for link in store.links(kind)),
        members=tuple(
            Member(link.source_id, member_id, target_id)
            for link in store.links(ObjectKind.GROUP)
            for member_id, target_id in store.memberships(link.source_id)
        ),
        escrows=tuple(store.escrows()),
        references=tuple(store.references()),
        repeats=tuple(repeat for key in linked for repeat in store.repeats(*key)),
        intents=tuple(store.intents()),
        approvals=store.approvals(),
    )


def recall(memory: Memory, store: Store, now: Preparation, target: str) -> None:
    """Put a memory into an empty store, with digests of the present version.

    :param now: the snapshot and the rules that were compared with.
    :param target: the base URL the memory is bound to when no cycle was completed yet.
    """
    store.retarget(memory.mark.target if memory.mark is not None else target)
    for settlement in _settlements(memory, dict(_seals(now))):
        store.settle(settlement)
    store.intend(*memory.intents)
    store.save_health(memory.health)
    for approval in memory.approvals:
        store.approve(approval)
    for cycle in memory.cycles:
        store.begin_cycle(cycle)
        store.end_cycle(cycle, _watermark(memory.mark, now) if cycle is memory.cycles[-1] else None)


def mark_of(memory: Memory) -> Watermark | None:
    """The watermark as far as no snapshot is needed for it: enough to prepare a cycle with (E26)."""
    mark = memory.mark
    return Watermark(mark.cycle, mark.at, ANOTHER, ANOTHER, mark.target, mark.scope) if mark is not None else None


def _seals(now: Preparation) -> Iterator[tuple[Key, bytes]]:
    """The digest under which each object of the snapshot would be remembered as seen."""
    for kind, side in now.sides.items():
        for source_id, digest in side.digests():
            yield (kind, source_id), now.seal(source_id, digest)


def _likeness(remembered: bytes, present: bytes | None) -> Likeness:
    if remembered == DUE:
        return "due"
    return "same" if remembered == present else "other"


def _digest(likeness: Likeness, present: bytes | None) -> bytes:
    if likeness == "same" and present is not None:
        return present
    return DUE if likeness == "due" else ANOTHER.encode()


def _mark(watermark: Watermark | None, now: Preparation) -> Mark | None:
    if watermark is None:
        return None
    return Mark(
        cycle=watermark.cycle,
        at=watermark.at,
        target=watermark.target,
        scope=watermark.scope,
        same_source=watermark.fingerprint == now.snapshot.summary.fingerprint,
        same_rules=not now.initial,
        generated_at=watermark.generated_at,
        people=watermark.people,
    )


def _watermark(mark: Mark | None, now: Preparation) -> Watermark | None:
    if mark is None:
        return None
    return Watermark(
        cycle=mark.cycle,
        at=mark.at,
        fingerprint=now.snapshot.summary.fingerprint if mark.same_source else ANOTHER,
        rules=rules_digest(now.job, now.scope) if mark.same_rules else ANOTHER,
        target=mark.target,
        scope=mark.scope,
        generated_at=mark.generated_at,
        people=mark.people,
    )


def _settlements(memory: Memory, seals: Mapping[Key, bytes]) -> Iterator[Settlement]:
    for seen in memory.seen:
        digest = _digest(seen.likeness, seals.get((seen.kind, seen.source_id)))
        yield Settlement(seen.kind, seen.source_id, digest=digest)
    for link in memory.links:
        yield Settlement(link.kind, link.source_id, link=link)
    for escrow in memory.escrows:
        yield Settlement(escrow.kind, escrow.source_id, escrow=escrow)
    for member in memory.members:
        yield Settlement(ObjectKind.GROUP, member.group_id, members_added=((member.member_id, member.target_id),))
    for (kind, source_id), references in groupby(sorted(memory.references, key=_object), key=_object):
        yield Settlement(kind, source_id, references=tuple(references))
    for (kind, source_id), repeats in groupby(sorted(memory.repeats, key=_object), key=_object):
        yield Settlement(kind, source_id, repeats=tuple(repeats))


def _object(item: PendingReference | Repeat) -> Key:
    return item.kind, item.source_id
