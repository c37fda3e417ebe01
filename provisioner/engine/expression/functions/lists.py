"""Functions on multi-valued attributes, app roles, and on what has no other home."""

from typing import Any, Final

from provisioner.engine.expression.functions.table import ROLES_PAGE, UNDOCUMENTED, family, function
from provisioner.engine.expression.values import (
    IGNORE,
    Candidates,
    EvaluationError,
    Value,
    as_list,
    as_text,
    as_whole,
    is_null_or_empty,
)
from provisioner.model.directory import AppRole
from provisioner.model.roles import RoleList, RoleName, name_of
from provisioner.model.secret import Redacted


def count(attribute: Value) -> int:
    """How many values a multi-valued attribute has."""
    return len(as_list(attribute))


def item(attribute: Value, index: Value) -> Value:
    """One value, counted from 1; null beyond the end."""
    values, number = as_list(attribute), as_whole(index)
    if number < 1:
        raise EvaluationError("Item counts from 1; index 0 is not to be used")
    return values[number - 1] if number <= len(values) else None


def remove_duplicates(attribute: Value) -> Value:
    """Each value once, in the order of first appearance."""
    return tuple(dict.fromkeys(as_list(attribute)))


def bit_and(one: Value, other: Value) -> int:
    """The bits both numbers have."""
    return as_whole(one) & as_whole(other)


def cstr(value: Value) -> Value:
    """A value as text; null stays null."""
    return None if value is None else as_text(value)


def redact(value: Value) -> Value:
    """The value itself, hidden in the provisioning log."""
    return None if value is None else Redacted(as_text(value))


def ignore_flow(value: Value) -> Value:
    """The value, or nothing at all: the attribute then drops out of the flow."""
    return IGNORE if is_null_or_empty(value) else value


def select_unique_value(*rules: Value) -> Value:
    """The candidates in order; which of them is unique only the target knows (E112)."""
    candidates = tuple(as_text(rule) for rule in rules if not is_null_or_empty(rule))
    if not candidates:
        raise EvaluationError("none of SelectUniqueValue's rules gives a value")
    return Candidates(candidates)


def guid(env: Any) -> str:
    """A new random guid."""
    return str(env.ids.guid())


_DIGITS: Final = "0123456789"
_SPECIAL: Final = "~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/"
_CAPITAL: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER: Final = "abcdefghijklmnopqrstuvwxyz"
LONGEST_RANDOM: Final = 256


def random_string(env: Any, length: Value, *minima_and_avoid: Value) -> str:
    """Random characters with at least so many of each kind, and none of those to avoid."""
    *minima, avoid = minima_and_avoid
    total = as_whole(length)
    wanted = [as_whole(number) for number in minima]
    if not 0 <= total <= LONGEST_RANDOM or any(number < 0 for number in wanted) or sum(wanted) > total:
        raise EvaluationError("RandomString is at most 256 long, and as long as its minima together")
    avoided = as_text(avoid)
    kinds = ["".join(c for c in kind if c not in avoided) for kind in (_DIGITS, _SPECIAL, _CAPITAL, _LOWER)]
    letters = [_draw(env, kind) for kind, number in zip(kinds, wanted, strict=True) for _ in range(number)]
    letters += [_draw(env, "".join(kinds)) for _ in range(total - len(letters))]
    for index in range(len(letters) - 1, 0, -1):
        other = env.ids.randbelow(index + 1)
        letters[index], letters[other] = letters[other], letters[index]
    return "".join(letters)


def _draw(env: Any, letters: str) -> str:
    if not letters:
        raise EvaluationError("RandomString avoids every character of a kind it needs")
    return letters[env.ids.randbelow(len(letters))]


def _roles(value: Value) -> tuple[AppRole, ...]:
    roles = as_list(value)
    if not all(isinstance(role, AppRole) for role in roles):
        raise EvaluationError("this function takes [appRoleAssignments]")
    return roles


def single_role(roles: Value) -> Value:
    """One role's value. Not meant for users with several roles: the first one counts (E44)."""
    assigned = _roles(roles)
    return RoleName.of(assigned[0]) if assigned else None


def complex_roles(roles: Value) -> Value:
    """Every role, for POST and the additive PATCH (E44, E51)."""
    return RoleList("complex", _roles(roles)) if _roles(roles) else None


def assertive_roles(roles: Value) -> Value:
    """Every role, for a PATCH that replaces them all (E51)."""
    return RoleList("assertive", _roles(roles)) if _roles(roles) else None


def role_values(roles: Value) -> Value:
    """The roles' values as a list (older exports, E112)."""
    return tuple(name_of(role) for role in _roles(roles)) or None


LISTS: Final = family(
    function(
        "AppRoleAssignments", "appRoleAssignments", "The roles' values (older exports).", role_values, page=UNDOCUMENTED
    ),
    function("AppRoleAssignmentsComplex", "appRoleAssignments", "Every role; PATCH adds them.", complex_roles),
    function(
        "AssertiveAppRoleAssignmentsComplex",
        "appRoleAssignments",
        "Every role; PATCH replaces.",
        assertive_roles,
        page=ROLES_PAGE,
    ),
    function("BitAnd", "value1, value2", "The bits two numbers share.", bit_and),
    function("Count", "attribute", "How many values there are.", count),
    function("CStr", "value", "A value as text.", cstr),
    function("Guid", "", "A new random guid.", guid, chance=True),
    function("IgnoreFlowIfNullOrEmpty", "expression", "Lets an empty value drop out of the flow.", ignore_flow),
    function("Item", "attribute, index", "One of several values, counted from 1.", item),
    function(
        "RandomString",
        "length, minimumNumbers, minimumSpecialCharacters, minimumCapital, minimumLowerCase, charactersToAvoid?",
        "Random characters.",
        random_string,
        chance=True,
    ),
    function("Redact", "value", "Hides a value in the log.", redact),
    function("RemoveDuplicates", "attribute", "Each value once.", remove_duplicates),
    function("SelectUniqueValue", "rule, rule*", "The first value nobody has yet; creation only.", select_unique_value),
    function("SingleAppRoleAssignment", "appRoleAssignments", "One role's value.", single_role),
)
