"""What a change of mappings or scope does to the whole population: two jobs over one snapshot, without a target."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from provisioner.engine.difference import differences
from provisioner.engine.mapping import Desired
from provisioner.engine.membership import MEMBERS
from provisioner.model.decision import Decision
from provisioner.model.directory import ObjectKind, SourceGroup
from provisioner.model.frozen import frozen
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
class Crossing(Cause):
    """Those who enter scope, or leave it: together, and by what keeps them out under the other rules."""

    causes: dict[str, Cause] = field(default_factory=dict)

    def cross(self, name: str, out: "_Out") -> None:
        """Count one more."""
        self.add(name=name, why=f"{out.why}; {out.seen}" if out.seen else out.why)
        self.causes.setdefault(out.why, Cause()).add(name=name)

    def as_json(self) -> dict[str, Any]:
        """The crossing as a document."""
        return {"count": self.count, "examples": self.examples, "causes": _ranked(self.causes)}


@frozen
class _Out:
    """Why somebody is not in scope, and the value that decided it."""

    why: str
    seen: str = ""


@dataclass(slots=True)
class Comparison:
    """The objects of one kind under two jobs. ``attributes`` is by target path; ``failing`` by that of the new job.

    ``rules`` are the differences of the rules themselves, some of which show on no value: what flows on creation only,
    or which actions are switched off.
    """

    objects: int = 0
    rules: list[dict[str, Any]] = field(default_factory=list)
    enters: Crossing = field(default_factory=Crossing)
    leaves: Crossing = field(default_factory=Crossing)
    attributes: dict[str, Cause] = field(default_factory=dict)
    failing: dict[str, Cause] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The comparison as a document, the causes that touch most first."""
        return {
            "rules": self.rules,
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
    result = Comparison(rules=differences(old.job.rules(kind), new.job.rules(kind)))
    before, after = old.sides.get(kind), new.sides.get(kind)
    for found in objects:
        result.objects += 1
        was, will = _judged(before, found), _judged(after, found)
        if _is_in(was) and not _is_in(will):
            result.leaves.cross(found.name, _why_out(after, will))
        elif _is_in(will) and not _is_in(was):
            result.enters.cross(found.name, _why_out(before, was))
        if will is not None and _is_in(will):
            held = old.desired(kind, found, was) if was is not None else Desired(())
            wanted = new.desired(kind, found, will)
            _compare_values(result, found.name, _values(before, found, held), _values(after, found, wanted))
            failed = {(mapping.target.address, message) for mapping, message in held.errors}
            for mapping, message in wanted.errors:
                if (mapping.target.address, message) not in failed:
                    result.failing.setdefault(mapping.target.text, Cause()).add(name=found.name, error=message)
    return result


def _judged(side: Side | None, found: SourceObject) -> Decision | None:
    """The decision on an object, or None when it does not exist for the job (E111)."""
    return side.decide(found) if side is not None and side.exists(found) else None


def _is_in(decision: Decision | None) -> bool:
    """Whether an object is to have an account that is active (E21)."""
    return decision is not None and not decision.is_soft_deleted


def _why_out(side: Side | None, decision: Decision | None) -> _Out:
    if side is None:
        return _Out("objects of its kind are not provisioned")
    if decision is None:
        return _Out("an input filter ignores it")
    if not decision.assigned:
        return _Out("not assigned")
    failed = next((seen for seen in decision.clauses if not seen.holds), None) if not decision.passes else None
    if failed is None:
        return _Out("not active")
    clause = f"{failed.clause.attribute} {failed.clause.operator} {failed.clause.value}".strip()
    return _Out(clause, f"the value is {failed.seen!r}")


_Values: TypeAlias = Mapping[tuple[str, ...], tuple[str, Any]]
"""What flows: its target path as written, and the value, by the path's address, which knows no case."""


def _values(side: Side | None, found: SourceObject, desired: Desired) -> _Values:
    """What flows. Members flow one by one, so of them it is told how many."""
    values = {flowing.mapping.target.address: (flowing.mapping.target.text, value) for flowing, value in desired.values}
    if isinstance(found, SourceGroup) and side is not None and side.rules.maps_members:
        values[MEMBERS,] = MEMBERS, len(found.members)
    return values


def _compare_values(result: Comparison, name: str, before: _Values, after: _Values) -> None:
    for address, (target, _) in {**before, **after}.items():
        was, will = (values.get(address, (target, None))[1] for values in (before, after))
        if was != will:
            result.attributes.setdefault(target, Cause()).add(name=name, before=_shown(was), after=_shown(will))


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
