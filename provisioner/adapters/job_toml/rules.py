"""From the written ``[users]`` and ``[groups]`` tables to Rules.

Places carry the key path alone; the file's lines are looked up when there is something to say.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, get_args

from provisioner.adapters.job_toml.findings import Findings
from provisioner.adapters.job_toml.written import (
    ActionName,
    WrittenClauseGroup,
    WrittenJob,
    WrittenMapping,
    WrittenRules,
)
from provisioner.adapters.places import KeyPath, show
from provisioner.adapters.schema_graph import SchemaRules
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import InputError, Place
from provisioner.model.job import Apply, Clause, ClauseGroup, Mapping, MappingKind, Rules
from provisioner.model.path import TargetPath, parse_path
from provisioner.model.schema import AttributeFacts, ValueType, known_attribute

ALL_ACTIONS: Final[frozenset[ActionName]] = frozenset(get_args(ActionName))
_CUSTOM: Final = AttributeFacts()


def rules_as_written(written: WrittenJob, findings: Findings) -> tuple[Rules, Rules | None]:
    """The rules of users and groups that stand in the job file."""
    users = _rules(written.users, ObjectKind.USER, ("users",), findings)
    return users, _rules(written.groups, ObjectKind.GROUP, ("groups",), findings) if written.groups else None


def rules_from_schema(written: WrittenJob, schema: SchemaRules, findings: Findings) -> tuple[Rules, Rules | None]:
    """The rules of the exported schema, with the actions the job narrows them to."""
    for table, rules in (("users", written.users), ("groups", written.groups)):
        for key in ("mappings", "filter", "input_filter", "attributes"):
            if getattr(rules, key, None) is not None:
                findings.add((table, key), f"schema and {table}.{key} exclude each other", "keep one of them", key=True)
    groups = _narrowed(schema.groups, written.groups) if schema.groups and written.groups else schema.groups
    return _narrowed(schema.users, written.users), groups


def _narrowed(rules: Rules, written: WrittenRules) -> Rules:
    return rules if written.actions is None else replace(rules, actions=frozenset(written.actions))


def _rules(written: WrittenRules, kind: ObjectKind, table: KeyPath, findings: Findings) -> Rules:
    """Turn one table into rules; what cannot be turned is noted and left out."""
    if not written.mappings:
        findings.add(
            (*table, "mappings"),
            f"[{show(table)}] has no mappings",
            'write mappings = [ { target = "userName", source = "[userPrincipalName]", match = 1 } ]',
            key=True,
        )
    mappings = (
        mapping_of(mapping, (*table, "mappings", index), findings, group=kind is ObjectKind.GROUP)
        for index, mapping in enumerate(written.mappings or ())
    )
    return Rules(
        kind=kind,
        mappings=tuple(mapping for mapping in mappings if mapping is not None),
        filter=_filter(written.filter or (), (*table, "filter")),
        ignore=_filter(written.input_filter or (), (*table, "input_filter")),
        actions=ALL_ACTIONS if written.actions is None else frozenset(written.actions),
        attributes=frozenset(written.attributes or ()),
    )


def _filter(written: Sequence[WrittenClauseGroup], table: KeyPath) -> tuple[ClauseGroup, ...]:
    return tuple(
        ClauseGroup(
            group.name or f"filter {number + 1}",
            tuple(
                Clause(
                    clause.attribute,
                    clause.operator,
                    clause.value,
                    Place(path=show((*table, number, "clauses", index))),
                )
                for index, clause in enumerate(group.clauses)
            ),
        )
        for number, group in enumerate(written)
    )


def mapping_of(written: WrittenMapping, path: KeyPath, findings: Findings, *, group: bool) -> Mapping | None:
    """One line of ``mappings``; None, and noted, when its target cannot be read."""
    target = _target(written, path, findings)
    _check_source(written, path, findings)
    if target is None:
        return None
    facts = known_attribute(target, group=group) or _CUSTOM
    kind, source = _kind_of(written.source, written.constant)
    return Mapping(
        target=target,
        kind=kind,
        source=source,
        type=ValueType(written.type) if written.type else facts.type,
        multivalued=facts.multivalued if written.multivalued is None else written.multivalued,
        match=written.match,
        required=written.required,
        apply=Apply(written.apply),
        default=written.default or None,
        case_exact=facts.case_exact if written.case_exact is None else written.case_exact,
        filterable=written.filterable,
        place=Place(path=show(path)),
    )


def _target(written: WrittenMapping, path: KeyPath, findings: Findings) -> TargetPath | None:
    try:
        return parse_path(written.target)
    except InputError as error:
        findings.add_error((*path, "target"), error)
        return None


def _check_source(written: WrittenMapping, path: KeyPath, findings: Findings) -> None:
    """Exactly one of source and constant; neither is kind *none*, which lives by its default (E80)."""
    if written.source is not None and written.constant is not None:
        findings.add((*path, "constant"), "source and constant exclude each other", "keep one of them", key=True)
    elif written.source is None and written.constant is None and written.default is None:
        findings.add(
            path,
            f"the mapping of {written.target} gives no value",
            'add source = "[...]", constant = "..." or, to fill an empty target only, default = "..."',
        )


def _kind_of(source: str | None, constant: str | None) -> tuple[MappingKind, str | None]:
    """Which of the four kinds a mapping is, and the text that flows (E80)."""
    if source is not None:
        text = source.strip()
        return MappingKind.of_source(text), text
    return (MappingKind.NONE, None) if constant is None else (MappingKind.CONSTANT, constant)
