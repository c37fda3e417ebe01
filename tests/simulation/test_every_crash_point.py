"""P1, P2, P3: kill it at any instant, lose any request or answer; the next run makes things right (F01, F02, F11).

Exhaustive: no fate of a cycle is left out, neither with people alone nor with managers and groups. Where two cycles in
a row are struck, people alone stay exhaustive; with managers and groups it is every fifth crash of the first cycle.
"""

from itertools import islice

import pytest

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.store_sql import open_store
from tests.simulation.crash_points import CHANGES, CYCLES, TEAM_CHANGES, alone, crashes, fates, returning, team, trio
from tests.simulation.promises import broken_promises
from tests.simulation.simulated import Simulation

STORIES = [
    *(pytest.param(trio, change, id=f"people-{name}") for name, change in CHANGES.items()),
    *(pytest.param(returning, change, id=f"return-{name}") for name, change in CHANGES.items()),
    *(pytest.param(team, change, id=f"team-{name}") for name, change in TEAM_CHANGES.items()),
]


def ends(world: Simulation) -> list[str]:
    """What is still wrong in the fifth cycle, of which the first was struck."""
    for _ in range(CYCLES - 1):
        world.cycle()
    return sorted(broken_promises(world))


@pytest.mark.parametrize(("scene", "change"), STORIES)
def test_struck_while_people_arrive(scene, change):
    """Everybody arrives; the cycle is struck in every possible way; then the directory changes.

    After five cycles everybody who is wanted has exactly one account, and nobody else has an active one; everybody
    reports to the right account, and every group is there once with its members.
    """
    wrong = []
    for fate in fates(scene()):
        world = scene()
        world.cycle(fate)
        change(world)
        if broken := ends(world):
            wrong.append((fate, broken))
    assert wrong == []


@pytest.mark.parametrize(("scene", "change"), STORIES)
def test_struck_while_a_change_is_carried_out(scene, change):
    """Everybody has an account; the directory changes; the cycle that carries it out is struck in every way."""
    begin = scene()
    begin.cycle()
    change(begin)
    wrong = []
    for fate in fates(begin):
        world = begin.fork()
        world.cycle(fate)
        if broken := ends(world):
            wrong.append((fate, broken))
    assert wrong == []


@pytest.mark.parametrize("change", ["renamed", "unassigned", "deleted"])
def test_the_cycle_that_recovers_is_struck_too(change):
    """One person arrives and the cycle crashes; the directory changes; the next cycle is struck in every way as well.

    As long as the target cannot say what became of her create, she is not created by her new name.
    """
    wrong = []
    for first in crashes(alone()):
        crashed = alone()
        crashed.cycle(first)
        CHANGES[change](crashed)
        for second in fates(crashed):
            world = crashed.fork()
            world.cycle(second)
            if broken := ends(world):
                wrong.append((first, second, broken))
    assert wrong == []


@pytest.mark.parametrize("change", ["same", "deleted", "group with other members", "group succeeded by a namesake"])
def test_two_crashes_in_a_row_among_managers_and_groups(change):
    """The cycle crashes, the directory changes, and the cycle that goes on with it crashes at every tick as well."""
    wrong = []
    for first in islice(crashes(team()), None, None, 5):
        crashed = team()
        crashed.cycle(first)
        TEAM_CHANGES[change](crashed)
        for second in crashes(crashed):
            world = crashed.fork()
            world.cycle(second)
            if broken := ends(world):
                wrong.append((first, second, broken))
    assert wrong == []


@pytest.mark.parametrize(("scene", "change"), STORIES)
def test_the_same_on_sqlite(scene, change, tmp_path):
    """A sample of these stories with the real state file: what it has not committed is lost when it closes."""
    wrong = []
    for number, fate in enumerate(islice(fates(scene()), None, None, 41)):
        world = scene()
        world.store = SqliteStore(str(tmp_path / f"{number}.db"))
        world.cycle(fate)
        change(world)
        if broken := ends(world):
            wrong.append((fate, broken))
        world.store.close()
    assert wrong == []


class SqliteStore:
    """The state on disk, opened anew after every crash."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._store = self._open()

    def _open(self):
        return open_store(self._path, job="test", ids=SeededIds(0), durability="process")

    def crash(self) -> None:
        self._store.close()
        self._store = self._open()

    def __getattr__(self, name):
        return getattr(self._store, name)
