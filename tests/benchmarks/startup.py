"""What the command line costs before it does anything."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Row, Size, in_turns, timed

RUNS: Final = {Size.SMOKE: 1, Size.QUICK: 3, Size.USUAL: 10, Size.FULL: 20}


def rows(size: Size, folder: Path) -> Iterator[Row]:
    """Seconds from the start of a process to its end."""
    runs = RUNS[size]
    seconds = in_turns(
        size,
        {
            "help": partial(_seconds, folder, runs, "-m", "provisioner", "--help"),
            "imports": partial(_seconds, folder, runs, "-c", "import typer, rich"),
        },
    )
    yield Row("provisioner --help", "s", seconds["help"], seconds["imports"], "import typer, rich", "<= 1.5")


def _seconds(folder: Path, runs: int, *arguments: str) -> float:
    """The mean of a few runs: a single start is too short for the clock of a busy machine."""
    with timed() as watch:
        for _ in range(runs):
            subprocess.run([sys.executable, *arguments], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    return watch.seconds / runs
