"""The second pass: references to those who have an account by now (E27, E38)."""

from collections.abc import Callable
from dataclasses import dataclass

from provisioner.engine import steps
from provisioner.engine.flow import refer
from provisioner.engine.mapping import Desired
from provisioner.engine.record import record
from provisioner.engine.story import Subject
from provisioner.model.decision import WorkItem
from provisioner.model.outcome import Action, Ending, Outcome, Reference
from provisioner.model.record import Record
from provisioner.model.state import PendingReference, Settlement
from provisioner.runtime.attend import Attendant, next_attempt
from provisioner.runtime.converse import Journal


@dataclass(slots=True)
class ReferencePass:
    """Points the references of objects whose own account is settled."""

    attendant: Attendant

    async def resolve(self, step: Callable[[], bool]) -> None:
        """Resolve what every object owes.

        :param step: called before each object; false ends the pass.
        """
        owing = self.attendant.owing
        while owing and step():
            item, outcome, references = owing.popleft()
            ended = outcome
            for reference in references:
                ended = ended if ended.failed else await self._resolve(item, ended, reference)
            if not ended.failed:
                self.attendant.close(item, outcome)

    async def _resolve(self, item: WorkItem, outcome: Outcome, reference: Reference) -> Outcome:
        """Resolve one reference of an object that ended so far with the outcome, and say how it ends with this one."""
        attendant = self.attendant
        world, preparation = attendant.world, attendant.preparation
        subject = self._subject(item)
        link = preparation.store.link(item.kind, item.source_id)
        referred = preparation.account(reference.source_id)
        if referred is None or link is None:
            self._remember(item, subject, reference)
            return outcome
        flow = refer(subject, preparation.context(item.kind), reference, link.target_id, referred.target_id)
        journal = Journal(subject, world)
        attended = await attendant.drive(flow, item, subject, attendant.targets[0], journal)
        if not attended.outcome.failed and not world.rehearses:
            world.store.settle(Settlement(item.kind, item.source_id, references=()))
        if attended.outcome.ending is Ending.UNCHANGED:
            attendant.convergence.see(attended.outcome, (reference.path,))
            return outcome
        settlement = attendant.settle(attended, (reference.path,))
        attendant.tally.amend(outcome, attended.outcome, next_attempt(settlement))
        world.watch(attended.subject, attended.outcome, attended.written, again=True)
        return attended.outcome if attended.outcome.failed or outcome.ending is not Ending.CHANGED else outcome

    def _subject(self, item: WorkItem) -> Subject:
        """The object once more, for the log and the intents; who rehearses makes neither and need not read it again."""
        if not self.attendant.world.rehearses:
            return self.attendant.preparation.subject(item, bare=True)
        return Subject(item.kind, item.source_id, "", item.disposition, None, Desired(()), None, item.reason)

    def _remember(self, item: WorkItem, subject: Subject, reference: Reference) -> None:
        """A reference to somebody without an account is a warning, and is remembered (E38)."""
        world = self.attendant.world
        records: tuple[Record, ...] = ()
        if not world.rehearses:
            step = steps.unresolved(reference.path, reference.source_id)
            outcome = Outcome(item.kind, item.source_id, Ending.SKIPPED, Action.OTHER, (step,), name=subject.name)
            records = (record(outcome, self.attendant.stamps(0), status="warning"),)
        pending = PendingReference(item.kind, item.source_id, reference.path, reference.source_id)
        world.store.settle(Settlement(item.kind, item.source_id, references=(pending,), records=records))
