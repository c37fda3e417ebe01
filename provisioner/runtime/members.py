"""The last pass: memberships, one member per request, several in flight for one group (E8, E60, E61).

A group is remembered as due until its members are through, so that a run that dies in between goes on where it was.
An addition is written down before it is sent, several at a time: it may have happened though nobody heard so, and
who has left the group meanwhile has to be taken out of it. A removal needs none: its member is remembered until it is
known to be done.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from provisioner.engine import steps
from provisioner.engine.flow import change_member
from provisioner.engine.membership import DORMANT, MEMBERS, MemberChanges, Membership, member_changes
from provisioner.model.directory import ObjectKind
from provisioner.model.frozen import frozen
from provisioner.model.outcome import Action, AttributeChange, Ending, Outcome
from provisioner.model.question import Modify
from provisioner.model.recording import Topic
from provisioner.model.state import PendingReference, Settlement
from provisioner.runtime.additions import Additions
from provisioner.runtime.attend import Attendant
from provisioner.runtime.attended import Attended
from provisioner.runtime.converse import converse
from provisioner.runtime.pool import in_order
from provisioner.runtime.topic import speak_of
from provisioner.runtime.verification import Verification

AHEAD: Final = 64
"""Additions that are made durable together. One in doubt costs no look-up, only the removal of who left meanwhile."""


@frozen
class _Change:
    """One member to add or to remove."""

    member: Membership
    adds: bool


@dataclass(slots=True)
class _Result:
    """What became of a group's members: how many were asked for, the changes for the log, the first that failed.

    ``whole`` is false when the pass was stopped before its end.
    """

    done: int = 0
    changes: list[AttributeChange] = field(default_factory=list)
    failed: Outcome | None = None
    whole: bool = True


@dataclass(slots=True)
class MemberPass:
    """Changes the members of groups whose own account is settled.

    :param verify: read the group back after each change, one at a time, and report what else changed.
    """

    attendant: Attendant
    in_flight: int
    verify: bool = False
    warnings: list[str] = field(default_factory=list)
    additions: Additions = field(init=False)

    def __post_init__(self) -> None:
        self.additions = Additions(self.attendant.world)

    def prepare(self, attended: Attended) -> MemberChanges:
        """What must be sent for a group. A group created anew has no members yet, whatever was remembered."""
        preparation = self.attendant.preparation
        source_id = attended.item.source_id
        created = attended.outcome.action is Action.CREATE
        if created:
            self.additions.forget(source_id)
        group = preparation.snapshot.groups[source_id]
        remembered = {} if created else dict(preparation.store.memberships(source_id))
        return member_changes(
            group.members,
            preparation.account,
            remembered,
            self.additions.doubtful(source_id),
            dormant=preparation.is_dormant,
            again=preparation.restarted,
        )

    async def change(self, attended: Attended, changes: MemberChanges, going: Callable[[], bool]) -> None:
        """Send a group's changes and settle the group.

        :param going: asked before each member; false ends the pass.
        """
        result, world = _Result(), self.attendant.world
        async for outcome, change, question in self._send(attended, changes, going, result):
            self._settle_member(attended, outcome, change)
            world.progress.step("member")
            world.watch(attended.subject, outcome, (question,), again=True)
            result.done += 1
            if not world.rehearses:
                result.changes.extend(outcome.changes)
            if outcome.failed:
                result.failed = result.failed or outcome
        self._settle_group(attended, changes, result)

    async def _send(
        self, attended: Attended, changes: MemberChanges, going: Callable[[], bool], result: _Result
    ) -> AsyncIterator[tuple[Outcome, _Change, Modify]]:
        targets = self.attendant.all_targets
        workers = 1 if self.verify else min(self.in_flight, len(targets))
        verification = self._verification(attended, changes)
        subject = replace(attended.subject, link=None)
        context = self.attendant.preparation.context(ObjectKind.GROUP)

        async def work(change: _Change, worker: int) -> tuple[Outcome, _Change, Modify]:
            speak_of(Topic(ObjectKind.GROUP, attended.item.source_id, change.member.member_id))
            question = self._question(attended, change)
            before, after = (None, change.member.target_id) if change.adds else (change.member.target_id, None)
            asking = converse(change_member(subject, context, question, before, after), targets[worker])
            if self.verify:
                asking = verification.around(change.member.target_id, asking, adds=change.adds)
            return await asking, change, question

        def coming() -> Iterator[_Change]:
            for change in self._ahead(attended.item.source_id, changes):
                if not going():
                    result.whole = False
                    return
                yield change
            result.whole = going()

        async for done in in_order(coming(), work, workers=workers, key=lambda change: change.member.target_id):
            yield done
        self.warnings.extend(verification.told())

    def _verification(self, attended: Attended, changes: MemberChanges) -> Verification:
        remembered = self.attendant.world.store.memberships(attended.item.source_id) if self.verify else ()
        staying = frozenset(target for _, target in remembered) - {member.target_id for member in changes.remove}
        return Verification(self.attendant.all_targets[0], attended.subject.name, attended.outcome.target_id, staying)

    def _ahead(self, group: str, changes: MemberChanges) -> Iterator[_Change]:
        """All changes; so many additions at once are durable before the first of them is sent."""
        coming = _all(changes)
        while chunk := tuple(islice(coming, AHEAD)):
            self.additions.intend(group, (change.member for change in chunk if change.adds))
            yield from chunk

    def _question(self, attended: Attended, change: _Change) -> Modify:
        dialect = self.attendant.preparation.context(ObjectKind.GROUP).dialect
        target_id = change.member.target_id
        if change.adds:
            body = dialect.add_member(target_id, replaces=attended.outcome.lists_members)
        else:
            body = dialect.remove_member(target_id)
        return Modify(ObjectKind.GROUP, attended.outcome.target_id, body)

    def _settle_member(self, attended: Attended, outcome: Outcome, change: _Change) -> None:
        """Remember a member as there, or gone; a failure leaves what was known before. Who rehearses keeps nothing."""
        if self.attendant.world.rehearses:
            return
        group, member, done = attended.item.source_id, change.member, not outcome.failed
        self.attendant.world.store.settle(
            Settlement(
                ObjectKind.GROUP,
                group,
                intents=self.additions.heard(group, member, outcome.ending),
                members_added=((member.member_id, member.target_id),) if done and change.adds else (),
                members_removed=(member.member_id,) if done and not change.adds else (),
            )
        )

    def _settle_group(self, attended: Attended, changes: MemberChanges, result: _Result) -> None:
        """The group is settled with its members; one that failed brings the whole group back (E90)."""
        self._remember(attended, changes)
        if not result.whole:
            return
        failed = result.failed
        if not result.done:
            self.attendant.close(attended.item, attended.outcome)
            return
        outcome = replace(
            attended.outcome,
            ending=failed.ending if failed is not None else Ending.CHANGED,
            action=Action.UPDATE,
            steps=failed.steps if failed is not None else (steps.exported(Action.UPDATE, attended.outcome.target_id),),
            changes=tuple(result.changes),
            error=failed.error if failed is not None else None,
            skip_reason="",
            reference=failed is not None,
        )
        self.attendant.amend(attended, outcome)

    def _remember(self, attended: Attended, changes: MemberChanges) -> None:
        """Remember whom the group waits for: members deleted for now, and where that gap is to be closed (E38), those
        without an account."""
        closing = self.attendant.preparation.job.fidelity.late_references == "close"
        source_id = attended.item.source_id
        waiting = [(DORMANT, m) for m in changes.dormant] + [(MEMBERS, m) for m in changes.unresolved if closing]
        pending = tuple(PendingReference(ObjectKind.GROUP, source_id, path, member) for path, member in waiting)
        self.attendant.world.store.settle(Settlement(ObjectKind.GROUP, source_id, references=pending))


def _all(changes: MemberChanges) -> Iterator[_Change]:
    yield from (_Change(member, adds=False) for member in changes.remove)
    yield from (_Change(member, adds=True) for member in changes.add)
