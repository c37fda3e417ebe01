"""One object of a cycle before and after it is attended to, and as it waits for a later pass."""

from dataclasses import replace
from typing import TypeAlias

from provisioner.engine.mapping import Desired
from provisioner.engine.story import Subject
from provisioner.model.decision import WorkItem
from provisioner.model.frozen import frozen
from provisioner.model.outcome import Outcome, Reference
from provisioner.model.question import Writing
from provisioner.model.state import Intent
from provisioner.runtime.converse import matching_value

Owing: TypeAlias = tuple[WorkItem, Outcome, tuple[Reference, ...]]
"""An object that waits for the second pass, how it ended, and its references; a million of them may be waiting."""


@frozen
class Prepared:
    """An object ready to be attended to. ``intent`` is durable by then; None when nothing will be written.

    ``doubtful`` is whether it is of an earlier create that nobody heard the answer of.
    """

    item: WorkItem
    subject: Subject
    intent: Intent | None
    doubtful: bool = False


@frozen
class Attended:
    """One object that reached its end and waits to be settled in its turn."""

    item: WorkItem
    subject: Subject
    outcome: Outcome
    intents: tuple[str, ...]
    written: tuple[Writing, ...]
    milliseconds: int

    @property
    def compared(self) -> frozenset[str]:
        """The paths of an account that its own flow compares; references are left to the second pass (E27)."""
        return frozenset(f.mapping.target.text for f, _ in self.subject.desired.values if not f.is_reference)

    @property
    def owes_references(self) -> bool:
        """Whether the second pass goes on with it."""
        return bool(self.outcome.references) and not self.outcome.failed

    def slim(self) -> "Attended":
        """What the pass of members needs of a group."""
        outcome = replace(self.outcome, steps=(), changes=(), error=None)
        subject = replace(self.subject, desired=Desired(()), decision=None)
        return replace(self, outcome=outcome, subject=subject, intents=(), written=())


def matched_by(prepared: Prepared) -> str:
    """What keeps two objects apart that would look for the same account; linked ones look for none."""
    subject = prepared.subject
    return matching_value(subject)[1].casefold() if subject.link is None else ""
