"""Every node of an expression with what it gives on one object."""

from provisioner.engine.expression.compiler import FUEL, Compiler, Environment
from provisioner.engine.expression.nodes import Empty, Node, children, show
from provisioner.engine.expression.parser import parse
from provisioner.engine.expression.values import Value
from provisioner.model.errors import ExpressionInvalid
from provisioner.model.frozen import frozen


@frozen
class Traced:
    """A node's text, its value or why it has none, and what it is made of."""

    text: str
    value: Value
    error: str
    parts: tuple["Traced", ...]


def trace(text: str, environment: Environment, *, iif_null: str = "error") -> Traced:
    """Evaluate every node on its own; chance is drawn anew for each.

    :raises ExpressionInvalid: when the expression does not parse.
    """
    return _trace(parse(text), Compiler(text, iif_null), environment)


def _trace(node: Node, compiler: Compiler, environment: Environment) -> Traced:
    parts = tuple(_trace(part, compiler, environment) for part in children(node) if not isinstance(part, Empty))
    environment.fuel = FUEL
    try:
        return Traced(show(node), compiler.closure(node)(environment), "", parts)
    except ExpressionInvalid as error:
        return Traced(show(node), None, error.message, parts)
