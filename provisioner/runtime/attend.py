"""Attending to one object: drive its flow, write down what it ends with, and pass its references on."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from traceback import format_exception
from typing import Any, Final

import structlog

from provisioner.engine import steps, trouble
from provisioner.engine.flow import Flow, provision
from provisioner.engine.fold import last_word, settle
from provisioner.engine.record import record
from provisioner.engine.retry import whole_seconds
from provisioner.engine.story import Subject
from provisioner.model.decision import Disposition, Reason, WorkItem
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import ProvisionerError
from provisioner.model.outcome import Action, Ending, LinkEffect, Outcome
from provisioner.model.recording import Topic
from provisioner.model.service import Ladder
from provisioner.model.state import Escrow, Link, Settlement
from provisioner.ports import Target
from provisioner.runtime.attended import Attended, Owing, Prepared, matched_by
from provisioner.runtime.convergence import Convergence
from provisioner.runtime.converse import Journal, converse, intent_of
from provisioner.runtime.pool import in_order
from provisioner.runtime.preparation import Preparation
from provisioner.runtime.stamps import Stamps
from provisioner.runtime.tally import Tally
from provisioner.runtime.topic import speak_of
from provisioner.runtime.world import World

log = structlog.get_logger("provisioner.cycle")

DUE: Final = b""
"""The digest that makes an object due again."""

AHEAD: Final = 16
"""Objects whose intents are committed together. After a crash so many are looked up at most."""


@dataclass(slots=True)
class Attendant:
    """Attends to the objects of one cycle.

    ``targets`` holds one target for each worker, ``all_targets`` those for members in flight besides. ``again`` is
    whether an object is owed another look in the next cycle.
    """

    world: World
    targets: Sequence[Target]
    all_targets: Sequence[Target]
    preparation: Preparation
    ladder: Ladder
    stamps: Stamps
    tally: Tally = field(default_factory=Tally)
    convergence: Convergence = field(init=False)
    owing: deque[Owing] = field(default_factory=deque)
    groups: list[Attended] = field(default_factory=list)
    again: bool = False
    _kept: dict[Hashable, Any] = field(default_factory=dict)
    _failing: datetime = field(init=False)
    """When what fails in this cycle failed: as it began.

    So a cycle that begins six hours after another finds all that is due six hours after it failed there (E90).
    """

    def __post_init__(self) -> None:
        self.convergence = Convergence(self.world, self.stamps)
        self._failing = whole_seconds(self.preparation.now)

    async def attend(self, items: Iterable[WorkItem], going: Callable[[], bool]) -> AsyncIterator[Attended]:
        """Bring objects to their ends, up to one per target at a time, and settle them in order.

        :param going: asked before each object; false ends it there.
        """
        async for attended in in_order(
            self._ahead(items, going), self._work, workers=len(self.targets), key=matched_by
        ):
            settlement = self.settle(attended)
            self.tally.note(attended.outcome, next_attempt(settlement))
            self.world.watch(attended.subject, attended.outcome, attended.written, again=False)
            if attended.owes_references:
                self.owing.append(self._owing(attended))
            if self._owes_members(attended):
                self.groups.append(attended.slim())
            yield attended

    def _ahead(self, items: Iterable[WorkItem], going: Callable[[], bool]) -> Iterator[Prepared]:
        """Prepare objects, and write down for several at once what may be done to them (F01).

        An intent is durable before its object is asked about at all, so a write needs no commit of its own. One that
        comes to nothing is settled with its object.
        """
        source = iter(items)
        ready: deque[Prepared] = deque()
        coming: list[Prepared] = []
        while self._advance(source, coming, ready) or ready:
            if not ready:
                continue
            if not going():
                self._withdraw(ready)
                return
            yield ready.popleft()

    def _advance(self, source: Iterator[WorkItem], coming: list[Prepared], ready: deque[Prepared]) -> bool:
        """Prepare one more object; those that are coming are ready once their intents are durable."""
        item = next(source, None)
        if item is not None:
            coming.append(self._prepare(item))
        if coming and (item is None or len(coming) == AHEAD):
            self._intend(coming)
            ready.extend(coming)
            coming.clear()
        return item is not None

    def _withdraw(self, unattended: Iterable[Prepared]) -> None:
        """Take back what was written down for objects that were never asked about."""
        for prepared in unattended:
            if prepared.intent is not None and not prepared.doubtful:
                item = prepared.item
                self.world.store.settle(Settlement(item.kind, item.source_id, intents=(prepared.intent.id,)))

    def _prepare(self, item: WorkItem) -> Prepared:
        subject = self.preparation.subject(item)
        doubtful = self.preparation.open_creates.get((item.kind, item.source_id))
        if doubtful is not None:
            return Prepared(item, subject, doubtful, doubtful=True)
        intent = None
        if subject.disposition is not Disposition.SKIP and not self.world.rehearses:
            intent = intent_of(subject, self.world.clock, self.world.ids)
        return Prepared(item, subject, intent)

    def _intend(self, coming: Sequence[Prepared]) -> None:
        intents = [each.intent for each in coming if each.intent is not None and not each.doubtful]
        if intents:
            self.world.store.intend(*intents)

    def _owes(self, attended: Attended) -> bool:
        """Whether a later pass goes on with this object; until then it is remembered as due."""
        return self._owes_members(attended) or attended.owes_references

    def _owes_members(self, attended: Attended) -> bool:
        """Whether a membership pass follows for this object."""
        outcome = attended.outcome
        if outcome.kind is not ObjectKind.GROUP or outcome.action is Action.DELETE:
            return False
        side = self.preparation.sides[ObjectKind.GROUP]
        return side.rules.maps_members and outcome.ending in (Ending.CHANGED, Ending.UNCHANGED)

    def _owing(self, attended: Attended) -> Owing:
        """What the second pass needs of an object. Equal values are kept once: one manager has several people."""
        outcome = attended.outcome
        ended = Outcome(outcome.kind, "", outcome.ending, outcome.action, again=outcome.again)
        references = self._kept.setdefault(outcome.references, outcome.references)
        return attended.item, self._kept.setdefault((ended.ending, ended.action, ended.again), ended), references

    def hold(self, items: Iterable[WorkItem]) -> None:
        """Log the removals the deletion guard holds back; nothing of them is asked or settled (E94)."""
        for item in items:
            subject = self.preparation.subject(item, bare=True)
            step = steps.staged(item.disposition)
            target_id = subject.link.target_id if subject.link is not None else ""
            outcome = Outcome(
                item.kind,
                item.source_id,
                Ending.SKIPPED,
                Action.STAGED_DELETE,
                (step,),
                target_id=target_id,
                name=subject.name,
            )
            self.world.store.settle(
                Settlement(item.kind, item.source_id, records=(record(outcome, self.stamps(0)),)),
            )
            self.tally.note(outcome)
            self.world.watch(subject, outcome, (), again=False)

    async def _work(self, prepared: Prepared, worker: int) -> Attended:
        item, subject = prepared.item, prepared.subject
        flow = provision(subject, self.preparation.context(item.kind))
        journal = Journal(subject, self.world, ahead=prepared.intent)
        attended = await self.drive(flow, item, subject, self.targets[worker], journal)
        if attended.outcome.link is LinkEffect.SET:
            self.preparation.claims[item.kind, attended.outcome.target_id] = item.source_id
        if prepared.doubtful and attended.outcome.failed and not attended.written:
            return replace(attended, intents=())  # the target did not say whether the account is there
        return attended

    async def drive(self, flow: Flow, item: WorkItem, subject: Subject, target: Target, journal: Journal) -> Attended:
        """Run a flow; a defect met on one object ends that object alone (F24)."""
        started = self.world.clock.monotonic()
        speak_of(Topic(subject.kind, subject.source_id))
        try:
            outcome = await converse(flow, target, journal.write)
        except ProvisionerError:
            raise
        except Exception as defect:
            log.exception("a defect was met on an object", source_id=subject.source_id)
            outcome = _defect(subject, defect)
        milliseconds = round((self.world.clock.monotonic() - started) * 1000)
        return Attended(item, subject, outcome, journal.intents, journal.written, milliseconds)

    def settle(self, attended: Attended, compared: Collection[str] | None = None) -> Settlement:
        """Settle what a conversation made of an object.

        :param compared: the paths whose value in the target it looked at; without it those of its own flow.
        """
        item, outcome = attended.item, attended.outcome
        digest = DUE if outcome.again or self._owes(attended) else item.digest
        settlement = self._fold(attended, outcome, digest, attended.subject.link, attended.intents)
        self.again |= outcome.again
        if attended.subject.link is not None:
            self.convergence.see(outcome, attended.compared if compared is None else compared)
        self.preparation.claims.pop((item.kind, outcome.target_id), None)
        return settlement

    def _fold(
        self, attended: Attended, outcome: Outcome, digest: bytes, link: Link | None, intents: tuple[str, ...] = ()
    ) -> Settlement:
        """Remember what an outcome changes, together with its record."""
        escrow, now = self._escrow(attended.item), self._failing
        outcome = last_word(outcome, escrow, self.ladder, now)
        settlement = settle(
            outcome,
            digest=digest,
            link=link,
            escrow=escrow,
            intents=intents,
            records=(record(outcome, self.stamps(attended.milliseconds)),) if not self.world.rehearses else (),
            ladder=self.ladder,
            now=now,
        )
        self.world.store.settle(settlement)
        return settlement

    def close(self, item: WorkItem, outcome: Outcome) -> None:
        """Remember an object as done whose last pass had nothing to do, but for one that is owed another look."""
        digest = DUE if outcome.again else item.digest
        self.world.store.settle(Settlement(item.kind, item.source_id, digest=digest))

    def amend(self, attended: Attended, outcome: Outcome) -> None:
        """Settle what a later pass made of an object, and count it once."""
        item = attended.item
        link = self.world.store.link(item.kind, item.source_id)
        settlement = self._fold(attended, outcome, item.digest, link)
        self.tally.amend(attended.outcome, outcome, next_attempt(settlement))

    def _escrow(self, item: WorkItem) -> Escrow | None:
        """The object's escrow, unless a change in the source superseded it (E90)."""
        if item.reason in (Reason.CHANGED, Reason.NEW):
            return None
        return self.preparation.escrows.get((item.kind, item.source_id))


def _defect(subject: Subject, defect: Exception) -> Outcome:
    text = "".join(format_exception(defect))
    digest = blake2b(text.encode(), digest_size=4).hexdigest()
    error = trouble.error(trouble.BUG, f"{type(defect).__name__} (traceback {digest}, in the operational log)")
    target_id = subject.link.target_id if subject.link is not None else ""
    return Outcome(
        subject.kind,
        subject.source_id,
        Ending.FAILED,
        Action.OTHER,
        target_id=target_id,
        error=error,
        name=subject.name,
    )


def next_attempt(settlement: Settlement) -> datetime | None:
    """When an object that failed is tried again."""
    return settlement.escrow.next_attempt if settlement.escrow is not None else None
