"""A job, a directory on disk, a memory on disk and a model target: cycles without a network."""

from datetime import timedelta
from pathlib import Path

from provisioner.adapters.clock import VirtualClock
from provisioner.adapters.ids import SeededIds
from provisioner.adapters.service_constants import service_constants
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.store_sql import open_store
from provisioner.model.job import Job
from provisioner.model.report import CycleReport
from provisioner.runtime.cycle import run_cycle
from provisioner.runtime.world import World
from tests.command import directory, person
from tests.engine.worlds import NOON, job
from tests.simulation.model_target import ModelTarget


class Company:
    """People, a job, and what a target makes of them; ``cycle`` runs one and lets 40 minutes pass."""

    def __init__(self, folder: Path, *, people: int = 3, made: Job | None = None, workers: int = 1) -> None:
        self.folder = folder
        self.people = {number: person(number) for number in range(1, people + 1)}
        self.assigned: list[str] | None = None
        self.target = ModelTarget()
        self.job = made or job()
        self.clock = VirtualClock(NOON)
        self.workers = workers
        self.serial = 0

    def write(self) -> Path:
        """Write the snapshot as it is now."""
        return directory(self.folder / "directory", list(self.people.values()), assigned=self.assigned)

    async def cycle(self) -> CycleReport:
        snapshot = self.write()
        ids = SeededIds(self.serial)
        self.serial += 1
        with open_store(str(self.folder / "state.db"), job=self.job.name, durability="process", ids=ids) as store:
            world = World(
                self.clock,
                ids,
                open_source(str(snapshot)),
                (self.target,) * max(self.workers, 5),
                store,
                workers=self.workers,
                service=service_constants(),
            )
            report = await run_cycle(self.job, world)
        self.clock.advance(timedelta(minutes=40))
        return report

    def memory(self):
        """The state, to look into."""
        return open_store(str(self.folder / "state.db"), job=self.job.name, ids=SeededIds(0), read_only=True)


def counted(report: CycleReport) -> dict[str, int]:
    """The counts that are not zero."""
    return {name: count for name, count in report.counts.as_json().items() if count}
