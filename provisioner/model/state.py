"""What is remembered between cycles. Links are only a cache of the target: a missing link is matched again (F07)."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from provisioner.model.directory import ObjectKind
from provisioner.model.frozen import frozen
from provisioner.model.outcome import Action
from provisioner.model.record import Record


@frozen
class Link:
    """Source object id <-> target id.

    ``in_scope`` is false once the object left scope (E57); ``active`` is false once it was processed with IsSoftDeleted
    true, so that the deletion guard counts a disable once.
    """

    kind: ObjectKind
    source_id: str
    target_id: str
    in_scope: bool = True
    active: bool = True


@frozen
class Intent:
    """A writing question, written down before it is asked (F01).

    ``match_path`` and ``match_value`` are what a create is looked up by after a crash, even if the source has changed.
    """

    id: str
    kind: ObjectKind
    source_id: str
    action: Action
    at: datetime
    target_id: str = ""
    match_path: str = ""
    match_value: str = ""
    payload_digest: str = ""


@frozen
class Escrow:
    """A failed object and when it is tried again (E90). ``failures`` counts attempts so far.

    ``reference`` is whether it is only a reference of the object that failed, which counts apart (E91).
    """

    kind: ObjectKind
    source_id: str
    first_failure: datetime
    failures: int
    next_attempt: datetime
    code: str = ""
    reason: str = ""
    reference: bool = False


@frozen
class Repeat:
    """An attribute of a linked object that was sent ``times`` times in a row to make the same difference (F23).

    ``difference`` is a digest of the value the target showed and of the value it was sent.
    """

    kind: ObjectKind
    source_id: str
    path: str
    difference: str
    times: int = 1


@frozen
class PendingReference:
    """A reference that could not be resolved yet and is remembered (E38)."""

    kind: ObjectKind
    source_id: str
    path: str
    reference_id: str


class Schedule(StrEnum):
    """Whether the job runs by itself (E96)."""

    ACTIVE = "Active"
    PAUSED = "Paused"
    DISABLED = "Disabled"


@frozen
class Quarantine:
    """The job's quarantine (E92). ``reason`` is one of E92's; ``attempts`` counts cycles tried while in it.

    ``held`` is the digest of the removals the deletion guard holds, empty for any other reason (E94).
    """

    reason: str
    message: str
    since: datetime
    next_attempt: datetime
    attempts: int = 0
    held: str = ""


@frozen
class Health:
    """How the job is: its schedule and, if it is ill, its quarantine."""

    schedule: Schedule = Schedule.ACTIVE
    quarantine: Quarantine | None = None
    disabled_reason: str = ""


@frozen
class Watermark:
    """What the last completed cycle saw. Written last (E26).

    ``rules`` digests mappings, filters and scope: another digest makes the next cycle initial. ``target`` is the origin
    and path the links belong to. ``people`` is how many users the snapshot held, None where nobody counted them.
    """

    cycle: int
    at: datetime
    fingerprint: str
    rules: str
    target: str
    scope: str = ""
    generated_at: datetime | None = None
    people: int | None = None


@frozen
class Counts:
    """What a cycle did, object by object (``run --json``)."""

    create: int = 0
    update: int = 0
    disable: int = 0
    delete: int = 0
    staged_delete: int = 0
    skip: int = 0
    fail: int = 0

    def as_json(self) -> dict[str, int]:
        """The counts under the names of the log's actions."""
        return {
            "create": self.create,
            "update": self.update,
            "disable": self.disable,
            "delete": self.delete,
            "stagedDelete": self.staged_delete,
            "skip": self.skip,
            "fail": self.fail,
        }


@frozen
class CycleRow:
    """One cycle as it is remembered. ``ended`` is None while it runs or when it was interrupted."""

    number: int
    id: str
    kind: str
    started: datetime
    ended: datetime | None = None
    status: str = "running"
    counts: Counts = field(default_factory=Counts)
    requests: int = 0
    total: int = 0
    done: int = 0
    note: str = ""


class RequestKind(StrEnum):
    """What can be asked of a job from another terminal (E93, E94, E96)."""

    PAUSE = "pause"
    RESUME = "resume"
    RESTART = "restart"
    APPROVE = "approve"


@frozen
class Request:
    """A wish of the administrator, read at the next safe point.

    ``scopes`` are the reset scopes of a restart (E93); ``digest`` names the held worklist that is approved (E94).
    ``number`` is its place among all requests; the store gives it, because clocks may be put back (F08).
    """

    id: str
    kind: RequestKind
    at: datetime
    scopes: tuple[str, ...] = ()
    digest: str = ""
    handled: bool = False
    number: int = 0


@frozen
class Approval:
    """The administrator's word that a held worklist may be carried out (E94). ``held`` is how many objects it names."""

    digest: str
    held: int
    at: datetime
    expires: datetime


@frozen
class Settlement:
    """All that one object's end changes in the state; committed in one transaction with the removal of its intent.

    ``digest`` None leaves what was seen, an empty one makes the object due again; ``forget`` drops all memory of the
    object. ``link`` and ``escrow`` replace what is there when given, and are removed by ``drop_link`` and
    ``clear_escrow``. ``references`` replaces the remembered unresolved references of the object unless None, and
    ``repeats`` what it was sent again and again.
    ``members_added`` are (member id, target id) the target now has in the group, ``members_removed`` the ids of those
    it no longer has.
    """

    kind: ObjectKind
    source_id: str
    digest: bytes | None = None
    forget: bool = False
    link: Link | None = None
    drop_link: bool = False
    escrow: Escrow | None = None
    clear_escrow: bool = False
    intents: tuple[str, ...] = ()
    references: tuple[PendingReference, ...] | None = None
    repeats: tuple[Repeat, ...] | None = None
    records: tuple[Record, ...] = ()
    members_added: tuple[tuple[str, str], ...] = ()
    members_removed: tuple[str, ...] = ()
