"""Which members a group's account lacks and which it has too many (E60): pure, over what is remembered.

Members are never read back: what the target holds is what was sent there, so drift in the target stays.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from provisioner.model.state import Link


@dataclass(frozen=True, slots=True)
class Membership:
    """One member of one group: the source id of the member and its id in the target."""

    member_id: str
    target_id: str


@dataclass(frozen=True, slots=True)
class MemberChanges:
    """What must be sent for one group, each in a PATCH of its own. ``unresolved`` are members without an account."""

    add: tuple[Membership, ...] = ()
    remove: tuple[Membership, ...] = ()
    unresolved: tuple[str, ...] = ()


def member_changes(
    members: Iterable[str], account: Callable[[str], Link | None], remembered: Mapping[str, str]
) -> MemberChanges:
    """Compare a group's members in the source with the memberships that were sent.

    Only members that have an account count, and members out of scope are left out. An account that was replaced under
    another id is added again under the new one.

    :param members: source ids of the direct members, in the source's order.
    :param account: the link of a user or group by its source id.
    :param remembered: member's source id -> target id, as sent so far.
    """
    add: list[Membership] = []
    unresolved: list[str] = []
    wanted: set[str] = set()
    for member_id in members:
        link = account(member_id)
        if link is None or not link.in_scope:
            unresolved.append(member_id)
            continue
        wanted.add(member_id)
        if remembered.get(member_id) != link.target_id:
            add.append(Membership(member_id, link.target_id))
    remove = tuple(Membership(member, target) for member, target in sorted(remembered.items()) if member not in wanted)
    return MemberChanges(tuple(add), remove, tuple(unresolved))
