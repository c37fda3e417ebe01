"""A tree into closures. What can be settled once is: constants, patterns, the number of arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from provisioner.engine.expression.check import check_form, known_function
from provisioner.engine.expression.functions import FUNCTIONS
from provisioner.engine.expression.functions.table import Function, Site
from provisioner.engine.expression.nodes import Attribute, Call, Comparison, Empty, Node, Number, Text, Word, walk
from provisioner.engine.expression.parser import parse
from provisioner.engine.expression.values import (
    LONGEST_RESULT,
    EvaluationError,
    Ids,
    Value,
    as_text,
    is_null_or_empty,
    number_in,
    size_of,
)
from provisioner.engine.pattern import PatternError
from provisioner.model.errors import ExpressionInvalid
from provisioner.model.frozen import frozen

Closure = Callable[["Environment"], Value]

FUEL: Final = 1_000_000
"""Characters one evaluation may read and make in all, and what single functions cost beside (F26)."""
_TOO_MUCH: Final = "the expression is too much work: it reads and makes more than a million characters"
_NOTICED: Final = 256
"""An attribute's value from this length on counts against the fuel; below, counting would cost more than it saves."""


@dataclass(slots=True)
class Environment:
    """What an expression may read: one object's attributes, the time, and chance. ``fuel`` is what is left of it."""

    attributes: Mapping[str, Any]
    now: datetime
    ids: Ids
    fuel: int = FUEL


@frozen
class Compiled:
    """An expression ready to run: call it with an Environment.

    Calling raises ExpressionInvalid, and nothing else, when it cannot be evaluated on the object.
    """

    text: str
    node: Node
    attributes: frozenset[str]
    run: Closure

    def __call__(self, environment: Environment) -> Value:
        """The value on one object."""
        environment.fuel = FUEL
        return self.run(environment)


def compile_expression(text: str, *, iif_null: str = "error") -> Compiled:
    """Compile an expression.

    :param iif_null: what a null operand in IIF's condition means: ``error`` or ``false``.
    :raises ExpressionInvalid: when it does not parse, or anything in it is wrong but the names of attributes.
    """
    node = parse(text)
    check_form(node, text)
    names = frozenset(part.name for part in walk(node) if isinstance(part, Attribute))
    return Compiled(text, node, names, Compiler(text, iif_null).closure(node))


class Compiler:
    """Compiles the nodes of one expression."""

    def __init__(self, text: str, iif_null: str) -> None:
        self._text = text
        self._iif_null = iif_null

    def closure(self, node: Node) -> Closure:
        """A node as a closure."""
        match node:
            case Attribute(name):
                return lambda env: env.attributes.get(name)
            case Text(value) | Number(value) | Word(value):
                return lambda _: value
            case Empty():
                return lambda _: None
            case Comparison():
                return self._comparison(node)
            case Call():
                return self._call(node)

    def _comparison(self, node: Comparison) -> Closure:
        compare, left, right = _COMPARE[node.operator], self.closure(node.left), self.closure(node.right)
        return lambda env: compare(left(env), right(env))

    def _call(self, call: Call) -> Closure:
        function = known_function(call, self._text)
        arguments = [self._argument(argument) for argument in call.arguments]
        try:
            run = (
                function.apply(Site(call, self._iif_null), *arguments) if function.lazy else _eager(function, arguments)
            )
        except (EvaluationError, PatternError) as error:
            raise ExpressionInvalid(str(error), expression=self._text, offset=call.offset) from None
        run = self._guarded(run, call, function.cost)
        return _folded(run) if _is_constant(call) else run

    def _argument(self, node: Node) -> Closure:
        """A closure for a function to read from; a long attribute counts against the fuel as a long result does."""
        if not isinstance(node, Attribute):
            return self.closure(node)
        name = node.name

        def attribute(env: Environment) -> Value:
            value = env.attributes.get(name)
            size = len(value) if value.__class__ is str else size_of(value)
            if size > _NOTICED:
                env.fuel -= size
                if env.fuel < 0:
                    raise EvaluationError(_TOO_MUCH)
            return value

        return attribute

    def _guarded(self, run: Closure, call: Call, cost: int) -> Closure:
        """Turn what a function cannot do into an error at its place, and bound what it gives (F26)."""
        text, offset, name = self._text, call.offset, call.name

        def wrong(message: str) -> ExpressionInvalid:
            return ExpressionInvalid(message, expression=text, offset=offset)

        def guarded(env: Environment) -> Value:
            try:
                value = run(env)
            except (EvaluationError, PatternError) as error:
                raise wrong(str(error)) from None
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                raise wrong(f"{name} cannot work on this value ({type(error).__name__})") from None
            size = len(value) if value.__class__ is str else size_of(value)
            if size > LONGEST_RESULT:
                raise wrong(f"{name} gives more than {LONGEST_RESULT} characters")
            env.fuel -= size + cost
            if env.fuel < 0:
                raise wrong(_TOO_MUCH)
            return value

        return guarded


def _eager(function: Function, arguments: list[Closure]) -> Closure:
    """Call with the values of all arguments, padded with None for optional ones that are left out."""
    apply = function.apply
    missing = (function.most or 0) - len(arguments)
    padding = (None,) * max(missing, 0)
    if function.chance:
        return lambda env: apply(env, *[argument(env) for argument in arguments], *padding)
    if len(arguments) == 1 and not padding:
        only = arguments[0]
        return lambda env: apply(only(env))
    if len(arguments) == 2 and not padding:
        one, other = arguments
        return lambda env: apply(one(env), other(env))
    return lambda env: apply(*[argument(env) for argument in arguments], *padding)


def _is_constant(call: Call) -> bool:
    """Whether a call gives the same for every object: no attribute, no time, no chance in it."""
    return not any(
        isinstance(part, Attribute) or (isinstance(part, Call) and FUNCTIONS[part.name].chance) for part in walk(call)
    )


def _folded(run: Closure) -> Closure:
    """Evaluate a constant call once, at its first use; one that fails fails every time."""
    known: list[Value] = []

    def folded(env: Environment) -> Value:
        if not known:
            known.append(run(env))
        return known[0]

    return folded


def _sides(left: Value, right: Value) -> tuple[Any, Any]:
    """Two values made comparable: as numbers when both are, else as text with the case it has."""
    one, other = as_text(left), as_text(right)
    if isinstance(left, bool) or isinstance(right, bool):
        return one.lower(), other.lower()
    first, second = number_in(one), number_in(other)
    return (first, second) if first is not None and second is not None else (one, other)


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left == right  # "007" is not "7"
    one, other = _sides(left, right)
    return bool(one == other)


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool]:
    def compare(left: Value, right: Value) -> bool:
        if is_null_or_empty(left) or is_null_or_empty(right):
            return False
        if isinstance(left, datetime) and isinstance(right, datetime):
            return test(left, right)
        return test(*_sides(left, right))

    return compare


_COMPARE: Final[dict[str, Callable[[Value, Value], bool]]] = {
    "=": _equal,
    "<>": lambda left, right: not _equal(left, right),
    ">": _ordered(lambda a, b: bool(a > b)),
    ">=": _ordered(lambda a, b: bool(a >= b)),
    "<": _ordered(lambda a, b: bool(a < b)),
    "<=": _ordered(lambda a, b: bool(a <= b)),
}
