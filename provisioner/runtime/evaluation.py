"""Expressions on their own: evaluated on given values or on a person, and tested by cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from provisioner.engine.expression import (
    IGNORE,
    Candidates,
    Environment,
    Traced,
    as_text,
    compile_expression,
    parse,
    show,
    trace,
)
from provisioner.model.errors import ExpressionInvalid
from provisioner.model.roles import RoleList
from provisioner.ports import Ids


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An expression's value on some attributes; ``error`` says why there is none."""

    expression: str
    parsed: str
    result: Any
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        """The document of ``expression eval --json``."""
        return {
            "expression": self.expression,
            "parsed": self.parsed or None,
            "result": self.result,
            "error": self.error or None,
        }


def evaluate(expression: str, attributes: Mapping[str, Any], now: datetime, ids: Ids) -> Evaluated:
    """Evaluate one expression.

    :raises ExpressionInvalid: when it does not parse; that it has no value on these attributes is a result.
    """
    compiled = compile_expression(expression)
    parsed = show(compiled.node)
    try:
        return Evaluated(expression, parsed, plain(compiled(Environment(attributes, now, ids))))
    except ExpressionInvalid as error:
        return Evaluated(expression, parsed, None, error.message)


def traced(expression: str, attributes: Mapping[str, Any], now: datetime, ids: Ids) -> Traced:
    """Every node of an expression with its value."""
    return trace(expression, Environment(attributes, now, ids))


def plain(value: Any) -> Any:
    """A result as people see it: text, a list of texts for several values, or nothing (E81)."""
    if value is None or value is IGNORE:
        return None
    if isinstance(value, Candidates):
        return list(value.values)
    if isinstance(value, RoleList):
        return value.objects()
    if isinstance(value, tuple):
        return [as_text(item) for item in value]
    return as_text(value)


class Case(Protocol):
    """What a case says."""

    @property
    def expression(self) -> str: ...  # noqa: D102
    @property
    def given(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def expect(self) -> str | list[str] | None: ...  # noqa: D102
    @property
    def error(self) -> str | bool | None: ...  # noqa: D102
    @property
    def now(self) -> datetime: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case expected and what came, as text; ``passed`` when they agree."""

    passed: bool
    expected: str
    got: str


def check_case(case: Case, ids: Ids) -> CaseResult:
    """Evaluate a case and compare."""
    try:
        parse(case.expression)
        found = evaluate(case.expression, attributes_of(case.given), case.now, ids)
    except ExpressionInvalid as error:
        found = Evaluated(case.expression, "", None, error.message)
    got = f"error: {found.error}" if found.error else _shown(found.result)
    if case.error is not None:
        part = case.error if isinstance(case.error, str) else ""
        expected = f"error: {part}" if part else "an error"
        return CaseResult(bool(found.error) and part in found.error, expected, got)
    return CaseResult(not found.error and found.result == case.expect, _shown(case.expect), got)


def _shown(value: Any) -> str:
    return "null" if value is None else repr(value)


def attributes_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes from JSON values: lists become multi-valued ones."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
