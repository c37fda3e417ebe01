"""The service: every job at its time, steered from other terminals, on a wall clock or a virtual one.

The same loop runs in both: a cycle ends, ``next_run`` says when the next is due, the timer is armed with it. What
others ask for (pause, resume, restart) lies in rows of the state and is read at safe points, between cycles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from provisioner.engine.schedule import next_run
from provisioner.model.errors import ProvisionerError
from provisioner.model.report import CycleReport
from provisioner.model.state import Health
from provisioner.ports import Clock, Stop, Timer

log = structlog.get_logger("provisioner.service")

ATTENTION: Final = timedelta(seconds=2)
"""How often an idle job looks for what others have asked of it."""


class Runner(Protocol):
    """One job as the service sees it. It reads its job file anew for every cycle."""

    @property
    def name(self) -> str:
        """The job's name."""
        ...

    @property
    def interval(self) -> timedelta:
        """The time between two cycles."""
        ...

    def health(self) -> Health:
        """How the job is, after what others asked of it was heeded."""
        ...

    def last_run(self) -> datetime | None:
        """When the last cycle began."""
        ...

    async def run(self) -> CycleReport:
        """One cycle. Raises InputError when job or snapshot became invalid, StateError when the state did."""
        ...


@dataclass(slots=True)
class Standing:
    """Where a job stands in the service. ``failure`` is why it does not run now."""

    runner: Runner
    due: datetime | None = None
    tried: datetime | None = None
    running: bool = False
    failure: ProvisionerError | None = None
    last: CycleReport | None = None
    cycles: int = 0

    @property
    def error(self) -> str:
        """Why the job does not run now, in a sentence; empty when it does."""
        return self.failure.message if self.failure is not None else ""

    @property
    def exit_code(self) -> int:
        """What the command that ran it ends with; having been asked to stop is nobody's failure."""
        if self.failure is not None:
            return self.failure.exit_code
        return self.last.exit_code if self.last is not None and self.last.status != "stopped" else 0


@dataclass(slots=True)
class Service:
    """Runs jobs side by side, each at most once at a time."""

    clock: Clock
    timer: Timer
    stop: Stop
    standings: list[Standing] = field(default_factory=list)
    attentive: bool = True

    async def serve(self, runners: Sequence[Runner]) -> None:
        """Run the jobs until somebody asks to stop, or the timer's span is over."""
        self.standings = [Standing(runner) for runner in runners]
        for standing in self.standings:
            self._arm(standing)
        await self.timer.run(self.stop)

    def _arm(self, standing: Standing) -> None:
        """Arm the timer with the time the next cycle is due, or with the next look for a request."""
        now = self.clock.now()
        runner = standing.runner
        standing.due = self._due(standing, now)
        if standing.due is not None and (not self.attentive or standing.due <= now + ATTENTION):
            self.timer.arm(runner.name, standing.due, lambda: self._cycle(standing))
        elif self.attentive:
            self.timer.arm(runner.name, now + ATTENTION, lambda: self._look(standing))
        else:
            self.timer.disarm(runner.name)

    def _due(self, standing: Standing, now: datetime) -> datetime | None:
        """A job runs at once when the service starts, whenever it ran last; from then on at its interval."""
        runner = standing.runner
        try:
            last = _latest(runner.last_run(), standing.tried) if standing.tried is not None else None
            return next_run(runner.health(), runner.interval, last, now)
        except ProvisionerError as error:
            self._refuse(standing, error)
            return now + runner.interval

    def look(self) -> None:
        """Arm every job anew that does not run now, because something was asked of it or has changed around it."""
        for standing in self.standings:
            if not standing.running:
                self._arm(standing)

    async def _look(self, standing: Standing) -> None:
        self._arm(standing)

    async def _cycle(self, standing: Standing) -> None:
        standing.running = True
        standing.tried = self.clock.now()
        try:
            standing.last = await standing.runner.run()
            standing.failure = None
            standing.cycles += 1
            log.info("cycle ended", job=standing.runner.name, **_told(standing.last))
        except ProvisionerError as error:
            self._refuse(standing, error)
        finally:
            standing.running = False
        if not self.stop.requested:
            self._arm(standing)

    def _refuse(self, standing: Standing, error: ProvisionerError) -> None:
        """This job's cycles stop with the error shown; the others go on, and so does this one once it is mended."""
        if standing.error != error.message:
            log.error("the job does not run", job=standing.runner.name, error=str(error))
        standing.failure = error


def _latest(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time is not None), default=None)


def _told(report: CycleReport) -> dict[str, object]:
    counts = {name: count for name, count in report.counts.as_json().items() if count}
    return {
        "cycle": report.number,
        "kind": report.cycle,
        "status": report.status,
        "requests": report.requests,
        **counts,
    }
