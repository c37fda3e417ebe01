"""Filters evaluated (RFC 7644 section 3.4.2.2): each tree becomes one function from a resource to true or false."""

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from provisioner.model.frozen import frozen
from provisioner.sandbox.errors import invalid_filter
from provisioner.sandbox.schemas import Attribute, ResourceType
from provisioner.sandbox.syntax import Comparison, Every, Filter, Negation, Path, Some

Predicate: TypeAlias = Callable[[Mapping[str, Any]], bool]
Attributes: TypeAlias = Callable[[str], Mapping[str, Attribute]]

_ORDERS: Final = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}
_BOOLEANS: Final = {"true": True, "false": False}
_TEXTS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "co": lambda have, want: want in have,
    "sw": str.startswith,
    "ew": str.endswith,
}


def resource_predicate(tree: Filter, kind: ResourceType, *, exact: bool = False) -> Predicate:
    """What the filter says of a whole resource. ``exact`` compares every text with its case."""

    def attributes(urn: str) -> Mapping[str, Attribute]:
        return kind.attributes("" if urn.lower() == kind.core.urn.lower() else urn)

    return _Compiler(attributes, exact=exact).compiled(tree)


def element_predicate(tree: Filter, attribute: Attribute | None) -> Predicate:
    """What a selector in brackets says of one element of a list."""
    subs = attribute.subs if attribute else {}
    return _Compiler(lambda _urn: subs, exact=False).compiled(tree)


def lookup(container: Mapping[str, Any], name: str) -> Any:
    """The value under a name, case ignored; None when there is none."""
    if name in container:
        return container[name]
    folded = name.lower()
    return next((value for key, value in container.items() if key.lower() == folded), None)


def values_at(resource: Mapping[str, Any], path: Path, attribute: Attribute | None = None) -> list[Any]:
    """The simple values a path leads to, in order; a complex value stands for its ``value``."""
    container = resource
    if path.urn:
        held = lookup(resource, path.urn)
        container = held if isinstance(held, dict) else resource
    value = lookup(container, path.name)
    elements = value if isinstance(value, list) else [value]
    if path.selector is not None:
        chosen = element_predicate(path.selector, attribute)
        elements = [element for element in elements if isinstance(element, dict) and chosen(element)]
    return [part for part in (_part(element, path.sub) for element in elements) if part is not None]


def _part(element: Any, sub: str) -> Any:
    if not isinstance(element, dict):
        return None if sub else element
    if sub:
        return lookup(element, sub)
    return element.get("value", element)


class _Compiler:
    def __init__(self, attributes: Attributes, *, exact: bool) -> None:
        self._attributes = attributes
        self._exact = exact

    def compiled(self, tree: Filter) -> Predicate:
        match tree:
            case Comparison():
                return self._comparison(tree)
            case Negation(term):
                inner = self.compiled(term)
                return lambda resource: not inner(resource)
            case Every(terms):
                every = [self.compiled(term) for term in terms]
                return lambda resource: all(holds(resource) for holds in every)
            case Some(terms):
                some = [self.compiled(term) for term in terms]
                return lambda resource: any(holds(resource) for holds in some)

    def _comparison(self, tree: Comparison) -> Predicate:
        path = tree.path
        attribute = self._attributes(path.urn).get(path.name.lower())
        leaf = _leaf(attribute, path)
        rule = _Rule(leaf.type if leaf else "string", exact=self._exact or bool(leaf and leaf.case_exact))
        holds = rule.test(tree)
        if tree.operator == "ne":
            return lambda resource: not any(map(holds, values_at(resource, path, attribute)))
        if tree.operator == "eq" and tree.value is None:
            return lambda resource: not values_at(resource, path, attribute)
        return lambda resource: any(map(holds, values_at(resource, path, attribute)))


def _leaf(attribute: Attribute | None, path: Path) -> Attribute | None:
    """The attribute whose type and case rule the comparison follows."""
    if attribute is None or attribute.type != "complex":
        return attribute
    return attribute.subs.get((path.sub or "value").lower())


@frozen
class _Rule:
    """How values of one attribute compare."""

    type: str
    exact: bool

    def test(self, tree: Comparison) -> Callable[[Any], bool]:
        """What the comparison says of one value. Raises ScimError (invalidFilter)."""
        if tree.operator == "pr":
            return lambda have: have not in ("", [], {})
        want = self.comparable(tree.value)
        if tree.operator in ("eq", "ne"):
            return lambda have: bool(self.comparable(have) == want)
        if tree.operator in _TEXTS:
            return self._text_test(_TEXTS[tree.operator], want)
        if not isinstance(want, str | int | float | datetime) or isinstance(want, bool):
            raise invalid_filter(f"{tree.operator} cannot compare {tree.path.name} with {tree.value}")
        return self._order_test(_ORDERS[tree.operator], want)

    def comparable(self, value: Any) -> Any:
        """A value as it is compared: texts without their case unless exact; times and booleans also from texts."""
        if not isinstance(value, str):
            return value
        if self.type == "dateTime":
            return _moment(value)
        text = value if self.exact else value.lower()
        return _BOOLEANS.get(value.lower(), text) if self.type == "boolean" else text

    def _text_test(self, test: Callable[[str, str], bool], want: Any) -> Callable[[Any], bool]:
        if not isinstance(want, str):
            raise invalid_filter("co, sw and ew compare texts")

        def holds(have: Any) -> bool:
            text = self.comparable(have)
            return isinstance(text, str) and test(text, want)

        return holds

    def _order_test(self, test: Callable[[Any, Any], bool], want: Any) -> Callable[[Any], bool]:
        kinds = (int, float) if isinstance(want, int | float) else (type(want),)

        def holds(have: Any) -> bool:
            value = self.comparable(have)
            return isinstance(value, kinds) and bool(test(value, want))

        return holds


def _moment(text: str) -> str | datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment if moment.tzinfo else text
