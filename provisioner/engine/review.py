"""What is wrong, or probably not meant, in the rules of a job. Pure; whoever read the rules says where they stand.

Errors stop a job before any request. Warnings name traps that Entra itself accepts: nobody is ever disabled (E58),
disabling on unassignment silently stops, a Boolean target is fed free text.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Final

from provisioner.engine.expression import attributes_in, caret, check, parse
from provisioner.engine.expression.nodes import Attribute, Call, Empty, Node, literal
from provisioner.engine.mapping import typed
from provisioner.engine.scoping import check_clause
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import ExpressionInvalid, InputError, Place
from provisioner.model.frozen import frozen
from provisioner.model.job import Apply, Mapping, MappingKind, Rules
from provisioner.model.schema import ValueType


class Severity(StrEnum):
    """How grave a finding is: an error stops, a warning is told, a note only explains."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@frozen
class Finding:
    """One thing to say about the rules. ``hint`` says what would be right."""

    severity: Severity
    place: Place
    message: str
    hint: str = ""

    @property
    def path(self) -> str:
        """The key path of what the finding is about."""
        return self.place.path or ""


_BOOLEAN_SOURCES: Final = frozenset({
    "accountEnabled", "dirSyncEnabled", "isAssignableToRole", "IsSoftDeleted", "mailEnabled", "onPremisesSyncEnabled",
    "securityEnabled", "showInAddressList",
})  # fmt: skip
_TEXT_FUNCTIONS: Final = frozenset({
    "Append", "AppRoleAssignments", "AppRoleAssignmentsComplex", "AssertiveAppRoleAssignmentsComplex", "BitAnd",
    "CDate", "ConvertToBase64", "ConvertToUTF8Hex", "Count", "DateAdd", "DateDiff", "DateFromNum", "DefaultDomain",
    "FormatDateTime", "Guid", "InStr", "Item", "Join", "Left", "Mid", "Now", "NumFromDate", "Prepend", "RandomString",
    "Replace", "SelectUniqueValue", "SingleAppRoleAssignment", "Split", "Word",
})  # fmt: skip
"""Functions that never give True or False from ordinary input."""
_CHOICES: Final[dict[str, slice]] = {
    "Coalesce": slice(0, None),
    "IIF": slice(1, 3),
    **dict.fromkeys(
        ("CStr", "IgnoreFlowIfNullOrEmpty", "NormalizeDiacritics", "PCase", "Redact", "RemoveDuplicates",
         "StripSpaces", "ToLower", "ToUpper", "Trim"),
        slice(0, 1),
    ),
}  # fmt: skip
"""Functions that give one of their arguments, as good as unchanged, and which of them that may be."""
_WRITTEN: Final = {ValueType.BOOLEAN: 'write "True" or "False"', ValueType.INTEGER: 'write a whole number such as "42"'}
"""How a value of a type is written; every other type takes any text."""


def review(rules: Rules, place: Place) -> tuple[Finding, ...]:
    """Everything to say about one kind of object's rules, errors and warnings mixed, in the order of the rules.

    :param place: where the rules as a whole stand.
    """
    return (
        *_twice(rules),
        *_matching(rules, place),
        *(finding for mapping in rules.mappings for finding in _mapping(mapping, rules)),
        *_clauses(rules),
        *_life_cycle(rules, place),
    )


def _error(place: Place, message: str, hint: str) -> Finding:
    return Finding(Severity.ERROR, place, message, hint)


def _warning(place: Place, message: str, hint: str) -> Finding:
    return Finding(Severity.WARNING, place, message, hint)


def _twice(rules: Rules) -> Iterator[Finding]:
    """A target attribute may be mapped once (E36)."""
    seen: dict[tuple[str, ...], Mapping] = {}
    for mapping in rules.mappings:
        first = seen.setdefault(mapping.target.address, mapping)
        if first is not mapping:
            where = f" (first in {first.place})" if first.place.path else ""
            yield _error(
                mapping.place, f"{mapping.target} is mapped twice{where}", "a target attribute may be mapped once"
            )


def _matching(rules: Rules, place: Place) -> Iterator[Finding]:
    """At least one matching attribute that can find somebody (E28, E36)."""
    if not rules.matching:
        yield _error(
            place, "no mapping is a matching attribute", 'give one mapping match = 1, as a rule that of "userName"'
        )
    precedence = Counter(mapping.match for mapping in rules.matching)
    for mapping in rules.matching:
        for wrong, message, hint in (
            (
                not mapping.filterable,
                f"{mapping.target} is a matching attribute, and the target cannot filter on it",
                "match on an attribute that is filterable",
            ),
            (
                mapping.kind in (MappingKind.CONSTANT, MappingKind.NONE),
                f"{mapping.target} is a matching attribute without a source of its own",
                "match on an attribute that tells people apart",
            ),
            (
                mapping.is_unique_value,
                f"{mapping.target} is a matching attribute, and SelectUniqueValue cannot be used on one",
                "match on a value that stays the same, such as [userPrincipalName]",
            ),
            (
                precedence[mapping.match] > 1,
                f"the matching precedence {mapping.match} is given more than once",
                "number the matching attributes 1, 2, ... in the order they are to be tried",
            ),
        ):
            if wrong:
                yield _error(mapping.place, message, hint)


