"""What a scenario is played on: the service and its clock, the target, and whoever writes down what happens."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from provisioner.adapters.ids import SystemIds
from provisioner.adapters.scenario import read_accounts
from provisioner.engine.naming import name_of
from provisioner.engine.transcript import Transcript
from provisioner.engine.wire import TenantUrl
from provisioner.model.answer import Found
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import InputError, JobInvalid, Place, RefusedToRun, ScenarioInvalid
from provisioner.model.frozen import frozen
from provisioner.model.job import Job
from provisioner.model.notice import Notice
from provisioner.model.question import Read
from provisioner.model.report import CycleReport
from provisioner.model.scenario import Asked, Event, Heard, NewFaults, NewJob, NewSnapshot, NewToken, Scenario
from provisioner.model.state import Health, Request
from provisioner.ports import Clock
from provisioner.runtime.overhear import Overheard
from provisioner.runtime.service import Service
from provisioner.runtime.world import Unstoppable
from provisioner.sandbox import Sandbox, SandboxServer
from provisioner.wiring.connection import target_of
from provisioner.wiring.options import Options, ids_of, job_of, secret_in
from provisioner.wiring.running import OpenJob
from provisioner.wiring.serving import service_of

SEED: Final = 1
_OF_THE_TARGET: Final = frozenset({"id", "meta", "schemas"})
"""What a target says of an account by itself."""


@contextmanager
def staged(scenario: Scenario, url: str | None, token: str | None) -> Iterator["Stage"]:
    """Everything a scenario needs, gone afterwards."""
    stop = Unstoppable()
    service, clock = service_of(Options(now=scenario.begin), scenario.span, stop)
    with TemporaryDirectory(prefix="provisioner-scenario-") as home, _target(scenario, url, token, clock, home) as at:
        options = Options(
            url=_with_query(at.url, scenario.job),
            token=at.token,
            snapshot=scenario.snapshot,
            state=str(Path(home) / "state.db"),
            seed=SEED,
            durability="process",
        )
        _check_tokens(_check_jobs(scenario, options))
        heard: list[Heard] = []
        posted: list[Notice] = []
        job = OpenJob(
            scenario.job,
            options,
            clock=clock,
            stop=stop,
            overhear=lambda target: Overheard(target, heard),
            notifier=lambda _: _Postbox(posted),
        )
        with job:
            transcript = Transcript(scenario.begin, TenantUrl.parse(at.url).path)
            yield Stage(scenario, service, at, Told(job, transcript, heard, posted), _secret_file(home, "wrong"))


@frozen
class Address:
    """Where the target is, which token it wants, and the sandbox that it is, if it is one."""

    url: str
    token: str | None
    sandbox: Sandbox | None = None


@contextmanager
def _target(scenario: Scenario, url: str | None, token: str | None, clock: Clock, home: str) -> Iterator[Address]:
    if url is not None:
        yield Address(url, token)
        return
    secret = SystemIds().guid()
    sandbox = Sandbox(scenario.application, token=secret, seed=SEED, clock=clock.now)
    if scenario.target:
        _fill(sandbox, scenario.target)
    with SandboxServer(sandbox) as server:
        yield Address(server.url, _secret_file(home, secret), sandbox)


def _fill(sandbox: Sandbox, path: str) -> None:
    try:
        sandbox.load(read_accounts(path))
    except InputError as error:
        place = replace(error.place, file=path)
        raise ScenarioInvalid(error.message, place=place, hint=error.hint) from None


def _secret_file(home: str, secret: str) -> str:
    """A reference to a secret that only this story knows."""
    path = Path(home) / blake2b(secret.encode(), digest_size=8).hexdigest()
    path.touch(mode=0o600)
    path.write_text(secret)
    return f"file:{path}"


def _with_query(url: str, job: str) -> str:
    """The job's tenant URL elsewhere: its query, which chooses the dialect (E70), goes with it."""
    query = TenantUrl.parse(job_of(job, Options()).target.url).query
    return f"{url}?{query}" if query and "?" not in url else url


def check_stage(scenario: Scenario, url: str | None, token: str | None) -> None:
    """Find what :func:`staged` would find wrong, without a target or a state. Raises InputError."""
    jobs = _check_jobs(scenario, Options(url=url, token=token))
    if url is not None:
        _check_tokens(jobs)
    elif scenario.target:
        _fill(Sandbox(scenario.application), scenario.target)


