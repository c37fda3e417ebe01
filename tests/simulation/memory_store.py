"""The memory of a job as dictionaries: a Store that forgets what was not committed when it crashes.

It passes the contract of every Store (``tests/contract/test_store.py``). Unlike the one on SQLite it commits only where
the port says so, and is copied in microseconds: thousands of crashes in seconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

import orjson

from provisioner.model.directory import ObjectKind
from provisioner.model.errors import StateError
from provisioner.model.notice import Notice
from provisioner.model.record import Record
from provisioner.model.state import (
    Approval,
    CycleRow,
    Escrow,
    Health,
    Intent,
    Link,
    PendingReference,
    Repeat,
    Request,
    Settlement,
    Watermark,
)

Key = tuple[ObjectKind, str]


@dataclass
class Memory:
    """All that is remembered. Its values are immutable, so that a copy of the containers is a copy of it all."""

    target: str = ""
    health: Health = field(default_factory=Health)
    watermark: Watermark | None = None
    digests: dict[Key, bytes] = field(default_factory=dict)
    links: dict[Key, Link] = field(default_factory=dict)
    escrows: dict[Key, Escrow] = field(default_factory=dict)
    references: dict[Key, tuple[PendingReference, ...]] = field(default_factory=dict)
    repeats: dict[Key, tuple[Repeat, ...]] = field(default_factory=dict)
    members: dict[tuple[str, str], str] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    cycles: dict[int, CycleRow] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    approvals: dict[str, Approval] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)

    def copy(self) -> "Memory":
        return Memory(**{each.name: copy(getattr(self, each.name)) for each in fields(self)})

    def forget(self, key: Key) -> None:
        for noun in (self.digests, self.links, self.escrows, self.references, self.repeats):
            noun.pop(key, None)
        if key[0] is ObjectKind.GROUP:
            self.members = {pair: target_id for pair, target_id in self.members.items() if pair[0] != key[1]}

    def settle(self, told: Settlement) -> None:
        key = (told.kind, told.source_id)
        if told.forget:
            self.forget(key)
        if told.digest is not None:
            self.digests[key] = told.digest
        _put(self.links, key, told.link, drop=told.drop_link)
        _put(self.escrows, key, told.escrow, drop=told.clear_escrow)
        _put(self.references, key, told.references or None, drop=told.references is not None)
        _put(self.repeats, key, told.repeats or None, drop=told.repeats is not None)
        for intent in told.intents:
            self.intents.pop(intent, None)
        for member in told.members_removed:
            self.members.pop((told.source_id, member), None)
        self.members |= {(told.source_id, member): target_id for member, target_id in told.members_added}
        self.records += told.records


def _put(noun, key, value, *, drop):
    if value is not None:
        noun[key] = value
    elif drop:
        noun.pop(key, None)


class MemoryStore:
    """Implements ports.Store. ``now`` is what questions are answered from, ``durable`` what outlives a crash."""

    def __init__(self, lineage: str = "memory", durable: Memory | None = None) -> None:
        self.lineage = lineage
        self.durable = durable or Memory()
        self.now = self.durable.copy()

    def crash(self) -> None:
        """The process is gone, and with it all that was not committed."""
        self.now = self.durable.copy()

    def fork(self) -> "MemoryStore":
        """Another memory that begins with what is durable in this one."""
        return MemoryStore(self.lineage, self.durable)

    def flush(self) -> None:
        self.durable = self.now.copy()

    def retarget(self, target: str) -> bool:
        before, self.now.target = self.now.target, target
        if before in ("", target):
            self.flush()
            return False
        for noun in (self.now.links, self.now.members, self.now.intents, self.now.escrows, self.now.repeats):
            noun.clear()
        self.forget_watermark()
        return True

    def health(self) -> Health:
        return self.now.health

    def save_health(self, health: Health, owed: Notice | None = None) -> None:
        self.now.health = health
        self.now.notices |= {owed.key: owed} if owed is not None else {}
        self.flush()

    def owed(self) -> tuple[Notice, ...]:
        return tuple(sorted(self.now.notices.values(), key=lambda notice: (notice.at, notice.key)))

    def told(self, notice: Notice) -> None:
        self.now.notices.pop(notice.key, None)
        self.flush()

    def watermark(self) -> Watermark | None:
        return self.now.watermark

    def forget_watermark(self) -> None:
        self.now.watermark = None
        self.now.digests = dict.fromkeys(self.now.digests, b"")
        self.flush()

    def digests(self, kind: ObjectKind) -> Iterator[tuple[str, bytes]]:
        return iter(sorted((name, digest) for (of, name), digest in self.now.digests.items() if of is kind))

    def link(self, kind: ObjectKind, source_id: str) -> Link | None:
        return self.now.links.get((kind, source_id))

    def links(self, kind: ObjectKind) -> Iterator[Link]:
        return (link for (of, _), link in sorted(self.now.links.items()) if of is kind)

    def linked_to(self, kind: ObjectKind, target_id: str) -> Link | None:
        owners = (link for link in self.now.links.values() if (link.kind, link.target_id) == (kind, target_id))
        return next(owners, None)

    def forget_links(self) -> None:
        self.now.links.clear()
        self.now.members.clear()
        self.now.repeats.clear()
        self.flush()

    def counts(self) -> Mapping[ObjectKind, int]:
        return {kind: sum(of is kind for of, _ in self.now.links) for kind in ObjectKind}

    def memberships(self, group_id: str) -> Iterator[tuple[str, str]]:
        return ((member, target) for (group, member), target in sorted(self.now.members.items()) if group == group_id)

    def escrows(self) -> Iterator[Escrow]:
        return iter([self.now.escrows[key] for key in sorted(self.now.escrows)])

    def escrow(self, kind: ObjectKind, source_id: str) -> Escrow | None:
        return self.now.escrows.get((kind, source_id))

    def forget_escrows(self) -> None:
        self.now.digests |= dict.fromkeys(self.now.escrows, b"")
        self.now.escrows.clear()
        self.flush()

    def references(self) -> Iterator[PendingReference]:
        return (reference for key in sorted(self.now.references) for reference in self.now.references[key])

    def repeats(self, kind: ObjectKind, source_id: str) -> tuple[Repeat, ...]:
        return self.now.repeats.get((kind, source_id), ())

    def intents(self) -> Iterator[Intent]:
        return iter(sorted(self.now.intents.values(), key=lambda intent: intent.id))

    def intend(self, *intents: Intent) -> None:
        self.now.intents.update((intent.id, intent) for intent in intents)
        self.flush()

    def settle(self, settlement: Settlement) -> None:
        for record in settlement.records:
            orjson.dumps(record.body)
        link = settlement.link
        owner = self.linked_to(link.kind, link.target_id) if link is not None else None
        if owner is not None and owner.source_id != settlement.source_id:
            raise StateError(f"{settlement.source_id}: {owner.target_id} is linked to {owner.source_id}")
        self.now.settle(settlement)

    def begin_cycle(self, cycle: CycleRow) -> None:
        if self.now.watermark is not None:
            self.now.watermark = replace(self.now.watermark, fingerprint="")
        self.update_cycle(cycle)

    def update_cycle(self, cycle: CycleRow) -> None:
        self.now.cycles[cycle.number] = cycle
        self.flush()

    def end_cycle(self, cycle: CycleRow, watermark: Watermark | None) -> None:
        self.now.watermark = watermark or self.now.watermark
        self.update_cycle(cycle)

    def cycles(self, limit: int = 100) -> Sequence[CycleRow]:
        return tuple(self.now.cycles[number] for number in sorted(self.now.cycles, reverse=True)[:limit])

    def records(
        self,
        *,
        user: str = "",
        action: str = "",
        status: str = "",
        since: datetime | None = None,
        cycle: int | None = None,
        limit: int | None = None,
    ) -> Iterator[Record]:
        folded = user.casefold()
        bearers = {record.source_id.casefold() for record in self.now.records if record.name.casefold() == folded}
        found = [
            record
            for record in self.now.records
            if (not user or record.source_id.casefold() in {folded, *bearers})
            and action in ("", record.action)
            and status in ("", record.status)
            and (since is None or record.at >= since)
            and cycle in (None, record.cycle)
        ]
        return iter(found if limit is None else found[max(0, len(found) - limit) :])

    def prune(self, before: datetime, keep: int) -> None:
        now = self.now
        now.records = [record for record in now.records if record.at >= before][-keep:]
        now.cycles = {n: row for n, row in now.cycles.items() if row.started >= before or n == max(now.cycles)}
        now.requests = {key: asked for key, asked in now.requests.items() if asked.at >= before or not asked.handled}
        now.notices = {key: notice for key, notice in now.notices.items() if notice.at >= before}
        now.approvals = {digest: word for digest, word in now.approvals.items() if word.expires >= before}
        self.flush()

    def requests(self) -> tuple[Request, ...]:
        waiting = (request for request in self.now.requests.values() if not request.handled)
        return tuple(sorted(waiting, key=lambda request: request.number))

    def ask(self, request: Request) -> None:
        number = max((asked.number for asked in self.now.requests.values()), default=0) + 1
        self.now.requests[request.id] = replace(request, number=number)
        self.flush()

    def handled(self, request: Request) -> None:
        self.now.requests[request.id] = replace(self.now.requests[request.id], handled=True)
        self.flush()

    def approvals(self) -> tuple[Approval, ...]:
        return tuple(self.now.approvals.values())

    def approve(self, approval: Approval) -> None:
        self.now.approvals[approval.digest] = approval
        self.flush()

    def forget_approvals(self) -> None:
        self.now.approvals.clear()
        self.flush()
