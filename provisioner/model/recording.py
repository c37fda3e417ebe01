"""What is kept of a run so that it can be played again without its target, token or memory."""

from dataclasses import field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from provisioner.model.directory import ObjectKind
from provisioner.model.frozen import frozen
from provisioner.model.report import CycleReport
from provisioner.model.state import (
    Approval,
    CycleRow,
    Escrow,
    Health,
    Intent,
    Link,
    PendingReference,
    Repeat,
)

FORMAT: Final = 1
"""The version of the format. A newer program reads every older one."""


@frozen
class Topic:
    """What a conversation is about: an object, one member of a group, or, without a kind, the endpoint itself."""

    kind: ObjectKind | None = None
    source_id: str = ""
    member: str = ""

    @property
    def object(self) -> "Topic":
        """The object alone: what shares a file."""
        return Topic(self.kind, self.source_id)

    def __str__(self) -> str:
        name = f"{self.kind.value} {self.source_id}" if self.kind is not None else "the endpoint"
        return f"{name}, member {self.member}" if self.member else name


Likeness: TypeAlias = Literal["same", "other", "due"]
"""How what was remembered of an object compares with the recorded snapshot: the digests themselves belong to one
version of the program."""


@frozen
class Seen:
    """One object that was seen before the run."""

    kind: ObjectKind
    source_id: str
    likeness: Likeness


@frozen
class Mark:
    """The watermark before the run; whether snapshot and rules were still those it was made with."""

    cycle: int
    at: datetime
    target: str
    scope: str
    same_source: bool
    same_rules: bool
    generated_at: datetime | None = None
    people: int | None = None


@frozen
class Member:
    """One member the target was told of."""

    group_id: str
    member_id: str
    target_id: str


@frozen
class Memory:
    """The job's memory before the run, in words no version of the program or of its database owns.

    ``cycles`` are the newest ones, oldest first.
    """

    health: Health = field(default_factory=Health)
    mark: Mark | None = None
    cycles: tuple[CycleRow, ...] = ()
    seen: tuple[Seen, ...] = ()
    links: tuple[Link, ...] = ()
    members: tuple[Member, ...] = ()
    escrows: tuple[Escrow, ...] = ()
    references: tuple[PendingReference, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    intents: tuple[Intent, ...] = ()
    approvals: tuple[Approval, ...] = ()


@frozen
class Circumstances:
    """What a run depends on beside the job, the snapshot and the memory.

    ``url`` is the tenant URL where it was given beside the job. ``now`` is when the cycle began by its own clock,
    ``recorded`` when it was recorded by the machine's.
    """

    now: datetime
    recorded: datetime
    seed: int
    url: str | None = None
    workers: int = 1
    verify_members: bool = False
    anyway: bool = False
    engine: str = ""
    pseudonymised: bool = False


@frozen
class Ending:
    """How the recorded cycle ended: its kind, status, counts and requests."""

    cycle: str
    status: str
    requests: int
    counts: dict[str, int]

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in self.counts.items() if count)
        return f"{self.cycle}, {self.status}, {self.requests} requests, {counts or 'nothing to do'}"


def ending_of(report: CycleReport) -> Ending:
    """How a cycle ended."""
    return Ending(report.cycle, report.status, report.requests, report.counts.as_json())
