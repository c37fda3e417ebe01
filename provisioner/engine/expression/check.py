"""What can be said of an expression before it meets an object: names, arguments, literals (E80)."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from provisioner.engine.expression.functions import FUNCTIONS
from provisioner.engine.expression.functions.table import Function
from provisioner.engine.expression.nodes import Attribute, Call, Comparison, Empty, Node, Word, walk
from provisioner.engine.expression.parser import parse
from provisioner.engine.expression.values import EvaluationError
from provisioner.engine.pattern import PatternError
from provisioner.model.directory import GROUP_ATTRIBUTES, USER_ATTRIBUTES, is_source_attribute
from provisioner.model.errors import ExpressionInvalid
from provisioner.model.frozen import frozen

_EMPTY = frozenset({
    ("IIF", "valueIfTrue"), ("IIF", "valueIfFalse"), ("Switch", "defaultValue"), ("Switch", "value"),
})  # fmt: skip
"""What Switch and IIF may choose: the slot may be empty, and then nothing flows (E80)."""
_CONSTANTS = frozenset({"true", "false", "vbtextcompare", "vbbinarycompare"})
_NO_SUCH = "functions are case-sensitive; provisioner expression functions lists them"


@frozen
class Analysis:
    """An expression that is fit to be evaluated."""

    node: Node
    attributes: frozenset[str]
    functions: frozenset[str]
    warnings: tuple[str, ...] = ()


def check(text: str, *, group: bool = False, more: frozenset[str] = frozenset()) -> Analysis:
    """Parse an expression and look at everything in it.

    :param more: attributes the directory is said to have beside those that are known.
    :raises ExpressionInvalid: at the first unknown function or attribute, wrong number of arguments, or literal that
        cannot be right.
    """
    node = parse(text)
    found = walk(node)
    for part in found:
        _check_node(part, text, top=part is node)
        if isinstance(part, Attribute) and part.name not in more:
            _check_attribute(part, text, group=group)
    functions = frozenset(part.name for part in found if isinstance(part, Call))
    attributes = frozenset(part.name for part in found if isinstance(part, Attribute))
    absent = sorted(name for name in attributes if not is_source_attribute(name, group=group))
    return Analysis(node, attributes, functions, (*_warnings(functions), *map(_absent, absent)))


@lru_cache(maxsize=512)
def attributes_in(text: str) -> frozenset[str]:
    """The attributes an expression names; none when it does not parse."""
    try:
        return frozenset(part.name for part in walk(parse(text)) if isinstance(part, Attribute))
    except ExpressionInvalid:
        return frozenset()


def known_function(call: Call, text: str) -> Function:
    """The function a call names, with a number of arguments it takes.

    :raises ExpressionInvalid: when there is none, with the nearest one as hint.
    """
    function = FUNCTIONS.get(call.name)
    if function is None:
        hint = _nearest(call.name, FUNCTIONS, "functions are case-sensitive; did you mean {}?") or _NO_SUCH
        raise ExpressionInvalid(f"there is no function {call.name!r}", expression=text, offset=call.offset, hint=hint)
    count = len(call.arguments)
    if count < function.fewest or (function.most is not None and count > function.most):
        raise _wrong(call, text, f"{call.name} takes {_how_many(function)}, not {count}", function.signature)
    if function.even and count % 2:
        raise _wrong(call, text, f"{call.name} takes its keys and values in pairs", function.signature)
    return function


def check_form(node: Node, text: str) -> None:
    """Look at everything in an expression but whether its attributes are the directory's: tests may invent some.

    :raises ExpressionInvalid: at the first thing that is wrong.
    """
    for part in walk(node):
        _check_node(part, text, top=part is node)


def _check_node(node: Node, text: str, *, top: bool) -> None:
    if isinstance(node, Word) and node.value.lower() not in _CONSTANTS:
        hint = f'an attribute is written [{node.value}], a text "{node.value}", a function {node.value}(...)'
        raise ExpressionInvalid(f"{node.value!r} stands alone", expression=text, offset=node.offset, hint=hint)
    if isinstance(node, Call):
        _check_call(node, text, top=top)
    elif isinstance(node, Comparison) and top:
        raise ExpressionInvalid(
            "a comparison cannot stand alone",
            expression=text,
            offset=node.offset,
            hint="put it into IIF(...) or CBool(...)",
        )


def _check_attribute(node: Attribute, text: str, *, group: bool) -> None:
    if is_source_attribute(node.name, group=group):
        return
    known = GROUP_ATTRIBUTES if group else USER_ATTRIBUTES
    hint = _nearest(node.name, known, "did you mean [{}]?") or "directory extensions are written [extension_APPID_NAME]"
    raise ExpressionInvalid(
        f"the directory has no attribute {node.name!r}", expression=text, offset=node.offset, hint=hint
    )


def _check_call(call: Call, text: str, *, top: bool) -> None:
    function = known_function(call, text)
    for parameter, argument in zip(function.parameters, call.arguments, strict=False):
        may_be_empty = parameter.optional or parameter.repeats or (call.name, parameter.name) in _EMPTY
        if isinstance(argument, Empty) and not may_be_empty:
            raise ExpressionInvalid(
                f"{call.name} needs its {parameter.name}",
                expression=text,
                offset=argument.offset,
                hint=function.signature,
            )
    _check_height(call, text, top=top)
    if function.check is not None:
        try:
            function.check(*call.arguments)
        except (EvaluationError, PatternError) as error:
            raise _wrong(call, text, str(error), function.signature) from None


def _check_height(call: Call, text: str, *, top: bool) -> None:
    if call.name == "SelectUniqueValue" and not top:
        raise _wrong(call, text, "SelectUniqueValue stands at the top only", "it cannot be nested in another function")


def _wrong(call: Call, text: str, message: str, hint: str) -> ExpressionInvalid:
    return ExpressionInvalid(message, expression=text, offset=call.offset, hint=hint)


def _how_many(function: Function) -> str:
    fewest, most = function.fewest, function.most
    noun = "argument" if (most if most is not None else fewest) == 1 else "arguments"
    if most is None:
        return f"at least {fewest} {noun}"
    return f"{fewest} {noun}" if fewest == most else f"{fewest} to {most} {noun}"


def _nearest(name: str, known: Iterable[str], sentence: str) -> str:
    folded = {candidate.lower(): candidate for candidate in known}
    close = get_close_matches(name.lower(), folded, n=1)
    return sentence.format(folded[close[0]]) if close else ""


def _warnings(functions: frozenset[str]) -> tuple[str, ...]:
    told = []
    if "SelectUniqueValue" in functions:
        told.append("SelectUniqueValue is documented for HR and on-premises targets only: the first value counts")
    if "DefaultDomain" in functions:
        told.append("DefaultDomain needs the directory's domains, which a snapshot does not hold")
    return tuple(told)


def _absent(name: str) -> str:
    return f"[{name}] is always empty here: a snapshot does not hold it, whatever the directory does"


def caret(expression: str, offset: int) -> str:
    """The expression with a caret under the place; a long one is cut around it."""
    flat = expression.replace("\n", " ").replace("\t", " ")
    start = max(0, offset - 60)
    shown = flat[start : start + 100]
    return f"{shown}\n{' ' * (offset - start)}^"
