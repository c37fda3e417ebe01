"""Members who may have been added to a group though nobody heard so (F01): written down before they are sent.

Who has left her group before the answer of her addition was written down is still to be taken out of it.
"""

from collections.abc import Iterable, Mapping

from provisioner.engine.membership import Membership, adding, is_adding
from provisioner.model.directory import ObjectKind
from provisioner.model.outcome import Ending
from provisioner.model.state import Intent, Settlement
from provisioner.runtime.world import World


class Additions:
    """The additions of one job that were written down, by group and member. Those of earlier cycles are in doubt."""

    def __init__(self, world: World) -> None:
        self._world = world
        waiting = filter(is_adding, world.store.intents())
        self._intents: dict[str, dict[str, Intent]] = {}
        for intent in waiting:
            self._note(intent)
        self._doubtful = frozenset(intent.id for intents in self._intents.values() for intent in intents.values())

    def doubtful(self, group: str) -> Mapping[str, str]:
        """Member's source id -> target id of everybody who may be in the group."""
        return {member: intent.target_id for member, intent in self._intents.get(group, {}).items()}

    def intend(self, group: str, members: Iterable[Membership]) -> None:
        """Make additions durable before they are sent; one that is in doubt is written down already.

        An account that was replaced takes its doubt with it (E31).
        """
        if self._world.rehearses:
            return
        known, now = self.doubtful(group), self._world.clock.now()
        new = [
            adding(self._world.ids.guid(), group, member, now)
            for member in members
            if known.get(member.member_id) != member.target_id
        ]
        for intent in new:
            self._replace(intent)
        if new:
            self._world.store.intend(*new)

    def _replace(self, intent: Intent) -> None:
        before = self._intents.get(intent.source_id, {}).get(intent.match_value)
        if before is not None:
            self._world.store.settle(Settlement(intent.kind, intent.source_id, intents=(before.id,)))
        self._note(intent)

    def heard(self, group: str, member: Membership, ending: Ending) -> tuple[str, ...]:
        """What is settled by an answer about a member: the ids of intents.

        A refusal says nothing of an earlier attempt, and an uncertain answer nothing at all.
        """
        intent = self._intents.get(group, {}).get(member.member_id)
        if intent is None or intent.target_id != member.target_id or ending is Ending.UNKNOWN:
            return ()
        if ending is Ending.FAILED and intent.id in self._doubtful:
            return ()
        del self._intents[group][member.member_id]
        return (intent.id,)

    def forget(self, group: str) -> None:
        """The group has a new account, or none: whom an old one held does not matter any more."""
        members = tuple(member for member, _ in self._world.store.memberships(group))
        intents = tuple(intent.id for intent in self._intents.pop(group, {}).values())
        if members or intents:
            self._world.store.settle(
                Settlement(ObjectKind.GROUP, group, members_removed=members, intents=intents),
            )

    def forget_unlinked(self) -> None:
        """Forget what was in doubt about groups that have no account any more."""
        for group in tuple(self._intents):
            if self._world.store.link(ObjectKind.GROUP, group) is None:
                self.forget(group)

    def _note(self, intent: Intent) -> None:
        self._intents.setdefault(intent.source_id, {})[intent.match_value] = intent
