"""Scoping filters: clauses ANDed within a group, groups ORed (E82)."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from provisioner.engine.expression.values import as_text, number_in
from provisioner.engine.pattern import PatternError, compile_pattern
from provisioner.model.decision import ClauseSeen
from provisioner.model.directory import GROUP_ATTRIBUTES, USER_ATTRIBUTES, is_source_attribute
from provisioner.model.errors import InputError
from provisioner.model.job import Clause, ClauseGroup

Test = Callable[[str], bool]
"""Whether the text of an attribute that is neither null nor empty passes."""


def _equals(value: str) -> Test:
    return lambda seen: seen == value


def _true(_: str) -> Test:
    return lambda seen: seen.lower() == "true"


def _false(_: str) -> Test:
    return lambda seen: seen.lower() == "false"


def _matches(value: str) -> Test:
    return compile_pattern(value).matches


def _greater(value: str) -> Test:
    bound = _whole(value)
    return lambda seen: isinstance(number := number_in(seen), int) and number > bound


def _greater_or_equal(value: str) -> Test:
    bound = _whole(value)
    return lambda seen: isinstance(number := number_in(seen), int) and number >= bound


def _includes(value: str) -> Test:
    return lambda seen: value in seen


def _ends_with(value: str) -> Test:
    return lambda seen: seen.endswith(value)


def _exists_in(value: str) -> Test:
    """``&``: the attribute's value exists in the clause's text."""
    return lambda seen: seen in value


def _shares_bits(value: str) -> Test:
    """The other reading of ``&``: all bits of the clause's number are set in the attribute."""
    bits = _whole(value)
    return lambda seen: isinstance(number := number_in(seen), int) and number & bits == bits


def _negated(make: Callable[[str], Test]) -> Callable[[str], Test]:
    def negated(value: str) -> Test:
        test = make(value)
        return lambda seen: not test(seen)

    return negated


def _whole(value: str) -> int:
    number = number_in(value)
    if not isinstance(number, int):
        raise InputError(f"{value!r} is not a whole number", hint="this operator compares whole numbers")
    return number


NULL_OPERATORS: Final = ("IS NULL", "IS NOT NULL")
"""The operators that a null or empty attribute can pass."""

OPERATORS: Final[Mapping[str, Callable[[str], Test]]] = {
    "EQUALS": _equals,
    "NOT EQUALS": _negated(_equals),
    "IS TRUE": _true,
    "IS FALSE": _false,
    "IS NULL": lambda _: lambda _: False,
    "IS NOT NULL": lambda _: lambda _: True,
    "REGEX MATCH": _matches,
    "NOT REGEX MATCH": _negated(_matches),
    "Greater_Than": _greater,
    "Greater_Than_OR_EQUALS": _greater_or_equal,
    "Includes": _includes,
    "ENDS_WITH": _ends_with,
    "&": _exists_in,
    "!&": _negated(_exists_in),
}
"""Canonical name of an operator -> what makes its test."""

_PATTERNS: Final = frozenset({"REGEX MATCH", "NOT REGEX MATCH"})
_BITS: Final[Mapping[str, Callable[[str], Test]]] = {"&": _shares_bits, "!&": _negated(_shares_bits)}
"""The operators that a setting reads otherwise."""

UNARY: Final = frozenset({"IS TRUE", "IS FALSE", *NULL_OPERATORS})
"""Operators that take no value."""


def _key(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter not in " _-")


_CANONICAL: Final = {_key(name): name for name in OPERATORS} | {
    _key(spelling): name
    for spelling, name in (
        ("EQUAL", "EQUALS"),
        ("NotEqual", "NOT EQUALS"),
        ("ISTRUE", "IS TRUE"),
        ("REGEX_MATCH", "REGEX MATCH"),
        ("Greater_Than_OR_EQUAL", "Greater_Than_OR_EQUALS"),
        ("GreaterThanOrEquals", "Greater_Than_OR_EQUALS"),
        ("Contains", "Includes"),
    )
}
"""Spellings seen in exports, case, spaces and underscores left aside."""

