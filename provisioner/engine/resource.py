"""SCIM resources as Entra makes and reads them: building a POST body, and finding what a mapping names in a GET body.

Both walk the one path grammar of :mod:`provisioner.model.path`.
"""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Final

from provisioner.engine.template import Fill, Gap, GapRead, template
from provisioner.model.directory import ObjectKind
from provisioner.model.path import CORE_GROUP, CORE_URNS, CORE_USER, ENTERPRISE_USER, Selector, TargetPath, parse_path
from provisioner.model.roles import ROLE_TYPE, RoleList, RoleName
from provisioner.model.schema import AttributeFacts, known_attribute

_TEXT: Final = attrgetter("text")
_SCALARS: Final = frozenset({str, bool, int})
_FIRST: Final = ("schemas", "externalid", "username")
_NAME_ORDER: Final = ("formatted", "familyname", "givenname", "honorificprefix", "honorificsuffix")
_ELEMENT_ORDER: Final = ("primary", "type")


def build(kind: ObjectKind, values: Iterable[tuple[TargetPath, Any]], *, list_custom_schemas: bool) -> dict[str, Any]:
    """The body of a POST: keys in the service's order, nothing null, ``meta`` present (E39-E45).

    :param list_custom_schemas: whether a custom extension's URN joins ``schemas`` (E39's setting).
    """
    values = list(values)
    paths, scalars = zip(*values, strict=True) if values else ((), ())
    if _SCALARS.issuperset(map(type, scalars)):
        fill = _filling(kind, list_custom_schemas, *map(_TEXT, paths))
        if fill is not None:
            filled: dict[str, Any] = fill(scalars)
            return filled
    return _built(kind, values, list_custom_schemas=list_custom_schemas)


@lru_cache(4096)
def _filling(kind: ObjectKind, list_custom_schemas: bool, *paths: str) -> Fill | None:  # noqa: FBT001  (as _is_list)
    """Fills bodies that have a scalar at each of these paths, in this order: many people have few shapes."""
    gaps = [(parse_path(path), Gap(number)) for number, path in enumerate(paths)]
    try:
        return template(_built(kind, gaps, list_custom_schemas=list_custom_schemas))
    except (GapRead, TypeError):  # a part is mapped beside its whole
        return None


def _built(kind: ObjectKind, values: Iterable[tuple[TargetPath, Any]], *, list_custom_schemas: bool) -> dict[str, Any]:
    core: dict[str, Any] = {"meta": {"resourceType": kind.value}}
    if kind is ObjectKind.GROUP:
        core["members"] = []
    extensions: dict[str, dict[str, Any]] = {}
    for path, value in values:
        extension = path.urn and path.urn.lower() not in CORE_URNS
        _put(extensions.setdefault(path.urn, {}) if extension else core, path, value, group=kind is ObjectKind.GROUP)
    core["schemas"] = _schemas(kind, extensions if list_custom_schemas else ())
    ordered = {key: _arrange(key, core[key]) for key in sorted(core, key=_rank)}
    return {**ordered, **{urn: _extension(urn, extensions[urn]) for urn in sorted(extensions, key=_is_custom)}}


def _schemas(kind: ObjectKind, custom: Iterable[str]) -> list[str]:
    if kind is ObjectKind.GROUP:
        return [CORE_GROUP]
    return [CORE_USER, ENTERPRISE_USER, *sorted(urn for urn in custom if _is_custom(urn))]


@cache
def _rank(key: str) -> tuple[int, str]:
    """schemas, externalId, userName, then the alphabet (E41)."""
    return _place(key, _FIRST)


def _extension(urn: str, values: dict[str, Any]) -> dict[str, Any]:
    """The enterprise values in the order of their names, as the core ones, the manager last; others as they are mapped.

    So are the custom extensions themselves. What is known is that the service writes its own classes in the order of
    names (E41), and has none for a custom one.
    """
    if _is_custom(urn):
        return values
    return {name: values[name] for name in sorted(values, key=lambda name: (name.lower() == "manager", name.lower()))}


def _is_custom(urn: str) -> bool:
    return urn.lower() != ENTERPRISE_USER.lower()


def _arrange(key: str, value: Any) -> Any:
    if isinstance(value, dict) and key.lower() == "name":
        return {name: value[name] for name in sorted(value, key=_name_rank)}
    if isinstance(value, list):
        return [_element(item) if isinstance(item, dict) else item for item in value]
    return value


def _element(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in sorted(item, key=_element_rank)}


@cache
def _name_rank(key: str) -> tuple[int, str]:
    return _place(key, _NAME_ORDER)


@cache
def _element_rank(key: str) -> tuple[int, str]:
    return _place(key, _ELEMENT_ORDER)


