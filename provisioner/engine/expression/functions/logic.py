"""Functions that decide: which value, and whether there is one."""

from collections.abc import Callable
from typing import Any, Final

from provisioner.engine.expression.functions.table import family, function
from provisioner.engine.expression.nodes import Attribute, Node, walk
from provisioner.engine.expression.values import EvaluationError, Value, as_text, is_null_or_empty, is_true

Closure = Callable[[Any], Value]


def negate(source: Value) -> bool:
    """False for True in any case; True for everything else, null included."""
    return not (source is True or as_text(source).strip().lower() == "true")


def is_null(value: Value) -> bool:
    """Whether there is no value; an attribute that is not there is null."""
    return value is None


def is_present(value: Value) -> bool:
    """Whether there is a value, and not the empty string."""
    return not is_null_or_empty(value)


def is_string(value: Value) -> bool:
    """Whether the value is, or can be read as, text."""
    return value is not None and not isinstance(value, tuple)


def coalesce(*sources: Closure) -> Closure:
    """The first source that is not null; the empty string counts as a value."""

    def run(env: Any) -> Value:
        for source in sources:
            value = source(env)
            if value is not None:
                return value
        return None

    return run


def switch(source: Closure, default: Closure, *pairs: Closure) -> Closure:
    """The value of the first key that equals the source, case included; null counts as the empty string."""
    keys, values = pairs[::2], pairs[1::2]

    def run(env: Any) -> Value:
        wanted = as_text(source(env))
        for key, value in zip(keys, values, strict=True):
            if as_text(key(env)) == wanted:
                return value(env)
        return default(env)

    return run


def iif(condition: Closure, when_true: Closure, when_false: Closure, *, node: Node, null: str) -> Closure:
    """One of two values.

    The condition fails when an attribute in it is null or empty, as the page says of its known limits; ``null`` decides
    whether that is an error of the mapping or makes the condition false.
    """
    attributes = tuple({part.name for part in walk(node) if isinstance(part, Attribute)})

    def run(env: Any) -> Value:
        for name in attributes:
            if is_null_or_empty(env.attributes.get(name)):
                if null == "error":
                    raise EvaluationError(f"IIF's condition needs [{name}], which is empty")
                return when_false(env)
        return when_true(env) if is_true(condition(env)) else when_false(env)

    return run


LOGIC: Final[Any] = family(
    function("CBool", "expression", "Whether an expression is true.", is_true),
    function("Coalesce", "source*", "The first value that is not null.", lazy=coalesce),
    function("IIF", "condition, valueIfTrue, valueIfFalse", "One of two values.", lazy=iif),
    function("IsNothing", "expression", "Whether there is no value (older exports).", is_null),
    function("IsNull", "expression", "Whether there is no value.", is_null),
    function("IsNullOrEmpty", "expression", "Whether there is no value or an empty one.", is_null_or_empty),
    function("IsPresent", "expression", "Whether there is a value.", is_present),
    function("IsString", "expression", "Whether a value is text.", is_string),
    function("Not", "source", "True for False, False for True.", negate),
    function("Switch", "source, defaultValue, key, value, more*?", "A value by a key.", lazy=switch, even=True),
)
