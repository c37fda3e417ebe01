"""Before anything else: ask the target what became of the creates an interrupted run had begun (F01)."""

from collections.abc import Collection
from dataclasses import replace

from provisioner.engine.membership import is_adding
from provisioner.engine.record import record
from provisioner.engine.recovery import recover
from provisioner.engine.trouble import DUPLICATE_SOURCE, error
from provisioner.model.outcome import Ending, LinkEffect, Outcome
from provisioner.model.recording import Topic
from provisioner.model.state import Intent, Link, Settlement
from provisioner.ports import Target
from provisioner.runtime.attend import DUE
from provisioner.runtime.converse import converse
from provisioner.runtime.stamps import Stamps
from provisioner.runtime.topic import speak_of
from provisioner.runtime.vigil import Vigil
from provisioner.runtime.world import World


async def recover_intents(
    world: World, target: Target, vigil: Vigil, stamp: Stamps, *, spared: Collection[Intent] = ()
) -> tuple[Outcome, ...]:
    """Settle every intent an interrupted run left. One the target cannot speak for now stays for the next run.

    :param spared: intents about which the flow of their own object will ask.
    :return: the objects that are still in doubt.
    """
    doubtful: list[Outcome] = []
    for intent in [each for each in world.store.intents() if not is_adding(each) and each not in spared]:
        if vigil.silent or vigil.locked_out:
            break
        speak_of(Topic(intent.kind, intent.source_id))
        recovery = await converse(recover(intent), target)
        outcome = _owned(world, recovery.outcome) if recovery.outcome is not None else None
        if outcome is not None and not recovery.settled:
            doubtful.append(outcome)
        adopted = outcome.target_id if outcome is not None and outcome.link is LinkEffect.SET else ""
        world.store.settle(
            Settlement(
                intent.kind,
                intent.source_id,
                digest=_due(world, intent),
                link=Link(intent.kind, intent.source_id, adopted) if adopted else _maybe_active(world, intent),
                intents=(intent.id,) if recovery.settled else (),
                records=(record(outcome, stamp(0)),) if outcome is not None else (),
            )
        )
    world.store.flush()
    return tuple(doubtful)


def _maybe_active(world: World, intent: Intent) -> Link | None:
    """An account that an interrupted change may have enabled is active and in scope.

    So the deletion guard counts it (E94), and who is deleted in the directory before anybody heard does not keep it.
    """
    link = world.store.link(intent.kind, intent.source_id)
    return replace(link, active=True, in_scope=True) if link is not None else None


def _due(world: World, intent: Intent) -> bytes | None:
    """An object in escrow waits for its time; any other is due at once."""
    return None if world.store.escrow(intent.kind, intent.source_id) is not None else DUE


def _owned(world: World, outcome: Outcome) -> Outcome:
    """Refuse to adopt an account that already belongs to somebody else."""
    if outcome.link is not LinkEffect.SET:
        return outcome
    owner = world.store.linked_to(outcome.kind, outcome.target_id)
    if owner is None or owner.source_id == outcome.source_id:
        return outcome
    taken = error(DUPLICATE_SOURCE, f"The account '{outcome.target_id}' belongs to source object '{owner.source_id}'")
    return replace(outcome, ending=Ending.FAILED, link=LinkEffect.KEEP, error=taken)
