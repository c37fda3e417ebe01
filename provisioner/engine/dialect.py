"""PATCH bodies: the default dialect (E46-E51) and the one the tenant URL's flag asks for (E71-E73)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson

from provisioner.engine.diff import Difference
from provisioner.engine.resource import elements
from provisioner.model.fidelity import Fidelity
from provisioner.model.frozen import frozen
from provisioner.model.roles import RoleList, RoleName

PATCH_OP: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

Operation = dict[str, Any]


@frozen
class Dialect:
    """How changes are put into words. ``flag`` is whether ``aadOptscim062020`` is in force."""

    flag: bool
    fidelity: Fidelity

    def attributes(self, differences: Sequence[Difference]) -> dict[str, Any]:
        """The PATCH that carries all differences of one object (E46, E71)."""
        ordered = differences
        if self.fidelity.operation_order == "alphabet":
            ordered = sorted(differences, key=lambda difference: difference.mapping.target.key)
        return patch(_flagged(ordered, self.fidelity) if self.flag else self._legacy(ordered))

    def reference(self, path: str, target_id: str, *, adds: bool) -> dict[str, Any]:
        """The PATCH that points a reference at a target id: the bare id as a string, in both dialects (E50, E73)."""
        return patch([_operation(self._verb("Add" if adds else "Replace"), path, target_id)])

    def add_member(self, target_id: str, *, replaces: bool = False) -> dict[str, Any]:
        """The PATCH that adds one member (E61); with the flag a replace if the group's GET held ``members`` (E72)."""
        verb = "Replace" if replaces and self.flag else "Add"
        return patch([_operation(self._verb(verb), "members", [{"value": target_id}])])

    def remove_member(self, target_id: str) -> dict[str, Any]:
        """The PATCH that removes one member (E61, E72)."""
        if self.flag:
            quoted = orjson.dumps(target_id).decode()
            return patch([{"op": "remove", "path": f"members[value eq {quoted}]"}])
        return patch([_operation("Remove", "members", [{"value": target_id}])])

    def _legacy(self, differences: Sequence[Difference]) -> list[Operation]:
        """One operation each, but for a single role as JSON: one, however many of its parts are mapped (E51)."""
        operations = [_legacy(difference, self.fidelity) for difference in differences]
        return [operation for n, operation in enumerate(operations) if operation not in operations[:n]]

    def _verb(self, verb: str) -> str:
        return verb.lower() if self.flag else verb


def patch(operations: Iterable[Operation]) -> dict[str, Any]:
    """A PatchOp message, keys in the service's order."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def _operation(verb: str, path: str, value: Any) -> Operation:
    return {"op": verb, "path": path, "value": value}


def _legacy(difference: Difference, fidelity: Fidelity) -> Operation:
    """One operation of the default dialect: capital verb, always a path, scalars as text (E47-E49)."""
    if _is_assertive(difference.after):
        return _operation("replace", difference.mapping.target.text, difference.after.objects())
    if isinstance(difference.after, RoleName) and fidelity.single_role_patch == "json":
        role = RoleList("complex", (difference.after.role,))
        return _operation("Add", difference.mapping.target.attribute, _legacy_value(role, fidelity))
    verb = "Add" if difference.adds or _is_list(difference.after) else "Replace"
    return _operation(verb, difference.mapping.target.text, _legacy_value(difference.after, fidelity))


def _legacy_value(value: Any, fidelity: Fidelity) -> Any:
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, int):
        return str(value) if fidelity.integer_patch == "text" else value
    if isinstance(value, RoleList):
        return [{"value": orjson.dumps(role).decode()} for role in value.raw()]
    return elements(value) if _is_list(value) else value


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple | RoleList)


def _is_assertive(value: Any) -> bool:
    """Whether the roles replace what the target holds, in either dialect (E51)."""
    return isinstance(value, RoleList) and value.style == "assertive"


def _flagged(differences: Sequence[Difference], fidelity: Fidelity) -> list[Operation]:
    """With the flag: value paths stay separate and come first; the simple ones merge, a lone change apart (E71)."""
    merged = {} if len(differences) == 1 else _merged(differences, fidelity)
    inside = [difference for group in merged.values() for difference in group]
    apart = sorted((d for d in differences if d not in inside), key=lambda d: d.mapping.target.selector is None)
    return [*map(_with_path, apart), *(_without_path(verb, group) for verb, group in merged.items())]


def _merged(differences: Sequence[Difference], fidelity: Fidelity) -> dict[str, list[Difference]]:
    """The simple differences by the verb they share; replacements come first."""
    smallest = 2 if fidelity.flag_lone_simple == "path" else 1
    groups = {verb: [d for d in differences if _merges_into(d, fidelity) == verb] for verb in ("replace", "add")}
    return {verb: group for verb, group in groups.items() if len(group) >= smallest}


_ADDITIONS_MERGE_INTO: Final = {"merge": "add", "replace": "replace", "separate": ""}


def _merges_into(difference: Difference, fidelity: Fidelity) -> str:
    if difference.mapping.target.selector is not None or _is_list(difference.after):
        return ""
    return _ADDITIONS_MERGE_INTO[fidelity.flag_additions] if difference.adds else "replace"


def _without_path(verb: str, differences: Iterable[Difference]) -> Operation:
    return {"op": verb, "value": {d.mapping.target.text: _real(d.after) for d in differences}}


def _with_path(difference: Difference) -> Operation:
    adds = (difference.adds or _is_list(difference.after)) and not _is_assertive(difference.after)
    verb = "add" if adds else "replace"
    return _operation(verb, difference.mapping.target.text, _real(difference.after))


def _real(value: Any) -> Any:
    return elements(value) if _is_list(value) else value
