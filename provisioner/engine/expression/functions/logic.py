"""Functions that decide: which value, and whether there is one."""

from collections.abc import Callable
from typing import Any, Final

from provisioner.engine.expression.functions.table import UNDOCUMENTED, Site, family, function
from provisioner.engine.expression.nodes import Attribute, literal, walk
from provisioner.engine.expression.values import EvaluationError, Value, as_text, is_null_or_empty, is_true

Closure = Callable[[Any], Value]


def negate(source: Value) -> bool:
    """False for True in any case; True for everything else, null included.

    A boolean, whatever the source was: as text it reads ``True`` or ``False`` (E81).
    """
    return not source if isinstance(source, bool) else as_text(source).strip().lower() != "true"


def is_null(value: Value) -> bool:
    """Whether there is no value; an attribute that is not there is null."""
    return value is None


def is_present(value: Value) -> bool:
    """Whether there is a value, and not the empty string."""
    return not is_null_or_empty(value)


def is_string(value: Value) -> bool:
    """Whether the value is, or can be read as, text."""
    return value is not None and not isinstance(value, tuple)


def coalesce(_: Site, *sources: Closure) -> Closure:
    """The first source that is not null; the empty string counts as a value."""

    def run(env: Any) -> Value:
        for source in sources:
            value = source(env)
            if value is not None:
                return value
        return None

    return run


def switch(site: Site, source: Closure, default: Closure, *pairs: Closure) -> Closure:
    """The value of the first key that equals the source, case included; null counts as the empty string (E80).

    Keys that are constants, which is nearly always all of them, are looked up at once.
    """
    keys, values = pairs[::2], pairs[1::2]
    written = [literal(node) for node in site.call.arguments[2::2]]
    if None not in written:
        by_key = dict(reversed([(as_text(key), value) for key, value in zip(written, values, strict=True)]))
        return lambda env: by_key.get(as_text(source(env)), default)(env)

    def run(env: Any) -> Value:
        wanted = as_text(source(env))
        for key, value in zip(keys, values, strict=True):
            if as_text(key(env)) == wanted:
                return value(env)
        return default(env)

    return run


def iif(site: Site, condition: Closure, when_true: Closure, when_false: Closure) -> Closure:
    """One of two values.

    The condition fails when an attribute in it is null or empty, wherever in it that stands, as the page says of its
    known limits. The setting ``iif_null`` decides whether that is an error of the mapping (as the page has it) or makes
    the condition false.
    """
    node = site.call.arguments[0]
    attributes = tuple(dict.fromkeys(part.name for part in walk(node) if isinstance(part, Attribute)))

    def run(env: Any) -> Value:
        for name in attributes:
            if is_null_or_empty(env.attributes.get(name)):
                if site.iif_null == "error":
                    raise EvaluationError(f"IIF's condition needs [{name}], which is empty")
                return when_false(env)
        return when_true(env) if is_true(condition(env)) else when_false(env)

    return run


LOGIC: Final = family(
    function("CBool", "expression", "Whether an expression is true.", is_true),
    function("Coalesce", "source*", "The first value that is not null.", coalesce, lazy=True),
    function("IIF", "condition, valueIfTrue, valueIfFalse", "One of two values.", iif, lazy=True),
    function("IsNothing", "expression", "Whether there is no value (older exports).", is_null, page=UNDOCUMENTED),
    function("IsNull", "expression", "Whether there is no value.", is_null),
    function("IsNullOrEmpty", "expression", "Whether there is no value or an empty one.", is_null_or_empty),
    function("IsPresent", "expression", "Whether there is a value.", is_present),
    function("IsString", "expression", "Whether a value is text.", is_string),
    function("Not", "source", "True for False, False for True.", negate),
    function("Switch", "source, defaultValue, key, value, more*?", "A value by a key.", switch, lazy=True, even=True),
)
