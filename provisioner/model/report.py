"""What a cycle did, as it is told: ``run --json`` and the table on a terminal."""

from datetime import datetime
from typing import Any

from provisioner.model.frozen import frozen
from provisioner.model.outcome import ErrorInfo
from provisioner.model.state import Counts, Quarantine


@frozen
class Failure:
    """An object that failed, and what helps."""

    kind: str
    source_id: str
    name: str
    error: ErrorInfo
    next_attempt: datetime | None = None


@frozen
class CycleReport:
    """One cycle. ``status`` is succeeded, failed, stopped or quarantined; ``cycle`` is initial or incremental.

    A cycle that did not take place is ``none``, and its status says why: paused, disabled or quarantined.
    """

    job: str
    number: int
    cycle: str
    status: str
    counts: Counts
    requests: int
    started: datetime
    ended: datetime
    failures: tuple[Failure, ...] = ()
    quarantine: Quarantine | None = None
    note: str = ""
    complete: bool = True
    warnings: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The command's exit code: the graver of what holds."""
        if self.quarantine is not None:
            return 4 if self.quarantine.reason == "TooManyDeletes" else 5
        if self.status == "disabled":
            return 5
        if self.status == "stopped":
            return 130
        return 3 if self.counts.fail or self.status == "failed" else 0

    def as_json(self) -> dict[str, Any]:
        """The document of ``run --json``."""
        return {
            "job": self.job,
            "cycleNumber": self.number,
            "cycle": self.cycle,
            "status": self.status,
            "counts": self.counts.as_json(),
            "requests": self.requests,
            "started": self.started.isoformat(),
            "ended": self.ended.isoformat(),
            "complete": self.complete,
            "note": self.note,
            "warnings": list(self.warnings),
            "failures": [_failure(failure) for failure in self.failures],
            "quarantine": _quarantine(self.quarantine),
        }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "type": failure.kind,
        "id": failure.source_id,
        "name": failure.name,
        "errorCode": failure.error.code,
        "reason": failure.error.reason,
        "recommendedAction": failure.error.recommended_action,
        "nextAttempt": failure.next_attempt.isoformat() if failure.next_attempt else None,
    }


def _quarantine(quarantine: Quarantine | None) -> dict[str, Any] | None:
    if quarantine is None:
        return None
    return {
        "reason": quarantine.reason,
        "message": quarantine.message,
        "since": quarantine.since.isoformat(),
        "nextAttempt": quarantine.next_attempt.isoformat(),
        "attempts": quarantine.attempts,
    }
