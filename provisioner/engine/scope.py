"""Who is considered (section 3 of the facts): assignments, scope, IsSoftDeleted, and what follows for one object."""

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any, Final, Protocol

from provisioner.model.decision import AssignmentPath, ClauseSeen, Decision, Disposition
from provisioner.model.directory import AppRole, Assignment, SourceGroup, SourceUser
from provisioner.model.state import Link

Filter = Callable[[Mapping[str, Any]], tuple[bool, tuple[ClauseSeen, ...]]]
"""A compiled scoping filter: attributes -> (passes, what each clause saw)."""

EMPTY: Final[tuple[AssignmentPath, ...]] = ()

SEAL_BYTES: Final = 15
"""One byte more would take sixteen more in memory, for every object of a population."""


class Entitlements:
    """Every way an object is assigned to the application (E19).

    A user is assigned directly or as a *direct* member of an assigned, security-enabled group; nested groups are not
    expanded. A group is assigned as itself, never by being in another.
    """

    def __init__(
        self,
        assignments: Iterable[Assignment],
        groups: Mapping[str, SourceGroup],
        roles: Mapping[str, AppRole],
    ) -> None:
        self._paths: dict[str, tuple[AssignmentPath, ...]] = {}
        self._shared: dict[tuple[AssignmentPath, ...], tuple[AssignmentPath, ...]] = {}
        for assignment in assignments:
            role = roles.get(assignment.app_role_id) or AppRole(assignment.app_role_id, None, "")
            self._add(assignment.principal_id, AssignmentPath(role))
            group = groups.get(assignment.principal_id)
            if group is not None and group.security_enabled and not group.soft_deleted:
                path = AssignmentPath(role, group.id, group.name)
                for member in group.members:
                    if member not in groups:
                        self._add(member, path)

    def _add(self, principal: str, path: AssignmentPath) -> None:
        known = self._paths.get(principal, EMPTY)
        if path not in known:
            paths = (*known, path)
            self._paths[principal] = self._shared.setdefault(paths, paths)  # few ways, a million people

    def paths(self, principal: str) -> tuple[AssignmentPath, ...]:
        """How the object is assigned; empty when it is not."""
        return self._paths.get(principal, EMPTY)

    def seal(self, principal: str, digest: bytes, rules: bytes) -> bytes:
        """What is remembered as seen: the entry, the roles it is assigned with, and the rules it is read by.

        An object is due when this differs from what was remembered, whichever of the three changed (E25, E26).
        """
        hasher = blake2b(digest + rules, digest_size=SEAL_BYTES)
        if paths := self.paths(principal):
            for role in sorted({path.role.id for path in paths}):
                hasher.update(role.encode() + b"\x00")
        return hasher.digest()


def decide_user(user: SourceUser, entitlements: Entitlements, passes: Filter | None, *, everybody: bool) -> Decision:
    """Whether a user is in scope and why (E18-E21)."""
    paths = entitlements.paths(user.id)
    holds, clauses = passes(user.attributes) if passes is not None else (True, ())
    return Decision(
        assigned=everybody or bool(paths),
        passes=holds,
        active=user.enabled,
        soft_deleted=user.soft_deleted,
        paths=paths,
        clauses=clauses,
    )


def decide_group(group: SourceGroup, entitlements: Entitlements, passes: Filter | None, *, everybody: bool) -> Decision:
    """Whether a group is provisioned as a group: assigned (or everybody), security-enabled, and the filter passes."""
    paths = entitlements.paths(group.id)
    holds, clauses = passes(group.attributes) if passes is not None else (True, ())
    return Decision(
        assigned=everybody or (bool(paths) and group.security_enabled),
        passes=holds,
        soft_deleted=group.soft_deleted,
        paths=paths,
        clauses=clauses,
    )


class ScopeRules(Protocol):
    """What the disposition of an object depends on beside the object itself."""

    @property
    def maps_soft_deleted(self) -> bool:
        """Whether any mapping reads IsSoftDeleted (E58)."""
        ...

    @property
    def skip_out_of_scope(self) -> bool:
        """SkipOutOfScopeDeletions (E58)."""
        ...

    @property
    def delete_on_scope_loss(self) -> bool:
        """Whether leaving scope deletes: groups always (E62), users by a setting (E58)."""
        ...

    @property
    def actions(self) -> frozenset[str]:
        """The target object actions that are switched on (E58b)."""
        ...


def dispose(decision: Decision | None, link: Link | None, rules: ScopeRules) -> Disposition:
    """What an object is heading for, as far as it is known before the target is asked (E22, E54-E58b).

    ``decision`` None means that the object is gone from the source: a hard deletion.
    """
    if link is None:
        return Disposition.PROVISION if decision is not None and not decision.is_soft_deleted else Disposition.SKIP
    if decision is None:
        return Disposition.DELETE if link.in_scope and "delete" in rules.actions else Disposition.SKIP
    if decision.soft_deleted or not decision.in_scope:
        return _leaving(decision, link, rules)
    if decision.is_soft_deleted and rules.maps_soft_deleted and link.active:
        return Disposition.DISABLE
    return Disposition.PROVISION


def _leaving(decision: Decision, link: Link, rules: ScopeRules) -> Disposition:
    """A linked object that is soft-deleted or has left scope."""
    if not link.in_scope:
        return Disposition.SKIP
    if not decision.soft_deleted:
        if rules.skip_out_of_scope:
            return Disposition.SKIP
        if rules.delete_on_scope_loss:
            return Disposition.DELETE
    if not rules.maps_soft_deleted:
        return Disposition.SKIP
    return Disposition.DISABLE if link.active else Disposition.PROVISION
