"""What a change of mappings or scope does to the whole population: two jobs over one snapshot, without a target."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from provisioner.engine.mapping import Desired
from provisioner.model.directory import ObjectKind
from provisioner.runtime.preparation import Preparation, Side

EXAMPLES: Final = 5
"""People named for each cause."""


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
    """The population under two jobs. ``attributes`` is by target path; ``failing`` by target path of the new job."""

    people: int = 0
    enters: Cause = field(default_factory=Cause)
    leaves: Cause = field(default_factory=Cause)
    attributes: dict[str, Cause] = field(default_factory=dict)
    failing: dict[str, Cause] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The comparison as a document, the causes that touch most first."""
        return {
            "people": self.people,
            "entersScope": self.enters.as_json(),
            "leavesScope": self.leaves.as_json(),
            "attributes": _ranked(self.attributes),
            "failing": _ranked(self.failing),
        }


def _ranked(causes: Mapping[str, Cause]) -> dict[str, Any]:
    return {name: cause.as_json() for name, cause in sorted(causes.items(), key=lambda pair: (-pair[1].count, pair[0]))}


def compare(old: Preparation, new: Preparation) -> Comparison:
    """Judge and map every user by both jobs."""
    result = Comparison()
    before, after = old.sides[ObjectKind.USER], new.sides[ObjectKind.USER]
    for user in new.snapshot.users():
        result.people += 1
        was, will = before.decide(user), after.decide(user)
        if will.is_soft_deleted and not was.is_soft_deleted:
            result.leaves.add(name=user.name, why=_why_out(after, user))
        elif was.is_soft_deleted and not will.is_soft_deleted:
            result.enters.add(name=user.name)
        if will.is_soft_deleted:
            continue
        held, wanted = old.desired(ObjectKind.USER, user, was), new.desired(ObjectKind.USER, user, will)
        _compare_values(result, user.name, held, wanted)
    return result


def _why_out(side: Side, user: Any) -> str:
    decision = side.decide(user)
    if not decision.assigned:
        return "not assigned"
    failed = next((seen for seen in decision.clauses if not seen.holds), None)
    if failed is None:
        return "not active"
    return f"{failed.clause.attribute} {failed.clause.operator} {failed.clause.value}; the value is {failed.seen!r}"


def _compare_values(result: Comparison, name: str, held: Desired, wanted: Desired) -> None:
    before = {flowing.mapping.target.text: value for flowing, value in held.values}
    after = {flowing.mapping.target.text: value for flowing, value in wanted.values}
    for target in {**before, **after}:
        was, will = before.get(target), after.get(target)
        if was != will:
            result.attributes.setdefault(target, Cause()).add(name=name, before=_shown(was), after=_shown(will))
    for mapping, message in wanted.errors:
        result.failing.setdefault(mapping.target.text, Cause()).add(name=name, error=message)


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
