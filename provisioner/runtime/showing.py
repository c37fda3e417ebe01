"""What was seen of one object, as the parts of a document: the portal's steps import, scope and mapping (E100)."""

from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.engine.expression import as_text
from provisioner.engine.mapping import Flowing
from provisioner.engine.membership import MEMBERS
from provisioner.model.decision import ClauseSeen, Decision
from provisioner.model.directory import ObjectKind, SourceGroup, SourceUser
from provisioner.model.job import Mapping as MappingRule
from provisioner.model.outcome import ErrorInfo
from provisioner.model.roles import RoleList
from provisioner.runtime.preparation import Preparation, Side


def imported(kind: ObjectKind, found: SourceUser | SourceGroup) -> dict[str, Any]:
    """What the directory says of the object."""
    attributes = {name: value for name, value in found.attributes.items() if value is not None}
    return {"type": kind.value, "id": found.id, "name": found.name, "attributes": attributes}


def scope(decision: Decision, side: Side, found: SourceUser | SourceGroup) -> dict[str, Any]:
    """Whether it is in scope, with every assignment and clause that was looked at; and whether it exists at all for the
    job, which is what input filters decide (E111).
    """
    exists, input_clauses = side.rules.exists(found.attributes) if side.rules.exists is not None else (True, ())
    return {
        "inScope": decision.in_scope and exists,
        "activeInTheSourceSystem": decision.active and not decision.soft_deleted,
        "assignedToTheApplication": decision.assigned,
        "scopingFilterPassed": decision.passes,
        "inputFilterPassed": exists,
        "isSoftDeleted": decision.is_soft_deleted,
        "assignments": [
            {"through": path.group_name or "direct", "role": path.role.display_name or path.role.id}
            for path in decision.paths
        ],
        "clauses": _clauses(decision.clauses),
        "inputFilterClauses": _clauses(input_clauses),
    }


def _clauses(clauses: Iterable[ClauseSeen]) -> list[dict[str, Any]]:
    return [
        {
            "filter": seen.group,
            "clause": f"{seen.clause.attribute} {seen.clause.operator} {seen.clause.value}".strip(),
            "value": seen.seen,
            "holds": seen.holds,
        }
        for seen in clauses
    ]


def mappings(
    preparation: Preparation, kind: ObjectKind, found: SourceUser | SourceGroup, decision: Decision
) -> list[dict[str, Any]]:
    """Every mapping with what it read and what it gave."""
    attributes = preparation.sides[kind].attributes(found, decision)
    desired = preparation.desired(kind, found, decision)
    errors = {mapping.target.text: message for mapping, message in desired.errors}
    shown = [_mapping(flowing, value, attributes, errors) for flowing, value in desired.values]
    if isinstance(found, SourceGroup) and preparation.job.groups is not None:
        rules = preparation.job.groups
        shown += [_members(mapping, found) for mapping in rules.mappings if mapping.target.key == MEMBERS]
    return shown


def _mapping(flowing: Flowing, value: Any, attributes: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    target = flowing.mapping.target.text
    read = flowing.evaluate.attributes if flowing.evaluate is not None else ()
    return {
        "target": target,
        "kind": flowing.mapping.kind.value,
        "expression": flowing.mapping.source,
        "inputs": {name: plain(attributes.get(name)) for name in sorted(read)},
        "result": plain(value),
        "default": flowing.mapping.default,
        "error": errors.get(target),
    }


def _members(mapping: MappingRule, group: SourceGroup) -> dict[str, Any]:
    """Members flow one by one (E60): whom the directory names, and who of them is sent are two things."""
    members = list(group.members)
    return {
        "target": mapping.target.text,
        "kind": mapping.kind.value,
        "expression": mapping.source,
        "inputs": {MEMBERS: members},
        "result": members,
        "default": mapping.default,
        "error": None,
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
