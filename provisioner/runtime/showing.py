"""What was seen of one object, as the parts of a document: the portal's steps import, scope and mapping (E100)."""

from collections.abc import Mapping
from typing import Any

from provisioner.engine.expression import as_text
from provisioner.engine.mapping import Flowing
from provisioner.model.decision import Decision
from provisioner.model.directory import ObjectKind, SourceGroup, SourceUser
from provisioner.model.outcome import ErrorInfo
from provisioner.model.roles import RoleList
from provisioner.runtime.preparation import Preparation


def imported(kind: ObjectKind, found: SourceUser | SourceGroup) -> dict[str, Any]:
    """What the directory says of the object."""
    attributes = {name: value for name, value in found.attributes.items() if value is not None}
    return {"type": kind.value, "id": found.id, "name": found.name, "attributes": attributes}


def scope(decision: Decision) -> dict[str, Any]:
    """Whether it is in scope, with every assignment and clause that was looked at."""
    return {
        "inScope": decision.in_scope,
        "activeInTheSourceSystem": decision.active and not decision.soft_deleted,
        "assignedToTheApplication": decision.assigned,
        "scopingFilterPassed": decision.passes,
        "isSoftDeleted": decision.is_soft_deleted,
        "assignments": [
            {"through": path.group_name or "direct", "role": path.role.display_name or path.role.id}
            for path in decision.paths
        ],
        "clauses": [
            {
                "filter": seen.group,
                "clause": f"{seen.clause.attribute} {seen.clause.operator} {seen.clause.value}".strip(),
                "value": seen.seen,
                "holds": seen.holds,
            }
            for seen in decision.clauses
        ],
    }


def mappings(
    preparation: Preparation, kind: ObjectKind, found: SourceUser | SourceGroup, decision: Decision
) -> list[dict[str, Any]]:
    """Every mapping with what it read and what it gave."""
    attributes = preparation.sides[kind].attributes(found, decision)
    desired = preparation.desired(kind, found, decision)
    errors = {mapping.target.text: message for mapping, message in desired.errors}
    return [_mapping(flowing, value, attributes, errors) for flowing, value in desired.values]


def _mapping(flowing: Flowing, value: Any, attributes: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    target = flowing.mapping.target.text
    read = flowing.evaluate.attributes if flowing.evaluate is not None else ()
    return {
        "target": target,
        "kind": flowing.mapping.kind.value,
        "expression": flowing.mapping.source,
        "inputs": {name: plain(attributes.get(name)) for name in sorted(read)},
        "result": plain(value),
        "error": errors.get(target),
    }


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, RoleList):
        return value.objects()
    return [as_text(getattr(item, "value", item)) for item in value] if isinstance(value, tuple) else as_text(value)


def told(error: ErrorInfo) -> dict[str, Any]:
    """An error with what helps."""
    return {"errorCode": error.code, "reason": error.reason, "recommendedAction": error.recommended_action}
