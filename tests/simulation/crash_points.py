"""Every way one cycle can be struck: crashed at any tick, a request or an answer lost at any question, or both."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from tests.simulation.simulated import Fate, Simulation

CYCLES: Final = 5
MIDDLE: Final = 2
"""The person everything happens to: somebody comes before her and somebody after her."""

Change = Callable[[Simulation], None]


def _same(world: Simulation) -> None:
    """Nothing happens in the directory."""


def _renamed(world: Simulation) -> None:
    world.rename(MIDDLE, "married")


def _unassigned(world: Simulation) -> None:
    world.unassigned.add(MIDDLE)


def _disabled(world: Simulation) -> None:
    world.people[MIDDLE]["accountEnabled"] = False


def _soft_deleted(world: Simulation) -> None:
    world.soft_delete(MIDDLE)


def _deleted(world: Simulation) -> None:
    del world.people[MIDDLE]


def _namesake(world: Simulation) -> None:
    """She leaves, and somebody new gets her name."""
    del world.people[MIDDLE]
    world.join(9)
    world.rename(9, f"p{MIDDLE}")


CHANGES: Final[Mapping[str, Change]] = {
    "same": _same,
    "renamed": _renamed,
    "unassigned": _unassigned,
    "disabled": _disabled,
    "soft-deleted": _soft_deleted,
    "deleted": _deleted,
    "succeeded by a namesake": _namesake,
}
"""What the directory says of one person when the next cycle reads it."""


def alone() -> Simulation:
    """One person nobody has provisioned yet."""
    world = Simulation()
    world.join(MIDDLE)
    return world


def trio() -> Simulation:
    """The same between two others."""
    world = alone()
    world.join(1)
    world.join(3)
    return world


def fates(world: Simulation) -> Iterator[Fate]:
    """Every fate of this world's next cycle. The first is an undisturbed one."""
    undisturbed = _lived(world, Fate())
    losses = [(number, acted) for number in range(1, undisturbed.questions + 1) for acted in (False, True)]
    for lost, acted in [(0, False), *losses]:
        yield from crashes(world, Fate(lost=lost, acted=acted))


def crashes(world: Simulation, fate: Fate | None = None) -> Iterator[Fate]:
    """A fate of this world's next cycle, first as it is and then with a crash at every tick."""
    fate = fate or Fate()
    ticks = _lived(world, fate).ticks
    return (replace(fate, crash_at=tick) for tick in range(ticks + 1))


def _lived(world: Simulation, fate: Fate) -> Fate:
    lived = replace(fate)
    world.fork().cycle(lived)
    return lived
