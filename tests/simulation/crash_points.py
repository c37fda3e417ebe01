"""Every way one cycle can be struck: crashed at any tick, a request or an answer lost at any question, or both.

Everything happens to one person, or to the group she is in. Who is with her is the scene of a story.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from tests.engine.worlds import ACTIVE, MANAGER, TITLE, USER_NAME, job
from tests.simulation.company import GROUPS
from tests.simulation.fate import Fate
from tests.simulation.simulated import Simulation

CYCLES: Final = 5
MIDDLE: Final = 2
"""The person everything happens to: somebody comes before her and somebody after her."""

TEAM: Final = "team"
"""The group she is in, where there are groups."""

Change = Callable[[Simulation], None]


def _same(world: Simulation) -> None:
    """Nothing happens in the directory."""


def _renamed(world: Simulation) -> None:
    world.rename(MIDDLE, "married")


def _unassigned(world: Simulation) -> None:
    world.unassigned.add(MIDDLE)
    if TEAM in world.groups:
        world.form(TEAM, 1)


def _disabled(world: Simulation) -> None:
    world.people[MIDDLE]["accountEnabled"] = False


def _soft_deleted(world: Simulation) -> None:
    world.soft_delete(MIDDLE)


def _deleted(world: Simulation) -> None:
    world.purge(MIDDLE)


def _namesake(world: Simulation) -> None:
    """She leaves, and somebody new gets her name."""
    world.purge(MIDDLE)
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


def _manages(world: Simulation) -> None:
    """The two change places: who was reported to reports."""
    del world.people[1]["manager"]
    world.report_to(MIDDLE, 1)


def _group_renamed(world: Simulation) -> None:
    world.form(TEAM, 1, MIDDLE, name="tribe")


def _group_changed(world: Simulation) -> None:
    """One member leaves the group and somebody new is hired into it."""
    world.join(3)
    world.form(TEAM, 1, 3)


def _group_unassigned(world: Simulation) -> None:
    world.unassigned.add(TEAM)


def _group_deleted(world: Simulation) -> None:
    del world.groups[TEAM]


def _group_succeeded(world: Simulation) -> None:
    """The group is deleted, and another one gets its name."""
    del world.groups[TEAM]
    world.form("successor", MIDDLE, name=TEAM)


TEAM_CHANGES: Final[Mapping[str, Change]] = {
    **CHANGES,
    "reported to by the other": _manages,
    "group renamed": _group_renamed,
    "group with other members": _group_changed,
    "group unassigned": _group_unassigned,
    "group deleted": _group_deleted,
    "group succeeded by a namesake": _group_succeeded,
}
"""What the directory says of two people and their group."""


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


def returning() -> Simulation:
    """The same trio; she had left, her account is disabled, and she is assigned again."""
    world = trio()
    world.cycle()
    world.unassigned.add(MIDDLE)
    world.cycle()
    world.unassigned.clear()
    return world


def team() -> Simulation:
    """Her and somebody who reports to her, both in one group.

    A reference to somebody who comes later is noticed at once; by default it waits for a restart, as in Entra (E38).
    """
    made = job(USER_NAME, ACTIVE, TITLE, MANAGER, fidelity={"late_references": "close"})
    world = Simulation(job=replace(made, groups=GROUPS))
    world.join(1)
    world.join(MIDDLE)
    world.report_to(1, MIDDLE)
    world.form(TEAM, 1, MIDDLE)
    return world


def fates(world: Simulation) -> Iterator[Fate]:
    """Every fate of this world's next cycle. The first is an undisturbed one."""
    undisturbed = _lived(world, Fate())
    losses = [(number, acted) for number in range(1, undisturbed.questions + 1) for acted in (False, True)]
    for lost, acted in [(0, False), *losses]:
        yield from crashes(world, Fate(lost=lost, acted=acted))


def crashes(world: Simulation, fate: Fate | None = None) -> Iterator[Fate]:
    """A fate of this world's next cycle, first as it is and then with a crash at every tick.

    A crash before the question that gets lost is left out: it is the same crash in a cycle that loses nothing.
    """
    fate = fate or Fate()
    lived = _lived(world, fate)
    yield fate
    yield from (replace(fate, crash_at=tick) for tick in range(lived.lost_at + 1, lived.ticks + 1))


def _lived(world: Simulation, fate: Fate) -> Fate:
    lived = replace(fate)
    world.fork().cycle(lived)
    return lived
