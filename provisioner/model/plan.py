"""What a run would do, object by object, before anything is sent. The artefact has a version and a JSON Schema."""

from dataclasses import field
from typing import Any, Final

from provisioner.model.frozen import frozen
from provisioner.model.state import Counts

VERSION: Final = 1
"""Version of the artefact ``plan --out`` writes."""


@frozen
class PlannedObject:
    """One object and what would be done to it.

    ``operations`` are {op, path, value}: the PATCH's own, or POST with the whole body, or DELETE. ``changes`` are
    {attribute, before, after}. ``target_id`` is the account they are about; of one that would be created it is the
    virtual id by which managers and memberships of other objects name it.
    """

    kind: str
    id: str
    name: str
    action: str
    reason: str
    operations: tuple[dict[str, Any], ...] = ()
    changes: tuple[dict[str, Any], ...] = ()
    skip_reason: str = ""
    error_code: str = ""
    error: str = ""
    target_id: str = ""

    def amended(self, later: "PlannedObject") -> "PlannedObject":
        """The object after another pass: a failure outweighs a change, and a change outweighs none."""
        failed = "fail" in (self.action, later.action)
        action = "fail" if failed else later.action if self.action == "skip" else self.action
        return PlannedObject(
            self.kind,
            self.id,
            self.name,
            action,
            self.reason,
            self.operations + later.operations,
            self.changes + later.changes,
            self.skip_reason if action == "skip" else "",
            self.error_code or later.error_code,
            self.error or later.error,
            self.target_id or later.target_id,
        )

    def as_json(self) -> dict[str, Any]:
        """The object as the artefact has it."""
        return {
            "object": {"type": self.kind, "id": self.id, "name": self.name},
            "action": self.action,
            "reason": self.reason,
            "operations": list(self.operations),
            "changes": list(self.changes),
            **({"targetId": self.target_id} if self.target_id else {}),
            **({"skipReason": self.skip_reason} if self.skip_reason else {}),
            **({"errorCode": self.error_code, "error": self.error} if self.error_code else {}),
        }


@frozen
class PlanSummary:
    """A plan as a whole. ``verdict`` is empty when the deletion threshold allows it, else why not.

    ``exit_code`` is the one the run would end with.
    """

    job: str
    cycle: str
    counts: Counts
    skipped: dict[str, int] = field(default_factory=dict)
    verdict: str = ""
    problem: str = ""
    requests: int = 0
    exit_code: int = 0

    @property
    def changes(self) -> int:
        """How many objects would change."""
        counts = self.counts
        return counts.create + counts.update + counts.disable + counts.delete + counts.staged_delete

    def as_json(self) -> dict[str, Any]:
        """The summary as the artefact has it."""
        return {
            "version": VERSION,
            "job": self.job,
            "cycle": self.cycle,
            "counts": self.counts.as_json(),
            "skipped": self.skipped,
            "deletionThreshold": {"held": bool(self.verdict), "reason": self.verdict or None},
            "problem": self.problem or None,
            "requests": self.requests,
        }
