"""The Store of one job.

Everything written passes through the journal's pending changes and leaves them in one transaction; everything read is
answered from them first. So a settlement costs no transaction of its own, and nothing settled is ever overlooked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Final, Self

from sqlalchemy import func, select

from provisioner.adapters.store_sql import schema
from provisioner.adapters.store_sql.database import Database
from provisioner.adapters.store_sql.journal import Journal
from provisioner.adapters.store_sql.log import matching_records, newest_cycles, outdated
from provisioner.adapters.store_sql.settling import carry_out, clear, empty_digests, enter, members_of, settle
from provisioner.adapters.store_sql.shapes import (
    APPROVALS,
    CYCLES,
    ESCROWS,
    HEALTH,
    INTENTS,
    LINKS,
    MEMBERSHIPS,
    META,
    NOTICES,
    RECORDS,
    REFERENCES,
    REPEATS,
    REQUESTS,
    SEEN,
    THE_ONE,
    WATERMARK,
    Meta,
    Seen,
)
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

HELD_SETTLEMENTS: Final = 1_000
"""Settlements held back before they are committed on their own: bounds memory and what a crash makes us repeat."""

_COUNT_LINKS = select(schema.links.c.kind, func.count().label("number")).group_by(schema.links.c.kind)


class SqlStore:
    """The memory of one job (:class:`provisioner.ports.Store`); a context manager that ends with a flush."""

    def __init__(self, database: Database, meta: Meta) -> None:
        self._database = database
        self._journal = Journal(database)
        self._meta = meta
        self._held = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if not isinstance(error, StateError):
                self._journal.commit_pending()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the state. What was settled and not flushed is lost."""
        self._database.close()

    @property
    def lineage(self) -> str:
        """The guid this memory was given when it was made; empty where there is none yet."""
        return self._meta.lineage

    @property
    def serial(self) -> int:
        """How many commits this memory has seen; an older backup has a lower one."""
        return self._journal.serial

    def retarget(self, target: str) -> bool:
        """Bind the memory to a target; True when it was another one's and is therefore forgotten."""
        meta = self._journal.get(META, THE_ONE) or self._meta
        bound = meta.target
        if bound == target:
            return False
        self._journal.pending.put(META, THE_ONE, replace(meta, target=target))
        if not bound:
            self._journal.commit()
            return False
        self._journal.pending.put(WATERMARK, THE_ONE)
        self._journal.commit(clear(LINKS, MEMBERSHIPS, INTENTS, ESCROWS, REPEATS), empty_digests)
        return True

    def health(self) -> Health:
        """How the job is; well, as long as nothing else was saved."""
        return self._journal.get(HEALTH, THE_ONE) or Health()

    def save_health(self, health: Health, owed: Notice | None = None) -> None:
        """Commit how the job is, and in the same transaction that somebody is to be told of it (E95)."""
        if owed is not None:
            self._journal.pending.put(NOTICES, (owed.key,), owed)
        self._journal.save(HEALTH, THE_ONE, health)

    def owed(self) -> tuple[Notice, ...]:
        """Every notice that is not known to have been delivered, oldest first."""
        return tuple(sorted(self._journal.all(NOTICES), key=lambda notice: (notice.at, notice.key)))

    def told(self, notice: Notice) -> None:
        """Forget a notice that was delivered, or that nobody wants any more."""
        self._journal.save(NOTICES, (notice.key,))

    def watermark(self) -> Watermark | None:
        """What the last completed cycle saw."""
        return self._journal.get(WATERMARK, THE_ONE)

    def forget_watermark(self) -> None:
        """Make the next cycle an initial one: no watermark, every digest empty; links stay (E26)."""
        self._journal.pending.put(WATERMARK, THE_ONE)
        self._journal.commit(empty_digests)

    def digests(self, kind: ObjectKind) -> Iterator[tuple[str, bytes]]:
        """(source id, digest) of every object seen, in the order of ids."""
        rows = self._journal.values(SEEN)
        return ((source_id, digest) for row_kind, source_id, digest in rows if row_kind == kind.value)

    def link(self, kind: ObjectKind, source_id: str) -> Link | None:
        """The account of a source object."""
        return self._journal.get(LINKS, (kind.value, source_id))

    def links(self, kind: ObjectKind) -> Iterator[Link]:
        """Every link of a kind, in the order of source ids."""
        return (link for link in self._journal.stream(LINKS) if link.kind is kind)

    def linked_to(self, kind: ObjectKind, target_id: str) -> Link | None:
        """Whose account this is."""
        return self._journal.owner(kind, target_id)

    def forget_links(self) -> None:
        """Forget every account, and what groups were told of them; the next cycle matches anew."""
        self._journal.commit(clear(LINKS, MEMBERSHIPS, REPEATS))

    def counts(self) -> Mapping[ObjectKind, int]:
        """How many objects of each kind are linked (E105)."""
        self._journal.commit_pending()
        linked = {ObjectKind(row.kind): int(row.number) for row in self._database.all(_COUNT_LINKS)}
        return {kind: linked.get(kind, 0) for kind in ObjectKind}

    def memberships(self, group_id: str) -> Iterator[tuple[str, str]]:
        """(member id, target id) of everybody the target was told is in the group, in the order of member ids."""
        members = self._journal.stream(MEMBERSHIPS, members_of(group_id))
        return ((member.member_id, member.member_target_id) for member in members)

    def escrows(self) -> Iterator[Escrow]:
        """Every object waiting for its next attempt."""
        return iter(self._journal.all(ESCROWS))

    def escrow(self, kind: ObjectKind, source_id: str) -> Escrow | None:
        """What one object is waiting for."""
        return self._journal.get(ESCROWS, (kind.value, source_id))

    def forget_escrows(self) -> None:
        """Drop every escrow and make its object due (an empty digest)."""
        for escrow in self._journal.all(ESCROWS):
            key = (escrow.kind.value, escrow.source_id)
            self._journal.pending.put(ESCROWS, key)
            self._journal.pending.put(SEEN, key, Seen(escrow.kind, escrow.source_id, b""))
        self._journal.commit_pending()

    def references(self) -> Iterator[PendingReference]:
        """Every reference that could not be resolved yet (E38)."""
        return iter(self._journal.all(REFERENCES))

    def repeats(self, kind: ObjectKind, source_id: str) -> tuple[Repeat, ...]:
        """What an object was sent again and again (F23)."""
        return self._journal.group(REPEATS, (kind.value, source_id))

    def intents(self) -> Iterator[Intent]:
        """What was about to be asked and is not known to have ended."""
        return iter(self._journal.all(INTENTS))

    def intend(self, *intents: Intent) -> None:
        """Commit intents, together with everything settled so far, before the questions are asked."""
        for intent in intents:
            self._journal.pending.put(INTENTS, (intent.id,), intent)
        try:
            self.flush()
        except BaseException:
            for intent in intents:
                self._journal.pending.drop(INTENTS, (intent.id,))
            raise

    def settle(self, settlement: Settlement) -> None:
        """Hold an object's end back until the next commit. Raises StateError when its account is another's."""
        if settlement.link is not None:
            self._check_owner(settlement.link)
        settle(settlement, self._journal)
        self._held += 1
        if self._held >= HELD_SETTLEMENTS:
            self.flush()

    def _check_owner(self, link: Link) -> None:
        owner = self.linked_to(link.kind, link.target_id)
        if owner is not None and owner.source_id != link.source_id:
            raise StateError(
                f"{link.source_id} cannot be linked to the account {link.target_id}: it is linked to {owner.source_id}",
                hint="see that the matching attribute tells the two apart",
            )

    def flush(self) -> None:
        """Commit everything settled so far."""
        self._journal.commit_pending()
        self._held = 0

    def begin_cycle(self, cycle: CycleRow) -> None:
        """Open a cycle. Empties the watermark's fingerprint, so that a torn cycle is never taken for a finished one."""
        mark = self.watermark()
        if mark is not None:
            self._journal.pending.put(WATERMARK, THE_ONE, replace(mark, fingerprint=""))
        self.update_cycle(cycle)

    def update_cycle(self, cycle: CycleRow) -> None:
        """Commit how far the cycle is."""
        self._journal.save(CYCLES, (cycle.number,), cycle)

    def end_cycle(self, cycle: CycleRow, watermark: Watermark | None) -> None:
        """Close the cycle and, when it completed, write the watermark in the same transaction, last."""
        if watermark is not None:
            self._journal.pending.put(WATERMARK, THE_ONE, watermark)
        self.update_cycle(cycle)

    def cycles(self, limit: int = 100) -> Sequence[CycleRow]:
        """The newest cycles, newest first."""
        return tuple(self._journal.stream(CYCLES, newest_cycles(limit)))

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
        """The log, oldest first; with ``limit`` the newest so many. ``user`` is an id or a name once borne."""
        query = matching_records(user=user, action=action, status=status, since=since, cycle=cycle, limit=limit)
        return self._journal.stream(RECORDS, query)

    def prune(self, before: datetime, keep: int) -> None:
        """Forget what happened before a time, and the log beyond its newest ``keep`` entries (0 = any number)."""
        self._journal.commit(*map(carry_out, outdated(before, keep)))

    def requests(self) -> tuple[Request, ...]:
        """What was asked of the job and is not handled yet, oldest first."""
        waiting = (request for request in self._journal.all(REQUESTS) if not request.handled)
        return tuple(sorted(waiting, key=lambda request: request.number))

    def ask(self, request: Request) -> None:
        """Leave a request for the next safe point; needs no lock. Its number is that of the commit that holds it."""
        self._journal.commit(enter(request))

    def handled(self, request: Request) -> None:
        """Note that a request was acted upon."""
        self._journal.save(REQUESTS, (request.id,), replace(request, handled=True))

    def approvals(self) -> tuple[Approval, ...]:
        """Every approval given and not withdrawn, whether expired or not."""
        return self._journal.all(APPROVALS)

    def approve(self, approval: Approval) -> None:
        """Remember that a held worklist may be carried out (E94)."""
        self._journal.save(APPROVALS, (approval.digest,), approval)

    def forget_approvals(self) -> None:
        """Withdraw every approval."""
        self._journal.commit(clear(APPROVALS))
