"""Makers of the stamps that log entries carry: who, when, in which cycle."""

from collections.abc import Callable

from provisioner.engine.record import Stamp
from provisioner.runtime.world import World

Stamps = Callable[[int], Stamp]
"""Milliseconds it took -> the stamp of a new record."""


def stamps(*, world: World, cycle: int, cycle_id: str, job: str, target: str) -> Stamps:
    """A maker of stamps for the records of one cycle.

    Their ids come from a stream of their own, so that the log does not depend on how many ids requests drew (P10).
    """
    ids = world.ids.stream(f"records of cycle {cycle}")

    def stamp(milliseconds: int) -> Stamp:
        return Stamp(
            id=ids.guid(),
            at=world.clock.now(),
            change_id=ids.guid(),
            cycle=cycle,
            cycle_id=cycle_id,
            job=job,
            lineage=world.store.lineage,
            target=target,
            milliseconds=milliseconds,
        )

    return stamp
