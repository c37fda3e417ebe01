"""One object on its way: what is known of it before the target is asked, the steps so far, and the ways it can end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec

from provisioner.engine import steps, trouble
from provisioner.engine.dialect import Dialect
from provisioner.engine.mapping import CompiledRules, Desired
from provisioner.model.answer import Answer, Refused, Unknown
from provisioner.model.decision import Decision, Disposition, Reason
from provisioner.model.directory import ObjectKind
from provisioner.model.frozen import frozen
from provisioner.model.outcome import Action, Ending, ErrorInfo, Outcome, Step, StepType
from provisioner.model.question import Find, Question, Read
from provisioner.model.state import Link

Told = ParamSpec("Told")

Owner = Callable[[ObjectKind, str], str | None]
"""Which source object a target id is linked to."""

Account = Callable[[str], str | None]
"""The target id of a user, by its source id."""


def _no_account(_source_id: str) -> None:
    """Nobody has an account yet."""


@frozen
class Subject:
    """All that is known of an object before the target is asked.

    ``decision`` is None when the object is gone from the source; ``desired`` is then empty.
    """

    kind: ObjectKind
    source_id: str
    name: str
    disposition: Disposition
    decision: Decision | None
    desired: Desired
    link: Link | None
    reason: Reason = Reason.CHANGED

    @property
    def will_be_looked_for(self) -> bool:
        """Whether its flow begins by matching: it has no account, is to get one, and nothing in it is invalid (E28)."""
        valid = not self.desired.errors and not self.desired.missing
        return self.link is None and self.disposition is Disposition.PROVISION and valid


@frozen
class Context:
    """What the flows of one cycle share. ``silent`` is whether nobody reads their steps."""

    rules: CompiledRules
    dialect: Dialect
    owner: Owner
    account: Account = _no_account
    silent: bool = False


@dataclass(slots=True)
class Story:
    """The steps so far, and the ways an object can end."""

    subject: Subject
    steps: list[Step] = field(default_factory=list)
    silent: bool = field(default=False, kw_only=True)

    def tell(self, step: Callable[Told, Step], *what: Told.args, **more: Told.kwargs) -> None:
        """Note a step, unless nobody reads it."""
        if not self.silent:
            self.steps.append(step(*what, **more))

    def end(self, ending: Ending, action: Action, **more: Any) -> Outcome:
        """The outcome; ``more`` are fields of it."""
        subject = self.subject
        return Outcome(
            kind=subject.kind,
            source_id=subject.source_id,
            ending=ending,
            action=action,
            steps=tuple(self.steps),
            in_scope=_in_scope(subject),
            active=subject.decision is not None and not subject.decision.is_soft_deleted,
            name=subject.name,
            **{"target_id": subject.link.target_id if subject.link else "", **more},
        )

    def skip(self, reason: str, why: str, **more: Any) -> Outcome:
        """End without a question asked, for one of the reasons of E103."""
        self.tell(steps.skipped, reason, why)
        return self.end(Ending.SKIPPED, Action.OTHER, skip_reason=reason, **more)

    def unchanged(self, **more: Any) -> Outcome:
        """End because nothing is to be changed."""
        self.tell(steps.skipped, "RedundantExport", "The target already holds every mapped value")
        return self.end(Ending.UNCHANGED, Action.OTHER, skip_reason="RedundantExport", **more)

    def fail(self, error: ErrorInfo, step: StepType, action: Action, *, unknown: bool = False, **more: Any) -> Outcome:
        """End with an error; ``unknown`` when it may have been done all the same."""
        self.tell(steps.failed, error, step, action if step is StepType.EXPORT else None)
        return self.end(Ending.UNKNOWN if unknown else Ending.FAILED, action, error=error, **more)

    def refused(self, question: Question, answer: Answer, action: Action, **more: Any) -> Outcome:
        """End on an answer that is neither Found nor Done as expected."""
        step = StepType.MATCHING if isinstance(question, Find | Read) else StepType.EXPORT
        if isinstance(answer, Refused | Unknown):
            unknown = isinstance(answer, Unknown) and step is StepType.EXPORT
            return self.fail(trouble.diagnose(question, answer), step, action, unknown=unknown, **more)
        odd = trouble.error(trouble.BUG, f"{type(question).__name__} was answered with {type(answer).__name__}")
        return self.fail(odd, step, action, **more)


def _in_scope(subject: Subject) -> bool:
    """What the link is to remember: a soft deletion leaves it as it was (E57)."""
    if subject.decision is None:
        return False
    if subject.decision.soft_deleted and subject.link is not None:
        return subject.link.in_scope
    return subject.decision.in_scope