def _mapping(mapping: Mapping, rules: Rules) -> Iterator[Finding]:
    yield from _expression(mapping, rules)
    yield from _written_values(mapping)
    if mapping.is_unique_value and mapping.apply is Apply.ALWAYS:
        yield _warning(
            mapping.place,
            f"{mapping.target} flows on creation only: SelectUniqueValue gives a new name and keeps no old one",
            'say so with apply = "create"; in the portal, "Apply this mapping: only during object creation"',
        )
    if reads(mapping, "userType"):
        yield _warning(
            mapping.place,
            "userType is documented as not available as a source (E83)",
            'Entra may leave this attribute empty; [fidelity] user_type = "null" rehearses that',
        )
    if _blocks_only(mapping, rules):
        yield _warning(
            mapping.place,
            "accountEnabled is mapped where IsSoftDeleted is meant: unassigning somebody no longer disables them",
            'use source = "Not([IsSoftDeleted])", which also sees blocked accounts (E21)',
        )
    if feeds_boolean_with_text(mapping):
        yield _warning(
            mapping.place,
            f"{mapping.target} is Boolean and is fed free text",
            "a value that is neither True nor False makes every such object fail",
        )


def _blocks_only(mapping: Mapping, rules: Rules) -> bool:
    """Whether a mapping that is to switch an account off sees blocked people alone, not unassigned ones (E21).

    That is ``active``, or whatever else reads accountEnabled where nothing reads IsSoftDeleted.
    """
    if not reads(mapping, "accountEnabled") or reads(mapping, "IsSoftDeleted"):
        return False
    return mapping.target.key == "active" or not any(reads(other, "IsSoftDeleted") for other in rules.mappings)


def _expression(mapping: Mapping, rules: Rules) -> Iterator[Finding]:
    """Check the expression; an error shows it with a caret below the column."""
    if mapping.kind not in (MappingKind.DIRECT, MappingKind.EXPRESSION):
        return
    source = mapping.source or ""
    place = replace(mapping.place, path=f"{mapping.place.path}.source")
    try:
        warnings = check(source, group=rules.kind is ObjectKind.GROUP, more=rules.attributes).warnings
    except ExpressionInvalid as error:
        shown = f"{error.message} (column {error.offset + 1} of the expression)\n{caret(source, error.offset)}"
        yield _error(place, shown, error.hint)
        return
    for warning in warnings:
        yield _warning(place, str(warning), "")


def _written_values(mapping: Mapping) -> Iterator[Finding]:
    """A constant or a default that can never be of the target's type.

    Entra takes such a constant, and no object gets through; a default would come to light only with the first object
    that needs it, in the midst of a cycle.
    """
    if mapping.kind is MappingKind.CONSTANT and not feeds_boolean_with_text(mapping):  # which is told already
        wrong = _not_of_its_type(mapping.source, mapping)
        if wrong:
            yield _warning(mapping.place, wrong, "every object fails")
    wrong = _not_of_its_type(mapping.default, mapping)
    if wrong:
        yield _error(replace(mapping.place, path=f"{mapping.place.path}.default"), wrong, _WRITTEN[mapping.type])


def _not_of_its_type(text: str | None, mapping: Mapping) -> str:
    try:
        if text:
            typed(text, mapping)
    except ExpressionInvalid as error:
        return error.message
    return ""


def _clauses(rules: Rules) -> Iterator[Finding]:
    """Attributes and operators a scoping filter cannot use (E82)."""
    for group in (*rules.filter, *rules.ignore):
        for clause in group.clauses:
            try:
                check_clause(clause, group=rules.kind is ObjectKind.GROUP, more=rules.attributes)
            except InputError as error:
                yield _error(clause.place, error.message, error.hint)


def _life_cycle(rules: Rules, place: Place) -> Iterator[Finding]:
    """Somebody must hear that a person left (E58)."""
    flowing = [mapping for mapping in rules.mappings if mapping.apply is Apply.ALWAYS]
    if rules.kind is ObjectKind.USER and not any(reads(mapping, "IsSoftDeleted") for mapping in flowing):
        yield _warning(
            place,
            "IsSoftDeleted is in no mapping that flows on update: nobody is ever disabled (E58)",
            'map it, as in { target = "active", source = "Not([IsSoftDeleted])" }',
        )


def review_scope(rules: Rules, *, everybody: bool) -> Iterator[Finding]:
    """Roles come with assignments, and those are not read when everybody is in scope (E51)."""
    for mapping in rules.mappings:
        if everybody and reads(mapping, "appRoleAssignments"):
            yield _warning(
                mapping.place,
                f"{mapping.target} is mapped from app roles, which do not flow with scope 'all' (E51)",
                'say users = "assigned" in [scope], or leave the mapping out',
            )


def reads(mapping: Mapping, attribute: str) -> bool:
    """Whether the mapping's expression names the attribute."""
    return mapping.kind in (MappingKind.DIRECT, MappingKind.EXPRESSION) and attribute in attributes_in(
        mapping.source or ""
    )


def feeds_boolean_with_text(mapping: Mapping) -> bool:
    """Whether a Boolean target gets what is as a rule neither True nor False."""
    source = (mapping.source or "").strip()
    if mapping.type is not ValueType.BOOLEAN or not source:
        return False
    if mapping.kind is MappingKind.CONSTANT:
        return source.lower() not in ("true", "false")
    try:
        return _may_be_text(parse(source))
    except ExpressionInvalid:
        return False


def _may_be_text(node: Node) -> bool:
    """Whether a part of an expression may give something that is neither True nor False, nor nothing at all."""
    if isinstance(node, Attribute):
        return node.name not in _BOOLEAN_SOURCES and not node.name.startswith("extension")
    if isinstance(node, Call):
        given = node.arguments
        if node.name == "Switch":
            return any(map(_may_be_text, (*given[1:2], *given[3::2])))
        return node.name in _TEXT_FUNCTIONS or any(map(_may_be_text, given[_CHOICES.get(node.name, slice(0))]))
    return not isinstance(node, Empty) and str(literal(node) or "true").lower() not in ("true", "false")
