"""What an expression is made of. ``offset`` is where a node begins in the text; it does not count in comparisons."""

from dataclasses import field
from decimal import Decimal
from typing import TypeAlias

from provisioner.model.frozen import frozen


@frozen
class Text:
    """A string constant, its escapes resolved."""

    value: str
    offset: int = field(default=0, compare=False)


@frozen
class Number:
    """A whole or decimal number; ``&H`` numbers are whole ones."""

    value: int | float
    offset: int = field(default=0, compare=False)


@frozen
class Word:
    """A constant without quotes, such as ``True`` or ``vbBinaryCompare``."""

    value: str
    offset: int = field(default=0, compare=False)


@frozen
class Attribute:
    """``[name]``."""

    name: str
    offset: int = field(default=0, compare=False)


@frozen
class Empty:
    """An argument slot with nothing in it."""

    offset: int = field(default=0, compare=False)


@frozen
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple["Node", ...]
    offset: int = field(default=0, compare=False)


@frozen
class Comparison:
    """``left operator right``; the operators are = <> > >= < <=."""

    operator: str
    left: "Node"
    right: "Node"
    offset: int = field(default=0, compare=False)


Node: TypeAlias = Text | Number | Word | Attribute | Empty | Call | Comparison


def show(node: Node) -> str:
    """Write a node as text that parses to the same node."""
    match node:
        case Text(value):
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case Number(value):
            return format(Decimal(repr(value)), "f")
        case Word(value):
            return value
        case Attribute(name):
            return f"[{name}]"
        case Empty():
            return ""
        case Call(name, arguments):
            return f"{name}({', '.join(map(show, arguments))})"
        case Comparison(operator, left, right):
            return f"{_grouped(left)} {operator} {_grouped(right)}"


def _grouped(node: Node) -> str:
    return f"({show(node)})" if isinstance(node, Comparison) else show(node)


def literal(node: Node) -> str | int | float | None:
    """What a constant says; None for everything else, the empty slot included."""
    return node.value if isinstance(node, Text | Number | Word) else None


def children(node: Node) -> tuple[Node, ...]:
    """The nodes a node is made of."""
    if isinstance(node, Call):
        return node.arguments
    return (node.left, node.right) if isinstance(node, Comparison) else ()


def walk(node: Node) -> tuple[Node, ...]:
    """The node and everything beneath it, outer first."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        current = waiting.pop()
        found.append(current)
        waiting.extend(reversed(children(current)))
    return tuple(found)
