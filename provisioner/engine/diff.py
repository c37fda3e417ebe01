"""Desired against what the target returned: the differences one PATCH will carry (E30, E34, E35, E37)."""

from collections.abc import Mapping
from typing import Any

from provisioner.engine.mapping import Desired, Flowing, default_of, is_empty
from provisioner.engine.resource import as_seen, member, read, read_reference
from provisioner.model.frozen import frozen
from provisioner.model.job import Mapping as AttributeMapping
from provisioner.model.job import MappingKind
from provisioner.model.outcome import AttributeChange, Reference
from provisioner.model.roles import RoleList, name_of


@frozen
class Difference:
    """One attribute that must change. ``before`` is None when it is absent, null or empty in the target (E47)."""

    mapping: AttributeMapping
    before: Any
    after: Any

    @property
    def adds(self) -> bool:
        """Whether the target holds nothing there yet."""
        return self.before is None

    def as_change(self) -> AttributeChange:
        """The change as the log shows it."""
        return AttributeChange(self.mapping.target.text, self.before, self.after)


def differences(desired: Desired, body: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Every mapped attribute whose value in ``body`` is not the desired one, in the order of the mappings (E52).

    References are not among them: they are resolved in the second pass (E27).
    """
    found = (_difference(flowing, value, body) for flowing, value in desired.values if not flowing.is_reference)
    return tuple(difference for difference in found if difference is not None)


def _difference(flowing: Flowing, value: Any, body: Mapping[str, Any]) -> Difference | None:
    if not flowing.on_update:
        return None
    mapping = flowing.mapping
    before = read(body, mapping.target)
    before = None if is_empty(before) else before
    if mapping.kind is MappingKind.NONE:
        default = default_of(mapping)
        return None if before is not None or is_empty(default) else Difference(mapping, None, default)
    if is_empty(value) or same(before, value, case_exact=mapping.case_exact):
        return None
    return Difference(mapping, before, value)


def same(before: Any, after: Any, *, case_exact: bool) -> bool:
    """Whether the target already holds the value. Text ignores case unless the attribute is caseExact (E37).

    A list is the same when it holds at least the desired elements: what is there besides is never taken away (E51).
    """
    if isinstance(after, RoleList):
        return _same_roles(before, after)
    if isinstance(after, tuple):
        held = {_comparable(_value_of(item), case_exact=case_exact) for item in _as_list(before)}
        return all(_comparable(_value_of(item), case_exact=case_exact) in held for item in after)
    if before is None or isinstance(before, Mapping | list):
        return False
    return _comparable(before, case_exact=case_exact) == _comparable(after, case_exact=case_exact)


def _same_roles(before: Any, after: RoleList) -> bool:
    """Whether the target holds these roles; the assertive function minds those it holds besides (E51)."""
    held = {as_seen(_value_of(item)) for item in _as_list(before)}
    wanted = {name_of(role) for role in after}
    return held == wanted if after.style == "assertive" else wanted <= held


def _comparable(value: Any, *, case_exact: bool) -> str:
    text = as_seen(value)
    return text if case_exact and not isinstance(value, bool) else text.casefold()


def _value_of(item: Any) -> Any:
    return member(item, "value") if isinstance(item, Mapping) else item


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def references(desired: Desired, body: Mapping[str, Any]) -> tuple[Reference, ...]:
    """The references the object should hold, each with what the target holds now."""
    return tuple(
        [
            Reference(target.text, str(value), read_reference(body, target) if body else None)
            for target, value in (
                (flowing.mapping.target, value) for flowing, value in desired.values if flowing.is_reference
            )
            if not is_empty(value)
        ]
    )
