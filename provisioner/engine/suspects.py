"""What a PATCH carries that not every endpoint takes: from reports of real servers that met Entra's requests.

Each suspect knows the words by which an endpoint usually complains of it, for one PATCH may carry several.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from provisioner.model.frozen import frozen
from provisioner.model.question import Modify

Operation = dict[str, Any]

_FLAG: Final = "or add aadOptscim062020 to the tenant URL's query"

_NAMED_AT_ONCE: Final = 3
"""Suspects named when the target's words point to none of them."""


@frozen
class Suspect:
    """Something unusual in an operation, the words that point to it in an answer, and what helps."""

    carries: Callable[[Operation], bool]
    words: tuple[str, ...]
    remedy: str


def suspected(question: Modify, said: str) -> str | None:
    """What helps against the suspect the target's words point to, or against the likeliest of them.

    :param said: what the target told, in lower case.
    """
    operations: Sequence[Operation] = question.body.get("Operations", ())
    suspects = [suspect for suspect in SUSPECTS if any(map(suspect.carries, operations))]
    for suspect in suspects:
        if any(word in said for word in suspect.words):
            return suspect.remedy
    named = " / ".join(suspect.remedy for suspect in suspects[:_NAMED_AT_ONCE])
    return f"Usual causes: {named}" if named else None


def _path(operation: Operation) -> str:
    return str(operation.get("path", "")).lower()


def _changes_members(*verbs: str) -> Callable[[Operation], bool]:
    return lambda operation: _path(operation) == "members" and operation["op"].lower() in verbs


def _has_json_text(operation: Operation) -> bool:
    value = operation.get("value")
    return isinstance(value, list) and any(str(item.get("value", "")).startswith("{") for item in value)


SUSPECTS: Final = (
    Suspect(
        lambda operation: operation["op"][:1].isupper(),
        ("unknown op", "invalid op", "op must", "operation type", "add, re"),
        f"Compare op without regard to case: Entra writes Add, Replace and Remove (E47); {_FLAG}.",
    ),
    Suspect(
        _changes_members("add", "replace"),
        ("member", "not found", "no such"),
        "Check that the endpoint knows the group and the member by the ids it returned when they were made; an account "
        "deleted in the target alone is made again when its person is next attended to.",
    ),
    Suspect(
        lambda operation: _path(operation).startswith("members["),
        ("member", "path", "filter", "match", "target"),
        'Read members[value eq "id"] as the path of a removal, and take away that member alone (E72).',
    ),
    Suspect(
        _changes_members("remove"),
        ("member", "remove", "filter", "value"),
        f"Let Remove with path members take away the members in its value, and only those (E61); {_FLAG}, which names "
        "the member in the path.",
    ),
    Suspect(
        lambda operation: "[primary eq" in _path(operation),
        ("selector", "primary", "filter"),
        "Read value paths that select by a boolean, such as [primary eq true] (E48).",
    ),
    Suspect(
        lambda operation: operation.get("value") in ("True", "False"),
        ("bool", "true or false"),
        f'Take the texts "True" and "False" as booleans (E49); {_FLAG}.',
    ),
    Suspect(
        lambda operation: "[" in _path(operation),
        ("notarget", "no target", "no element", "match"),
        'Create the element when a value path selects none (E48): Entra adds emails[type eq "work"].value to accounts '
        "without a work e-mail.",
    ),
    Suspect(
        lambda operation: _path(operation).endswith(":manager") and isinstance(operation.get("value"), str),
        ("manager", "object", "complex"),
        "Take the manager as a bare id (E50), however it is returned.",
    ),
    Suspect(
        _has_json_text,
        ("role", "object", "json"),
        f"Read roles from the JSON text in each element's value (E51); {_FLAG}.",
    ),
    Suspect(
        lambda operation: _path(operation).startswith("urn:"),
        ("path", "urn", "attribute", "schema", "extension"),
        "Read paths that begin with a schema's URN (E48): the attribute is what follows the last colon, though the URN "
        "itself holds a dot.",
    ),
    Suspect(
        lambda operation: "path" not in operation,
        ("path", "key", "attribute", "value"),
        "Take an operation without path whose value has dotted and URN keys, and resolve them (E71).",
    ),
)
