"""A query over a collection: filter, sort, page, and which attributes are shown (RFC 7644 section 3.4.2)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from provisioner.model.frozen import frozen
from provisioner.sandbox.behaviour import Behaviour
from provisioner.sandbox.catalogue import PAGE_LIMIT
from provisioner.sandbox.collection import Collection
from provisioner.sandbox.errors import invalid_filter, invalid_value
from provisioner.sandbox.filters import lookup, resource_predicate, values_at
from provisioner.sandbox.schemas import ResourceType
from provisioner.sandbox.syntax import Comparison, Filter, Path, read_filter, read_path
from provisioner.sandbox.values import Resource

LIST_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_ALWAYS: Final = frozenset(("schemas", "id"))


@frozen
class Page:
    """One page of hits. ``start`` counts from 1; ``total`` is that of all pages."""

    total: int
    start: int
    resources: tuple[Resource, ...]

    def as_json(self, shown: list[Any]) -> dict[str, Any]:
        """The ListResponse with the hits as they are shown."""
        return {
            "schemas": [LIST_SCHEMA],
            "totalResults": self.total,
            "startIndex": self.start,
            "itemsPerPage": len(shown),
            "Resources": shown,
        }


def parameters(query: bytes) -> dict[str, str]:
    """The query's parameters; of a repeated one the first. Keys without a value are kept."""
    if not query:
        return {}
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return dict(reversed(pairs))


def search(collection: Collection, asked: Mapping[str, str], behaviour: Behaviour) -> Page:
    """The page of resources a query asks for. Raises ScimError."""
    hits = list(_hits(collection, asked.get("filter"), behaviour))
    if "sortBy" in asked:
        hits = _sorted(hits, asked["sortBy"], descending=asked.get("sortOrder", "").lower() == "descending")
    start = max(1, _number(asked, "startIndex", 1))
    count = min(PAGE_LIMIT, max(0, _number(asked, "count", PAGE_LIMIT)))
    return Page(len(hits), start, tuple(hits[start - 1 : start - 1 + count]))


def _hits(collection: Collection, text: str | None, behaviour: Behaviour) -> Iterable[Resource]:
    if text is None or behaviour.ignore_filters:
        return collection
    if behaviour.refuse_filters:
        raise invalid_filter("filtering by this attribute is not supported")
    if behaviour.empty_filters:
        return ()
    tree = read_filter(text)
    holds = resource_predicate(tree, collection.kind, exact=behaviour.case_sensitive_filters)
    hits = [resource for resource in _candidates(collection, tree) if holds(resource)]
    if behaviour.hide_disabled:
        hits = [resource for resource in hits if resource.get("active") is not False]
    if behaviour.duplicate_entries:
        hits = [twin for resource in hits for twin in (resource, resource | {"id": f"{resource['id']}-twin"})]
    return hits


def _candidates(collection: Collection, tree: Filter) -> Iterable[Resource]:
    """What the filter need be tried on: through the index when it asks for equality of an indexed attribute."""
    if isinstance(tree, Comparison) and tree.operator == "eq" and isinstance(tree.value, str):
        path = tree.path
        if not path.sub and path.selector is None and path.urn.lower() in ("", collection.kind.core.urn.lower()):
            found = collection.carrying(path.name, tree.value)
            return collection if found is None else found
    return collection


def _sorted(hits: list[Resource], text: str, *, descending: bool) -> list[Resource]:
    path = read_path(text)

    def order(resource: Resource) -> tuple[bool, str]:
        values = values_at(resource, path)
        return not values, str(values[0]).lower() if values else ""

    return sorted(hits, key=order, reverse=descending)


def _number(asked: Mapping[str, str], name: str, default: int) -> int:
    text = asked.get(name)
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise invalid_value(f"{name} must be a number") from None


def projected(resource: Resource, asked: Mapping[str, str], kind: ResourceType) -> Resource:
    """The resource with the attributes asked for (RFC 7644 section 3.9)."""
    wanted, unwanted = asked.get("attributes"), asked.get("excludedAttributes")
    if wanted:
        return _only(resource, _paths(wanted), kind)
    if unwanted:
        for path in _paths(unwanted):
            resource = _without(resource, path, kind)
    return resource


def _paths(names: str) -> list[Path]:
    return [read_path(name.strip()) for name in names.split(",") if name.strip()]


def _urn(path: Path, kind: ResourceType) -> tuple[str, str]:
    """The URN and name a path means here; the name is empty when it names an extension as a whole."""
    whole = kind.extension(f"{path.urn}:{path.name}.{path.sub}" if path.sub else f"{path.urn}:{path.name}")
    if whole is not None:
        return whole.urn, ""
    extension = kind.extension(path.urn)
    return (extension.urn if extension else ""), path.name


def _only(resource: Resource, paths: list[Path], kind: ResourceType) -> Resource:
    shown = {name: resource[name] for name in resource if name in _ALWAYS}
    for path in paths:
        urn, name = _urn(path, kind)
        if urn and not name:
            shown |= {urn: resource[urn]} if urn in resource else {}
            continue
        source = resource.get(urn, {}) if urn else resource
        key = next((key for key in source if key.lower() == name.lower()), None)
        if key is None:
            continue
        target = shown.setdefault(urn, {}) if urn else shown
        target[key] = _merged(target.get(key), source[key], path.sub)
    return shown


def _merged(already: Any, value: Any, sub: str) -> Any:
    if not sub:
        return value
    if isinstance(value, list):
        before = already or [{} for _ in value]
        return [_merged(old, element, sub) for old, element in zip(before, value, strict=True)]
    if not isinstance(value, dict):
        return value
    part = lookup(value, sub)
    return (already or {}) | ({sub: part} if part is not None else {})


def _without(resource: Resource, path: Path, kind: ResourceType) -> Resource:
    urn, name = _urn(path, kind)
    if urn and name:
        inner = _without(resource.get(urn, {}), Path("", name, path.sub), kind)
        return {key: inner if key == urn else value for key, value in resource.items()}
    name = (name or urn).lower()
    if name in _ALWAYS:
        return resource
    if not path.sub:
        return {key: value for key, value in resource.items() if key.lower() != name}
    return {
        key: _stripped(value, path.sub.lower()) if key.lower() == name else value for key, value in resource.items()
    }


def _stripped(value: Any, sub: str) -> Any:
    if isinstance(value, list):
        return [_stripped(element, sub) for element in value]
    return {key: part for key, part in value.items() if key.lower() != sub} if isinstance(value, dict) else value
