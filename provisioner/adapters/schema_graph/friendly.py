"""From an exported schema to a job file people read and edit."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from provisioner.adapters.schema_graph.check import SchemaRules
from provisioner.adapters.schema_graph.document import items, schema_of, text
from provisioner.adapters.schema_graph.read import FLOW_TYPES
from provisioner.engine.review import Finding, review
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import Place
from provisioner.model.job import Apply, Clause, ClauseGroup, Mapping, MappingKind, Rules
from provisioner.model.schema import AttributeFacts, known_attribute

_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def to_toml(schema: SchemaRules, *, name: str = "") -> str:
    """A job file with the schema's rules; where it provisions to and from is left to fill in.

    :param name: the job's name; otherwise that of the job the schema was exported from, or the file's, made fit.
    """
    lines = [
        f"# From {_comment(Path(schema.file).name)}.",
        *(f"# {_comment(warning)}" for warning in schema.warnings),
        "",
        f"name = {_string(name or _exported_name(schema) or _fit(Path(schema.file).stem))}",
        "",
        "[source]",
        'snapshot = "directory"                  # folder with users, groups, assignments; relative to this file',
        "",
        "[target]",
        'url = "http://127.0.0.1:8808/scim/v2"   # the "Tenant URL" of the portal',
        'token = "env:SCIM_TOKEN"                # the "Secret Token": env:NAME or file:PATH, never the token itself',
        "",
        *_rules(schema.users),
        *(_rules(schema.groups) if schema.groups else ()),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _exported_name(schema: SchemaRules) -> str:
    """The name of the job it was exported from, the id of such a schema and of its rule; no tenant has that."""
    document = schema_of(schema.document)
    name, (rule, *_) = text(document, "id"), items(document, "synchronizationRules")
    return name if name == text(rule, "id") and name == _fit(name) else ""


def _fit(stem: str) -> str:
    folded = "".join(letter if letter in _LETTERS else "-" for letter in stem.lower())
    return "-".join(part for part in folded.split("-") if part)[:63].strip("-") or "imported"


def _rules(rules: Rules) -> Iterator[str]:
    """One table: actions, mappings with what there is to say about each, filters."""
    table = "users" if rules.kind is ObjectKind.USER else "groups"
    said = review(rules, Place())
    yield f"[{table}]"
    yield from (f"# {_comment(_told(finding))}" for finding in said if not finding.path)
    if rules.actions != frozenset(FLOW_TYPES.values()):
        yield f"actions = {_list(sorted(rules.actions))}"
    if rules.attributes:
        yield f"attributes = {_list(sorted(rules.attributes))}"
    yield "mappings = ["
    for mapping in rules.mappings:
        yield from (f"  # {_comment(_told(finding))}" for finding in said if _about(finding, mapping))
        yield f"  {_mapping(mapping, group=rules.kind is ObjectKind.GROUP)},"
    yield "]"
    for key, groups in (("filter", rules.filter), ("input_filter", rules.ignore)):
        for group in groups:
            yield from _filter(f"{table}.{key}", group)
    yield ""


def _about(finding: Finding, mapping: Mapping) -> bool:
    return finding.path.removesuffix(".source") == mapping.place.path


def _told(finding: Finding) -> str:
    message = finding.message.partition("\n")[0]  # the expression with its caret stands in the line below
    return f"{finding.severity}: {message}" + (f"; {finding.hint}" if finding.hint else "")


def _mapping(mapping: Mapping, *, group: bool) -> str:
    """One line; what SCIM's own attributes know of themselves is not repeated."""
    facts = known_attribute(mapping.target, group=group) or AttributeFacts()
    source = "constant" if mapping.kind is MappingKind.CONSTANT else "source"
    parts = {
        "target": mapping.target.text,
        source: mapping.source,
        "default": mapping.default,
        "match": mapping.match,
        "required": mapping.required or None,
        "apply": "create" if mapping.apply is Apply.CREATE else None,
        "type": mapping.type.value if mapping.type is not facts.type else None,
        "multivalued": mapping.multivalued if mapping.multivalued is not facts.multivalued else None,
        "case_exact": mapping.case_exact if mapping.case_exact is not facts.case_exact else None,
        "filterable": None if mapping.filterable else False,
    }
    if mapping.kind is MappingKind.NONE and mapping.default is None:
        return f"# {_comment(mapping.target.text)} is left alone: no source and no default value"
    return _inline(parts)


def _filter(table: str, group: ClauseGroup) -> Iterator[str]:
    yield ""
    yield f"[[{table}]]"
    yield f"name = {_string(group.name)}"
    yield "clauses = ["
    yield from (f"  {_clause(clause)}," for clause in group.clauses)
    yield "]"


def _clause(clause: Clause) -> str:
    return _inline({"attribute": clause.attribute, "operator": clause.operator, "value": clause.value or None})


def _inline(parts: dict[str, Any]) -> str:
    written = (f"{key} = {_value(value)}" for key, value in parts.items() if value is not None)
    return "{ " + ", ".join(written) + " }"


def _value(value: str | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _string(value)


def _list(values: list[str]) -> str:
    return "[" + ", ".join(map(_string, values)) + "]"


def _string(value: str) -> str:
    """A TOML string: single quotes where they spare escapes, else JSON's escapes, which TOML shares but for DEL."""
    plain = all(letter >= " " and letter != "\x7f" for letter in value)
    if plain and "'" not in value and ('"' in value or "\\" in value):
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _comment(value: str) -> str:
    """One line without control characters, which a TOML comment may not hold."""
    return "".join(letter if letter >= " " and letter != "\x7f" else " " for letter in value)
