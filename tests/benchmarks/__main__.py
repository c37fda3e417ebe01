"""``python -m tests.benchmarks [NAME...] [--quick | --full]``."""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from tests.benchmarks import incremental, initial, members, scenarios, simulated, simulation, startup, store, whatif
from tests.benchmarks.measure import Row, Size
from tests.benchmarks.table import machine, show

BENCHMARKS: dict[str, Callable[[Size, Path], Iterator[Row]]] = {
    "initial": initial.rows,
    "incremental": incremental.rows,
    "members": members.rows,
    "scenarios": scenarios.rows,
    "simulated": simulated.rows,
    "simulation": simulation.rows,
    "startup": startup.rows,
    "store": store.rows,
    "whatif": whatif.rows,
}


def main() -> None:
    """Run the benchmarks asked for, all without a name."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"one of {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--quick", dest="size", action="store_const", const=Size.QUICK, help="smaller, fewer rounds")
    parser.add_argument("--full", dest="size", action="store_const", const=Size.FULL, help="a million people too")
    asked = parser.parse_args()
    if unknown := [name for name in asked.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark is named {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    console = Console()
    console.print(f"Median (lowest to highest) of rounds in turns; ratios pair by pair. {machine()}.\n")
    for name in asked.names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix=f"benchmark-{name}-") as folder:
            show(name, BENCHMARKS[name](asked.size or Size.USUAL, Path(folder)), console)
        console.print()


if __name__ == "__main__":
    main()