_UNSUPPORTED: Final = {
    "manager": "it refers to another object",
    "members": "it refers to other objects",
    "appRoleAssignments": "it holds assignments, not a value",
    "userType": "the service does not offer it as a source",
    "IsSoftDeleted": "it hangs on the filter itself",
    **dict.fromkeys(
        ("proxyAddresses", "otherMails", "imAddresses", "businessPhones", "groupTypes"), "it has several values"
    ),
    **dict.fromkeys(
        (
            "createdDateTime",
            "employeeHireDate",
            "employeeLeaveDateTime",
            "externalUserStateChangeDateTime",
        ),
        "it is a date",
    ),
}
"""Attributes a filter cannot use, and why (E82)."""


def canonical(operator: str) -> str:
    """The operator's name as the portal writes it.

    :raises InputError: when there is no such operator.
    """
    name = _CANONICAL.get(_key(operator))
    if _key(operator) == "ismemberof":
        raise InputError("IsMemberOf is not supported by the service", hint="assign the group to the application")
    if name is None:
        close = get_close_matches(_key(operator), _CANONICAL, n=1)
        hint = f"did you mean {_CANONICAL[close[0]]}?" if close else f"there are {', '.join(OPERATORS)}"
        raise InputError(f"there is no operator {operator!r}", hint=hint)
    return name


def check_clause(clause: Clause, *, group: bool, more: frozenset[str] = frozenset()) -> None:
    """Refuse a clause the service could not evaluate (E82).

    :param more: attributes the directory is said to have beside those that are known.
    :raises InputError: with the reason: attribute, operator or value.
    """
    if clause.attribute not in more:
        _check_attribute(clause.attribute, group=group)
    name = canonical(clause.operator)
    if name not in UNARY and clause.value == "":
        raise InputError(f"{name} needs a value", hint="write value = ...")
    _test(clause, "text")


def _check_attribute(name: str, *, group: bool) -> None:
    if (reason := _UNSUPPORTED.get(name)) is not None:
        raise InputError(f"{name} cannot be used in a scoping filter: {reason}")
    if not is_source_attribute(name, group=group):
        close = get_close_matches(name, GROUP_ATTRIBUTES if group else USER_ATTRIBUTES, n=1)
        raise InputError(f"the directory has no attribute {name!r}", hint=f"did you mean {close[0]}?" if close else "")


def compile_filter(
    groups: tuple[ClauseGroup, ...], *, group: bool = False, ampersand: str = "text"
) -> Callable[[Mapping[str, Any]], tuple[bool, tuple[ClauseSeen, ...]]]:
    """Compile a filter: attributes -> (whether it passes, every clause with what it saw).

    The filter raises InputError when a pattern is too much for a value: to call that a clause that does not hold would
    disable the account. No filter passes everybody.

    :param ampersand: how ``&`` and ``!&`` are read: ``text`` or ``bits``.
    :raises InputError: when an operator is not known or a value is none for it.
    """
    compiled = [
        [(part.name, clause, canonical(clause.operator), _test(clause, ampersand)) for clause in part.clauses]
        for part in groups
    ]

    def passes(attributes: Mapping[str, Any]) -> tuple[bool, tuple[ClauseSeen, ...]]:
        seen: list[ClauseSeen] = []
        passed = not compiled
        for clauses in compiled:
            holding = True
            for name, clause, operator, test in clauses:
                value = attributes.get(clause.attribute)
                text = None if value is None or value == "" else as_text(value)
                holds = operator == "IS NULL" if text is None else test(text)
                holding = holding and holds
                seen.append(ClauseSeen(name, clause, text, holds))
            passed = passed or holding
        return passed, tuple(seen)

    return passes


def _test(clause: Clause, ampersand: str) -> Test:
    name = canonical(clause.operator)
    make = OPERATORS[name]
    if ampersand == "bits":
        make = _BITS.get(name, make)
    try:
        test = make(clause.value)
    except PatternError as error:
        hint = "patterns are those of .NET, at most 512 characters"
        raise InputError(str(error), place=clause.place, hint=hint) from None
    return _telling(test, clause) if name in _PATTERNS else test


def _telling(test: Test, clause: Clause) -> Test:
    """Say which clause it was that met a value its pattern is too much for."""

    def told(seen: str) -> bool:
        try:
            return test(seen)
        except PatternError as error:
            message = f"the filter cannot be evaluated: {clause.attribute} {clause.operator}: {error}"
            raise InputError(message, place=clause.place, hint="write a pattern without nested repetition") from None

    return told
