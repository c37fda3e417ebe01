"""Where a job is, as one document (E96, E105)."""

from datetime import datetime
from typing import Any

from provisioner.engine.lifecycle import status_of
from provisioner.engine.schedule import next_run
from provisioner.model.directory import ObjectKind
from provisioner.model.job import Job
from provisioner.model.state import CycleRow, Escrow, Quarantine
from provisioner.ports import Store


def status_document(job: Job, store: Store, now: datetime) -> dict[str, Any]:
    """Status, progress, current, last and next cycle, quarantine and escrows of a job.

    ``currentCycle`` has no end yet, and its ``done`` counts up; it is there too when its process died.
    """
    cycles = store.cycles(limit=2)
    last = cycles[0] if cycles else None
    ended = next((row for row in cycles if row.ended is not None), None)
    current = last if last is not None and last.ended is None else None
    health = store.health()
    counts = store.counts()
    due = next_run(health, job.interval, last.started if last else None, now)
    return {
        "job": job.name,
        "status": status_of(health, ran=last is not None).value,
        "steadyState": store.watermark() is not None,
        "provisioned": {"users": counts.get(ObjectKind.USER, 0), "groups": counts.get(ObjectKind.GROUP, 0)},
        "currentCycle": cycle_document(current) if current else None,
        "lastCycle": cycle_document(ended) if ended else None,
        "nextRun": due.isoformat() if due is not None else None,
        "quarantine": _quarantine(health.quarantine),
        "requests": [request.kind.value for request in store.requests()],
        "escrows": [_escrow(escrow) for escrow in store.escrows()],
    }


def cycle_document(row: CycleRow) -> dict[str, Any]:
    """One cycle as a document."""
    return {
        "number": row.number,
        "kind": row.kind,
        "status": row.status,
        "started": row.started.isoformat(),
        "ended": row.ended.isoformat() if row.ended else None,
        "seconds": (row.ended - row.started).total_seconds() if row.ended else None,
        "done": row.done,
        "total": row.total,
        "counts": row.counts.as_json(),
        "requests": row.requests,
        "note": row.note,
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


def _escrow(escrow: Escrow) -> dict[str, Any]:
    return {
        "type": escrow.kind.value,
        "id": escrow.source_id,
        "failures": escrow.failures,
        "errorCode": escrow.code,
        "reason": escrow.reason,
        "firstFailure": escrow.first_failure.isoformat(),
        "nextAttempt": escrow.next_attempt.isoformat(),
    }
