"""Four weeks of a small company on the virtual clock, with a day passing in its directory every 24 hours."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from provisioner.adapters.sample import next_day
from provisioner.adapters.snapshot import open_source
from provisioner.cli.logging import configure
from provisioner.model.report import CycleReport
from provisioner.model.state import Health
from provisioner.runtime.world import Unstoppable
from provisioner.wiring.running import OpenJob
from provisioner.wiring.serving import service_of
from tests.benchmarks.measure import Row, Size, Stopwatch, fresh, in_turns, timed
from tests.benchmarks.world import NOW, SEED, company, options, sandbox

PEOPLE: Final = {Size.SMOKE: 10, Size.QUICK: 1_000, Size.USUAL: 1_000, Size.FULL: 1_000}
DAYS: Final = {Size.SMOKE: 2, Size.QUICK: 7, Size.USUAL: 28, Size.FULL: 28}
DAY: Final = timedelta(days=1)

_companies = count()


def rows(size: Size, folder: Path) -> Iterator[Row]:
    """Cycles per second as a whole, and the cycles without a change beside what they cannot do without."""
    people, days = PEOPLE[size], DAYS[size]
    weeks = in_turns(size, {"weeks": partial(_live, folder, people, days)})["weeks"]
    what = f"{days} virtual days of {people:,} people"
    yield Row(f"{what}: all cycles", "cycles/s", tuple(whole for whole, _, _ in weeks))
    unchanged, prints = tuple(idle for _, idle, _ in weeks), tuple(digest for _, _, digest in weeks)
    yield Row(f"{what}: an unchanged cycle", "ms", unchanged, prints, "the snapshot's digest", "<= 1")


def _live(folder: Path, people: int, days: int) -> tuple[float, float, float]:
    home = folder / str(next(_companies))
    job = company(home, people)
    with sandbox() as url:
        return fresh(live, home, job, url, days)


class LivingJob:
    """A job whose directory grows a day older whenever a day has passed; fulfils Runner."""

    def __init__(self, opened: OpenJob, directory: Path) -> None:
        self._opened = opened
        self._directory = directory
        self._older = NOW + DAY
        self.unchanged: list[float] = []

    @property
    def name(self) -> str:
        return self._opened.name

    @property
    def interval(self) -> timedelta:
        return self._opened.interval

    def health(self) -> Health:
        return self._opened.health()

    def last_run(self) -> datetime | None:
        return self._opened.last_run()

    async def run(self) -> CycleReport:
        if self._opened.clock.now() >= self._older:
            next_day(str(self._directory), SEED)
            self._older += DAY
        watch = Stopwatch()
        report = await self._opened.run()
        watch.stop()
        if report.exit_code:
            raise RuntimeError(f"a cycle ended with {report.status}: {report.note}")
        if not any(report.counts.as_json().values()):
            self.unchanged.append(watch.seconds)
        return report


def live(home: Path, job: Path, url: str, days: int) -> tuple[float, float, float]:
    """Cycles per second, milliseconds of an unchanged cycle, milliseconds of the snapshot's digest."""
    configure()
    stop = Unstoppable()
    service, clock = service_of(options(home, url, now=NOW), days * DAY, stop)
    with OpenJob(str(job), options(home, url, now=NOW), clock=clock, stop=stop) as opened:
        living = LivingJob(opened, home / "directory")
        with timed() as watch:
            asyncio.run(service.serve([living]))
    (standing,) = service.standings
    if standing.error:
        raise RuntimeError(standing.error)
    idle = sum(living.unchanged) / len(living.unchanged)
    return standing.cycles / watch.seconds, idle * 1000, _digest(home / "directory", len(living.unchanged)) * 1000


def _digest(directory: Path, times: int) -> float:
    source = open_source(str(directory))
    with timed() as watch:
        for _ in range(times):
            source.fingerprint()
    return watch.seconds / times
