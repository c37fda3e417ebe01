"""From a source object to Desired: the mappings evaluated and their results in the target attribute's type."""

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from hashlib import blake2b
from typing import Any, Final

from provisioner.engine.expression import (
    IGNORE,
    Attribute,
    Candidates,
    Compiled,
    Environment,
    as_text,
    compile_expression,
)
from provisioner.engine.resource import travels_in_post
from provisioner.engine.scope import Filter
from provisioner.engine.scoping import compile_filter
from provisioner.model.decision import Decision
from provisioner.model.directory import ObjectKind, SourceGroup, SourceUser
from provisioner.model.errors import ExpressionInvalid
from provisioner.model.fidelity import Fidelity
from provisioner.model.frozen import frozen
from provisioner.model.job import Apply, Job, Mapping, MappingKind, Rules
from provisioner.model.roles import RoleList
from provisioner.model.schema import ValueType, is_external

SOFT_DELETED: Final = "IsSoftDeleted"


@frozen
class Flowing:
    """A mapping with its expression compiled; ``evaluate`` is None for constants and kind *none*.

    ``plain`` is the attribute whose text flows as it is, if the expression is no more than that; ``only_default``
    whether nothing but the mapping's default flows. ``is_reference`` is whether the value is a directory id that must
    become a target id (E27); ``is_text`` whether a text needs nothing more to be of the target's type; ``on_update``
    whether it flows to an account that is there; ``in_post`` whether a POST may carry it (E43).
    """

    mapping: Mapping
    evaluate: Compiled | None
    plain: str | None
    only_default: bool
    is_reference: bool
    is_text: bool
    on_update: bool
    in_post: bool


@frozen
class CompiledRules:
    """The rules of one kind of object, ready to run."""

    kind: ObjectKind
    flowing: tuple[Flowing, ...]
    matching: tuple[Flowing, ...]
    passes: Filter | None
    exists: Filter | None
    actions: frozenset[str]
    everybody: bool
    maps_soft_deleted: bool
    skip_out_of_scope: bool
    delete_on_scope_loss: bool
    maps_members: bool
    fidelity: Fidelity


@frozen
class Desired:
    """The target resource as it should be: a value for each mapping, None = nothing flows (E34).

    ``errors`` holds the mappings whose expression failed on this object; they stop the object, not the run.
    """

    values: tuple[tuple[Flowing, Any], ...]
    errors: tuple[tuple[Mapping, str], ...] = ()

    def value(self, flowing: Flowing) -> Any:
        """What flows through this mapping."""
        for other, value in self.values:
            if other is flowing:
                return value
        return None

    @property
    def missing(self) -> tuple[Mapping, ...]:
        """Required target attributes that got nothing (E103), and have no default to get on creation (E34)."""
        wanted = ((f.mapping, value) for f, value in self.values if f.mapping.required and not f.mapping.default)
        return tuple(mapping for mapping, value in wanted if is_empty(value))


def compile_rules(job: Job, rules: Rules, *, scope: str = "") -> CompiledRules:
    """Rules of the job ready to run.

    :param scope: the scope to decide by when it is not the job's own (E26, ``scope_change``).
    """
    # Members go by PATCHes of their own, one by one, after everything else (E60); they are no attribute of the group.
    group = rules.kind is ObjectKind.GROUP
    mappings = (mapping for mapping in rules.mappings if not _is_members(mapping, rules))
    flowing = tuple(_flowing(mapping, job.fidelity, group=group) for mapping in mappings)
    attributes = {name for f in flowing if f.evaluate is not None for name in f.evaluate.attributes}
    wanted_scope = scope or job.scope
    return CompiledRules(
        kind=rules.kind,
        flowing=flowing,
        matching=tuple(next(f for f in flowing if f.mapping is m) for m in rules.matching),
        passes=compile_filter(rules.filter, group=group, ampersand=job.fidelity.ampersand) if rules.filter else None,
        exists=compile_filter(rules.ignore, group=group, ampersand=job.fidelity.ampersand) if rules.ignore else None,
        actions=frozenset(rules.actions),
        everybody=wanted_scope == "all",
        maps_soft_deleted=SOFT_DELETED in attributes,
        skip_out_of_scope=job.skip_out_of_scope_deletions,
        delete_on_scope_loss=group or job.fidelity.delete_on_scope_loss == "on",
        maps_members=any(_is_members(mapping, rules) for mapping in rules.mappings),
        fidelity=job.fidelity,
    )


def _is_members(mapping: Mapping, rules: Rules) -> bool:
    return rules.kind is ObjectKind.GROUP and mapping.target.key == "members"


