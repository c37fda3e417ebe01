"""Whether an object is in scope and why (section 3 of the facts), and the worklist of a cycle."""

from enum import StrEnum

from provisioner.model.directory import AppRole, ObjectKind
from provisioner.model.frozen import frozen
from provisioner.model.job import Clause


@frozen
class AssignmentPath:
    """How an object is assigned: directly (``group`` empty) or as a direct member of a group (E19)."""

    role: AppRole
    group: str = ""
    group_name: str = ""


@frozen
class ClauseSeen:
    """A clause, the value it met, and its verdict."""

    group: str
    clause: Clause
    seen: str | None
    holds: bool


@frozen
class Decision:
    """Both must hold to be in scope: assigned (unless everybody is) and the filter passes (E20)."""

    assigned: bool
    passes: bool
    active: bool = True
    soft_deleted: bool = False
    paths: tuple[AssignmentPath, ...] = ()
    clauses: tuple[ClauseSeen, ...] = ()

    @property
    def in_scope(self) -> bool:
        """Assigned, and the scoping filter passes."""
        return self.assigned and self.passes

    @property
    def is_soft_deleted(self) -> bool:
        """The source attribute IsSoftDeleted (E21)."""
        return not (self.in_scope and self.active) or self.soft_deleted

    @property
    def roles(self) -> tuple[AppRole, ...]:
        """The assigned app roles, each once (E23)."""
        roles = [path.role for path in self.paths]
        return tuple(dict.fromkeys(roles) if len(roles) > 1 else roles)


class Reason(StrEnum):
    """Why an object is on the worklist. It explains; it never steers."""

    INITIAL = "initial cycle"
    NEW = "new in the source"
    CHANGED = "changed in the source"
    GONE = "gone from the source"
    RETRY = "due for another attempt"
    REFERENCE = "a reference can now be resolved"
    RECOVERED = "left unfinished by an interrupted run"


class Disposition(StrEnum):
    """What a worklist item is heading for, as far as it is known before the target is touched."""

    PROVISION = "provision"
    DISABLE = "disable"
    DELETE = "delete"
    SKIP = "skip"


@frozen
class WorkItem:
    """One object to attend to. ``digest`` is what will be remembered as seen once it is settled."""

    kind: ObjectKind
    source_id: str
    reason: Reason
    disposition: Disposition
    digest: bytes = b""


@frozen
class Worklist:
    """Every object to attend to in this cycle, in the order of source ids (F09)."""

    items: tuple[WorkItem, ...]

    def count(self, disposition: Disposition) -> int:
        """How many items head for this."""
        return sum(item.disposition is disposition for item in self.items)


@frozen
class Verdict:
    """The deletion guard's word: go, or stop because. ``digest`` names the held items for an approval (E94)."""

    go: bool
    held: tuple[WorkItem, ...] = ()
    reason: str = ""
    digest: str = ""