def _place(key: str, first: tuple[str, ...]) -> tuple[int, str]:
    """These first, then the alphabet."""
    folded = key.lower()
    return (first.index(folded), "") if folded in first else (len(first), folded)


def _put(container: dict[str, Any], path: TargetPath, value: Any, *, group: bool) -> None:
    if path.selector is not None:
        element = _selected_or_new(container.setdefault(path.attribute, []), path.attribute, path.selector)
        element[path.sub or "value"] = value
        if isinstance(value, RoleName):
            # A role's own type cannot be written: what its function gives for it comes out as the fixed one (E44).
            element["type"] = ROLE_TYPE if path.sub.lower() == "type" else element.get("type", ROLE_TYPE)
    elif path.sub and _is_list(path, group):
        container.setdefault(path.attribute, [{}])[0][path.sub] = value
    elif path.sub:
        container.setdefault(path.attribute, {})[path.sub] = value
    else:
        container[path.attribute] = elements(value) if isinstance(value, tuple | RoleList) else value


def travels_in_post(path: TargetPath, *, group: bool) -> bool:
    """Whether a POST carries an attribute: SCIM's own and those of an extension (E43); another waits for a PATCH."""
    return bool(path.urn and path.urn.lower() not in CORE_URNS) or _facts(path, group) is not None


@cache
def _is_list(path: TargetPath, group: bool) -> bool:  # noqa: FBT001  (a cache takes what is positional faster)
    facts = _facts(path, group)
    return facts is not None and facts.multivalued


def _facts(path: TargetPath, group: bool) -> AttributeFacts | None:  # noqa: FBT001  (as above)
    """What SCIM says of the whole attribute a path leads into."""
    return known_attribute(TargetPath(path.attribute, path.attribute, urn=path.urn), group=group)


def elements(values: Iterable[Any]) -> list[Any]:
    """Values of a multi-valued attribute as SCIM elements: roles as objects, simple ones under ``value``."""
    if isinstance(values, RoleList):
        return values.objects()
    return [item if isinstance(item, dict) else {"value": item} for item in values]


def _selected_or_new(items: list[dict[str, Any]], attribute: str, selector: Selector) -> dict[str, Any]:
    """The element a selector names, made when absent: primary is true for the work e-mail alone (E42)."""
    for item in items:
        if _selects(selector, item):
            return item
    made: dict[str, Any] = {"primary": attribute.lower() == "emails" and selector.value.lower() == "work"}
    made[selector.attribute] = _boolean_or_text(selector.value)
    items.append(made)
    return made


def _boolean_or_text(text: str) -> str | bool:
    return text.lower() == "true" if text.lower() in ("true", "false") else text


def _selects(selector: Selector, item: Mapping[str, Any]) -> bool:
    seen = member(item, selector.attribute)
    return as_seen(seen).lower() == selector.value.lower() if seen is not None else False


def as_seen(value: Any) -> str:
    """A JSON scalar as comparable text; booleans are True and False however they are spelled."""
    return str(value).capitalize() if isinstance(value, bool) else str(value)


def member(body: Mapping[str, Any], name: str) -> Any:
    """A member of a JSON object, its name compared as SCIM does: case ignored (RFC 7643 section 2.1)."""
    if name in body:
        return body[name]
    folded = name.lower()
    return next((value for key, value in body.items() if key.lower() == folded), None)


def read(body: Mapping[str, Any], path: TargetPath) -> Any:
    """What a resource holds at a path, or None. A selector that matches no element gives None."""
    container: Any = body
    if path.urn and path.urn.lower() not in CORE_URNS:
        container = member(body, path.urn)
        if not isinstance(container, Mapping):
            return None
    value = member(container, path.attribute)
    if path.selector is not None:
        value = _selected(value, path.selector)
        return member(value, path.sub or "value") if isinstance(value, Mapping) else None
    if not path.sub:
        return value
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, Mapping)), None)
    return member(value, path.sub) if isinstance(value, Mapping) else None


def kept_literally(body: Mapping[str, Any], path: TargetPath) -> bool:
    """Whether a resource has an attribute that is called as a nested path is written (E71)."""
    return bool(path.sub or path.urn) and path.text in body


def _selected(value: Any, selector: Selector) -> Any:
    if not isinstance(value, list):
        return None
    return next((item for item in value if isinstance(item, Mapping) and _selects(selector, item)), None)


def read_reference(body: Mapping[str, Any], path: TargetPath) -> str | None:
    """A reference as the target holds it: sent as a bare string, returned as one or as ``{"value": id}`` (E50)."""
    value = read(body, path)
    if isinstance(value, Mapping):
        value = member(value, "value")
    return value if isinstance(value, str) and value else None
