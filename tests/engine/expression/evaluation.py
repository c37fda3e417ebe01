"""Evaluate an expression on attributes given by name."""

from datetime import UTC, datetime

from provisioner.engine.expression import Environment, compile_expression
from tests.engine.worlds import CountingIds

NOW = datetime(2021, 8, 25, 17, 41, 18, tzinfo=UTC)


def value(expression, now=NOW, iif_null="error", **attributes):
    """What an expression gives."""
    return compile_expression(expression, iif_null=iif_null)(Environment(attributes, now, CountingIds()))
