"""From an exported schema to the rules of a job."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from provisioner.adapters.schema_graph.document import (
    ObjectMapping,
    Raw,
    get,
    items,
    mark,
    object_mappings,
    other_mappings,
    outbound_rules,
    says_something,
    schema_of,
    table,
    text,
    written,
)
from provisioner.engine.expression import attributes_in
from provisioner.engine.review import Finding, Severity
from provisioner.model.directory import ObjectKind, is_source_attribute
from provisioner.model.errors import InputError, Place
from provisioner.model.job import Apply, Clause, ClauseGroup, Mapping, MappingKind, Rules
from provisioner.model.path import TargetPath, parse_path
from provisioner.model.schema import AttributeFacts, ValueType, known_attribute

Action = Literal["create", "update", "delete"]

FLOW_TYPES: Final[dict[str, Action]] = {"add": "create", "update": "update", "delete": "delete"}
"""objectMapping.flowTypes and the target object actions they are (E58b, E110)."""
APPLY: Final = {"always": Apply.ALWAYS, "objectaddonly": Apply.CREATE, "": Apply.ALWAYS}
"""attributeMapping.flowType and when the mapping applies (E35, E110)."""
_TYPES: Final = {value.value.lower(): value for value in ValueType}


@dataclass(slots=True)
class Reading:
    """What was understood of one document, and everything there is to say about it."""

    file: str
    document: Raw
    rules: dict[ObjectKind, Rules] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def say(self, severity: Severity, path: str, message: str, hint: str = "") -> None:
        """Note one finding."""
        self.findings.append(Finding(severity, Place(self.file, path=path), message, hint))

    def warn(self, path: str, message: str, hint: str = "") -> None:
        """Note what behaves differently here, or was left out."""
        self.say(Severity.WARNING, path, message, hint)


def read_rules(file: str, document: Raw) -> Reading:
    """Read the rules of users and groups; the first enabled mapping of each kind counts."""
    reading = Reading(file, document)
    schema = schema_of(document)
    for path, rule in outbound_rules(schema):
        for name in ("containerFilter", "groupFilter"):
            if says_something(get(rule, name)):
                reading.warn(f"{path}.{name}", f"{name} is not evaluated here", "objects it would hide take part")
    for name, path in other_mappings(schema):
        reading.warn(path, f"the mapping of {name} objects is left out", "users and groups are provisioned here")
    for mapping in object_mappings(schema):
        if not mapping.enabled:
            reading.say(Severity.NOTE, mapping.path, f"the mapping of {mapping.kind} objects is switched off")
        elif mapping.kind in reading.rules:
            reading.warn(mapping.path, f"a second mapping of {mapping.kind} objects is left out")
        else:
            reading.rules[mapping.kind] = _rules(mapping, reading)
    return reading


def _rules(mapping: ObjectMapping, reading: Reading) -> Rules:
    scope = table(mapping.raw, "scope")
    path = f"{mapping.path}.scope"
    if items(scope, "categoryFilterGroups"):
        reading.warn(f"{path}.categoryFilterGroups", "categoryFilterGroups are not evaluated here")
    mappings = tuple(_mappings(mapping, reading))
    groups = tuple(_groups(scope, "groups", path, reading))
    ignore = tuple(_groups(scope, "inputFilterGroups", path, reading))
    return Rules(
        kind=mapping.kind,
        mappings=mappings,
        filter=groups,
        ignore=ignore,
        actions=_actions(mapping, reading),
        attributes=_beyond(mapping, mappings, (*groups, *ignore)),
    )


def _beyond(mapping: ObjectMapping, mappings: tuple[Mapping, ...], filters: tuple[ClauseGroup, ...]) -> frozenset[str]:
    """The attributes the rules read that the export's own directory defines and nobody else knows."""
    expressions = [m.source for m in mappings if m.source and m.kind is not MappingKind.CONSTANT]
    read = frozenset(name for expression in expressions for name in attributes_in(expression))
    read |= {clause.attribute for group in filters for clause in group.clauses}
    group = mapping.kind is ObjectKind.GROUP
    return frozenset(name for name in read & mapping.sources if not is_source_attribute(name, group=group))


def _actions(mapping: ObjectMapping, reading: Reading) -> frozenset[Action]:
    """Flags as text, with or without spaces; nothing said is everything."""
    words = [word.strip().lower() for word in text(mapping.raw, "flowTypes").split(",") if word.strip()]
    for word in words:
        if word not in FLOW_TYPES and word != "none":
            reading.warn(f"{mapping.path}.flowTypes", f"the flow type {word!r} is not known")
    return frozenset(FLOW_TYPES[word] for word in words or FLOW_TYPES if word in FLOW_TYPES)


def _groups(scope: Raw, name: str, path: str, reading: Reading) -> Iterator[ClauseGroup]:
    for number, group in enumerate(items(scope, name)):
        where = f"{path}.{name}[{number}]"
        clauses = tuple(
            _clause(clause, f"{where}.clauses[{index}]", reading)
            for index, clause in enumerate(items(group, "clauses"))
        )
        if clauses:
            yield ClauseGroup(text(group, "name") or f"filter {number + 1}", clauses)


