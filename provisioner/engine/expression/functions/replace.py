"""Replace, whose behaviour depends on which of its seven arguments are given."""

from typing import Any, Final

from provisioner.engine.expression.functions.table import family, function
from provisioner.engine.expression.nodes import Empty, Node, Text
from provisioner.engine.expression.values import EvaluationError, Value, as_text, is_null_or_empty
from provisioner.engine.pattern import Pattern, compile_pattern

_OLD, _PATTERN, _GROUP = 1, 2, 3
"""Where these arguments stand."""


def replace(*arguments: Value) -> Value:
    """Replace within a text, exactly; the combinations are those of the page.

    oldValue with replacementValue or template; regexPattern with replacementValue, alone or for one group; regexPattern
    and group with another attribute to fall back on.
    """
    source, old, pattern, group, value, attribute, template = arguments
    if attribute is not None or (pattern is not None and group is not None and value is None):
        return _from_attribute(source, pattern, group, attribute)
    if source is None:
        return None
    text = as_text(source)
    if template is not None:
        return as_text(template).replace(_wanted(old, "oldValue"), text)
    if old is not None:
        return text.replace(_wanted(old, "oldValue"), as_text(value))
    if pattern is None:
        raise EvaluationError("Replace needs an oldValue or a regexPattern")
    compiled = compile_pattern(as_text(pattern))
    if group is not None:
        return compiled.replace_group(text, _known(compiled, group), as_text(value))
    return compiled.replace(text, as_text(value))


def _from_attribute(source: Value, pattern: Value, group: Value, attribute: Value) -> Value:
    """The source, or what a group of the pattern finds in another attribute."""
    if not is_null_or_empty(source):
        return source
    if is_null_or_empty(attribute) or pattern is None or group is None:
        return None
    compiled = compile_pattern(as_text(pattern))
    return compiled.group(as_text(attribute), _known(compiled, group))


def _wanted(value: Value, name: str) -> str:
    text = as_text(value)
    if not text:
        raise EvaluationError(f"Replace's {name} is empty")
    return text


def _known(pattern: Pattern, group: Value) -> str:
    name = as_text(group)
    if name not in pattern.groups:
        raise EvaluationError(f"the pattern {pattern.text!r} has no group {name!r}")
    return name


def _check(*arguments: Node) -> None:
    given = dict(enumerate(arguments))
    pattern, group = given.get(_PATTERN, Empty()), given.get(_GROUP, Empty())
    if isinstance(given.get(_OLD, Empty()), Empty) and isinstance(pattern, Empty):
        raise EvaluationError("Replace needs an oldValue or a regexPattern")
    if isinstance(pattern, Text):
        compiled = compile_pattern(pattern.value)
        if isinstance(group, Text):
            _known(compiled, group.value)


REPLACE: Final[Any] = family(
    function(
        "Replace",
        "source, oldValue?, regexPattern?, regexGroupName?, replacementValue?, replacementAttributeName?, template?",
        "Replaces within a text, by value or by pattern.",
        replace,
        check=_check,
    ),
)
