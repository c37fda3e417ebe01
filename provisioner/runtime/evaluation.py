"""Expressions on their own: evaluated on given values or on a person, and tested by cases."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Final, Protocol

from provisioner.engine.expression import (
    IGNORE,
    Candidates,
    Environment,
    Traced,
    as_text,
    check,
    compile_expression,
    show,
    trace,
)
from provisioner.engine.source import read_app_role
from provisioner.model.directory import GRAPH_PROPERTY, AppRole, ObjectKind
from provisioner.model.errors import ExpressionInvalid, InputError, Place
from provisioner.model.frozen import frozen
from provisioner.model.job import Job
from provisioner.model.roles import RoleList
from provisioner.ports import Ids, Snapshot, Store
from provisioner.runtime.on_demand import find
from provisioner.runtime.preparation import prepare

_ROLES: Final = "appRoleAssignments"
_PHONE: Final = "telephoneNumber"
_SCALARS: Final = (str, bool, int, float, type(None))
_SPELLINGS: Final = {**GRAPH_PROPERTY, **{graph: service for service, graph in GRAPH_PROPERTY.items()}}


@frozen
class Evaluated:
    """An expression's value on some attributes; ``trouble`` says why there is none.

    ``parsed`` is how the expression was understood, empty when it was not; ``trace`` is there when it was asked for.
    """

    expression: str
    parsed: str
    result: Any = None
    trouble: ExpressionInvalid | None = None
    trace: Traced | None = None

    @property
    def error(self) -> str:
        """Why there is no value, or empty."""
        return self.trouble.message if self.trouble is not None else ""

    def as_json(self) -> dict[str, Any]:
        """The document of ``expression eval --json``."""
        return {
            "expression": self.expression,
            "parsed": self.parsed or None,
            "result": self.result,
            "error": self.error or None,
            **({"trace": _traced(self.trace)} if self.trace is not None else {}),
        }


def _traced(tree: Traced) -> dict[str, Any]:
    parts = [_traced(part) for part in tree.parts]
    return {"text": tree.text, "value": plain(tree.value), "error": tree.error or None, "parts": parts}


def evaluate(
    expression: str, environment: Environment, *, iif_null: str = "error", with_trace: bool = False
) -> Evaluated:
    """Evaluate one expression. That it does not parse or has no value is a result too."""
    try:
        compiled = compile_expression(expression, iif_null=iif_null)
    except ExpressionInvalid as error:
        return Evaluated(expression, "", trouble=error)
    parsed = show(compiled.node)
    traced = trace(expression, environment, iif_null=iif_null) if with_trace else None
    try:
        return Evaluated(expression, parsed, plain(compiled(environment)), trace=traced)
    except ExpressionInvalid as error:
        return Evaluated(expression, parsed, trouble=error, trace=traced)


def plain(value: Any) -> Any:
    """A result as people see it: text, a list for several values, or nothing (E81)."""
    if value is None or value is IGNORE:
        return None
    if isinstance(value, Candidates):
        return value.values[0]  # as in a job, where nobody asks a SCIM target which is free (E112)
    if isinstance(value, RoleList):
        return value.objects()
    if isinstance(value, tuple):
        return [as_text(item) for item in value]
    return as_text(value)


def remarks(expression: str, given: Iterable[str], *, group: bool = False) -> Iterator[str]:
    """What somebody who tries an expression would want to know: what a job would refuse, and values nothing reads.

    :param expression: one that parses.
    """
    try:
        analysis = check(expression, group=group)
    except ExpressionInvalid as error:
        yield f"a job refuses this expression: {error.message}" + (f"; {error.hint}" if error.hint else "")
    else:
        yield from analysis.warnings
    read = compile_expression(expression).attributes
    folded = {name.lower(): name for name in read}
    for name in given:
        if not {name, _SPELLINGS.get(name)} & read:
            near = get_close_matches(name.lower(), folded, n=1)
            yield f"the expression does not read [{name}]" + (f"; it reads [{folded[near[0]]}]" if near else "")


def attributes_of_object(
    job: Job, snapshot: Snapshot, store: Store, ids: Ids, now: datetime, who: str
) -> tuple[ObjectKind, Mapping[str, Any]]:
    """What expressions may read of one object of a snapshot, as in the job's next cycle.

    :raises InputError: when nobody, or more than one, is called that.
    """
    preparation = prepare(job, snapshot, store, ids, now, flag=False, watermark=None)
    kind, source_id = find(snapshot, job, who)
    side = preparation.sides[kind]
    found = side.find(source_id)
    return kind, side.attributes(found, side.decide(found))


class Case(Protocol):
    """What a case says; ``given`` are attributes as :func:`attributes_of` makes them."""

    @property
    def expression(self) -> str: ...  # noqa: D102
    @property
    def given(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def expect(self) -> Any: ...  # noqa: D102
    @property
    def error(self) -> str | bool | None: ...  # noqa: D102
    @property
    def now(self) -> datetime: ...  # noqa: D102


@frozen
class CaseResult:
    """What a case expected and what came, as text; ``passed`` when they agree."""

    passed: bool
    expected: str
    got: str


def check_case(case: Case, ids: Ids) -> CaseResult:
    """Evaluate a case and compare. Null, an empty text and an empty list are one: nothing flows (E34)."""
    found = evaluate(case.expression, Environment(case.given, case.now, ids))
    got = f"error: {found.error}" if found.error else _shown(found.result)
    if case.error is not None:
        part = case.error if isinstance(case.error, str) else ""
        expected = f"error: …{part}…" if part else "an error"
        return CaseResult(bool(found.error) and part.lower() in _said(found.trouble).lower(), expected, got)
    return CaseResult(not found.error and (found.result or None) == (case.expect or None), _shown(case.expect), got)


def _said(trouble: ExpressionInvalid | None) -> str:
    """All that is told of an error: its kind, the message, where it stands and what would be right."""
    if trouble is None:
        return ""
    return f"{type(trouble).__name__}: {trouble.message} (column {trouble.offset + 1}); {trouble.hint}"


def _shown(value: Any) -> str:
    return "null" if value is None else repr(value)


def attributes_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes from JSON values, as a person's have them.

    Lists become several values, ``appRoleAssignments`` roles, what Graph nests lies flat, and each stands under both
    its spellings (E83).

    :raises InputError: at a value no attribute has.
    """
    flat = dict(_flattened(given))
    values = {name: _roles(value) if name == _ROLES else _attribute(name, value) for name, value in flat.items()}
    return {**dict(_respelled(values)), **values}


