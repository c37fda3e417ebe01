"""Which members a group's account lacks and which it has too many (E60): pure, over what is remembered.

Members are never read back: what the target holds is what was sent there, so drift in the target stays. An addition is
written down before it is sent; while nobody knows whether it happened, the member counts as one who may be there.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from provisioner.model.directory import ObjectKind
from provisioner.model.frozen import frozen
from provisioner.model.outcome import Action
from provisioner.model.state import Intent, Link

MEMBERS: Final = "members"
"""The matching path of an intent that is about a member: its value is the member's source id, its target id hers."""

DORMANT: Final = "dormant"
"""The path of a remembered reference to a member who is soft-deleted: the group is looked at again when she is not."""


@frozen
class Membership:
    """One member of one group: the source id of the member and its id in the target."""

    member_id: str
    target_id: str


@frozen
class MemberChanges:
    """What must be sent for one group, each in a PATCH of its own.

    ``unresolved`` are members without an account; ``dormant`` those who are deleted for now and stay as they are.
    """

    add: tuple[Membership, ...] = ()
    remove: tuple[Membership, ...] = ()
    unresolved: tuple[str, ...] = ()
    dormant: tuple[str, ...] = ()


def adding(id: str, group_id: str, member: Membership, at: datetime) -> Intent:
    """What is to be remembered of an addition before it is sent (F01)."""
    return Intent(
        id,
        ObjectKind.GROUP,
        group_id,
        Action.UPDATE,
        at,
        target_id=member.target_id,
        match_path=MEMBERS,
        match_value=member.member_id,
    )


def is_adding(intent: Intent) -> bool:
    """Whether it is not an object that is in doubt, but whether a group has a member."""
    return intent.kind is ObjectKind.GROUP and intent.match_path == MEMBERS


def member_changes(
    members: Iterable[str],
    account: Callable[[str], Link | None],
    remembered: Mapping[str, str],
    doubtful: Mapping[str, str] | None = None,
    *,
    dormant: Callable[[str], bool] = lambda _: False,
    again: bool = False,
) -> MemberChanges:
    """Compare a group's members in the source with the memberships that were sent.

    Only members that have an account count, and members out of scope are left out. An account that was replaced under
    another id is added again under the new one.

    :param members: source ids of the direct members, in the source's order.
    :param account: the link of a user or group by its source id.
    :param remembered: member's source id -> target id, as sent so far.
    :param doubtful: the same of additions nobody heard the answer of: sent again, or taken back.
    :param dormant: whether a member is soft-deleted. The directory shows such people in no group until they are
        restored; the service neither takes them out of groups nor puts them back (E56).
    :param again: whether everybody is to be sent anew, as after a restart (E56).
    """
    doubtful = doubtful or {}
    add: list[Membership] = []
    unresolved: list[str] = []
    wanted: set[str] = set()
    for member_id in members:
        link = account(member_id)
        if link is None or not link.in_scope:
            unresolved.append(member_id)
            continue
        wanted.add(member_id)
        if again or remembered.get(member_id) != link.target_id or member_id in doubtful:
            add.append(Membership(member_id, link.target_id))
    present = sorted({*remembered.items(), *doubtful.items()})
    left = [Membership(member, target) for member, target in present if member not in wanted]
    asleep = frozenset(member.member_id for member in left if dormant(member.member_id))
    remove = tuple(member for member in left if member.member_id not in asleep)
    return MemberChanges(tuple(add), remove, tuple(unresolved), tuple(sorted(asleep)))
