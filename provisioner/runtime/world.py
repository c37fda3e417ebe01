"""What a cycle is given: the ports it works through, in one value."""

from collections.abc import Sequence
from dataclasses import field
from typing import Protocol

from provisioner.engine.story import Subject
from provisioner.model.frozen import frozen
from provisioner.model.outcome import Outcome
from provisioner.model.question import Writing
from provisioner.model.service import ServiceConstants
from provisioner.ports import Clock, Ids, Progress, Source, Stop, Store, Target


class Quiet:
    """A Progress nobody watches."""

    def begin(self, what: str, total: int) -> None:
        """Nothing to show."""

    def step(self, what: str) -> None:
        """Nothing to show."""

    def end(self) -> None:
        """Nothing to show."""


class Watch(Protocol):
    """Told of every object's end and of the writing questions that were asked for it."""

    def __call__(self, subject: Subject, outcome: Outcome, written: tuple[Writing, ...], *, again: bool) -> None:
        """One pass over an object ended; ``again`` when it was told of before in this cycle."""
        ...


def unwatched(subject: Subject, outcome: Outcome, written: tuple[Writing, ...], *, again: bool) -> None:
    """Nobody looks."""


class Unstoppable:
    """A Stop nobody asks for."""

    requested = False


@frozen
class World:
    """The ports of one job, and the service's constants. ``targets`` are connections to one endpoint.

    ``workers`` of the targets work on users; all of them carry members of groups (E8). Who ``rehearses`` does nothing
    that could be lost, so no intents and no log are made.
    """

    clock: Clock
    ids: Ids
    source: Source
    targets: Sequence[Target]
    store: Store
    progress: Progress = field(default_factory=Quiet)
    stop: Stop = field(default_factory=Unstoppable)
    watch: Watch = unwatched
    workers: int = 1
    verify_members: bool = False
    rehearses: bool = False
    service: ServiceConstants = field(kw_only=True)

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return sum(target.requests for target in {id(target): target for target in self.targets}.values())
