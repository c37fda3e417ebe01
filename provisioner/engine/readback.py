"""What a group holds after a change of one member, against what it should hold: ``--verify-members`` (E60).

A group that cannot be read is never taken for an empty one: then nothing is known, and that is what is said.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from provisioner.engine import trouble
from provisioner.engine.resource import member
from provisioner.model.answer import Answer, Found, Refused, Unknown
from provisioner.model.frozen import frozen
from provisioner.model.outcome import Ending
from provisioner.model.question import Read

NAMED: Final = 5
"""Members named in one sentence; a wiped group may have lost thousands."""


@frozen
class Listing:
    """Who the target says is in a group, by target id.

    ``ids`` is None when it could not be read, for the reason in ``why``. ``shown`` is whether the target returned the
    attribute at all: one that is absent means an empty group, or a target that never returns it.
    """

    ids: frozenset[str] | None
    shown: bool = True
    why: str = ""


@frozen
class Sent:
    """One member that was to be added or removed, and how the request ended."""

    target_id: str
    adds: bool
    ending: Ending

    def expected(self, before: frozenset[str]) -> tuple[frozenset[str], ...]:
        """What may be in the group afterwards: the change when it was accepted, none when it was refused."""
        member_id = {self.target_id}
        after = before | member_id if self.adds else before - member_id
        if self.ending is Ending.UNKNOWN:
            return (after, before)
        return (before,) if self.ending is Ending.FAILED else (after,)


def listing(question: Read, answer: Answer) -> Listing:
    """Read an answer about a group."""
    if isinstance(answer, Found) and answer.resources:
        return _listed(answer.resources[0])
    reason = (
        trouble.diagnose(question, answer).reason if isinstance(answer, Refused | Unknown) else "no group came back"
    )
    return Listing(None, why=reason)


def _listed(group: Mapping[str, Any]) -> Listing:
    found = member(group, "members")
    if found is None:
        return Listing(frozenset(), shown=False)
    values = [member(each, "value") for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    ids = [value for value in values if isinstance(value, str)]
    if not isinstance(found, list) or len(ids) != len(found):
        return Listing(None, why="its members are no list of elements with a value")
    return Listing(frozenset(ids))


def surprise(sent: Sent, before: frozenset[str], after: frozenset[str]) -> str | None:
    """What differs from what a change should have made of a group, as a sentence; None when all is as it should be."""
    expected = sent.expected(before)
    if after in expected:
        return None
    wanted = expected[0]
    verb = "added" if sent.adds else "removed"
    intent = f"was refused to be {verb}" if sent.ending is Ending.FAILED else f"was to be {verb}"
    found = (("lost", wanted - after), ("has", after - wanted))
    return f"{sent.target_id} {intent}, but the target " + " and ".join(
        f"{what} {_few(ids)}" for what, ids in found if ids
    )


def drift(sent_before: frozenset[str], found: frozenset[str]) -> str | None:
    """What is said of members that were sent in earlier cycles and are not there when this one begins."""
    lost = sent_before - found
    if not lost:
        return None
    return (
        f"the target does not hold {_few(lost)}, added before and never removed. If nobody took them out there, it "
        "loses one of two PATCHes that come at once: member_patches_in_flight = 1 sends them one after another"
    )


def _few(ids: Iterable[str]) -> str:
    named = sorted(ids)
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return f"{', '.join(named[:NAMED])}{more}"
