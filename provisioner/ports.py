"""What the program needs of the world, as Protocols. The adapters fulfil them; ``wiring`` joins the two.

Every implementation of a port passes the same tests in ``tests/contract``.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from provisioner.model.answer import Answer
from provisioner.model.directory import AppRole, Assignment, ObjectKind, SnapshotSummary, SourceGroup, SourceUser
from provisioner.model.notice import Notice
from provisioner.model.question import Question
from provisioner.model.record import Record
from provisioner.model.state import (
    Approval,
    CycleRow,
    Escrow,
    Health,
    Intent,
    Link,
    PendingReference,
    Repeat,
    Request,
    Settlement,
    Watermark,
)


class Clock(Protocol):
    """Time. ``now`` is an aware UTC datetime; ``monotonic`` is in seconds, for durations only."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...


class Ids(Protocol):
    """Chance. With a seed, the same calls give the same values."""

    def guid(self) -> str: ...
    def randbelow(self, bound: int) -> int: ...

    def stream(self, name: str) -> "Ids":
        """An independent source of chance: what is drawn from it does not depend on what is drawn elsewhere (P10)."""
        ...


class Snapshot(Protocol):
    """A directory snapshot that was checked to its last byte (F03). Users are read from where they lie."""

    @property
    def summary(self) -> SnapshotSummary: ...
    @property
    def app_roles(self) -> Mapping[str, AppRole]: ...
    @property
    def assignments(self) -> Sequence[Assignment]: ...
    @property
    def groups(self) -> Mapping[str, SourceGroup]: ...

    def user_digests(self) -> Iterable[tuple[str, bytes]]:
        """(id, 16-byte digest of the known properties) of every user, in the order of ids."""
        ...

    def group_digests(self) -> Iterable[tuple[str, bytes]]:
        """(id, 16-byte digest of the known properties and the members) of every group, in the order of ids."""
        ...

    def user(self, id: str) -> SourceUser | None:
        """One user, or None. Raises SnapshotInvalid when the file changed since it was checked."""
        ...

    def users(self) -> Iterator[SourceUser]:
        """Every user in file order, streamed."""
        ...


class Source(Protocol):
    """Where snapshots come from."""

    def fingerprint(self) -> str:
        """Digest of every byte of the snapshot's files, without reading what they say. Raises SnapshotInvalid."""
        ...

    def open(self) -> AbstractContextManager[Snapshot]:
        """Check the whole snapshot and give access to it. Raises SnapshotInvalid."""
        ...


class Target(Protocol):
    """The application's SCIM endpoint. Never raises for the target's trouble: that is an Answer."""

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        ...

    async def ask(self, question: Question) -> Answer: ...


