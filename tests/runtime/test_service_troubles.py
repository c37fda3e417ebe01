"""What the service does when one of its jobs cannot run."""

from datetime import UTC, datetime, timedelta

from provisioner.adapters.clock import VirtualClock
from provisioner.adapters.timer import VirtualTimer
from provisioner.model.errors import StateCorrupt, StateFull
from provisioner.model.report import CycleReport
from provisioner.model.state import Counts, Health
from provisioner.runtime.service import Service

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class Running:
    """A job that runs well, every hour."""

    name = "good"
    interval = timedelta(hours=1)

    def __init__(self, clock):
        self.clock = clock

    def health(self):
        return Health()

    def last_run(self):
        return None

    async def run(self):
        now = self.clock.now()
        return CycleReport(self.name, 1, "incremental", "succeeded", Counts(), 0, now, now)


class Full(Running):
    """A job whose disk is full until noon."""

    name = "full"

    async def run(self):
        if self.clock.now() < BEGIN + timedelta(hours=12):
            raise StateFull("the disk is full")
        return await super().run()


class Corrupt(Running):
    """A job whose state cannot even be asked."""

    name = "corrupt"

    def health(self):
        raise StateCorrupt("the state is damaged")


async def test_an_unusable_state_stops_its_own_job_only():
    """The others keep their pace; the job runs again once its state can be written."""
    clock = VirtualClock(BEGIN)
    timer = VirtualTimer(clock, timedelta(days=1))
    service = Service(clock, timer, stop=type("Never", (), {"requested": False})(), attentive=False)
    await service.serve([Full(clock), Running(clock), Corrupt(clock)])
    full, good, corrupt = service.standings
    assert (full.cycles, full.error, full.exit_code) == (13, "", 0)
    assert (good.cycles, good.exit_code) == (25, 0)
    assert corrupt.exit_code == 7
