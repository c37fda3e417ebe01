"""Replace, whose behaviour depends on which of its seven arguments are given."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from provisioner.engine.expression.functions.table import Site, family, function
from provisioner.engine.expression.nodes import Call, Empty, Node, Text, literal
from provisioner.engine.expression.values import LONGEST_RESULT, EvaluationError, Value, as_text, is_null_or_empty
from provisioner.engine.pattern import Pattern, compile_pattern

Closure = Callable[[Any], Value]

SLOTS: Final = (
    "oldValue",
    "regexPattern",
    "regexGroupName",
    "replacementValue",
    "replacementAttributeName",
    "template",
)
"""The arguments behind the source, in their order."""

APPLICATION: Final = 10_000
"""Fuel one call takes: an evaluation applies at most a hundred patterns, and so ends in seconds at the very worst."""


def replace(site: Site, source: Closure, *slots: Closure) -> Closure:
    """Replace within a text, exactly; the combinations are those of the page.

    oldValue with replacementValue or template; regexPattern with replacementValue, alone or for one group; regexPattern
    and group with another attribute to fall back on. An empty string is as good as an empty slot, except as
    replacementValue; a replacementValue that is left out is the empty string.
    """
    nodes = site.call.arguments[1:]
    given = {name: slot for name, slot, node in zip(SLOTS, slots, nodes, strict=False) if _is_given(name, node)}
    new = given.get("replacementValue", _empty)
    if "replacementAttributeName" in given:
        return _fall_back(source, given, nodes)
    if "template" in given and "oldValue" in given:
        return _into_template(source, given["oldValue"], given["template"])
    if "oldValue" in given:
        return _by_value(source, given["oldValue"], new)
    if "regexPattern" not in given:
        raise EvaluationError("Replace needs an oldValue or a regexPattern")
    pattern = _pattern(given["regexPattern"], nodes)
    if "regexGroupName" in given:
        return _by_group(source, pattern, given["regexGroupName"], new)
    return _unless_null(source, lambda text, env: pattern(env).replace(text, as_text(new(env))))


def _is_given(name: str, node: Node) -> bool:
    return not isinstance(node, Empty) and (name == "replacementValue" or node != Text(""))


def _empty(_: Any) -> Value:
    return ""


def _unless_null(source: Closure, change: Callable[[str, Any], str]) -> Closure:
    def run(env: Any) -> Value:
        value = source(env)
        return None if value is None else change(as_text(value), env)

    return run


def _by_value(source: Closure, old: Closure, new: Closure) -> Closure:
    return _unless_null(source, lambda text, env: _replaced(text, as_text(old(env)), as_text(new(env))))


def _into_template(source: Closure, old: Closure, template: Closure) -> Closure:
    return _unless_null(source, lambda text, env: _replaced(as_text(template(env)), as_text(old(env)), text))


def _replaced(text: str, old: str, new: str) -> str:
    """Every occurrence replaced, in bounded memory: what would become too long is not made first (F26)."""
    if not old:
        raise EvaluationError("Replace's oldValue is empty")
    if len(new) > len(old) and len(text) + text.count(old) * (len(new) - len(old)) > LONGEST_RESULT:
        raise EvaluationError(f"Replace gives more than {LONGEST_RESULT} characters")
    return text.replace(old, new)


def _by_group(source: Closure, pattern: Callable[[Any], Pattern], group: Closure, new: Closure) -> Closure:
    def change(text: str, env: Any) -> str:
        compiled = pattern(env)
        return compiled.replace_group(text, _known(compiled, group(env)), as_text(new(env)))

    return _unless_null(source, change)


def _fall_back(source: Closure, given: Mapping[str, Closure], nodes: tuple[Node, ...]) -> Closure:
    """The source, or what a group of the pattern finds in another attribute."""
    if "regexPattern" not in given or "regexGroupName" not in given:
        raise EvaluationError("replacementAttributeName needs a regexPattern and a regexGroupName")
    attribute, group = given["replacementAttributeName"], given["regexGroupName"]
    pattern = _pattern(given["regexPattern"], nodes)

    def run(env: Any) -> Value:
        value = source(env)
        if not is_null_or_empty(value):
            return value
        other = attribute(env)
        if is_null_or_empty(other):
            return None
        compiled = pattern(env)
        return compiled.group(as_text(other), _known(compiled, group(env)))

    return run


def _pattern(written: Closure, nodes: tuple[Node, ...]) -> Callable[[Any], Pattern]:
    """The pattern, compiled beforehand when it is a constant."""
    constant = literal(nodes[SLOTS.index("regexPattern")])
    if constant is None:
        return lambda env: compile_pattern(as_text(written(env)))
    compiled = compile_pattern(as_text(constant))
    return lambda _: compiled


def _known(pattern: Pattern, group: Value) -> str:
    name = as_text(group)
    if name not in pattern.groups:
        raise EvaluationError(f"the pattern {pattern.text!r} has no group {name!r}")
    return name


def _check(*arguments: Node) -> None:
    """Build it, which compiles a constant pattern, and look for a constant group in that."""
    replace(Site(Call("Replace", arguments)), *(_empty for _ in arguments))
    given = dict(zip(SLOTS, arguments[1:], strict=False))
    pattern, group = given.get("regexPattern"), given.get("regexGroupName")
    if isinstance(pattern, Text) and isinstance(group, Text) and group.value:
        _known(compile_pattern(pattern.value), group.value)


REPLACE: Final = family(
    function(
        "Replace",
        "source, oldValue?, regexPattern?, regexGroupName?, replacementValue?, replacementAttributeName?, template?",
        "Replaces within a text, by value or by pattern.",
        replace,
        lazy=True,
        check=_check,
        cost=APPLICATION,
    ),
)
