"""From an Outcome to an entry of the provisioning log, in Graph's own property names (E101, E102)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from provisioner.model.answer import Exchange
from provisioner.model.frozen import frozen
from provisioner.model.outcome import AttributeChange, Ending, ErrorInfo, Outcome, Step
from provisioner.model.record import Record
from provisioner.model.roles import RoleList
from provisioner.model.secret import MASK, Redacted

_STATUS: Final = {
    Ending.CHANGED: "success",
    Ending.UNCHANGED: "skipped",
    Ending.SKIPPED: "skipped",
    Ending.FAILED: "failure",
    Ending.UNKNOWN: "failure",
}

REDACTED: Final = "[Redact]"
"""What the log shows of a value that the function Redact hides."""

MASKED: Final = frozenset({"password"})
"""Target attributes whose values never appear in the log (F32)."""


@frozen
class Stamp:
    """What a record needs beyond the outcome: who, when, and which run."""

    id: str
    at: datetime
    change_id: str
    cycle: int
    cycle_id: str
    job: str
    lineage: str
    target: str
    milliseconds: int
    initiated_by: str = "Azure AD Provisioning Service"


def record(outcome: Outcome, stamp: Stamp, *, status: str = "") -> Record:
    """The log entry of an outcome. ``status`` overrides what follows from its ending, for warnings."""
    status = status or _STATUS[outcome.ending]
    return Record(
        id=stamp.id,
        at=stamp.at,
        cycle=stamp.cycle,
        kind=outcome.kind.value,
        source_id=outcome.source_id,
        name=outcome.name,
        action=outcome.action.value,
        status=status,
        body=_body(outcome, stamp, status),
    )


def _body(outcome: Outcome, stamp: Stamp, status: str) -> dict[str, Any]:
    return {
        "id": stamp.id,
        "activityDateTime": timestamp(stamp.at),
        "tenantId": stamp.lineage,
        "jobId": stamp.job,
        "cycleId": stamp.cycle_id,
        "changeId": stamp.change_id,
        "durationInMilliseconds": stamp.milliseconds,
        "provisioningAction": outcome.action.value,
        "initiatedBy": {"id": "", "displayName": stamp.initiated_by, "initiatorType": "system"},
        "servicePrincipal": {"id": stamp.lineage, "displayName": stamp.job},
        "sourceSystem": {"id": stamp.lineage, "displayName": "Directory snapshot", "details": {}},
        "targetSystem": {"id": stamp.lineage, "displayName": stamp.job, "details": {"url": stamp.target}},
        "sourceIdentity": _identity(outcome.source_id, outcome.name, outcome.kind.value),
        "targetIdentity": _identity(outcome.target_id, outcome.target_name, outcome.kind.value),
        "modifiedProperties": [_modified(change) for change in outcome.changes],
        "provisioningSteps": [_step(step) for step in outcome.steps],
        "provisioningStatusInfo": {
            "status": status,
            "errorInformation": _error(outcome.error, _hidden(outcome)) if outcome.error else None,
            **({"skipReason": outcome.skip_reason} if outcome.skip_reason else {}),
        },
    }


def timestamp(at: datetime) -> str:
    """A UTC time in the form of the log: ``2026-01-31T08:00:00Z``, with milliseconds when there are any."""
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds").replace("+00:00", "Z")


def _identity(id: str, name: str, kind: str) -> dict[str, Any]:
    return {"id": id, "displayName": name, "identityType": kind, "details": {}}


def _modified(change: AttributeChange) -> dict[str, Any]:
    masked = change.attribute.lower() in MASKED
    return {
        "displayName": change.attribute,
        "oldValue": MASK if masked and change.before is not None else shown(change.before),
        "newValue": MASK if masked else shown(change.after),
    }


def shown(value: Any) -> Any:
    """A value as the log has it; one that the function Redact hides is not in it."""
    if isinstance(value, Redacted):
        return REDACTED
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, RoleList):
        return value.objects()
    if isinstance(value, bool | int | float):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "provisioningStepType": step.type.value,
        "status": step.status.value,
        "description": step.description,
        "details": dict(step.details),
    }


def _error(error: ErrorInfo, hidden: tuple[str, ...]) -> dict[str, Any]:
    return {
        "errorCode": error.code,
        "errorCategory": error.category,
        "reason": error.reason,
        "recommendedAction": error.recommended_action,
        "additionalDetails": _evidence(error, hidden),
    }


def _evidence(error: ErrorInfo, hidden: tuple[str, ...]) -> Mapping[str, Any]:
    exchange: Exchange | None = error.exchange
    if exchange is None:
        return {"detail": error.details} if error.details else {}
    return {
        "detail": error.details,
        "request": f"{exchange.method} {exchange.url}".strip(),
        "requestBody": _without(exchange.request.decode("utf-8", "replace"), hidden)[:2048],
        "responseStatus": exchange.status,
        "responseBody": _without(exchange.response, hidden),
    }


def _hidden(outcome: Outcome) -> tuple[str, ...]:
    """The values of this object that no part of its record may show."""
    secret = (c.after for c in outcome.changes if isinstance(c.after, Redacted) or c.attribute.lower() in MASKED)
    return tuple(str(value) for value in secret if value)


def _without(text: str, hidden: tuple[str, ...]) -> str:
    for value in hidden:
        text = text.replace(value, REDACTED)
    return text