def _flowing(mapping: Mapping, fidelity: Fidelity, *, group: bool) -> Flowing:
    constant = mapping.kind in (MappingKind.CONSTANT, MappingKind.NONE)
    compiled = None if constant else compile_expression(mapping.source or "", iif_null=fidelity.iif_null)
    is_text = not mapping.multivalued and mapping.type not in (ValueType.BOOLEAN, ValueType.INTEGER)
    # SelectUniqueValue is for creation only, whatever the mapping says: a name once given is not chosen again (E112).
    on_update = mapping.apply is Apply.ALWAYS and not mapping.is_unique_value
    in_post = travels_in_post(mapping.target, group=group)
    is_reference = mapping.type is ValueType.REFERENCE and compiled is not None and not is_external(mapping.target)
    plain = compiled.node.name if compiled is not None and is_text and isinstance(compiled.node, Attribute) else None
    return Flowing(
        mapping=mapping,
        evaluate=compiled,
        plain=plain,
        only_default=mapping.kind is MappingKind.NONE,
        is_reference=is_reference,
        is_text=is_text,
        on_update=on_update,
        in_post=in_post,
    )


def digest_of(rules: Rules, scope: str) -> bytes:
    """Digest of what decides and what flows; places in files and the order of nothing else matter."""
    hasher = blake2b(scope.encode(), digest_size=8)
    for m in rules.mappings:
        parts = (m.target.text, m.kind, m.source, m.type, m.multivalued, m.match, m.required, m.apply, m.default)
        hasher.update(repr((*parts, m.case_exact)).encode())
    for name, groups in (("filter", rules.filter), ("ignore", rules.ignore)):
        for group in groups:
            clauses = [(clause.attribute, clause.operator, clause.value) for clause in group.clauses]
            hasher.update(repr((name, clauses)).encode())
    hasher.update(repr(sorted(rules.actions)).encode())
    return hasher.digest()


def user_attributes(user: SourceUser, decision: Decision, rules: CompiledRules) -> MappingOf[str, Any]:
    """What an expression may read of a user: its attributes, IsSoftDeleted (E21) and its app roles (E23).

    Roles come with assignments, which are not read when everybody is in scope (E51).
    """
    return {
        **user.attributes,
        SOFT_DELETED: decision.is_soft_deleted,
        "appRoleAssignments": None if rules.everybody else decision.roles or None,
        "manager": user.manager,
        **({"userType": None} if rules.fidelity.user_type == "null" else {}),
    }


def group_attributes(group: SourceGroup, decision: Decision) -> MappingOf[str, Any]:
    """What an expression may read of a group."""
    return {**group.attributes, SOFT_DELETED: decision.is_soft_deleted}


def evaluate(flows: Iterable[Flowing], environment: Environment) -> Desired:
    """Evaluate mappings on one object."""
    values: list[tuple[Flowing, Any]] = []
    errors: list[tuple[Mapping, str]] = []
    attributes = environment.attributes
    for flowing in flows:
        if flowing.plain is not None and (text := attributes.get(flowing.plain)).__class__ is str:
            values.append((flowing, text or None))
            continue
        try:
            values.append((flowing, _value(flowing, environment)))
        except ExpressionInvalid as error:
            errors.append((flowing.mapping, error.message))
            values.append((flowing, None))
    return Desired(tuple(values), tuple(errors))


def _value(flowing: Flowing, environment: Environment) -> Any:
    mapping = flowing.mapping
    if flowing.evaluate is None:
        raw: Any = mapping.source
    else:
        raw = flowing.evaluate(environment)
    if raw.__class__ is str and flowing.is_text:
        return raw or None
    if raw is IGNORE or is_empty(raw):
        return None
    return typed(raw, mapping)


def default_of(mapping: Mapping) -> Any:
    """The mapping's default in the target's type, or None."""
    return None if mapping.default is None else typed(mapping.default, mapping)


def typed(value: Any, mapping: Mapping) -> Any:
    """A result in the target attribute's type (E81): str, bool, int, or a tuple of them for multi-valued ones.

    :raises ExpressionInvalid: when the result cannot be of that type.
    """
    if isinstance(value, Candidates):
        value = value.values[0]
    if isinstance(value, RoleList):
        return value
    if isinstance(value, (tuple, list)):
        if mapping.multivalued:
            return tuple(item if isinstance(item, dict) else _scalar(item, mapping) for item in value)
        value = value[0]
    scalar = _scalar(value, mapping)
    return (scalar,) if mapping.multivalued else scalar


def _scalar(value: Any, mapping: Mapping) -> Any:
    if mapping.type is ValueType.BOOLEAN:
        return _boolean(value, mapping)
    if mapping.type is ValueType.INTEGER:
        return _integer(value, mapping)
    return as_text(value)


def _boolean(value: Any, mapping: Mapping) -> bool:
    folded = as_text(value).strip().lower()
    if folded not in ("true", "false"):
        raise ExpressionInvalid(f"{mapping.target} is Boolean, and {as_text(value)[:80]!r} is neither True nor False")
    return bool(folded == "true")


def _integer(value: Any, mapping: Mapping) -> int:
    text = as_text(value).strip()
    digits = text[1:] if text[:1] in "+-" else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise ExpressionInvalid(f"{mapping.target} is Integer, and {text[:80]!r} is not a whole number")
    return int(text)


def is_empty(value: Any) -> bool:
    """Null or empty: nothing flows (E34)."""
    if value.__class__ is str:
        return not value
    return value is None or value == "" or (isinstance(value, (tuple, list, RoleList)) and not value)