def _flattened(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What Graph nests, as expressions name it: the manager's id and the extension attributes (E83)."""
    for name, value in given.items():
        if name == "manager" and isinstance(value, dict) and "id" in value:
            yield name, value["id"]
        elif name == "onPremisesExtensionAttributes" and isinstance(value, dict):
            yield from value.items()
        else:
            yield name, value


def _attribute(name: str, value: Any) -> Any:
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, _SCALARS) for item in items):
        hint = 'a text, true, false, a number, null, or a list such as ["a", "b"]'
        raise InputError("an attribute has no such value", place=Place(path=name), hint=hint)
    return tuple(value) if isinstance(value, list) else value


def _roles(value: Any) -> tuple[AppRole, ...] | None:
    """Roles as the application defines them, or their values alone. None where nobody has a role."""
    roles = value if isinstance(value, list) else [] if value is None else [value]
    try:
        return tuple(read_app_role(_role(role)) for role in roles) or None
    except InputError as error:
        hint = '["Admin"], or [{"id": "…", "value": "Admin", "displayName": "Administrator"}]'
        raise InputError(f"{error.place} {error.message}", place=Place(path=_ROLES), hint=hint) from None


def _role(role: Any) -> dict[str, Any]:
    return {"id": role.get("value"), **role} if isinstance(role, dict) else {"id": role, "value": role}


def _respelled(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The same values under their other names; a telephone number is the first business phone."""
    for name, value in values.items():
        other = _SPELLINGS.get(name)
        if other is None:
            continue
        if name == _PHONE:
            yield other, None if value is None else (value,)
        elif other == _PHONE and isinstance(value, tuple):
            yield other, value[0] if value else None
        else:
            yield other, value
