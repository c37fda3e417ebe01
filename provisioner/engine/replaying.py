"""Recorded conversations, and what is asked of them: which answer a request gets, and what came out differently."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import TypeAlias

from provisioner.engine.http_text import body_text, request_text
from provisioner.engine.reply import Response
from provisioner.engine.wire import WireRequest
from provisioner.model.answer import FaultKind
from provisioner.model.frozen import frozen
from provisioner.model.recording import Topic


@frozen
class NoResponse:
    """There was no whole response. ``status`` is set when at least its head came."""

    kind: FaultKind
    detail: str
    status: int | None = None


Reply: TypeAlias = Response | NoResponse


@frozen
class Turn:
    """One request and what came back.

    ``number`` is the place of its reply among all replies of the run, from 1; ``at`` the time of the reply. ``line`` is
    where it stands in its cassette.
    """

    number: int
    topic: Topic
    request: WireRequest
    reply: Reply
    at: datetime
    line: int = 0


@frozen
class Divergence:
    """One request that came out differently: nothing ``expected`` was recorded, or nothing ``came``, or both differ."""

    topic: Topic
    expected: Turn | None = None
    came: WireRequest | None = None

    @property
    def changes_kind(self) -> bool:
        """Whether nobody can know the answer."""
        return self.expected is None or self.came is None or self.expected.request.method != self.came.method

    @property
    def text(self) -> str:
        """What is wrong, in a few words."""
        if self.expected is None:
            return "a request that was not recorded"
        return "another request" if self.came is not None else "a request that was recorded and not sent"


@dataclass(slots=True)
class Script:
    """The conversations of a recording, each played in its own order.

    Where a request differs only in what it says, the recorded answer is given and the conversation goes on; where it is
    another kind of request, nobody can know the answer, and the rest of the conversation is not judged.
    """

    divergences: list[Divergence] = field(default_factory=list)
    played: list[Turn] = field(default_factory=list)
    _turns: dict[Topic, deque[Turn]] = field(default_factory=dict)
    _lost: set[Topic] = field(default_factory=set)

    @classmethod
    def of(cls, turns: Iterable[Turn]) -> "Script":
        """A script of turns, in the order of their numbers within each conversation."""
        script = cls()
        for turn in sorted(turns, key=lambda turn: turn.number):
            script._turns.setdefault(turn.topic, deque()).append(turn)
        return script

    def take(self, topic: Topic, request: WireRequest) -> Turn | None:
        """The turn that answers a request; None when nothing recorded does."""
        turns = self._turns.get(topic)
        expected = turns.popleft() if turns else None
        divergence = Divergence(topic, expected, request)
        if (expected is None or expected.request != request) and topic not in self._lost:
            self.divergences.append(divergence)
        if expected is None or divergence.changes_kind:
            self._lost.add(topic)
            return None
        self.played.append(replace(expected, request=request))
        return expected

    def strayed(self) -> Divergence | None:
        """The first request that is of another kind than the recorded one, or that only one of the two runs has."""
        other = (divergence for divergence in self.divergences if divergence.changes_kind)
        return next(chain(other, self.left()), None)

    def left(self) -> Iterator[Divergence]:
        """What was recorded and not asked for, of conversations that were not lost before."""
        for topic, turns in self._turns.items():
            if turns and topic not in self._lost:
                yield from (Divergence(topic, turn) for turn in turns)


def text_of(request: WireRequest | None) -> str:
    """A request as people read it; nothing for none."""
    if request is None:
        return ""
    return request_text(request.method, request.target, (), body_text(request.body) if request.body else "")
