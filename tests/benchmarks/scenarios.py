"""Scenario folders: all the shipped stories together, and four weeks of a small company in one."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import field, replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from provisioner.adapters.sample import next_day, write_sample
from provisioner.adapters.scenario import read_scenario
from provisioner.cli.logging import configure
from provisioner.model.directory import ObjectKind
from provisioner.model.frozen import frozen
from provisioner.model.report import CycleReport
from provisioner.ports import Store
from provisioner.sandbox import parse_fault
from provisioner.wiring.stage import Stage, Told, staged
from tests.benchmarks.measure import Row, Size, Stopwatch, fresh, in_turns, timed
from tests.benchmarks.world import NOW, SEED
from tests.command import CONFIG, PROJECT

PEOPLE: Final = {Size.SMOKE: 10, Size.QUICK: 1_000, Size.USUAL: 1_000, Size.FULL: 1_000}
DAYS: Final = {Size.SMOKE: 2, Size.QUICK: 7, Size.USUAL: 28, Size.FULL: 28}
CYCLE: Final = timedelta(minutes=40)
EXAMPLES: Final = PROJECT / "examples"
IMPORT_AND_READ: Final = """
import pathlib, sys
import provisioner.cli.scenario, provisioner.wiring.scenarios
for path in pathlib.Path(sys.argv[1]).rglob("*"):
    path.is_file() and path.read_bytes()
"""

_stories = count()


def rows(size: Size, folder: Path) -> Iterator[Row]:
    """The stories against what any program that knows them must do; the weeks as they go, and a cycle without news."""
    seconds = in_turns(
        size,
        {
            "play": partial(_seconds, "-m", "provisioner", "scenario", "run", str(EXAMPLES)),
            "read": partial(_seconds, "-c", IMPORT_AND_READ, str(EXAMPLES)),
        },
    )
    yield Row("all shipped stories", "s", seconds["play"], seconds["read"], "importing and reading them", "<= 10")
    people, days = PEOPLE[size], DAYS[size]
    weeks = in_turns(size, {"weeks": partial(_weeks, folder, people, days)})["weeks"]
    what = f"a story of {days} days and {people:,} people"
    yield Row(f"{what}: all cycles", "cycles/s", tuple(whole for whole, _, _ in weeks))
    unchanged, reading = tuple(idle for _, idle, _ in weeks), tuple(state for _, _, state in weeks)
    yield Row(f"{what}: an unchanged cycle", "ms", unchanged, reading, "reading its state", "<= 1")


def _seconds(*command: str) -> float:
    with timed() as watch:
        subprocess.run([sys.executable, *command], cwd=PROJECT, stdout=subprocess.DEVNULL, check=True)
    return watch.seconds


def _weeks(folder: Path, people: int, days: int) -> tuple[float, float, float]:
    return fresh(weeks, story(folder / str(next(_stories)), people, days))


def story(folder: Path, people: int, days: int) -> Path:
    """A folder in which a day passes in a sample directory every 24 hours."""
    first = folder / "snapshots" / "000"
    write_sample(str(first), people, SEED, NOW)
    events = []
    for day in range(1, days):
        snapshot = folder / "snapshots" / f"{day:03d}"
        shutil.copytree(folder / "snapshots" / f"{day - 1:03d}", snapshot)
        next_day(str(snapshot), SEED)
        events.append(f'[[event]]\nat = "day {day}"\nsnapshot = "{snapshot.name}"\n')
    head = f'application = "real-links"\nend = "day {days}"\n'
    (folder / "timeline.toml").write_text("\n".join([head, *events]))
    (folder / "story.md").write_text("# Weeks\n")
    shutil.copyfile(CONFIG / "real-links.toml", folder / "job.toml")
    return folder


@frozen
class Timed(Told):
    """A job of a story whose cycles without a change are timed."""

    unchanged: list[float] = field(default_factory=list)

    async def run(self) -> CycleReport:
        watch = Stopwatch()
        report = await Told.run(self)
        watch.stop()
        if report.exit_code:
            raise RuntimeError(f"a cycle ended with {report.status}: {report.note}")
        if not any(report.counts.as_json().values()):
            self.unchanged.append(watch.seconds)
        return report


def weeks(folder: Path) -> tuple[float, float, float]:
    """Cycles per second, milliseconds of an unchanged cycle, milliseconds of reading the state."""
    configure()
    with staged(read_scenario(str(folder), parse_fault), None, None) as stage:
        told = stage.told
        timed_job = Timed(told.job, told.transcript, told.heard, told.posted)
        return _played(replace(stage, told=timed_job), timed_job)


def _played(stage: Stage, told: Timed) -> tuple[float, float, float]:
    with timed() as watch:
        asyncio.run(stage.play())
    idle = sum(told.unchanged) / len(told.unchanged)
    with timed() as reading:
        for _ in told.unchanged:
            _read(told.job.store)
    return told.transcript.cycles / watch.seconds, idle * 1000, reading.seconds / len(told.unchanged) * 1000


def _read(store: Store) -> None:
    """All that a cycle could want to know of every object."""
    store.health(), store.watermark(), store.cycles(limit=1)
    for rows_ in (store.escrows(), store.intents(), store.references(), store.links(ObjectKind.USER)):
        list(rows_)
    list(store.digests(ObjectKind.USER))
