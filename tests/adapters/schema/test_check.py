"""What ``schema check`` says of an export."""

from collections.abc import Callable

import pytest

from provisioner.adapters.schema_graph import Severity, check_schema
from tests.adapters.schema.conftest import DEFAULT, OLDER, Document, Write, document, user_mappings

MAPPING = "synchronizationRules[0].objectMappings[1].attributeMappings"


def test_a_good_schema_is_understood_without_complaint() -> None:
    """Only notes: how many mappings, what they match on, which actions."""
    findings = check_schema(str(DEFAULT))
    assert {finding.severity for finding in findings} == {Severity.NOTE}
    told = [finding.message for finding in findings]
    assert any("User: 22 mappings, matching on userName" in message for message in told)
    assert any("Group: 3 mappings, matching on displayName" in message for message in told)


def test_what_behaves_differently_is_explained() -> None:
    """Input filters, creation-only mappings, unknown flow types and what is switched off."""
    told = "\n".join(finding.message for finding in check_schema(str(OLDER)))
    assert "objects outside inputFilterGroups are ignored" in told
    assert "userType flows on creation only" in told
    assert "'ValueAddOnly' is treated as Always" in told
    assert "the mapping of Group objects is switched off" in told


def change_source(index: int, expression: str) -> Callable[[Document], None]:
    def change(schema: Document) -> None:
        user_mappings(schema)[index]["source"] = {"expression": expression, "type": "Function", "name": "x"}

    return change


def change(index: int, key: str, value: object) -> Callable[[Document], None]:
    def change(schema: Document) -> None:
        user_mappings(schema)[index][key] = value

    return change


def not_filterable(schema: Document) -> None:
    for attribute in schema["directories"][1]["objects"][0]["attributes"]:
        if attribute["name"] == "userName":
            attribute["metadata"] = [{"key": "filterable", "value": "false"}]


def others_filterable(schema: Document) -> None:
    for attribute in schema["directories"][1]["objects"][0]["attributes"]:
        if attribute["name"] == "externalId":
            attribute["filterable"] = True


def null_flow(schema: Document) -> None:
    for attribute in schema["directories"][1]["objects"][0]["attributes"]:
        attribute["flowNullValues"] = attribute["name"] == "title"


def defined_source(schema: Document) -> None:
    schema["directories"][0]["objects"][0]["attributes"].append({"name": "netId", "type": "String"})
    user_mappings(schema)[3]["source"] = {"expression": "[netId]", "type": "Attribute", "name": "netId"}


def own_switch(schema: Document) -> None:
    mapping = user_mappings(schema)[1]
    mapping["targetAttributeName"] = "urn:x:y:User:enabled"
    mapping["source"] = {
        "expression": 'Switch([ accountEnabled ], , "True", "1")',
        "type": "Function",
        "name": "Switch",
    }


def device_mapping(schema: Document) -> None:
    mapping = {"sourceObjectName": "Device", "targetObjectName": "Device", "attributeMappings": []}
    schema["synchronizationRules"][0]["objectMappings"].append(mapping)


def operator(schema: Document) -> None:
    clause = {"sourceOperandName": "city", "operatorName": "LIKE", "targetOperand": {"values": ["x"]}}
    scope = {"groups": [{"name": "a", "clauses": [clause]}]}
    schema["synchronizationRules"][0]["objectMappings"][1]["scope"] = scope


def several_values(schema: Document) -> None:
    operator(schema)
    clause = schema["synchronizationRules"][0]["objectMappings"][1]["scope"]["groups"][0]["clauses"][0]
    clause.update(operatorName="EQUALS", targetOperand={"values": ["x", "y"]})


def container_filter(schema: Document) -> None:
    schema["synchronizationRules"][0]["containerFilter"] = {"includedContainers": ["OU=x"]}


def category_filter(schema: Document) -> None:
    schema["synchronizationRules"][0]["objectMappings"][1]["scope"] = {"categoryFilterGroups": [{"clauses": []}]}


def second_mapping(schema: Document) -> None:
    mappings = schema["synchronizationRules"][0]["objectMappings"]
    mappings.append(mappings[1])


