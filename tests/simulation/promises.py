"""What has to be so once a world has come to rest (P1, P2, P3), told in the words of the company and the target."""

from collections.abc import Iterator
from typing import Any

from provisioner.engine.membership import is_adding
from provisioner.engine.resource import read_reference
from provisioner.model.directory import ObjectKind
from provisioner.model.state import Intent
from tests.engine.worlds import MANAGER
from tests.simulation.company import id_of
from tests.simulation.simulated import GROUP, USER, Simulation


def broken_promises(world: Simulation) -> Iterator[str]:
    """What is not as it has to be: about people, about those they report to, about groups, about unfinished work."""
    yield from _people(world)
    yield from _managers(world)
    yield from _groups(world)
    yield from (f"an intent for {intent.match_value} is left" for intent in _unsettled(world))
    yield from (f"{escrow.source_id} waits in escrow" for escrow in world.store.escrows())


def _people(world: Simulation) -> Iterator[str]:
    """Exactly one account for everybody who is wanted, linked to her; no active account for anybody else."""
    links, wanted = _links(world, USER), world.wanted()
    active = {target_id: body["userName"] for target_id, body in world.accounts().items() if body["active"] is True}
    for source_id, name in wanted.items():
        if active.get(links.get(source_id, "")) != name:
            yield f"{name} has no active account of her own"
    yield from (f"{name} is active and nobody's" for name in set(active.values()) - set(wanted.values()))
    if len(active) > len(wanted):
        yield f"{len(active)} active accounts for {len(wanted)} people"
    present = {entry["id"] for entry in world.people.values()}
    yield from (f"{source_id} is gone and still linked" for source_id in links if source_id not in present)
    yield from (f"account {target} is unknown and active" for target in set(active) - set(links.values()))


def _managers(world: Simulation) -> Iterator[str]:
    """Everybody who is wanted points at the account of whom she reports to, if that one has an account (E27)."""
    links, accounts, wanted = _links(world, USER), world.accounts(), world.wanted()
    for entry in world.people.values():
        manager = links.get((entry.get("manager") or {}).get("id", ""))
        account = accounts.get(links.get(entry["id"], ""))
        if manager is None or account is None or entry["id"] not in wanted or not world.maps_managers:
            continue
        told = read_reference(account, MANAGER.target)
        if told != manager:
            yield f"{account['userName']} reports to {told} instead of {manager}"


def _groups(world: Simulation) -> Iterator[str]:
    """Every wanted group is there once, under its name, with its members; and no other group of the company is."""
    links, groups, wanted = _links(world, GROUP), world.accounts(GROUP), world.wanted_groups()
    for group, entry in wanted.items():
        account = groups.get(links.get(group, ""))
        if account is None or account["displayName"] != entry["displayName"]:
            yield f"group {entry['displayName']} is not there"
            continue
        yield from _members(world, entry, account)
    yield from (f"group {group} is gone and still linked" for group in links if group not in wanted)
    for target_id in groups.keys() - set(links.values()):
        yield f"group {groups[target_id]['displayName']} is nobody's"


def _members(world: Simulation, entry: dict[str, Any], account: dict[str, Any]) -> Iterator[str]:
    """Exactly those members of the group who are in scope and linked (E60).

    Of somebody who is deleted softly the last word counts, which the present does not know (E57); she may be in it.
    An account that is not there any more is in no group, whatever the target lists.
    """
    links, present = _links(world, USER), world.accounts()
    held = [member["value"] for member in account.get("members", ()) if member["value"] in present]
    listed = {n: links[id_of(n)] for n in world.people if id_of(n) in entry["members"] and id_of(n) in links}
    deleted = {links.get(source_id, "") for source_id in _deleted(world)}
    expected = {target for n, target in listed.items() if world.in_scope(n)} - deleted
    if len(held) != len(set(held)):
        yield f"group {entry['displayName']} holds somebody twice: {sorted(held)}"
    if set(held) - deleted != expected:
        yield f"group {entry['displayName']} holds {sorted(held)} instead of {sorted(expected)}"


def _deleted(world: Simulation) -> set[str]:
    return {entry["id"] for entry in world.people.values() if "deletedDateTime" in entry}


def _unsettled(world: Simulation) -> Iterator[Intent]:
    """What is still in doubt; whether a group holds somebody who is deleted softly may be left so."""
    deleted = _deleted(world)
    return (each for each in world.store.intents() if not (is_adding(each) and each.match_value in deleted))


def _links(world: Simulation, kind: ObjectKind) -> dict[str, str]:
    return {link.source_id: link.target_id for link in world.store.links(kind)}
