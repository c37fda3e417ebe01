"""Noticing that a target does not keep what it is sent: it says 200, and the same difference is there again (F23).

The service compares state and not what it once sent, so such an attribute is sent whenever its object is attended to
(E30). That is no failure; but nobody would ever hear of it.
"""

from collections.abc import Collection
from hashlib import blake2b
from typing import Final

import orjson

from provisioner.engine.record import MASKED, shown
from provisioner.model.outcome import Action, AttributeChange, Ending, LinkEffect, Outcome
from provisioner.model.state import Repeat

ENOUGH: Final = 3
"""So many times in a row the same difference is sent before it is told; it is told that once."""


def repeated(outcome: Outcome, before: tuple[Repeat, ...], compared: Collection[str]) -> tuple[Repeat, ...]:
    """What an object was sent in a row to make one and the same difference, after one more conversation.

    What was compared and was no difference is kept by the target; what was not compared stays as it was.

    :param compared: the paths whose value in the target was looked at.
    """
    if outcome.link is LinkEffect.DROP or outcome.action in (Action.CREATE, Action.DELETE):
        return ()
    if outcome.ending not in (Ending.CHANGED, Ending.UNCHANGED):
        return before
    known = {repeat.path: repeat for repeat in before}
    sent = (change for change in outcome.changes if change.attribute.lower() not in MASKED)
    again = (_again(outcome, change, known.get(change.attribute)) for change in sent)
    return (*(repeat for repeat in before if repeat.path not in compared), *again)


def not_kept(repeats: tuple[Repeat, ...], compared: Collection[str]) -> tuple[str, ...]:
    """The paths of which it is time to tell."""
    return tuple(repeat.path for repeat in repeats if repeat.times == ENOUGH and repeat.path in compared)


def _again(outcome: Outcome, change: AttributeChange, before: Repeat | None) -> Repeat:
    difference = _digest(change)
    times = before.times + 1 if before is not None and before.difference == difference else 1
    return Repeat(outcome.kind, outcome.source_id, change.attribute, difference, times)


def _digest(change: AttributeChange) -> str:
    values = [shown(change.before), shown(change.after)]
    return blake2b(orjson.dumps(values, default=str, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