FOUND = {
    "unknown function": (change_source(3, "Nope([mail])"), Severity.ERROR, f"{MAPPING}[3].source", "Nope"),
    "unknown operator": (operator, Severity.ERROR, f"{MAPPING[:-18]}.scope.groups[0].clauses[0]", ""),
    "mapped twice": (change(3, "targetAttributeName", "userName"), Severity.ERROR, f"{MAPPING}[3]", "mapped twice"),
    "no matching": (change(0, "matchingPriority", 0), Severity.ERROR, MAPPING[:-18], "no mapping is a matching"),
    "text of a choice": (
        change_source(1, 'Switch([department], "No", "Sales", "Yes")'),
        Severity.WARNING,
        f"{MAPPING}[1]",
        "fed free text",
    ),
    "free text": (change_source(1, "[department]"), Severity.WARNING, f"{MAPPING}[1]", "fed free text"),
    "E58": (change_source(1, "[accountEnabled]"), Severity.WARNING, MAPPING[:-18], "nobody is ever disabled"),
    "trap": (change_source(1, "[accountEnabled]"), Severity.WARNING, f"{MAPPING}[1]", "unassigning somebody"),
    "trap, another name": (own_switch, Severity.WARNING, f"{MAPPING}[1]", "unassigning somebody"),
    "not marked filterable": (others_filterable, Severity.ERROR, f"{MAPPING}[0]", "cannot filter"),
    "null flow": (null_flow, Severity.WARNING, f"{MAPPING}[3]", "clears nothing here"),
    "no snapshot has it": (defined_source, Severity.WARNING, f"{MAPPING}[3].source", "[netId] is always empty here"),
    "devices": (device_mapping, Severity.WARNING, "synchronizationRules[0].objectMappings[2]", "Device objects"),
    "not filterable": (not_filterable, Severity.ERROR, f"{MAPPING}[0]", "cannot filter"),
    "E83": (change_source(3, "[userType]"), Severity.WARNING, f"{MAPPING}[3]", "userType"),
    "E112": (
        change_source(3, "SelectUniqueValue([mail], [userPrincipalName])"),
        Severity.WARNING,
        f"{MAPPING}[3].source",
        "HR and on-premises",
    ),
    "unique, always": (
        change_source(3, "SelectUniqueValue([mail], [userPrincipalName])"),
        Severity.WARNING,
        f"{MAPPING}[3]",
        "on creation only",
    ),
    "unique, matching": (
        change_source(0, "SelectUniqueValue([mail], [userPrincipalName])"),
        Severity.ERROR,
        f"{MAPPING}[0]",
        "SelectUniqueValue cannot be used on one",
    ),
    "flow always": (change(3, "flowBehavior", "FlowAlways"), Severity.NOTE, f"{MAPPING}[3].flowBehavior", "E30"),
    "missing references": (
        change(3, "exportMissingReferences", True),
        Severity.WARNING,
        f"{MAPPING}[3].exportMissingReferences",
        "not sent",
    ),
    "several values": (
        several_values,
        Severity.WARNING,
        f"{MAPPING[:-18]}.scope.groups[0].clauses[0]",
        "first of 2 values",
    ),
    "container filter": (
        container_filter,
        Severity.WARNING,
        "synchronizationRules[0].containerFilter",
        "not evaluated",
    ),
    "category filter": (
        category_filter,
        Severity.WARNING,
        f"{MAPPING[:-18]}.scope.categoryFilterGroups",
        "not evaluated",
    ),
    "second mapping": (
        second_mapping,
        Severity.WARNING,
        "synchronizationRules[0].objectMappings[2]",
        "left out",
    ),
}


@pytest.mark.parametrize(("spoil", "severity", "path", "message"), FOUND.values(), ids=FOUND)
def test_each_trap_is_found_by_path(
    write: Write, spoil: Callable[[Document], None], severity: Severity, path: str, message: str
) -> None:
    """Severity, key path in the export, and what is the matter."""
    schema = document(DEFAULT)
    spoil(schema)
    found = [(finding.severity, finding.path) for finding in check_schema(write(schema)) if message in finding.message]
    assert (severity, path) in found


@pytest.mark.parametrize(
    "expression",
    ['Coalesce([extensionAttribute1], "False")', "ToLower([accountEnabled])", 'IIF([city] = "x", "True", "False")'],
)
def test_what_is_true_or_false_is_no_free_text(write: Write, expression: str) -> None:
    """Constants that are booleans, boolean attributes, and extensions, whose content nobody knows."""
    schema = document(DEFAULT)
    change_source(1, expression)(schema)
    assert not [finding for finding in check_schema(write(schema)) if "free text" in finding.message]


@pytest.mark.parametrize(
    "empty", [None, {}, {"includedContainers": []}, {"@odata.type": "x", "includedContainers": []}]
)
def test_an_empty_container_filter_hides_nobody(write: Write, empty: object) -> None:
    """Exports hold empty ones as a rule; nothing behaves differently for them."""
    schema = document(DEFAULT)
    schema["synchronizationRules"][0]["containerFilter"] = empty
    assert {finding.severity for finding in check_schema(write(schema))} == {Severity.NOTE}


def test_switched_off_users_are_an_error_and_no_crash(write: Write) -> None:
    """The check goes on with what is there."""
    schema = document(DEFAULT)
    schema["synchronizationRules"][0]["objectMappings"][1]["enabled"] = False
    findings = check_schema(write(schema))
    assert [finding.message for finding in findings if finding.severity is Severity.ERROR] == [
        "no enabled mapping of User objects"
    ]
    assert any("Group: 3 mappings" in finding.message for finding in findings)
