"""The live driver: asks a flow's questions of the target, and writes an intent down before every writing one (F01)."""

from collections.abc import Callable, Generator
from hashlib import blake2b
from typing import Final, TypeVar

import orjson

from provisioner.engine.mapping import is_empty
from provisioner.engine.resource import as_seen
from provisioner.engine.story import Subject
from provisioner.model.answer import Answer
from provisioner.model.decision import Disposition
from provisioner.model.outcome import Action
from provisioner.model.question import Create, Modify, Question, Remove, Writing
from provisioner.model.state import Intent
from provisioner.ports import Clock, Ids, Target
from provisioner.runtime.world import World

Ending = TypeVar("Ending")

_ACTION: Final[dict[type, Action]] = {Create: Action.CREATE, Modify: Action.UPDATE, Remove: Action.DELETE}


async def converse(
    flow: Generator[Question, Answer, Ending],
    target: Target,
    before_writing: Callable[[Writing], None] | None = None,
) -> Ending:
    """Drive a flow to its end against a real target.

    :param before_writing: called before every question that may change the target; what it must remember is durable
        when it returns.
    """
    try:
        question = next(flow)
        while True:
            if before_writing is not None and isinstance(question, (Create, Modify, Remove)):
                before_writing(question)
            question = flow.send(await target.ask(question))
    except StopIteration as stop:
        ending: Ending = stop.value
        return ending


class Journal:
    """Sees to it that an intent is durable before every write for one object, and remembers what was written.

    :param ahead: an intent for the object that was committed before; without one each write commits its own.
    """

    def __init__(self, subject: Subject, world: World, *, ahead: Intent | None = None) -> None:
        self._subject = subject
        self._world = world
        self._ahead = ahead
        self.intents: tuple[str, ...] = (ahead.id,) if ahead is not None else ()
        self.written: tuple[Writing, ...] = ()

    def write(self, question: Writing) -> None:
        """Called before a writing question is asked."""
        self.written = (*self.written, question)
        if self._ahead is None and not self._world.rehearses:
            intent = intent_of(self._subject, self._world.clock, self._world.ids, question)
            self._world.store.intend(intent)
            self.intents = (*self.intents, intent.id)


def intent_of(subject: Subject, clock: Clock, ids: Ids, question: Writing | None = None) -> Intent:
    """What is to be remembered of a write: the question's own action, or what the object is heading for."""
    path, value = matching_value(subject)
    link = subject.link
    return Intent(
        id=ids.guid(),
        kind=subject.kind,
        source_id=subject.source_id,
        action=_ACTION[type(question)] if question is not None else _intended(subject),
        at=clock.now(),
        target_id=link.target_id if link is not None else "",
        match_path=path,
        match_value=value,
        payload_digest=_digest(question),
    )


def _intended(subject: Subject) -> Action:
    """An object with an account may lose it and be created again (E31), so it too is looked up after a crash."""
    return Action.DELETE if subject.disposition is Disposition.DELETE else Action.CREATE


def matching_value(subject: Subject) -> tuple[str, str]:
    """The first matching attribute that has a value, as (path, value): what a lost create is looked up by."""
    matching = (f for f in subject.desired.values if f[0].mapping.match is not None and not is_empty(f[1]))
    first = min(matching, key=lambda found: found[0].mapping.match or 0, default=None)
    return (first[0].mapping.target.text, as_seen(first[1])) if first is not None else ("", "")


def _digest(question: Writing | None) -> str:
    if isinstance(question, Create | Modify):
        return blake2b(orjson.dumps(question.body), digest_size=16).hexdigest()
    return ""