class Store(Protocol):
    """The memory of one job.

    Writing is atomic per call. ``settle`` may be held back until the next ``intend`` or ``flush``, in one transaction;
    nothing settled is ever visible without everything settled before it. Raises StateError.
    """

    @property
    def lineage(self) -> str: ...

    def retarget(self, target: str) -> bool:
        """Bind the memory to a target (its base URL).

        True when it was bound to another one: links, intents, escrows and watermark are then forgotten, in one
        transaction, because the ids of another server mean nothing here.
        """
        ...

    def health(self) -> Health: ...
    def save_health(self, health: Health, owed: Notice | None = None) -> None:
        """Commit how the job is, and in the same transaction that somebody is to be told of it (E95)."""
        ...

    def owed(self) -> tuple[Notice, ...]:
        """Every notice that is not known to have been delivered, oldest first."""
        ...

    def told(self, notice: Notice) -> None:
        """Forget a notice that was delivered, or that nobody wants any more."""
        ...

    def watermark(self) -> Watermark | None: ...
    def forget_watermark(self) -> None:
        """Make the next cycle an initial one: no watermark, every digest empty; links stay (E26)."""
        ...

    def digests(self, kind: ObjectKind) -> Iterator[tuple[str, bytes]]:
        """(source id, digest) of every object seen, in the order of ids."""
        ...

    def link(self, kind: ObjectKind, source_id: str) -> Link | None: ...
    def links(self, kind: ObjectKind) -> Iterator[Link]: ...
    def counts(self) -> Mapping[ObjectKind, int]:
        """How many objects of each kind are linked (E105)."""
        ...

    def memberships(self, group_id: str) -> Iterator[tuple[str, str]]:
        """(member id, target id) of everybody the target was told is in the group, in the order of member ids."""
        ...

    def linked_to(self, kind: ObjectKind, target_id: str) -> Link | None: ...
    def forget_links(self) -> None: ...

    def escrows(self) -> Iterator[Escrow]: ...
    def escrow(self, kind: ObjectKind, source_id: str) -> Escrow | None: ...
    def forget_escrows(self) -> None:
        """Drop every escrow and make its object due (an empty digest)."""
        ...

    def references(self) -> Iterator[PendingReference]: ...

    def repeats(self, kind: ObjectKind, source_id: str) -> tuple[Repeat, ...]:
        """What an object was sent again and again, in the order of paths (F23)."""
        ...

    def intents(self) -> Iterator[Intent]: ...
    def intend(self, *intents: Intent) -> None:
        """Commit intents, together with everything settled so far, before the questions are asked."""
        ...

    def settle(self, settlement: Settlement) -> None:
        """Hold an object's end for the next commit. Raises StateError when its account is linked to another object."""
        ...

    def flush(self) -> None: ...

    def begin_cycle(self, cycle: CycleRow) -> None:
        """Open a cycle. Empties the watermark's fingerprint, so that a torn cycle is never taken for a finished one."""
        ...

    def update_cycle(self, cycle: CycleRow) -> None: ...
    def end_cycle(self, cycle: CycleRow, watermark: Watermark | None) -> None:
        """Close the cycle and, when it completed, write the watermark in the same transaction, last."""
        ...

    def cycles(self, limit: int = 100) -> Sequence[CycleRow]:
        """The newest cycles, newest first."""
        ...

    def records(
        self,
        *,
        user: str = "",
        action: str = "",
        status: str = "",
        since: datetime | None = None,
        cycle: int | None = None,
        limit: int | None = None,
    ) -> Iterator[Record]:
        """The log, oldest first; with ``limit`` the newest so many.

        ``user`` is an object's id or a name it once bore, case ignored.
        """
        ...

    def prune(self, before: datetime, keep: int) -> None:
        """Forget what happened before a time, and the log beyond its newest ``keep`` entries (0 = any number)."""
        ...

    def requests(self) -> tuple[Request, ...]:
        """What was asked of the job from elsewhere and is not handled yet, in the order in which it was asked."""
        ...

    def ask(self, request: Request) -> None:
        """Leave a request behind all earlier ones; whoever runs the job need not be stopped for it."""
        ...

    def handled(self, request: Request) -> None: ...

    def approvals(self) -> tuple[Approval, ...]:
        """Every approval given and not withdrawn, whether expired or not (E94)."""
        ...

    def approve(self, approval: Approval) -> None: ...
    def forget_approvals(self) -> None: ...


class Progress(Protocol):
    """Where a cycle tells how far it is."""

    def begin(self, what: str, total: int) -> None: ...
    def step(self, what: str) -> None: ...
    def end(self) -> None: ...


class Timer(Protocol):
    """Wakes jobs when they are due: by the wall clock, or by a virtual one that jumps."""

    def arm(self, name: str, at: datetime, wake: Callable[[], Awaitable[None]]) -> None:
        """Wake once at a time; arming a name again replaces what it was armed with."""
        ...

    def disarm(self, name: str) -> None: ...

    async def run(self, stop: "Stop") -> None:
        """Let time pass until somebody asks to stop or, on a virtual clock, the span is over."""
        ...


class Notifier(Protocol):
    """The way to those who are told of a quarantine (E95)."""

    def send(self, notice: Notice) -> None:
        """Deliver a notice, waiting for it. Raises Undelivered, or PartlyDelivered when not everybody was told."""
        ...


class Stop(Protocol):
    """Whether somebody asked to end after the object in hand."""

    @property
    def requested(self) -> bool: ...
