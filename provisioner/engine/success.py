"""What a success says: the body of each answer, read by the question that was asked (E16, E53, F15, F19, F22)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from provisioner.engine.body import Unreadable, decode
from provisioner.engine.resource import member
from provisioner.model.answer import Answer, Done, Exchange, Found
from provisioner.model.question import Create, Find, Modify, Read, Remove

LIST_RESPONSE: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"

LONGEST_ID: Final = 512
"""Characters of a target id at most (F22)."""


class Contradiction(Exception):
    """Readable, but it contradicts itself or the question (F19)."""


def _read_list(question: Find, body: bytes, exchange: Exchange) -> Answer:
    """A ListResponse; it may be labelled application/json (E17), and may lack ``schemas``.

    That nobody carries the value has to be said in so many words: totalResults 0 and no resource (F19).
    """
    value = _object(body)
    if not _is_list_response(value):
        raise Unreadable("the body is not a ListResponse")
    resources, total = _resources(value), _total(value)
    if total is None and not resources:
        raise Unreadable("the ListResponse has neither totalResults nor a resource")
    if total is not None and ((total and not resources) or total < len(resources)):
        raise Contradiction(f"totalResults is {total}, but {len(resources)} resources were returned")
    for resource in resources:
        _check_id(resource)
    return Found(tuple(resources), exchange)


def _resources(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of a ListResponse, which may leave them out when there are none, but not say null (E16)."""
    if not _has(value, "Resources"):
        return []
    resources = member(value, "Resources")
    if not isinstance(resources, list) or not all(isinstance(item, dict) for item in resources):
        raise Unreadable("Resources is not a list of resources")
    return resources


def _total(value: dict[str, Any]) -> int | None:
    total = member(value, "totalResults")
    if isinstance(total, bool) or not isinstance(total, int | None):
        raise Unreadable("totalResults is not a whole number")
    return total


def _has(value: dict[str, Any], name: str) -> bool:
    return any(key.lower() == name.lower() for key in value)


def _is_list_response(value: dict[str, Any]) -> bool:
    schemas = member(value, "schemas")
    return _names(schemas, LIST_RESPONSE) if schemas is not None else _has(value, "totalResults")


def _names(schemas: Any, urn: str) -> bool:
    return isinstance(schemas, list) and any(isinstance(item, str) and item.lower() == urn.lower() for item in schemas)


def _read_one(question: Read, body: bytes, exchange: Exchange) -> Answer:
    value = _object(body)
    found = _check_id(value)
    if found != question.id:
        raise Contradiction(f"asked for the id {question.id!r}, the target returned {found!r}")
    return Found((value,), exchange)


def _read_created(question: Create, body: bytes, exchange: Exchange) -> Answer:
    value = _object(body)
    return Done(_check_id(value), value, exchange)


def _read_done(question: Modify | Remove, body: bytes, exchange: Exchange) -> Answer:
    """A success without a body and one with an object are both fine (E53)."""
    if not body.strip():
        return Done(exchange=exchange)
    return Done(resource=_object(body), exchange=exchange)


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object a success has as its body."""
    value = decode(body)
    if not isinstance(value, dict):
        raise Unreadable("the body is not a JSON object")
    if _names(member(value, "schemas"), ERROR):
        raise Contradiction("the status says success and the body is a SCIM error")
    return value


def _check_id(resource: Mapping[str, Any]) -> str:
    """The id of a resource: opaque, but text of bounded length without control characters (F22)."""
    target_id = member(resource, "id")
    if not isinstance(target_id, str) or not 0 < len(target_id) <= LONGEST_ID or not target_id.isprintable():
        raise Unreadable("a resource has no id, or one that is no printable text of at most 512 characters")
    if target_id in (".", ".."):
        raise Unreadable(f"a resource has the id {target_id!r}, which no URL can name")
    return target_id


READERS: Final[Mapping[type, Callable[[Any, bytes, Exchange], Answer]]] = {
    Find: _read_list,
    Read: _read_one,
    Create: _read_created,
    Modify: _read_done,
    Remove: _read_done,
}
