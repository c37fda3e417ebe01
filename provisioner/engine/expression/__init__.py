"""The expression language of attribute mappings (E80-E83): read, check, compile, evaluate.

::

    text --parse--> node --check--> Analysis
                    node --compile--> Compiled --call with an Environment--> value
"""

from provisioner.engine.expression.check import Analysis, attributes_in, caret, check
from provisioner.engine.expression.compiler import Compiled, Environment, compile_expression
from provisioner.engine.expression.functions import FUNCTIONS
from provisioner.engine.expression.nodes import Attribute, Node, show
from provisioner.engine.expression.parser import parse
from provisioner.engine.expression.trace import Traced, trace
from provisioner.engine.expression.values import IGNORE, Candidates, Value, as_text

__all__ = [
    "FUNCTIONS",
    "IGNORE",
    "Analysis",
    "Attribute",
    "Candidates",
    "Compiled",
    "Environment",
    "Node",
    "Traced",
    "Value",
    "as_text",
    "attributes_in",
    "caret",
    "check",
    "compile_expression",
    "parse",
    "show",
    "trace",
]
