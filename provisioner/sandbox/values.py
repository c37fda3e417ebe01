"""What is sent becomes what is kept: canonical names and types by schema; what no schema knows is kept as it came.

Booleans may be the texts ``"True"`` and ``"False"`` (E49), and one element or a manager may be its bare value (E50).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from provisioner.sandbox.behaviour import Behaviour
from provisioner.sandbox.errors import invalid_syntax, invalid_value, read_only
from provisioner.sandbox.schemas import Attribute, ResourceType

Resource: TypeAlias = dict[str, Any]
_Coercion: TypeAlias = Callable[[Attribute, Any, Behaviour], Any]

_BOOLEANS: Final = {"true": True, "false": False}
_OWN: Final = frozenset(("id", "meta", "schemas"))  # the server's, whatever a body says


def is_empty(value: Any) -> bool:
    """Whether SCIM counts the value as unassigned: null, or a list or object without content."""
    return value is None or value == [] or value == {}


def normalised(body: Any, kind: ResourceType, behaviour: Behaviour) -> Resource:
    """The attributes of a POST or PUT body as they are kept. Raises ScimError."""
    if not isinstance(body, dict):
        raise invalid_syntax("the body is not a JSON object")
    if behaviour.refuse_unlisted_schemas:
        _require_listed(body)
    resource = {}
    for key, value in body.items():
        name, kept = _kept(key, value, kind, behaviour)
        if not is_empty(kept):
            resource[name] = kept
    return resource


def coerced(attribute: Attribute | None, value: Any, behaviour: Behaviour) -> Any:
    """The value in the attribute's type; a list when it is multi-valued. Raises ScimError (invalidValue)."""
    if attribute is None or value is None:
        return value
    if attribute.name.lower() == behaviour.ignore_attribute.lower():
        return None
    if attribute.multivalued:
        elements = value if isinstance(value, list) else [value]
        return [_one(attribute, element, behaviour) for element in elements if element is not None]
    return _one(attribute, value, behaviour)


def coerced_subs(
    attributes: Mapping[str, Attribute], value: Mapping[str, Any], behaviour: Behaviour, *, where: str
) -> Resource:
    """The parts of a complex value or of an extension under their canonical names, nulls left out."""
    parts = {}
    for name, part in value.items():
        known = attributes.get(name.lower())
        if known is None and attributes and behaviour.refuse_unknown_attributes:
            raise invalid_value(f"{where} has no attribute {name}")
        kept = coerced(known, part, behaviour)
        if kept is not None:
            parts[known.name if known else name] = kept
    return parts


def with_schemas(resource: Resource, kind: ResourceType) -> Resource:
    """The resource with ``schemas`` saying what it holds: the core schema, then each extension that has values."""
    urns = [key for key in resource if key.startswith("urn:")]
    return {"schemas": [kind.core.urn, *urns]} | {key: resource[key] for key in resource if key != "schemas"}


def _kept(key: str, value: Any, kind: ResourceType, behaviour: Behaviour) -> tuple[str, Any]:
    extension = kind.extension(key)
    if extension is not None:
        if not isinstance(value, dict | None):
            raise invalid_value(f"{key} must be an object")
        return extension.urn, coerced_subs(extension.attributes, value or {}, behaviour, where=extension.urn)
    attribute = kind.common.get(key.lower())
    if attribute is None:
        if behaviour.refuse_unknown_attributes:
            raise invalid_value(f"{kind.name} has no attribute {key}")
        return key, value
    if attribute.name.lower() in _OWN or attribute.returned == "never":
        return attribute.name, None
    return attribute.name, coerced(attribute, value, behaviour)


def _require_listed(body: Mapping[str, Any]) -> None:
    listed = {str(urn).lower() for urn in body.get("schemas") or ()}
    for key in body:
        if key.startswith("urn:") and key.lower() not in listed:
            raise invalid_syntax(f"{key} has values but is not listed in schemas")


def _one(attribute: Attribute, value: Any, behaviour: Behaviour) -> Any:
    coercion: _Coercion = _TYPES.get(attribute.type, _text)
    return coercion(attribute, value, behaviour)


def _boolean(attribute: Attribute, value: Any, behaviour: Behaviour) -> bool | str:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _BOOLEANS and not behaviour.refuse_string_booleans:
        return value if behaviour.keep_string_booleans else _BOOLEANS[value.lower()]
    raise invalid_value(f"{attribute.name} must be true or false")


def _complex(attribute: Attribute, value: Any, behaviour: Behaviour) -> Resource:
    if isinstance(value, str) and "value" in attribute.subs:
        if behaviour.refuse_string_manager and attribute.name == "manager":
            raise invalid_value("manager must be an object with a value")
        value = {"value": value}
    if not isinstance(value, dict):
        raise invalid_value(f"{attribute.name} must be an object")
    return coerced_subs(attribute.subs, value, behaviour, where=attribute.name)


def _text(attribute: Attribute, value: Any, _behaviour: Behaviour) -> str:
    if not isinstance(value, str):
        raise invalid_value(f"{attribute.name} must be a text")
    return value


_TYPES: Final[Mapping[str, _Coercion]] = {
    "boolean": _boolean,
    "complex": _complex,
}


def require_writable(attribute: Attribute | None) -> None:
    """Raises ScimError (mutability) when a path names an attribute of the server's own."""
    if attribute is not None and attribute.mutability == "readOnly":
        raise read_only(attribute.name)
