"""A story of weeks, told to one job: what happens when, and what is expected of it.

A scenario is read from a folder; its times are already those of the story's own clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from provisioner.model.answer import Answer
from provisioner.model.frozen import frozen
from provisioner.model.question import Question
from provisioner.model.state import RequestKind

FORMAT: Final = 1
"""The version of ``expected/``; what another version wrote is not compared."""

REQUESTS: Final = "requests.http"
RECORDS: Final = "records.txt"
TARGET: Final = "target.json"
EXPECTED: Final = (REQUESTS, RECORDS, TARGET)
"""The files of ``expected/``, in the order they are told."""


@frozen
class NewSnapshot:
    """The directory says something else from now on. ``path`` is a snapshot's folder or file."""

    path: str


@frozen
class NewJob:
    """The administrator saves another job file over the job's."""

    path: str


@frozen
class NewFaults:
    """The sandbox misbehaves so from now on, and no longer as before; empty: it behaves."""

    faults: tuple[str, ...]


@frozen
class NewToken:
    """The job sends a token that the target refuses, or its own again."""

    right: bool


@frozen
class Asked:
    """Something is asked of the job, as from another terminal. ``scopes`` are the reset scopes of a restart (E93)."""

    kind: RequestKind
    scopes: tuple[str, ...] = ()


Happening: TypeAlias = NewSnapshot | NewJob | NewFaults | NewToken | Asked


@frozen
class Event:
    """One thing that happens at a time; ``text`` says it in the words of the transcript."""

    at: datetime
    happening: Happening
    text: str


@frozen
class Scenario:
    """A scenario folder. ``job``, ``snapshot`` (the first one) and ``target`` (accounts already there) are paths.

    ``application`` is the one the sandbox plays. Events stand in the order of time, none after ``end``.
    """

    folder: str
    title: str
    application: Literal["real-links", "scim"]
    job: str
    snapshot: str
    begin: datetime
    end: datetime
    events: tuple[Event, ...] = ()
    target: str = ""

    @property
    def span(self) -> timedelta:
        """How long the story takes."""
        return self.end - self.begin

    @property
    def needs_sandbox(self) -> str:
        """Why only the sandbox can play it; empty when any endpoint can."""
        if self.target:
            return "it begins with accounts that are already there"
        misbehaves = any(isinstance(event.happening, NewFaults) for event in self.events)
        return "its target misbehaves on purpose" if misbehaves else ""


@dataclass(slots=True)
class Heard:
    """A question to the target, and its answer once there is one."""

    question: Question
    answer: Answer | None = None


@frozen
class Difference:
    """One part of one file that came out differently. ``part`` is its heading; the texts are whole parts.

    An empty ``expected`` was not expected at all; an empty ``came`` did not come. ``line`` is the first line in the
    file of what is expected that a person would look at, counted from 1, where there is one.
    """

    file: str
    part: str
    expected: str
    came: str
    line: int | None = None


@frozen
class ScenarioResult:
    """What playing a scenario gave. ``accepted`` names the files of ``expected/`` that were rewritten."""

    folder: str
    title: str
    cycles: int
    requests: int
    differences: tuple[Difference, ...] = ()
    accepted: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.differences
