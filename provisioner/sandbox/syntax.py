"""Filters and paths as text (RFC 7644 sections 3.4.2.2 and 3.5.2), read into trees.

Wider than the grammar in one point: a comparison may follow a value path, because that is how a filter on a typed
list reaches the server (E36): ``emails[type eq "work"].value eq "x"``.
"""

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import orjson

from provisioner.model.frozen import frozen
from provisioner.sandbox.errors import ScimError, invalid_filter, invalid_path

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[()\[\]]|[^\s()\[\]"]+)')
_OPERATORS = frozenset(("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"))
_NAME = re.compile(r"[A-Za-z_$][\w$-]*")
_DEPTH_LIMIT: Final = 32  # parentheses and brackets within each other; nobody writes more, and recursion has an end


@frozen
class Path:
    """An attribute: ``[urn:]name[selector].sub``. ``name`` is empty when the URN itself is meant."""

    urn: str
    name: str
    sub: str = ""
    selector: "Filter | None" = None


@frozen
class Comparison:
    """``path operator value``; the operator ``pr`` has the value None."""

    path: Path
    operator: str
    value: Any = None


@frozen
class Every:
    """All of these hold."""

    terms: tuple["Filter", ...]


@frozen
class Some:
    """At least one of these holds."""

    terms: tuple["Filter", ...]


@frozen
class Negation:
    """This does not hold."""

    term: "Filter"


Filter: TypeAlias = Comparison | Every | Some | Negation
_Complaint: TypeAlias = Callable[[str], ScimError]


def read_filter(text: str) -> Filter:
    """The filter this text says. Raises ScimError (invalidFilter)."""
    reader = _Reader(text, invalid_filter)
    tree = reader.disjunction()
    reader.end()
    return tree


def read_path(text: str) -> Path:
    """The path this text says. Raises ScimError (invalidPath)."""
    reader = _Reader(text, invalid_path)
    path = reader.path()
    reader.end()
    return path


def _tokens(text: str, complain: _Complaint) -> list[str]:
    tokens, position, text = [], 0, text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise complain(f"unexpected text at position {position}: {text[position : position + 20]}")
        tokens.append(match[1])
        position = match.end()
    return tokens


class _Reader:
    def __init__(self, text: str, complain: _Complaint) -> None:
        self._tokens = _tokens(text, complain)
        self._next = 0
        self._depth = 0
        self._complain = complain

    def end(self) -> None:
        if self._next < len(self._tokens):
            raise self._complain(f"unexpected {self._tokens[self._next]}")

    def disjunction(self) -> Filter:
        terms = [self._conjunction()]
        while self._accept("or"):
            terms.append(self._conjunction())
        return terms[0] if len(terms) == 1 else Some(tuple(terms))

    def path(self) -> Path:
        urn, name, sub = self._split(self._take("an attribute"))
        if not self._accept("["):
            return Path(urn, name, sub)
        selector = self._inside("]")
        following = self._peek()
        if following.startswith("."):
            self._next += 1
            return Path(urn, name, self._named(following[1:]), selector)
        return Path(urn, name, "", selector)

    def _conjunction(self) -> Filter:
        terms = [self._term()]
        while self._accept("and"):
            terms.append(self._term())
        return terms[0] if len(terms) == 1 else Every(tuple(terms))

    def _term(self) -> Filter:
        if self._accept("("):
            return self._inside(")")
        if self._peek().lower() == "not":
            self._next += 1
            if not self._accept("("):
                raise self._complain("not needs parentheses")
            return Negation(self._inside(")"))
        return self._comparison()

    def _comparison(self) -> Filter:
        path = self.path()
        if self._accept("pr"):
            return Comparison(path, "pr")
        operator = self._peek().lower()
        if operator in _OPERATORS:
            self._next += 1
            return Comparison(path, operator, self._literal())
        if path.selector is not None and not path.sub:
            return Comparison(path, "pr")
        raise self._complain(f"expected an operator, found {operator or 'the end'}")

    def _inside(self, closing: str) -> Filter:
        self._depth += 1
        if self._depth > _DEPTH_LIMIT:
            raise self._complain(f"more than {_DEPTH_LIMIT} levels deep")
        inner = self.disjunction()
        if not self._accept(closing):
            raise self._complain(f"expected {closing}")
        self._depth -= 1
        return inner

    def _literal(self) -> Any:
        text = self._take("a value")
        try:
            value = orjson.loads(text if text.startswith('"') else text.lower())
        except orjson.JSONDecodeError:
            raise self._complain(f"{text} is not a value; texts stand in double quotes") from None
        return value

    def _split(self, word: str) -> tuple[str, str, str]:
        urn, _, rest = word.rpartition(":")
        name, dot, sub = rest.partition(".")
        return urn, self._named(name), self._named(sub) if dot else ""

    def _named(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise self._complain(f"{name or 'nothing'} is not the name of an attribute")
        return name

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _accept(self, token: str) -> bool:
        if self._peek().lower() != token:
            return False
        self._next += 1
        return True

    def _take(self, what: str) -> str:
        token = self._peek()
        if not token:
            raise self._complain(f"expected {what}, found the end")
        self._next += 1
        return token
