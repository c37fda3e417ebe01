"""Every function of the language, by name, in the order of the alphabet (E80, E112)."""

from collections.abc import Mapping
from typing import Final

from provisioner.engine.expression.functions.dates import DATES
from provisioner.engine.expression.functions.lists import LISTS
from provisioner.engine.expression.functions.logic import LOGIC
from provisioner.engine.expression.functions.replace import REPLACE
from provisioner.engine.expression.functions.table import Function
from provisioner.engine.expression.functions.text import TEXT

FUNCTIONS: Final[Mapping[str, Function]] = dict(sorted({**TEXT, **LISTS, **LOGIC, **DATES, **REPLACE}.items()))
"""Name -> function. Names are case-sensitive (E80)."""
