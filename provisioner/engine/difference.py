"""In which rules two jobs differ, mapping by mapping. Pure."""

from collections.abc import Hashable, Mapping
from typing import Any

from provisioner.model.job import Clause, ClauseGroup, Rules
from provisioner.model.job import Mapping as MappingRule


def differences(old: Rules | None, new: Rules | None) -> list[dict[str, Any]]:
    """Every rule that differs: {rule, before, after}, of a mapping only the traits that do; None = not there.

    Places in files do not matter, nor the order of anything, nor how a target path is spelt but for the path itself.
    """
    before, after = _rules(old), _rules(new)
    names = {**before, **after}
    return [
        {"rule": names[key][0], "before": was, "after": will}
        for key in names
        for was, will in [_differing(*(rules.get(key, ("", None))[1] for rules in (before, after)))]
        if was != will
    ]


def _rules(rules: Rules | None) -> dict[Hashable, tuple[str, Any]]:
    """The name and the content of every rule there is."""
    if rules is None:
        return {}
    filters = (("filter", rules.filter), ("input filter", rules.ignore))
    return {
        **{m.target.address: (f"mapping of {m.target.text}", _traits(m)) for m in rules.mappings},
        **{name: (name, [_group(group) for group in groups]) for name, groups in filters if groups},
        "actions": ("actions", sorted(rules.actions)),
    }


def _traits(mapping: MappingRule) -> dict[str, Any]:
    """What is said of a mapping beside what goes without saying."""
    traits = {
        "path": mapping.target.text,
        "kind": mapping.kind.value,
        "source": mapping.source,
        "default": mapping.default,
        "match": mapping.match,
        "required": mapping.required,
        "apply": mapping.apply.value,
        "type": mapping.type.value,
        "multivalued": mapping.multivalued,
        "case_exact": mapping.case_exact,
    }
    return {name: value for name, value in traits.items() if value not in (None, False)}


def _group(group: ClauseGroup) -> list[str]:
    return [_clause(clause) for clause in group.clauses]


def _clause(clause: Clause) -> str:
    return f"{clause.attribute} {clause.operator} {clause.value}".strip()


def _differing(was: Any, will: Any) -> tuple[Any, Any]:
    """Of two tables what differs in them; anything else as it is."""
    if not (isinstance(was, Mapping) and isinstance(will, Mapping)):
        return was, will
    names = [name for name in {**was, **will} if was.get(name) != will.get(name)]
    return {name: was.get(name) for name in names}, {name: will.get(name) for name in names}