def _clause(raw: Raw, path: str, reading: Reading) -> Clause:
    values = get(table(raw, "targetOperand"), "values")
    given = [str(value) for value in values if value is not None] if isinstance(values, list) else []
    if len(given) > 1:
        reading.warn(path, f"only the first of {len(given)} values is compared", "write one clause a value")
    return Clause(
        text(raw, "sourceOperandName"),
        text(raw, "operatorName"),
        given[0] if given else "",
        Place(reading.file, path=path),
    )


def _mappings(mapping: ObjectMapping, reading: Reading) -> Iterator[Mapping]:
    """Every mapping; where some attribute is marked filterable, a matching one without a mark is taken for not so."""
    marked = any(mark(definition, "filterable") for definition in mapping.attributes.values())
    for number, raw in enumerate(items(mapping.raw, "attributeMappings")):
        path = f"{mapping.path}.attributeMappings[{number}]"
        target = _target(raw, path, reading)
        if target is not None:
            definition = mapping.attributes.get(target.key, {})
            read = _mapping(raw, target, definition, path, reading, group=mapping.kind is ObjectKind.GROUP)
            unmarked = marked and read.match is not None and mark(definition, "filterable") is None
            yield replace(read, filterable=False) if unmarked else read


def _target(raw: Raw, path: str, reading: Reading) -> TargetPath | None:
    name = text(raw, "targetAttributeName")
    if not name:
        reading.warn(path, "the mapping names no target attribute and is left out")
        return None
    try:
        return parse_path(name)
    except InputError as error:
        reading.say(Severity.ERROR, f"{path}.targetAttributeName", error.message, error.hint)
        return None


def _mapping(raw: Raw, target: TargetPath, definition: Raw, path: str, reading: Reading, *, group: bool) -> Mapping:
    facts = known_attribute(target, group=group) or AttributeFacts()
    kind, source = _source(table(raw, "source"))
    _explain(raw, definition, path, reading)
    return Mapping(
        target=target,
        kind=kind,
        source=source,
        type=_type(definition, facts.type, path, reading),
        multivalued=_flag(definition, "multivalued", default=facts.multivalued),
        match=_precedence(get(raw, "matchingPriority")),
        required=_flag(definition, "required", default=False),
        apply=APPLY.get(text(raw, "flowType").lower(), Apply.ALWAYS),
        default=written(raw, "defaultValue") or None,
        case_exact=_flag(definition, "caseExact", default=facts.case_exact),
        filterable=mark(definition, "filterable") is not False,
        place=Place(reading.file, path=path),
    )


def _source(raw: Raw) -> tuple[MappingKind, str | None]:
    """The kind and the text that flows. The expression is evaluated, never the parameters (E111)."""
    expression, name, kind = text(raw, "expression").strip(), text(raw, "name"), text(raw, "type").lower()
    if kind == "constant":
        return MappingKind.CONSTANT, name or _unquoted(expression)
    if not expression and name:
        expression = f"[{name}]" if kind != "function" else f"{name}()"
    return (MappingKind.of_source(expression), expression) if expression else (MappingKind.NONE, None)


def _unquoted(expression: str) -> str:
    if len(expression) >= 2 and expression[0] == expression[-1] == '"':
        return expression[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return expression


def _precedence(value: Any) -> int | None:
    """0 is no matching attribute (E110); tools that rewrite an export leave numbers as text."""
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
    number = int(number) if isinstance(number, float) and number.is_integer() else number
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else None


def _flag(definition: Raw, name: str, *, default: bool) -> bool:
    value = get(definition, name)
    return value if isinstance(value, bool) else default


def _type(definition: Raw, default: ValueType, path: str, reading: Reading) -> ValueType:
    name = text(definition, "type")
    if name and name.lower() not in _TYPES:
        reading.warn(path, f"the type {name!r} is not known and is taken for String")
    return _TYPES.get(name.lower(), ValueType.STRING if name else default)


def _explain(raw: Raw, definition: Raw, path: str, reading: Reading) -> None:
    """What the mapping asks for that behaves differently here, or for a SCIM target at all."""
    flow = text(raw, "flowType")
    if flow.lower() not in APPLY:
        reading.warn(
            f"{path}.flowType", f"the flow type {flow!r} is treated as Always", "no SCIM target is known to use it"
        )
    if text(raw, "flowBehavior").lower() == "flowalways":
        reading.say(Severity.NOTE, f"{path}.flowBehavior", "FlowAlways: only differences are sent here (E30)")
    if get(definition, "flowNullValues") is True:
        reading.warn(path, "flowNullValues: a source that becomes empty clears nothing here (E34)")
    if get(raw, "exportMissingReferences") is True:
        reading.warn(f"{path}.exportMissingReferences", "references to objects without an account are not sent here")
