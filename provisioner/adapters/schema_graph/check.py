"""What a schema means here, before anything runs with it."""

from dataclasses import replace

from provisioner.adapters.schema_graph.document import Raw, read_document
from provisioner.adapters.schema_graph.positions import Positions
from provisioner.adapters.schema_graph.read import Reading, read_rules
from provisioner.engine.review import Finding, Severity, review
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import Place, SchemaInvalid
from provisioner.model.frozen import frozen
from provisioner.model.job import Apply, Rules


@frozen
class SchemaRules:
    """The rules an exported schema holds, what it does differently here, and the document as it was."""

    file: str
    users: Rules
    groups: Rules | None
    warnings: tuple[str, ...]
    document: Raw


def load_schema(path: str) -> SchemaRules:
    """Read the rules of an exported schema. Whether the rules make sense is :func:`check_schema`'s question.

    :raises SchemaInvalid: when the file is no schema, a target path cannot be read, or users are not mapped.
    """
    reading = read_rules(path, read_document(path))
    positions = Positions(path)
    errors = [
        SchemaInvalid(finding.message, place=positions.of(finding.place), hint=finding.hint)
        for finding in (*reading.findings, *_users_missing(reading))
        if finding.severity is Severity.ERROR
    ]
    if errors:
        first, *others = errors
        raise SchemaInvalid(first.message, place=first.place, hint=first.hint, also=tuple(others))
    warnings = tuple(
        f"{finding.path}: {finding.message}" for finding in reading.findings if finding.severity is Severity.WARNING
    )
    return SchemaRules(
        path, reading.rules[ObjectKind.USER], reading.rules.get(ObjectKind.GROUP), warnings, reading.document
    )


def check_schema(path: str) -> tuple[Finding, ...]:
    """Everything to say about a schema: what was understood, what is wrong, and what behaves differently here.

    :raises SchemaInvalid: when the file is no schema at all.
    """
    reading = read_rules(path, read_document(path))
    understood = (finding for rules in reading.rules.values() for finding in _understood(rules, path))
    reviewed = (
        finding for rules in reading.rules.values() for finding in review(rules, Place(path, path=_root(rules)))
    )
    positions = Positions(path)
    said = (*understood, *_users_missing(reading), *reading.findings, *reviewed)
    return tuple(replace(finding, place=positions.of(finding.place)) for finding in said)


def _users_missing(reading: Reading) -> tuple[Finding, ...]:
    if ObjectKind.USER in reading.rules:
        return ()
    place = Place(reading.file, path="synchronizationRules")
    return (
        Finding(
            Severity.ERROR, place, "no enabled mapping of User objects", "switch it on in the portal and export again"
        ),
    )


def _root(rules: Rules) -> str:
    """The path of the object mapping the rules stand in."""
    first = rules.mappings[0].place.path if rules.mappings else ""
    return (first or "synchronizationRules").partition(".attributeMappings")[0]


def _understood(rules: Rules, file: str) -> tuple[Finding, ...]:
    matching = ", ".join(mapping.target.text for mapping in rules.matching) or "nothing"
    message = (
        f"{rules.kind}: {len(rules.mappings)} mappings, matching on {matching}; "
        f"{len(rules.filter)} scoping filters; target object actions: {', '.join(sorted(rules.actions)) or 'none'}"
    )
    notes = [Finding(Severity.NOTE, Place(file, path=_root(rules)), message)]
    if rules.ignore:
        told = f"{rules.kind}: objects outside inputFilterGroups are ignored, not deprovisioned (E111)"
        notes.append(Finding(Severity.NOTE, Place(file, path=f"{_root(rules)}.scope.inputFilterGroups"), told))
    notes.extend(
        Finding(Severity.NOTE, mapping.place, f"{mapping.target} flows on creation only (E35)")
        for mapping in rules.mappings
        if mapping.apply is Apply.CREATE
    )
    return tuple(notes)
