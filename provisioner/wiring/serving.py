"""Several jobs on a clock: the service and what it refuses."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from provisioner.adapters.clock import SystemClock, VirtualClock
from provisioner.adapters.job_toml.units import duration
from provisioner.adapters.timer import VirtualTimer, WallTimer
from provisioner.engine.tenant_url import is_loopback
from provisioner.model.errors import InputError, Place
from provisioner.model.job import Job
from provisioner.ports import Clock, Stop
from provisioner.runtime.service import Service
from provisioner.wiring.options import Options, clock_of, state_path
from provisioner.wiring.running import OpenJob


def service_of(options: Options, span: timedelta | None, stop: Stop) -> tuple[Service, Clock]:
    """The service and the clock it runs on: the machine's, or a virtual one for a span."""
    if span is None:
        clock = clock_of(options)
        return Service(clock, WallTimer(), stop), clock
    virtual = VirtualClock(options.now or SystemClock().now())
    return Service(virtual, VirtualTimer(virtual, span), stop, attentive=False), virtual


def check_apart(jobs: Sequence[OpenJob]) -> None:
    """Refuse two jobs of one name, whose logs nobody could tell apart, or of one state, which is one job's alone."""
    for index, job in enumerate(jobs):
        place = Place(job.job.file)
        for other in jobs[:index]:
            if other.name == job.name:
                raise InputError(f"two jobs are named {job.name!r}", place=place, hint="give each its own name")
            if state_path(other.job) == state_path(job.job):
                told = f"the state belongs to the job {other.name!r}, not to {job.name!r}"
                raise InputError(told, place=place, hint="give this job a state of its own")


def simulated_span(text: str) -> timedelta:
    """A span such as 28d. Raises InputError."""
    try:
        return duration(text)
    except ValueError as error:
        raise InputError(f"--simulate {text}: {error}", hint="write a span such as 28d, 12h or 1d12h") from error


def is_on_this_machine(job: Job) -> bool:
    """Whether the job's target is a loopback address."""
    return is_loopback(urlsplit(job.target.url).hostname or "")
