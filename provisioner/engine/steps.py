"""The provisioning steps of the log, by the names the service gives them (E102)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from provisioner.model.decision import AssignmentPath, Decision, Disposition
from provisioner.model.outcome import Action, ErrorInfo, Step, StepStatus, StepType

_EXPORT = {
    Action.CREATE: "EntryExportAdd",
    Action.UPDATE: "EntryExportUpdate",
    Action.DISABLE: "EntryExportUpdateSoftDelete",
    Action.DELETE: "EntryExportDelete",
}
_PROCESS = {
    Action.CREATE: "EntrySynchronizationAdd",
    Action.UPDATE: "EntrySynchronizationUpdate",
    Action.DISABLE: "EntrySynchronizationUpdate",
    Action.DELETE: "EntrySynchronizationDelete",
}


def imported(kind: str, name: str, *, new: bool) -> Step:
    """The object was read from the directory."""
    return Step(
        "EntryImportAdd" if new else "EntryImportUpdate",
        StepType.IMPORT,
        StepStatus.SUCCESS,
        f"Received {kind} '{name}' {'as new' if new else 'with its present values'} from the directory snapshot",
    )


def import_gone(kind: str, name: str) -> Step:
    """The object is no longer in the directory."""
    return Step(
        "EntryImportDelete",
        StepType.IMPORT,
        StepStatus.SUCCESS,
        f"{kind.capitalize()} '{name}' is gone from the directory snapshot",
    )


def scoped(decision: Decision, name: str) -> Step:
    """Whether the object is in scope, in the portal's words."""
    details: dict[str, Any] = {
        "Active in the source system": str(decision.active and not decision.soft_deleted),
        "Assigned to the application": str(decision.assigned),
        "User has the required role": str(decision.assigned),
        "Scoping filter evaluation passed": str(decision.passes),
    }
    if decision.paths:
        details["Assigned through"] = "; ".join(_assigned(path) for path in decision.paths)
    if decision.clauses:
        details["ScopeEvaluationResult"] = {
            f"{seen.clause.attribute} {seen.clause.operator} {seen.clause.value}".strip(): str(seen.holds)
            for seen in decision.clauses
        }
    verdict = "in scope" if decision.in_scope else "not in scope"
    return Step(
        "EntrySynchronizationScoping",
        StepType.SCOPING,
        StepStatus.SUCCESS if not decision.is_soft_deleted else StepStatus.SKIPPED,
        f"'{name}' is {verdict}",
        details,
    )


def _assigned(path: AssignmentPath) -> str:
    role = path.role.display_name or path.role.value or path.role.id
    return f"group '{path.group_name}' ({role})" if path.group else f"direct assignment ({role})"


def matched(target_id: str, how: str) -> Step:
    """The object's counterpart in the target is known."""
    return Step("EntryImport", StepType.MATCHING, StepStatus.SUCCESS, how, {"targetId": target_id})


def lost(target_id: str) -> Step:
    """The linked account is not in the target any more."""
    return Step(
        "EntryImportObjectNotFound",
        StepType.MATCHING,
        StepStatus.WARNING,
        f"The linked account '{target_id}' is not in the target any more; the link is dropped",
        {"targetId": target_id, "errorCode": "InvalidAnchor"},
    )


def processed(action: Action, attributes: Iterable[str] = ()) -> Step:
    """What the object needs in the target, and in which attributes."""
    named = list(attributes)
    return Step(
        _PROCESS[action],
        StepType.PROCESSING,
        StepStatus.SUCCESS,
        f"The account needs {'a ' + action.value if action is not Action.UPDATE else 'an update'} in the target",
        {"attributes": named} if named else {},
    )


def skipped(reason: str, why: str) -> Step:
    """Nothing is done, and why (E103)."""
    return Step("EntrySynchronizationSkip", StepType.PROCESSING, StepStatus.SKIPPED, why, {"SkipReason": reason})


def staged(disposition: Disposition) -> Step:
    """A removal that the deletion guard holds back (E94)."""
    return Step(
        "StagedDelete",
        StepType.EXPORT,
        StepStatus.SKIPPED,
        f"The {disposition.value} is held back: more removals are due than the deletion threshold allows",
        {"SkipReason": "StagedDelete"},
    )


def exported(action: Action, target_id: str) -> Step:
    """The change is in the target."""
    return Step(
        _EXPORT[action],
        StepType.EXPORT,
        StepStatus.SUCCESS,
        f"The {action.value} was made in the target",
        {"targetId": target_id},
    )


KEPT_LITERALLY: Final = "EntryExportReadBack"
"""The step of :func:`kept_literally`; the service has none like it."""


def kept_literally(paths: Sequence[str]) -> Step:
    """The target said it did as asked, and made attributes of what are paths (E71). Ours: the service does not look."""
    return Step(
        KEPT_LITERALLY,
        StepType.EXPORT,
        StepStatus.WARNING,
        f"The target keeps {', '.join(paths)} under that very name: resolve the dotted and URN keys in the value of an "
        "operation without path (E71)",
        {"paths": list(paths)},
    )


def left_out(paths: Sequence[str]) -> Step:
    """A POST carries no attribute that is neither SCIM's own nor an extension's (E43)."""
    return Step(
        "EntryExportAdd",
        StepType.EXPORT,
        StepStatus.WARNING,
        f"Not exported when the account is created, only by an update in the next cycle: {', '.join(paths)} is neither "
        "an attribute of SCIM's core schema nor of an extension (urn:ietf:params:scim:schemas:extension:NAME:2.0:...)",
        {"attributes": list(paths)},
    )


def failed(error: ErrorInfo, type: StepType, action: Action | None = None) -> Step:
    """A step that did not succeed."""
    name = _EXPORT.get(action, "EntryExport") if action is not None else "EntryImport"
    return Step(name, type, StepStatus.FAILURE, error.reason, {"errorCode": error.code})


def given_up(days: int) -> Step:
    """The last attempt of an object failed too: it leaves escrow (E90)."""
    return Step(
        "EntryEscrowRemoved",
        StepType.PROCESSING,
        StepStatus.FAILURE,
        f"This was the last attempt: after {days} days the object is no longer tried.",
        {"days": days},
    )


def referenced(path: str, target_id: str) -> Step:
    """A reference was resolved to a target id (E27)."""
    return Step(
        "EntrySynchronizationReference",
        StepType.REFERENCES,
        StepStatus.SUCCESS,
        f"{path} refers to the account '{target_id}'",
        {"targetId": target_id},
    )


def not_kept(paths: Sequence[str], times: int) -> Step:
    """The target says that it took a value, and does not have it the next time (F23)."""
    return Step(
        "EntryExportUpdate",
        StepType.EXPORT,
        StepStatus.WARNING,
        f"Not converging: {', '.join(paths)} was sent {times} times in a row to make the same difference, which the "
        "target accepted and did not keep",
        {"attributes": list(paths), "times": times},
    )


def unresolved(path: str, source_id: str) -> Step:
    """A reference names somebody who has no account in the target (E38)."""
    return Step(
        "EntrySynchronizationReference",
        StepType.REFERENCES,
        StepStatus.WARNING,
        f"{path} refers to '{source_id}', who has no account in the target",
        {"sourceId": source_id},
    )
