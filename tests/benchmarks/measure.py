"""How figures are taken: contestants in turns, each in a process of its own, compared pair by pair.

A machine that others use speeds up and slows down over seconds. Contestants that take turns (A B A B) meet the same
weather, so each round gives a ratio of its own, and the spread of the yardstick says how rough the weather was.
"""

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing import get_context
from statistics import median
from typing import Final, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Figures = tuple[float, ...]


class Size(StrEnum):
    """How much is measured."""

    SMOKE = "smoke"  # whether it still runs
    QUICK = "quick"
    USUAL = "usual"
    FULL = "full"


ROUNDS: Final = {Size.SMOKE: 1, Size.QUICK: 3, Size.USUAL: 5, Size.FULL: 5}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: our figures and, round by round, those of the yardstick (empty if there is none).

    ``aim`` is what the ratio, or the figure itself where there is no yardstick, should be.
    """

    what: str
    unit: str
    ours: Figures
    yardstick: Figures = ()
    against: str = ""
    aim: str = ""

    @property
    def ratios(self) -> Figures:
        """Ours divided by the yardstick's, pair by pair."""
        return tuple(ours / theirs for ours, theirs in zip(self.ours, self.yardstick, strict=bool(self.yardstick)))

    @property
    def noise(self) -> float | None:
        """How far the yardstick's own runs lie apart, as a share of their median."""
        return (max(self.yardstick) - min(self.yardstick)) / median(self.yardstick) if self.yardstick else None


def in_turns(size: Size, contestants: Mapping[str, Callable[[], Result]]) -> dict[str, tuple[Result, ...]]:
    """What each contestant returned, round by round; they take turns."""
    rounds = [{name: run() for name, run in contestants.items()} for _ in range(ROUNDS[size])]
    return {name: tuple(round_[name] for round_ in rounds) for name in contestants}


def fresh(function: Callable[Parameters, Result], *arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
    """Call a function of a module in a new process, whose memory and caches nothing else has touched."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(function, *arguments, **named).result()


class Stopwatch:
    """Seconds since it was started, until it is stopped for the first time."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.seconds = 0.0

    def stop(self) -> None:
        """Hold still from now on."""
        self.seconds = self.seconds or time.perf_counter() - self._started


@contextmanager
def timed() -> Iterator[Stopwatch]:
    """Time a block, with earlier garbage out of the way."""
    gc.collect()
    watch = Stopwatch()
    yield watch
    watch.stop()
