"""A PatchOp message applied to a resource (RFC 7644 section 3.5.2), in both dialects of Entra (E46-E51, E71-E73)."""

from collections.abc import Mapping
from typing import Any

from provisioner.sandbox.behaviour import Behaviour
from provisioner.sandbox.edits import Edit
from provisioner.sandbox.errors import invalid_path, invalid_syntax, invalid_value, no_target
from provisioner.sandbox.schemas import Attribute, ResourceType
from provisioner.sandbox.syntax import Path, read_path
from provisioner.sandbox.values import Resource, coerced_subs, is_empty, require_writable

_KINDS = frozenset(("add", "replace", "remove"))
_OWN = frozenset(("id", "meta", "schemas"))


def patched(resource: Resource, body: Any, kind: ResourceType, behaviour: Behaviour) -> Resource:
    """The resource after all operations of the message; the one given is not touched. Raises ScimError."""
    operations = body.get("Operations") if isinstance(body, dict) else None
    if not isinstance(operations, list) or not operations:
        raise invalid_syntax("a PatchOp message has a list of Operations")
    patch = _Patch(kind, behaviour)
    for operation in operations[:1] if behaviour.half_patch else operations:
        resource = patch.operation(resource, operation)
    return resource


class _Patch:
    def __init__(self, kind: ResourceType, behaviour: Behaviour) -> None:
        self._kind = kind
        self._behaviour = behaviour

    def operation(self, resource: Resource, operation: Any) -> Resource:
        op = self._op(operation)
        path, value = operation.get("path"), operation.get("value")
        if op != "remove" and "value" not in operation:
            raise invalid_value(f"{op} needs a value")
        if path is None or path == "":
            return self._many(resource, op, value)
        if not isinstance(path, str):
            raise invalid_path("a path is a text")
        return self._one(resource, op, path, value)

    def _op(self, operation: Any) -> str:
        op = operation.get("op") if isinstance(operation, dict) else None
        if not isinstance(op, str) or op.lower() not in _KINDS:
            raise invalid_syntax(f"op must be add, replace or remove, not {op}")
        if self._behaviour.refuse_capital_ops and op != op.lower():
            raise invalid_syntax(f"unknown op {op}")
        return op.lower()

    def _many(self, resource: Resource, op: str, value: Any) -> Resource:
        """An operation without a path: every key of its value is a path (E71)."""
        if op == "remove":
            raise no_target("remove needs a path")
        if not isinstance(value, dict):
            raise invalid_value(f"{op} without a path needs an object")
        for key, part in value.items():
            if key.lower() in _OWN:
                continue
            if self._behaviour.literal_dotted_keys and ("." in key or ":" in key):
                resource = resource | {key: part}
            else:
                resource = self._one(resource, op, key, part)
        return resource

    def _one(self, resource: Resource, op: str, text: str, value: Any) -> Resource:
        extension = self._extension(text, value)
        if extension is not None:
            return self._extension_change(resource, op, extension, value)
        path = read_path(text)
        if path.urn and self._behaviour.refuse_extension_paths:
            raise invalid_path(f"{text} is not an attribute")
        urn = self._canonical_urn(path.urn)
        attribute = self._attribute(urn, path)
        require_writable(attribute)
        edit = Edit(op, path, value, attribute, self._behaviour)
        if not urn:
            return self._changed(resource, edit)
        held = resource.get(urn)
        return _put(resource, urn, self._changed(held if isinstance(held, dict) else {}, edit))

    def _changed(self, container: Resource, edit: Edit) -> Resource:
        name = edit.attribute.name if edit.attribute else _spelling(container, edit.path.name)
        if name.lower() == self._behaviour.ignore_attribute.lower():
            return container
        if edit.attribute is not None and edit.attribute.returned == "never":
            return container
        new = edit.apply(container.get(name))
        if is_empty(new) and edit.attribute is not None and edit.attribute.required:
            raise invalid_value(f"{name} is required")
        return _put(container, name, new)

    def _extension(self, text: str, value: Any) -> str | None:
        """The URN when the text names an extension as a whole: a known one, or another that is given an object."""
        known = self._kind.extension(text)
        if known is not None:
            return known.urn
        if not isinstance(value, dict) or not text.lower().startswith("urn:") or "[" in text:
            return None
        is_attribute = self._kind.attributes(self._canonical_urn(text.rpartition(":")[0]))
        return None if is_attribute else text

    def _extension_change(self, resource: Resource, op: str, urn: str, value: Any) -> Resource:
        if op == "remove":
            return _put(resource, urn, None)
        if not isinstance(value, dict):
            raise invalid_value(f"{urn} needs an object")
        if urn.lower() == self._kind.core.urn.lower():
            return self._many(resource, op, value)
        held = resource.get(urn)
        parts = coerced_subs(self._kind.attributes(urn), value, self._behaviour, where=urn)
        return _put(resource, urn, (held if isinstance(held, dict) else {}) | parts)

    def _canonical_urn(self, urn: str) -> str:
        if not urn or urn.lower() == self._kind.core.urn.lower():
            return ""
        known = self._kind.extension(urn)
        return known.urn if known else urn

    def _attribute(self, urn: str, path: Path) -> Attribute | None:
        attribute = self._kind.attributes(urn).get(path.name.lower())
        if attribute is None and self._behaviour.refuse_unknown_attributes:
            raise invalid_path(f"{self._kind.name} has no attribute {path.name}")
        return attribute


def _spelling(container: Mapping[str, Any], name: str) -> str:
    """The name as the container already spells it."""
    folded = name.lower()
    return next((key for key in container if key.lower() == folded), name)


def _put(container: Resource, name: str, value: Any) -> Resource:
    if is_empty(value):
        return {key: part for key, part in container.items() if key != name}
    return container | {name: value}
