"""From a job back to Graph's synchronizationSchema (E110)."""

from copy import deepcopy
from typing import Any, Final

from provisioner.adapters.schema_graph.document import object_mappings, read_document, schema_of
from provisioner.adapters.schema_graph.read import FLOW_TYPES, read_rules
from provisioner.model.directory import ObjectKind
from provisioner.model.job import Apply, Clause, ClauseGroup, Job, Mapping, MappingKind, Rules
from provisioner.model.path import CORE_GROUP, ENTERPRISE_USER

_SOURCE: Final = "Azure Active Directory"
_TARGET: Final = "customappsso"
_TARGET_OBJECT: Final = {ObjectKind.USER: ENTERPRISE_USER, ObjectKind.GROUP: CORE_GROUP}


def to_schema(job: Job) -> dict[str, Any]:
    """The job's rules as a synchronizationSchema.

    A job that took its rules from an exported schema gives that document back, unknown keys and all, with the actions
    the job may have narrowed. ``parameters`` stay empty: ``expression`` says the same (E111).

    :raises SchemaInvalid: when the job's schema file can no longer be read.
    """
    if job.schema:
        return _original(job)
    rules = [rules for rules in (job.groups, job.users) if rules is not None]
    return {
        "id": job.name,
        "version": "",
        "synchronizationRules": [
            {
                "id": job.name,
                "name": "USERGROUP_OUTBOUND_USERGROUP",
                "priority": 1,
                "editable": True,
                "sourceDirectoryName": _SOURCE,
                "targetDirectoryName": _TARGET,
                "objectMappings": [_object_mapping(item) for item in rules],
                "containerFilter": None,
                "groupFilter": None,
                "metadata": [],
            }
        ],
        "directories": [
            _directory(_SOURCE, [_source_object(item) for item in rules]),
            _directory(_TARGET, [_target_object(item) for item in rules]),
        ],
    }


def _original(job: Job) -> dict[str, Any]:
    document = deepcopy(read_document(job.schema))
    read = read_rules(job.schema, document).rules
    for mapping in object_mappings(schema_of(document)):
        rules = job.rules(mapping.kind)
        if mapping.enabled and rules is not None and rules.actions != read[mapping.kind].actions:
            key = "FlowTypes" if "FlowTypes" in mapping.raw else "flowTypes"
            mapping.raw[key] = _flow_types(rules)
    return document


def _object_mapping(rules: Rules) -> dict[str, Any]:
    return {
        "enabled": True,
        "flowTypes": _flow_types(rules),
        "name": f"Provision {_SOURCE} {rules.kind.value}s",
        "scope": _scope(rules) if rules.filter or rules.ignore else None,
        "sourceObjectName": rules.kind.value,
        "targetObjectName": _TARGET_OBJECT[rules.kind],
        "attributeMappings": [_attribute_mapping(mapping) for mapping in rules.mappings],
        "metadata": [],
    }


def _flow_types(rules: Rules) -> str:
    return ",".join(word.capitalize() for word, action in FLOW_TYPES.items() if action in rules.actions) or "None"


def _scope(rules: Rules) -> dict[str, Any]:
    return {
        "groups": [_clause_group(group) for group in rules.filter],
        "inputFilterGroups": [_clause_group(group) for group in rules.ignore],
        "categoryFilterGroups": [],
    }


def _clause_group(group: ClauseGroup) -> dict[str, Any]:
    return {"name": group.name, "clauses": [_clause(clause) for clause in group.clauses]}


def _clause(clause: Clause) -> dict[str, Any]:
    return {
        "sourceOperandName": clause.attribute,
        "operatorName": clause.operator,
        "targetOperand": {"values": [clause.value]} if clause.value else None,
    }


def _attribute_mapping(mapping: Mapping) -> dict[str, Any]:
    return {
        "defaultValue": mapping.default,
        "exportMissingReferences": False,
        "flowBehavior": "FlowWhenChanged",
        "flowType": "ObjectAddOnly" if mapping.apply is Apply.CREATE else "Always",
        "matchingPriority": mapping.match or 0,
        "targetAttributeName": mapping.target.text,
        "source": _source(mapping),
    }


def _source(mapping: Mapping) -> dict[str, Any] | None:
    text = mapping.source or ""
    if mapping.kind is MappingKind.NONE:
        return None
    if mapping.kind is MappingKind.CONSTANT:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return {"expression": f'"{escaped}"', "name": text, "type": "Constant", "parameters": []}
    if mapping.kind is MappingKind.DIRECT:
        return {"expression": text, "name": text[1:-1], "type": "Attribute", "parameters": []}
    return {"expression": text, "name": text.partition("(")[0].strip(), "type": "Function", "parameters": []}


def _directory(name: str, objects: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": name, "name": name, "objects": objects, "readOnly": False, "discoverabilities": "None"}


def _source_object(rules: Rules) -> dict[str, Any]:
    attributes = [{"name": name, "type": "String"} for name in sorted(rules.attributes)]
    return {"name": rules.kind.value, "attributes": attributes, "metadata": []}


def _target_object(rules: Rules) -> dict[str, Any]:
    return {
        "name": _TARGET_OBJECT[rules.kind],
        "attributes": [_attribute(mapping) for mapping in rules.mappings],
        "metadata": [],
        "supportedApis": [],
    }


def _attribute(mapping: Mapping) -> dict[str, Any]:
    return {
        "anchor": False,
        "caseExact": mapping.case_exact,
        "defaultValue": None,
        "flowNullValues": False,
        "multivalued": mapping.multivalued,
        "mutability": "ReadWrite",
        "name": mapping.target.text,
        "required": mapping.required,
        "type": mapping.type.value,
        "apiExpressions": [],
        "metadata": [] if mapping.filterable else [{"key": "filterable", "value": "false"}],
        "referencedObjects": [],
    }
