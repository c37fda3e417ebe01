"""``run --verify-members``: a group is read back after each change of a member, and what else changed is told (E60)."""

from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from typing import Final

from provisioner.engine.readback import Listing, Sent, drift, listing, surprise
from provisioner.model.directory import ObjectKind
from provisioner.model.outcome import Outcome
from provisioner.model.question import Read
from provisioner.ports import Target

HIDDEN: Final = "the target shows no members of it: it lost whom it was given, or never returns members"


@dataclass(slots=True)
class Verification:
    """The reading back of one group, one change at a time.

    ``name`` is what people call the group; ``staying`` are the target ids of the members that were sent before and are
    not to be removed now.
    """

    target: Target
    name: str
    target_id: str
    staying: frozenset[str]
    _last: Listing | None = None
    _shows: bool = False
    _surprises: list[str] = field(default_factory=list)
    _unverified: list[str] = field(default_factory=list)

    async def around(self, member_id: str, asking: Awaitable[Outcome], *, adds: bool) -> Outcome:
        """Look at the group before and after one member is added or removed.

        :param member_id: the member's target id.
        """
        before = self._last if self._last is not None and self._last.ids is not None else await self._begin()
        outcome = await asking
        self._last = await self._read()
        self._compare(Sent(member_id, adds, outcome.ending), before, self._last)
        return outcome

    def _compare(self, sent: Sent, before: Listing, after: Listing) -> None:
        if before.ids is None or after.ids is None:
            self._unverified.append(after.why or before.why)
        elif after.ids not in sent.expected(before.ids) and not self._shows:
            self._unverified.append(HIDDEN)
        elif said := surprise(sent, before.ids, after.ids):
            self._surprises.append(f"group '{self.name}': {said}")

    def told(self) -> Iterator[str]:
        """What is to be known: each surprise, and in one sentence what could not be verified."""
        yield from self._surprises
        if self._unverified:
            count = len(self._unverified)
            changes = "1 change of its members" if count == 1 else f"{count} changes of its members"
            yield f"group '{self.name}': {changes} could not be verified: {self._unverified[0]}"

    async def _begin(self) -> Listing:
        found = await self._read()
        if self._last is None and found.ids is not None and found.shown:
            said = drift(self.staying, found.ids)
            self._surprises += [f"group '{self.name}': {said}"] if said else []
        return found

    async def _read(self) -> Listing:
        question = Read(ObjectKind.GROUP, self.target_id)
        found = listing(question, await self.target.ask(question))
        self._shows = self._shows or (found.ids is not None and found.shown)
        return found
