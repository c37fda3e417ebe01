"""Attending to one object: drive its flow, write down what it ends with, and pass its references on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from traceback import format_exception

import structlog

from provisioner.engine import steps, trouble
from provisioner.engine.flow import Flow, Subject, provision, refer
from provisioner.engine.fold import settle
from provisioner.engine.record import Stamp, record
from provisioner.engine.retry import Ladder
from provisioner.model.decision import Reason, WorkItem
from provisioner.model.errors import ProvisionerError
from provisioner.model.outcome import Action, Ending, Outcome, Reference
from provisioner.model.record import Record
from provisioner.model.state import Escrow, PendingReference, Settlement
from provisioner.runtime.converse import Journal, converse
from provisioner.runtime.preparation import Preparation
from provisioner.runtime.tally import Tally
from provisioner.runtime.vigil import Vigil
from provisioner.runtime.world import World

log = structlog.get_logger("provisioner.cycle")

Stamps = Callable[[str, int], Stamp]
"""(source id, milliseconds) -> the stamp of a new record."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An object whose references wait for the second pass."""

    item: WorkItem
    subject: Subject
    outcome: Outcome


@dataclass(slots=True)
class Attendant:
    """Attends to the objects of one cycle."""

    world: World
    vigil: Vigil
    preparation: Preparation
    ladder: Ladder
    stamps: Stamps
    tally: Tally = field(default_factory=Tally)
    _waiting: list[_Waiting] = field(default_factory=list)

    async def attend(self, item: WorkItem) -> None:
        """Bring one object to its end and commit it."""
        started = self.world.clock.monotonic()
        subject = self.preparation.subject(item)
        flow = provision(subject, self.preparation.context)
        outcome, intents = await self._drive(flow, subject)
        settlement = self._settle(item, subject, outcome, intents, started)
        self.tally.note(outcome, settlement.escrow.next_attempt if settlement.escrow else None)
        if outcome.references and not outcome.failed:
            self._waiting.append(_Waiting(item, subject, outcome))

    async def _drive(self, flow: Flow, subject: Subject) -> tuple[Outcome, tuple[str, ...]]:
        """Run a flow; a defect met on one object ends that object alone (F24)."""
        journal = Journal(subject, self.world.store, self.world.clock, self.world.ids)
        try:
            return await converse(flow, self.vigil, journal.write), journal.intents
        except ProvisionerError:
            raise
        except Exception as defect:
            log.exception("a defect was met on an object", source_id=subject.source_id)
            return _defect(subject, defect), journal.intents

    def _settle(
        self, item: WorkItem, subject: Subject, outcome: Outcome, intents: tuple[str, ...], started: float
    ) -> Settlement:
        milliseconds = round((self.world.clock.monotonic() - started) * 1000)
        settlement = settle(
            outcome,
            digest=item.digest,
            link=subject.link,
            escrow=self._escrow(item),
            intents=intents,
            records=(record(outcome, self.stamps(item.source_id, milliseconds)),),
            ladder=self.ladder,
            now=self.world.clock.now(),
        )
        self.world.store.settle(settlement)
        return settlement

    def _escrow(self, item: WorkItem) -> Escrow | None:
        """The object's escrow, unless a change in the source superseded it (E90)."""
        if item.reason in (Reason.CHANGED, Reason.NEW):
            return None
        return self.preparation.escrows.get((item.kind, item.source_id))

    @property
    def waiting(self) -> int:
        """How many objects have references to resolve."""
        return len(self._waiting)

    async def resolve_references(self, step: Callable[[], bool]) -> None:
        """The second pass: point references at those who have an account by now (E27).

        :param step: called before each object; false ends the pass.
        """
        for waiting in self._waiting:
            if not step():
                return
            for reference in waiting.outcome.references:
                await self._resolve(waiting, reference)

    async def _resolve(self, waiting: _Waiting, reference: Reference) -> None:
        started = self.world.clock.monotonic()
        item, subject = waiting.item, waiting.subject
        referred = self.world.store.link(item.kind, reference.source_id)
        if referred is None:
            self._remember(item, subject, reference)
            return
        flow = refer(subject, self.preparation.context, reference, waiting.outcome.target_id, referred.target_id)
        outcome, intents = await self._drive(flow, subject)
        if outcome.ending is Ending.UNCHANGED:
            self.world.store.settle(Settlement(item.kind, item.source_id, references=()))
            return
        settlement = self._settle(item, self.preparation.subject(item), outcome, intents, started)
        self.tally.amend(waiting.outcome, outcome, settlement.escrow.next_attempt if settlement.escrow else None)

    def _remember(self, item: WorkItem, subject: Subject, reference: Reference) -> None:
        """A reference to somebody without an account is a warning, and is remembered (E38)."""
        step = steps.unresolved(reference.path, reference.source_id)
        outcome = Outcome(item.kind, item.source_id, Ending.SKIPPED, Action.OTHER, (step,), name=subject.name)
        entry: Record = record(outcome, self.stamps(item.source_id, 0), status="warning")
        pending = PendingReference(item.kind, item.source_id, reference.path, reference.source_id)
        self.world.store.settle(
            Settlement(item.kind, item.source_id, references=(pending,), records=(entry,)),
        )


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


def stamps(*, world: World, cycle: int, cycle_id: str, job: str, target: str, now: Callable[[], datetime]) -> Stamps:
    """A maker of stamps for the records of one cycle."""

    def stamp(source_id: str, milliseconds: int) -> Stamp:
        return Stamp(
            id=world.ids.guid(),
            at=now(),
            change_id=world.ids.guid(),
            cycle=cycle,
            cycle_id=cycle_id,
            job=job,
            lineage=world.store.lineage,
            target=target,
            milliseconds=milliseconds,
        )

    return stamp
