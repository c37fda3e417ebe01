"""Crash stories a second, against a bare loop that asks the same questions of the same target in memory."""

from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Row, Size, fresh, in_turns, timed
from tests.simulation.crash_points import CYCLES, fates, team, trio
from tests.simulation.fate import now
from tests.simulation.model_target import ModelTarget

RUNS: Final = {Size.SMOKE: 3, Size.QUICK: 100, Size.USUAL: 300, Size.FULL: 300}
SCENES: Final = {"three people": trio, "two people, a manager and a group": team}


def rows(size: Size, folder: Path) -> Iterator[Row]:
    """Runs per second; a run is five cycles, of which the first is struck in some way."""
    for scene in SCENES:
        speeds = in_turns(
            size,
            {"ours": partial(fresh, _runs, scene, RUNS[size]), "bare": partial(fresh, _bare, scene, RUNS[size])},
        )
        what = f"simulated runs of {scene}"
        yield Row(what, "runs/s", speeds["ours"], speeds["bare"], "the same questions in a bare loop")


def _runs(scene: str, number: int) -> float:
    with timed() as watch:
        done = len(_live(scene, number))
    return done / watch.seconds


def _live(scene: str, number: int) -> list[ModelTarget]:
    """The targets of so many runs, in each of which five cycles asked their questions."""
    targets = []
    for fate in islice(fates(SCENES[scene]()), number):
        world = SCENES[scene]()
        world.cycle(fate)
        while world.serial < CYCLES:
            world.cycle()
        targets.append(world.target)
    return targets


def _bare(scene: str, number: int) -> float:
    asked = [target.asked for target in _live(scene, number)]
    with timed() as watch:
        for questions in asked:
            target = ModelTarget()
            for question in questions:
                now(target.ask(question))
    return len(asked) / watch.seconds
