"""The value of one attribute under one operation (RFC 7644 section 3.5.2): old value in, new value out.

Nothing is changed in place, so a request that fails half-way leaves the resource as it was, and a group of thousands
is never copied whole.
"""

from collections.abc import Callable
from typing import Any

from provisioner.model.frozen import frozen
from provisioner.sandbox.behaviour import Behaviour
from provisioner.sandbox.errors import invalid_filter, invalid_path, no_target
from provisioner.sandbox.filters import element_predicate
from provisioner.sandbox.schemas import Attribute
from provisioner.sandbox.syntax import Comparison, Every, Filter, Negation, Path, Some
from provisioner.sandbox.values import Resource, coerced


@frozen
class Edit:
    """One operation on one attribute. ``kind`` is add, replace or remove; ``attribute`` None if no schema knows it."""

    kind: str
    path: Path
    value: Any
    attribute: Attribute | None
    behaviour: Behaviour

    def apply(self, current: Any) -> Any:
        """The new value; None or empty when nothing is left. Raises ScimError."""
        if self.path.selector is not None:
            return self._elements(current, self.path.selector)
        if self.path.sub:
            return self._sub(current)
        if self.kind == "remove":
            return self._removed(current)
        return self._whole(current)

    def _whole(self, current: Any) -> Any:
        new = coerced(self.attribute, self.value, self.behaviour)
        if self.kind == "add" and (isinstance(current, list) or isinstance(new, list)):
            return _joined(current or [], new if isinstance(new, list) else [new])
        if isinstance(current, dict) and isinstance(new, dict):
            return current | new
        return _one_primary(new, new) if isinstance(new, list) else new

    def _removed(self, current: Any) -> Any:
        if self.value is None or not isinstance(current, list):
            return None
        if self.path.name.lower() == "members":
            if self.behaviour.wipe_members:
                return None
            if self.behaviour.refuse_legacy_removal:
                raise no_target("members are removed by a filter in the path")
        gone = [_key(element) for element in _as_list(self.value)]
        return [element for element in current if _key(element) not in gone]

    def _sub(self, current: Any) -> Any:
        name, attribute = self._sub_attribute()
        new = None if self.kind == "remove" else coerced(attribute, self.value, self.behaviour)
        if isinstance(current, list):
            return [_with(element, name, new) for element in current]
        single = _with(current if isinstance(current, dict) else {}, name, new)
        return [single] if self.attribute and self.attribute.multivalued else single

    def _elements(self, current: Any, selector: Filter) -> Any:
        self._check_selector(selector)
        chosen = element_predicate(selector, self.attribute)
        elements = _as_list(current)
        hits = [isinstance(element, dict) and chosen(element) for element in elements]
        if self.kind == "remove":
            return self._without(elements, hits, selector)
        if any(hits):
            change = self._element_change({})
            changed = [change(element) if hit else element for element, hit in zip(elements, hits, strict=True)]
            return _one_primary(changed, [element for element, hit in zip(changed, hits, strict=True) if hit])
        if self.behaviour.refuse_missing_element:
            raise no_target(f"no element of {self.path.name} matches")
        created = self._element_change(self._seed(selector))({})
        return _one_primary([*elements, created], [created])

    def _element_change(self, seed: Resource) -> Callable[[Resource], Resource]:
        if self.path.sub:
            name, attribute = self._sub_attribute()
            part = coerced(attribute, self.value, self.behaviour)
            return lambda element: _with(seed | element, name, part)
        value = coerced(self.attribute, self.value, self.behaviour)
        new = value[0] if isinstance(value, list) and len(value) == 1 else value
        if not isinstance(new, dict):
            raise no_target(f"an element of {self.path.name} is an object")
        return lambda element: seed | element | new

    def _without(self, elements: list[Any], hits: list[bool], selector: Filter) -> list[Any]:
        """The list without the elements meant, or without one part of them. A missing one is already gone."""
        if not self.path.sub:
            return [element for element, hit in zip(elements, hits, strict=True) if not hit]
        name, _ = self._sub_attribute()
        frame = {*_selected(selector), "primary"}
        left = [_with(element, name, None) if hit else element for element, hit in zip(elements, hits, strict=True)]
        return [
            element
            for element, hit in zip(left, hits, strict=True)
            if not hit or not {key.lower() for key in element} <= frame
        ]

    def _seed(self, selector: Filter) -> Resource:
        """What a new element must hold for the selector to select it: only equalities say that (E48)."""
        terms = selector.terms if isinstance(selector, Every) else (selector,)
        seed: Resource = {}
        for term in terms:
            if not isinstance(term, Comparison) or term.operator != "eq" or term.path.sub:
                raise no_target(f"no element of {self.path.name} matches, and none can be made from this filter")
            known = self.attribute.subs.get(term.path.name.lower()) if self.attribute else None
            seed[known.name if known else term.path.name] = coerced(known, term.value, self.behaviour)
        return seed

    def _sub_attribute(self) -> tuple[str, Attribute | None]:
        if self.attribute is None:
            return self.path.sub, None
        known = self.attribute.subs.get(self.path.sub.lower())
        if known is None:
            raise invalid_path(f"{self.attribute.name} has no part {self.path.sub}")
        return known.name, known

    def _check_selector(self, selector: Filter) -> None:
        if self.attribute is not None and self.attribute.type != "complex":
            raise invalid_path(f"{self.attribute.name} has no elements to select")
        if self.behaviour.refuse_boolean_selectors and "primary" in _selected(selector):
            raise invalid_filter("a selector cannot compare a boolean")


def _with(element: Any, name: str, value: Any) -> Resource:
    rest = {key: part for key, part in element.items() if key != name} if isinstance(element, dict) else {}
    return rest if value is None else rest | {name: value}


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _key(element: Any) -> Any:
    """What an element of a list is told apart by when it is to be removed."""
    if isinstance(element, dict):
        return element.get("value", element)
    return element


def _joined(current: list[Any], new: list[Any]) -> list[Any]:
    """Both lists, without adding what is there already."""
    added: list[Any] = []
    for element in new:
        if element not in current and element not in added:
            added.append(element)
    return _one_primary([*current, *added], added) if added else current


def _one_primary(elements: list[Any], newest: list[Any]) -> list[Any]:
    """At most one element is primary; the newest that claims it wins (RFC 7644 section 3.5.2)."""
    claimants = [element for element in newest if isinstance(element, dict) and element.get("primary") is True]
    if not claimants:
        return elements
    winner = claimants[-1]
    return [
        element | {"primary": False}
        if isinstance(element, dict) and element is not winner and element.get("primary") is True
        else element
        for element in elements
    ]


def _selected(selector: Filter) -> set[str]:
    """The lower-case names a selector compares."""
    match selector:
        case Comparison(path):
            return {path.name.lower()}
        case Negation(term):
            return _selected(term)
        case Every(terms) | Some(terms):
            return set().union(*map(_selected, terms))
