"""What a change of mappings or scope does to the whole population: two jobs over one snapshot, without a target."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from provisioner.engine.mapping import Desired
from provisioner.engine.membership import MEMBERS
from provisioner.model.decision import Decision
from provisioner.model.directory import ObjectKind, SourceGroup
from provisioner.runtime.preparation import Preparation, Side, SourceObject

EXAMPLES: Final = 5
"""Objects named for each cause."""


@dataclass(slots=True)
class Cause:
    """One thing that changes, for how many, with examples."""

    count: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)

    def add(self, **example: Any) -> None:
        """Count one more, and keep it as an example while there are few."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(example)

    def as_json(self) -> dict[str, Any]:
        """The cause as a document."""
        return {"count": self.count, "examples": self.examples}


@dataclass(slots=True)
class Comparison:
    """The objects of one kind under two jobs. ``attributes`` is by target path; ``failing`` by that of the new job."""

    objects: int = 0
    enters: Cause = field(default_factory=Cause)
    leaves: Cause = field(default_factory=Cause)
    attributes: dict[str, Cause] = field(default_factory=dict)
    failing: dict[str, Cause] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The comparison as a document, the causes that touch most first."""
        return {
            "entersScope": self.enters.as_json(),
            "leavesScope": self.leaves.as_json(),
            "attributes": _ranked(self.attributes),
            "failing": _ranked(self.failing),
        }


def _ranked(causes: Mapping[str, Cause]) -> dict[str, Any]:
    return {name: cause.as_json() for name, cause in sorted(causes.items(), key=lambda pair: (-pair[1].count, pair[0]))}


def compare(old: Preparation, new: Preparation) -> dict[ObjectKind, Comparison]:
    """Judge and map every user, and every group if one of the jobs provisions groups, by both jobs."""
    groups = (group for group in new.snapshot.groups.values() if not group.soft_deleted)
    population: dict[ObjectKind, Iterable[SourceObject]] = {ObjectKind.USER: new.snapshot.users()}
    if ObjectKind.GROUP in {*old.sides, *new.sides}:
        population[ObjectKind.GROUP] = groups
    return {kind: _compare(kind, objects, old, new) for kind, objects in population.items()}


def _compare(kind: ObjectKind, objects: Iterable[SourceObject], old: Preparation, new: Preparation) -> Comparison:
    result = Comparison()
    before, after = old.sides.get(kind), new.sides.get(kind)
    for found in objects:
        result.objects += 1
        was, will = _judged(before, found), _judged(after, found)
        if _is_in(was) and not _is_in(will):
            result.leaves.add(name=found.name, why=_why_out(after, will))
        elif _is_in(will) and not _is_in(was):
            result.enters.add(name=found.name)
        if will is not None and _is_in(will):
            held = old.desired(kind, found, was) if was is not None else Desired(())
            wanted = new.desired(kind, found, will)
            _compare_values(result, found.name, _values(before, found, held), _values(after, found, wanted))
            for mapping, message in wanted.errors:
                result.failing.setdefault(mapping.target.text, Cause()).add(name=found.name, error=message)
    return result


def _judged(side: Side | None, found: SourceObject) -> Decision | None:
    """The decision on an object, or None when it does not exist for the job (E111)."""
    return side.decide(found) if side is not None and side.exists(found) else None


def _is_in(decision: Decision | None) -> bool:
    """Whether an object is to have an account that is active (E21)."""
    return decision is not None and not decision.is_soft_deleted


def _why_out(side: Side | None, decision: Decision | None) -> str:
    if side is None:
        return "objects of its kind are not provisioned"
    if decision is None:
        return "an input filter ignores it"
    if not decision.assigned:
        return "not assigned"
    failed = next((seen for seen in decision.clauses if not seen.holds), None)
    if failed is None:
        return "not active"
    return f"{failed.clause.attribute} {failed.clause.operator} {failed.clause.value}; the value is {failed.seen!r}"


def _values(side: Side | None, found: SourceObject, desired: Desired) -> dict[str, Any]:
    """What flows by target path. Members flow one by one, so of them it is told how many."""
    values = {flowing.mapping.target.text: value for flowing, value in desired.values}
    if isinstance(found, SourceGroup) and side is not None and side.rules.maps_members:
        values[MEMBERS] = len(found.members)
    return values


def _compare_values(result: Comparison, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for target in {**before, **after}:
        was, will = before.get(target), after.get(target)
        if was != will:
            result.attributes.setdefault(target, Cause()).add(name=name, before=_shown(was), after=_shown(will))


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
