"""The exported document as it lies on disk, read leniently (E111).

Key order does not matter, keys may be missing, and an export made through PowerShell has them with a capital. What is
not understood stays in the document untouched.
"""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from provisioner.model.directory import ObjectKind
from provisioner.model.errors import Place, SchemaInvalid
from provisioner.model.frozen import frozen

Raw: TypeAlias = dict[str, Any]

_LIMIT: Final = 64 * 1024 * 1024  # bytes; exports with every directory extension of a large tenant have a few MiB
_ENTRA: Final = frozenset({"azure active directory", "microsoft entra id"})
_KINDS: Final = {"user": ObjectKind.USER, "group": ObjectKind.GROUP}


@frozen
class ObjectMapping:
    """One objectMapping of a rule that leads out of the directory.

    ``attributes`` are the definitions of the target object's attributes, by lower-case name; ``sources`` the names of
    the source object's.
    """

    kind: ObjectKind
    raw: Raw
    path: str
    attributes: Mapping[str, Raw]
    sources: frozenset[str]

    @property
    def enabled(self) -> bool:
        """Whether it is switched on; it is when nothing is said."""
        return not _is_off(self.raw)


def read_document(path: str) -> dict[str, Any]:
    """The document as it stands.

    :raises SchemaInvalid: when the file cannot be read, is not JSON, or is not a synchronization schema.
    """
    try:
        if Path(path).stat().st_size > _LIMIT:
            raise SchemaInvalid("the file is too large for a schema", place=Place(path), hint="name an exported schema")
        document = orjson.loads(utf_8(Path(path).read_bytes()))
    except orjson.JSONDecodeError as error:
        place = Place(path, error.lineno, error.colno)
        hint = "export the schema again; a job file becomes a schema by provisioner schema export"
        raise SchemaInvalid(f"this is not JSON: {error.msg}", place=place, hint=hint) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not a file name"
        hint = "save the answer of GET /servicePrincipals/{id}/synchronization/jobs/{id}/schema to a file and name it"
        raise SchemaInvalid(f"the schema cannot be read: {reason}", place=Place(path), hint=hint) from error
    if not isinstance(document, dict) or not items(schema_of(document), "synchronizationRules"):
        hint = "a schema has a list synchronizationRules; it is what GET .../synchronization/jobs/{id}/schema answers"
        raise SchemaInvalid("this is not a synchronization schema", place=Place(path, 1, 1), hint=hint)
    return document


def utf_8(content: bytes) -> bytes:
    """An export as UTF-8 without a mark: Windows PowerShell writes UTF-16 with ``>``."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace").encode("utf-8", errors="replace")
    return content.removeprefix(BOM_UTF8)


def schema_of(document: Raw) -> Raw:
    """The schema itself: a template's answer holds it under ``schema``."""
    inner = get(document, "schema")
    return inner if isinstance(inner, dict) and get(document, "synchronizationRules") is None else document


def get(raw: Raw, name: str) -> Any:
    """A property, in Graph's spelling or with a capital."""
    return raw[name] if name in raw else raw.get(name[0].upper() + name[1:])


def text(raw: Raw, name: str) -> str:
    """A property as text; empty when it is missing, null or something else."""
    value = get(raw, name)
    return value if isinstance(value, str) else ""


def written(raw: Raw, name: str) -> str:
    """A property that is text by right, where a tool may have left a number or a boolean."""
    value = get(raw, name)
    return str(value) if isinstance(value, bool | int | float) else text(raw, name)


def table(raw: Raw, name: str) -> Raw:
    """A property that is an object; empty when it is missing or null."""
    value = get(raw, name)
    return value if isinstance(value, dict) else {}


def items(raw: Raw, name: str) -> Sequence[Raw]:
    """The objects in a property that is a list; empty when it is missing or null."""
    value = get(raw, name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def mark(raw: Raw, name: str) -> bool | None:
    """A trait that stands in a definition itself or among its metadata, as a boolean or a text; None when not said."""
    entries = {text(entry, "key").lower(): get(entry, "value") for entry in items(raw, "metadata")}
    value = get(raw, name) if get(raw, name) is not None else entries.get(name.lower())
    return {"true": True, "false": False}.get(str(value).lower())


def says_something(value: Any) -> bool:
    """Whether a property holds more than empty lists and objects."""
    if isinstance(value, dict):
        return any(says_something(inner) for key, inner in value.items() if not key.startswith("@"))
    return value not in (None, "", [])


def outbound_rules(schema: Raw) -> list[tuple[str, Raw]]:
    """The rules that lead out of Entra, in order of priority, each with its path; all rules when none says so."""
    rules = [(f"synchronizationRules[{n}]", rule) for n, rule in enumerate(items(schema, "synchronizationRules"))]
    outbound = [(path, rule) for path, rule in rules if text(rule, "sourceDirectoryName").lower() in _ENTRA]
    return sorted(outbound or rules, key=lambda pair: _number(get(pair[1], "priority")))


def object_mappings(schema: Raw) -> Iterator[ObjectMapping]:
    """The mappings of users and groups, of every outbound rule."""
    for rule_path, rule in outbound_rules(schema):
        for number, raw in enumerate(items(rule, "objectMappings")):
            kind = _KINDS.get(text(raw, "sourceObjectName").lower())
            if kind is not None:
                attributes = _attributes(schema, text(rule, "targetDirectoryName"), text(raw, "targetObjectName"))
                sources = _attributes(schema, text(rule, "sourceDirectoryName"), text(raw, "sourceObjectName"))
                names = frozenset(text(attribute, "name") for attribute in sources.values())
                yield ObjectMapping(kind, raw, f"{rule_path}.objectMappings[{number}]", attributes, names)


def other_mappings(schema: Raw) -> Iterator[tuple[str, str]]:
    """What else outbound rules map and have switched on: the kind of object, and the path."""
    for rule_path, rule in outbound_rules(schema):
        for number, raw in enumerate(items(rule, "objectMappings")):
            name = text(raw, "sourceObjectName")
            if name and name.lower() not in _KINDS and not _is_off(raw):
                yield name, f"{rule_path}.objectMappings[{number}]"


def _attributes(schema: Raw, directory: str, name: str) -> dict[str, Raw]:
    return {
        text(attribute, "name").lower(): attribute
        for candidate in items(schema, "directories")
        if text(candidate, "name").lower() == directory.lower()
        for item in items(candidate, "objects")
        if text(item, "name").lower() == name.lower()
        for attribute in items(item, "attributes")
    }


def _is_off(raw: Raw) -> bool:
    return str(get(raw, "enabled")).lower() == "false"


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
