"""What holds at every moment of every story, at rest or in the midst of trouble: P2, P3, P10."""

from collections.abc import Sequence

import orjson

from provisioner.model.directory import ObjectKind
from tests.simulation.simulated import GROUP, USER, Simulation


def check_always(worlds: Sequence[Simulation]) -> None:
    """Fail on a promise that is broken, with its number."""
    first, second = worlds
    for kind in ObjectKind:
        _nobody_has_two_accounts(first, kind)
        _every_account_is_known_or_in_doubt(first, kind)
    _both_worlds_are_the_same(first, second)


def _nobody_has_two_accounts(world: Simulation, kind: ObjectKind) -> None:
    owners = [body["externalId"] for body in world.accounts(kind).values()]
    assert len(owners) == len(set(owners)), "P2"


def _every_account_is_known_or_in_doubt(world: Simulation, kind: ObjectKind) -> None:
    """Linked, or written down as intended under the name it was created with."""
    known = {link.target_id for link in world.store.links(kind)}
    intended = {intent.match_value for intent in world.store.intents() if intent.kind is kind}
    for target_id, body in world.accounts(kind).items():
        name = body["userName"] if kind is USER else body["displayName"]
        idle = kind is USER and body["active"] is not True
        assert target_id in known or idle or name in intended, "P3"


def _both_worlds_are_the_same(first: Simulation, second: Simulation) -> None:
    """Same inputs, same seed: same questions, same log, byte for byte."""
    assert first.target.asked == second.target.asked, "P10"
    assert _log(first) == _log(second), "P10"


def _log(world: Simulation) -> bytes:
    return b"\n".join(orjson.dumps(record.body) for record in world.store.records())


def harmed(world: Simulation) -> set[str]:
    """Source ids of all that can be taken away: active accounts of people, and groups."""
    active = {body["externalId"] for body in world.accounts().values() if body["active"] is True}
    return active | {body["externalId"] for body in world.accounts(GROUP).values()}
