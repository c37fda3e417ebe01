"""P1, P2, P3: kill it at any instant, lose any request or answer; the next run makes things right (F01, F02, F11)."""

from itertools import islice

import pytest

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.store_sql import open_store
from tests.simulation.crash_points import CHANGES, CYCLES, alone, crashes, fates, trio
from tests.simulation.simulated import Simulation, broken_promises


def ends(world: Simulation) -> list[str]:
    """What is still wrong after undisturbed cycles up to the fifth."""
    for _ in range(CYCLES - world.serial):
        world.cycle()
    return sorted(broken_promises(world))


@pytest.mark.parametrize("change", CHANGES)
def test_struck_while_people_arrive(change):
    """Three people arrive; the cycle is struck in every possible way; then the directory changes.

    After five cycles everybody who is wanted has exactly one account, and nobody else has an active one.
    """
    wrong = []
    for fate in fates(trio()):
        world = trio()
        world.cycle(fate)
        CHANGES[change](world)
        if broken := ends(world):
            wrong.append((fate, broken))
    assert wrong == []


@pytest.mark.parametrize("change", CHANGES)
def test_struck_while_a_change_is_carried_out(change):
    """Three people have accounts; the directory changes; the cycle that carries it out is struck in every way."""
    begin = trio()
    begin.cycle()
    CHANGES[change](begin)
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


@pytest.mark.parametrize("change", CHANGES)
def test_the_same_on_sqlite(change, tmp_path):
    """A sample of these stories with the real state file: what it has not committed is lost when it closes."""
    wrong = []
    for number, fate in enumerate(islice(fates(trio()), None, None, 41)):
        world = trio()
        world.store = SqliteStore(str(tmp_path / f"{number}.db"))
        world.cycle(fate)
        CHANGES[change](world)
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
