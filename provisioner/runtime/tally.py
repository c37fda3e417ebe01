"""Counts a cycle object by object, however many outcomes an object has."""

from collections import Counter
from datetime import datetime

from provisioner.engine.steps import KEPT_LITERALLY
from provisioner.model.directory import ObjectKind
from provisioner.model.outcome import Action, Ending, ErrorInfo, Outcome
from provisioner.model.report import Failure
from provisioner.model.state import Counts

_FIELD = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.DISABLE: "disable",
    Action.DELETE: "delete",
    Action.STAGED_DELETE: "staged_delete",
}

_TOLD = {
    "create": "created",
    "update": "updated",
    "disable": "disabled",
    "delete": "deleted",
    "staged_delete": "held back",
    "skip": "skipped",
    "fail": "failed",
}


def ending_of(outcome: Outcome) -> str:
    """How an object ended, in the word a progress bar counts it by: an attempt that failed has created nobody."""
    return _TOLD[_field(outcome)]


class Tally:
    """Counts of one cycle and its failures. ``done`` is how many objects were attended to.

    ``without_escrow`` holds the objects that fail and have no next attempt, such as those whose last one it was, and
    whether it is only a reference of theirs that fails.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self.failures: list[Failure] = []
        self.without_escrow: dict[tuple[ObjectKind, str], bool] = {}
        self._odd: dict[str, str] = {}
        self.done = 0

    def note(self, outcome: Outcome, next_attempt: datetime | None = None) -> None:
        """Count an object's outcome."""
        self.done += 1
        self._counts[_field(outcome)] += 1
        if outcome.failed:
            self._fail(outcome, next_attempt)
        for step in outcome.steps:
            if step.name == KEPT_LITERALLY:
                self._odd.setdefault(step.description, outcome.name)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went well and was not done as it should be: each kind once, with the first object it was seen at."""
        return tuple(f"{name}: {what}" for what, name in self._odd.items())

    def amend(self, first: Outcome, second: Outcome, next_attempt: datetime | None = None) -> None:
        """A later pass ended differently: failure outweighs change, and change outweighs none."""
        if second.failed:
            self._move(first, "fail")
            self._fail(second, next_attempt)
        elif second.ending is Ending.CHANGED and first.ending is not Ending.CHANGED:
            self._move(first, _field(second))

    def _move(self, first: Outcome, to: str) -> None:
        self._counts[_field(first)] -= 1
        self._counts[to] += 1

    def _fail(self, outcome: Outcome, next_attempt: datetime | None) -> None:
        error = outcome.error or ErrorInfo("InternalServerError", "ServiceFailure", "no reason was given", "")
        self.failures.append(Failure(outcome.kind.value, outcome.source_id, outcome.name, error, next_attempt))
        if next_attempt is None:
            self.without_escrow[outcome.kind, outcome.source_id] = outcome.reference

    @property
    def counts(self) -> Counts:
        """The counts so far."""
        return Counts(**{name: count for name, count in self._counts.items() if count})


def _field(outcome: Outcome) -> str:
    if outcome.failed:
        return "fail"
    if outcome.action is Action.STAGED_DELETE:
        return "staged_delete"
    return _FIELD.get(outcome.action, "skip") if outcome.ending is Ending.CHANGED else "skip"