def _check_jobs(scenario: Scenario, options: Options) -> Sequence[Job]:
    """Read every job file of the story: a mistake in the last one is found before the first request."""
    later = [event.happening.path for event in scenario.events if isinstance(event.happening, NewJob)]
    jobs = [job_of(path, options) for path in (scenario.job, *later)]
    for path, job in zip((scenario.job, *later), jobs, strict=True):
        if job.name != jobs[0].name:
            hint = f'write name = "{jobs[0].name}"'
            raise JobInvalid("this is another job", place=Place(path, path="name"), hint=hint)
    return jobs


def _check_tokens(jobs: Iterable[Job]) -> None:
    for job in jobs:
        if job.target.token is not None:
            secret_in(job, job.target.token, ("target", "token"))


@frozen
class _Postbox:
    """Where the mail of a story goes (E95): into its transcript."""

    posted: list[Notice]

    def send(self, notice: Notice) -> None:
        """Keep it."""
        self.posted.append(notice)


@frozen
class Told:
    """The job of a story, whose every cycle is written down. Fulfils :class:`provisioner.runtime.service.Runner`."""

    job: OpenJob
    transcript: Transcript
    heard: list[Heard]
    posted: list[Notice]

    @property
    def name(self) -> str:
        """The job's name."""
        return self.job.name

    @property
    def interval(self) -> timedelta:
        """The time between two cycles."""
        return self.job.interval

    def health(self) -> Health:
        """How the job is, after what others asked of it was heeded."""
        return self.job.health()

    def last_run(self) -> datetime | None:
        """When the last cycle began."""
        return self.job.last_run()

    async def run(self) -> CycleReport:
        """One cycle, and what there is to tell of it."""
        try:
            report = await self.job.run()
        except (InputError, RefusedToRun) as error:
            self.transcript.happened(self.job.clock.now(), f"no cycle: {error.message}")
            raise
        self.transcript.ran(report, self.heard, self.job.store.records(cycle=report.number))
        for notice in self.posted:
            self.transcript.happened(notice.at, f"mail: {notice.subject}")
        self.heard.clear()
        self.posted.clear()
        return report


@frozen
class Stage:
    """A scenario about to be played. ``wrong`` is a reference to a token the target refuses."""

    scenario: Scenario
    service: Service
    at: Address
    told: Told
    wrong: str

    async def play(self) -> None:
        """From the first day to the last."""
        for number, event in enumerate(self.scenario.events):
            self.service.timer.arm(f"event {number}", event.at, partial(self._happen, event))
        await self.service.serve([self.told])

    async def accounts(self) -> dict[str, Any]:
        """The accounts at the end: the sandbox's, or those of a real endpoint that the job has met."""
        found = self.at.sandbox.dump() if self.at.sandbox is not None else await self._read()
        names = self.told.transcript.names
        for account in (account for listed in found.values() for account in listed):
            names.learn(account["id"], name_of(account))
        return {kind: sorted((_own(names.within(each)) for each in found[kind]), key=name_of) for kind in found}

    async def _read(self) -> dict[str, list[Any]]:
        job, found = self.told.job, {kind.endpoint.strip("/"): list[Any]() for kind in ObjectKind}
        async with target_of(job_of(job.path, job.options), job.clock, ids_of(job.options)) as target:
            for met, kind in self.told.transcript.names.met.items():
                answer = await target.ask(Read(kind, met))
                if isinstance(answer, Found):
                    found[kind.endpoint.strip("/")] += answer.resources
        return found

    async def _happen(self, event: Event) -> None:
        """Let something happen, and let the service look at the job anew."""
        job, happening = self.told.job, event.happening
        self.told.transcript.happened(event.at, event.text)
        match happening:
            case NewSnapshot():
                job.options = replace(job.options, snapshot=happening.path)
            case NewJob():
                job.path = happening.path
            case NewToken():
                job.options = replace(job.options, token=self.at.token if happening.right else self.wrong)
            case NewFaults() if self.at.sandbox is not None:
                self.at.sandbox.set_faults(happening.faults)
            case Asked():
                job.store.ask(Request(SystemIds().guid(), happening.kind, event.at, happening.scopes))
        self.service.look()


def _own(account: dict[str, Any]) -> dict[str, Any]:
    """An account without what every target says by itself."""
    return {name: value for name, value in account.items() if name not in _OF_THE_TARGET}
