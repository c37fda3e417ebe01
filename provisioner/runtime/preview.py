"""The preview driver: the same cycle, stopped at every writing question (P7).

Reading questions go to the real target; a writing one is answered as if it had been done, a create with a virtual id,
so that managers and memberships that hang on it are planned in the same pass. The memory is read through an
overlay that keeps what would have been written to itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from provisioner.model.answer import Answer, Done, Found
from provisioner.model.directory import ObjectKind
from provisioner.model.notice import Notice
from provisioner.model.question import Create, Find, Modify, Question, Read, Remove
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
from provisioner.ports import Store, Target

VIRTUAL = "virtual-"
"""What the id of an account that would be created begins with."""


@dataclass(slots=True)
class PreviewTarget:
    """A Target that answers writing questions itself, as if they had been done."""

    target: Target
    created: int = 0

    @property
    def requests(self) -> int:
        """How many requests were really sent."""
        return self.target.requests

    async def ask(self, question: Question) -> Answer:
        """Pass reading questions on; say of writing ones that they are done."""
        if isinstance(question, Create):
            self.created += 1
            return Done(id=f"{VIRTUAL}{self.created}")
        if isinstance(question, (Modify, Remove)):
            return Done()
        if isinstance(question, Read) and question.id.startswith(VIRTUAL):
            return Found(({"id": question.id},))
        return await self.target.ask(question)


@dataclass(slots=True)
class OfflineTarget:
    """A Target for planning without one: nobody is found, and what a linked account holds is not known."""

    requests: int = 0

    async def ask(self, question: Question) -> Answer:
        """Nobody carries any value; a linked account is there, and empty."""
        if isinstance(question, Find):
            return Found(())
        if isinstance(question, Read):
            return Found(({"id": question.id},))
        return Done()


@dataclass(slots=True)
class OverlayStore:
    """A Store over another one that is only read. What a preview would write stays here and is forgotten with it."""

    base: Store
    _created: dict[ObjectKind, dict[str, int]] = field(default_factory=lambda: {kind: {} for kind in ObjectKind})
    _links: dict[tuple[ObjectKind, str], Link | None] = field(default_factory=dict)
    _owners: dict[tuple[ObjectKind, str], Link] = field(default_factory=dict)
    _left: frozenset[str] = field(init=False)
    _linked: frozenset[ObjectKind] = field(init=False)
    _recovered: dict[tuple[ObjectKind, str], bytes] = field(default_factory=dict)
    _triaged: bool = False
    _health: Health | None = None
    _foreign: bool = False
    _initial: bool = False
    _linkless: bool = False
    _freed: bool = False
    _approvals: tuple[Approval, ...] = ()

    def __post_init__(self) -> None:
        self._left = frozenset(intent.id for intent in self.base.intents())
        self._linked = frozenset(kind for kind, count in self.base.counts().items() if count)

    @property
    def lineage(self) -> str:
        """The lineage of what lies beneath."""
        return self.base.lineage

    def retarget(self, target: str) -> bool:
        """Plan as the run would: the links of another target do not count."""
        watermark = self.base.watermark()
        self._foreign = watermark is not None and watermark.target != target
        if self._foreign:
            self._initial = self._linkless = True
        return self._foreign

    def health(self) -> Health:
        """The job's health."""
        return self._health if self._health is not None else self.base.health()

    def save_health(self, health: Health, owed: Notice | None = None) -> None:
        """Kept to itself; nobody is told."""
        self._health = health

    def owed(self) -> tuple[Notice, ...]:
        """Nobody is told of a plan."""
        return ()

    def told(self, notice: Notice) -> None:
        """Nobody was."""

    def watermark(self) -> Watermark | None:
        """The last watermark."""
        return None if self._initial else self.base.watermark()

    def forget_watermark(self) -> None:
        """Plan an initial cycle."""
        self._initial = True

    def digests(self, kind: ObjectKind) -> Iterator[tuple[str, bytes]]:
        """What was seen, and what the recovery of an interrupted run made due."""
        self._triaged = True
        recovered = {source_id: digest for (of, source_id), digest in self._recovered.items() if of is kind}
        freed = {e.source_id for e in self.base.escrows() if e.kind is kind} if self._freed else frozenset()
        for source_id, digest in self.base.digests(kind):
            seen = recovered.pop(source_id, digest)
            yield source_id, b"" if self._initial or source_id in freed else seen
        yield from recovered.items()

    def link(self, kind: ObjectKind, source_id: str) -> Link | None:
        """The account of a source object, a planned one included."""
        number = self._created[kind].get(source_id)
        if number is not None:
            return Link(kind, source_id, f"{VIRTUAL}{number}")
        if (kind, source_id) in self._links:
            return self._links[kind, source_id]
        return self.base.link(kind, source_id) if self._has_links(kind) else None

    def _has_links(self, kind: ObjectKind) -> bool:
        """Whether there can be a link beneath: before the first cycle nobody has one, and nobody need be looked up."""
        return kind in self._linked and not self._linkless

    def links(self, kind: ObjectKind) -> Iterator[Link]:
        """The links that lie beneath."""
        return iter(()) if self._linkless else self.base.links(kind)

    def counts(self) -> Mapping[ObjectKind, int]:
        """How many objects are linked."""
        return self.base.counts()

    def memberships(self, group_id: str) -> Iterator[tuple[str, str]]:
        """Who is in the group as far as the target was told."""
        return iter(()) if self._linkless else self.base.memberships(group_id)

    def linked_to(self, kind: ObjectKind, target_id: str) -> Link | None:
        """Whose account this is, a planned one included."""
        planned = self._owners.get((kind, target_id))
        if planned is not None or not self._has_links(kind):
            return planned
        link = self.base.linked_to(kind, target_id)
        return link if link is not None and self.link(kind, link.source_id) is not None else None

    def forget_links(self) -> None:
        """Plan without links."""
        self._linkless = True

    def escrows(self) -> Iterator[Escrow]:
        """Who waits."""
        return iter(()) if self._foreign or self._freed else self.base.escrows()

    def escrow(self, kind: ObjectKind, source_id: str) -> Escrow | None:
        """Whether one waits."""
        return None if self._foreign or self._freed else self.base.escrow(kind, source_id)

    def forget_escrows(self) -> None:
        """Plan as if nobody waited: their objects are due."""
        self._freed = True

    def references(self) -> Iterator[PendingReference]:
        """The references that wait."""
        return self.base.references()

    def repeats(self, kind: ObjectKind, source_id: str) -> tuple[Repeat, ...]:
        """What was sent again and again."""
        return self.base.repeats(kind, source_id) if self._has_links(kind) else ()

    def intents(self) -> Iterator[Intent]:
        """What an interrupted run left, but for what this plan has found out; all of it is left to the next run."""
        kept = () if self._foreign else self.base.intents()
        return (intent for intent in kept if intent.id in self._left)

    def intend(self, *intents: Intent) -> None:
        """Nothing is intended."""

    def settle(self, settlement: Settlement) -> None:
        """Remember the link an object would have."""
        key = settlement.kind, settlement.source_id
        if settlement.intents:
            self._left -= frozenset(settlement.intents)
        if settlement.digest is not None and not self._triaged:
            self._recovered[key] = settlement.digest
        if settlement.link is not None:
            self._link(settlement.link)
        elif settlement.drop_link or settlement.forget:
            self._created[settlement.kind].pop(settlement.source_id, None)
            self._links[key] = None

    def _link(self, link: Link) -> None:
        """Of an account that would be created its number is enough; nobody can come across one of those."""
        number = link.target_id.removeprefix(VIRTUAL)
        if number != link.target_id and number.isdecimal() and link.in_scope and link.active:
            self._created[link.kind][link.source_id] = int(number)
            return
        self._created[link.kind].pop(link.source_id, None)
        self._links[link.kind, link.source_id] = link
        if link.target_id == number:
            self._owners[link.kind, link.target_id] = link

    def flush(self) -> None:
        """Nothing to write."""

    def begin_cycle(self, cycle: CycleRow) -> None:
        """Nothing to write."""

    def update_cycle(self, cycle: CycleRow) -> None:
        """Nothing to write."""

    def end_cycle(self, cycle: CycleRow, watermark: Watermark | None) -> None:
        """Nothing to write."""

    def cycles(self, limit: int = 100) -> Sequence[CycleRow]:
        """The cycles so far."""
        return self.base.cycles(limit)

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
        """The log so far."""
        return self.base.records(user=user, action=action, status=status, since=since, cycle=cycle, limit=limit)

    def prune(self, before: datetime, keep: int) -> None:
        """Nothing to forget."""

    def requests(self) -> tuple[Request, ...]:
        """What was asked of the job."""
        return self.base.requests()

    def ask(self, request: Request) -> None:
        """A plan asks nothing."""

    def handled(self, request: Request) -> None:
        """A plan heeds nothing."""

    def approvals(self) -> tuple[Approval, ...]:
        """The approvals given, one that was asked for and not heeded yet included."""
        return (*self.base.approvals(), *self._approvals)

    def approve(self, approval: Approval) -> None:
        """Kept to itself."""
        self._approvals = (*self._approvals, approval)

    def forget_approvals(self) -> None:
        """Nothing to forget."""
