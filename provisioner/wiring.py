"""The composition root: joins the ports to their adapters. The only module that names adapters."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from provisioner.adapters.case_file import read_cases
from provisioner.adapters.clock import StartedClock, SystemClock, VirtualClock, sleep_by
from provisioner.adapters.ids import SeededIds, SystemIds
from provisioner.adapters.job_toml import load_job
from provisioner.adapters.job_toml.units import duration, job_name
from provisioner.adapters.junit import Result, write_junit
from provisioner.adapters.lock import StateLock
from provisioner.adapters.mail import MailNotifier
from provisioner.adapters.plan_spool import PlanSpool
from provisioner.adapters.sample import next_day, write_sample
from provisioner.adapters.schema_graph import check_schema, load_schema, to_schema, to_toml
from provisioner.adapters.secrets import resolve
from provisioner.adapters.service_constants import service_constants
from provisioner.adapters.shipped import shipped as shipped
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.store_sql import open_store
from provisioner.adapters.target_scim import Credentials, ScimTarget
from provisioner.adapters.timer import VirtualTimer, WallTimer
from provisioner.engine.expression import Environment
from provisioner.engine.notice import notice, present
from provisioner.engine.probe import ProbeVerdict, probes
from provisioner.engine.tenant_url import is_loopback
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import InputError, JobInvalid, Place
from provisioner.model.fidelity import Fidelity
from provisioner.model.job import Job
from provisioner.model.notice import Notice
from provisioner.model.plan import PlannedObject, PlanSummary
from provisioner.model.report import CycleReport
from provisioner.model.secret import Secret, SecretReference
from provisioner.model.state import Health, Request, RequestKind
from provisioner.ports import Clock, Ids, Progress, Stop, Store, Target
from provisioner.runtime.against import compare
from provisioner.runtime.converse import converse
from provisioner.runtime.cycle import run_cycle
from provisioner.runtime.evaluation import (
    Evaluated,
    attributes_of,
    attributes_of_object,
    check_case,
    evaluate,
    remarks,
)
from provisioner.runtime.on_demand import explain, provision_on_demand
from provisioner.runtime.pause import Pause
from provisioner.runtime.plan import plan_cycle
from provisioner.runtime.preparation import prepare
from provisioner.runtime.preview import OfflineTarget
from provisioner.runtime.service import Service
from provisioner.runtime.status import status_document
from provisioner.runtime.steering import heed
from provisioner.runtime.tell import tell
from provisioner.runtime.world import Quiet, Unstoppable, World


@dataclass(frozen=True, slots=True)
class Options:
    """The common options of the command line; they override the job's. ``state`` is a path."""

    url: str | None = None
    token: str | None = None
    snapshot: str | None = None
    state: str | None = None
    now: datetime | None = None
    seed: int | None = None
    workers: int = 1
    verify_members: bool = False


def job_of(path: str, options: Options) -> Job:
    """Read and check a job file. Raises JobInvalid."""
    job = load_job(path, url=options.url, token=options.token, snapshot=options.snapshot)
    return replace(job, state=replace(job.state, url=str(Path(options.state).absolute()))) if options.state else job


def clock_of(options: Options) -> Clock:
    """The system's clock, or one that starts at ``--now``."""
    return StartedClock(options.now) if options.now is not None else SystemClock()


def ids_of(options: Options) -> Ids:
    """Random ids, or repeatable ones with ``--seed``."""
    return SeededIds(options.seed) if options.seed is not None else SystemIds()


def state_path(job: Job) -> Path:
    """Where the job's state lives: beside the job file unless told otherwise."""
    return Path(job.state.url) if job.state.url else Path(job.file).parent / ".provisioner" / f"{job.name}.db"


@contextmanager
def reading_store(path: str, options: Options) -> Iterator[tuple[Job, Store]]:
    """The job and its memory to look at, without a lock; an empty memory when the job never ran."""
    job = job_of(path, options)
    with open_store(str(state_path(job)), job=job.name, ids=ids_of(options), read_only=True) as store:
        yield job, store


def look(path: str, options: Options) -> dict[str, Any]:
    """Where the job is now, as one document."""
    with reading_store(path, options) as (job, store):
        return status_document(job, store, clock_of(options).now())


@asynccontextmanager
async def target_of(job: Job, clock: Clock, ids: Ids) -> AsyncIterator[ScimTarget]:
    """The job's SCIM endpoint; its token is resolved here, before any request."""
    async with (
        credentials_of(job, clock) as credentials,
        ScimTarget(job.target, credentials, job.fidelity, clock=clock, ids=ids) as target,
    ):
        yield target


@asynccontextmanager
async def credentials_of(job: Job, clock: Clock) -> AsyncIterator[Secret | Credentials | None]:
    """The secret token of the job, or where its access tokens come from, or None. Raises JobInvalid."""
    base, oauth = Path(job.file).parent, job.target.oauth
    if oauth is None:
        yield resolve(job.target.token, base=base) if job.target.token is not None else None
        return
    from provisioner.adapters.oauth import client_credentials  # few jobs need it, and it takes a while to load

    async with client_credentials(oauth, resolve(oauth.client_secret, base=base), job.target, clock) as credentials:
        yield credentials


def patience(job: Job, clock: Clock, stop: Stop) -> Callable[[Target], Target]:
    """How a job's targets are asked when they may answer 429: with one pause for all of them, or as they are (E10)."""
    if job.fidelity.retry_after == "ignore":
        return lambda target: target
    return Pause(clock, sleep_by(clock), stop).over


class OpenJob:
    """One job with its memory open and locked, for as long as its ``with`` block lasts; it may run many cycles.

    Job file and snapshot are read anew for every cycle. Fulfils :class:`provisioner.runtime.service.Runner`.

    :raises LockHeld: when another run has the state.
    """

    def __init__(
        self,
        path: str,
        options: Options,
        *,
        clock: Clock | None = None,
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> None:
        self._path = path
        self._options = options
        self.clock = clock or clock_of(options)
        self._ids = ids_of(options)
        self._progress = progress or Quiet()
        self._stop = stop or Unstoppable()
        self.job = job_of(path, options)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        state = str(state_path(self.job))
        with ExitStack() as opening:
            opening.enter_context(StateLock(state))
            durability = self.job.state.durability
            self.store: Store = opening.enter_context(
                open_store(state, job=self.job.name, durability=durability, ids=self._ids)
            )
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

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
        heed(self.store, self.clock)
        return self.store.health()

    def last_run(self) -> datetime | None:
        """When the last cycle began."""
        newest = self.store.cycles(limit=1)
        return newest[0].started if newest else None

    async def run(self, *, anyway: bool = False) -> CycleReport:
        """Run one cycle by the job file as it is now."""
        job = job_of(self._path, self._options)
        if job.name != self.job.name or state_path(job) != state_path(self.job):
            raise JobInvalid("the job's name or state changed", place=Place(self._path), hint="start it anew")
        self.job = job
        source = open_source(job.snapshot, allow_empty=job.allow_empty)
        async with AsyncExitStack() as connections:
            targets = [
                await connections.enter_async_context(target_of(job, self.clock, self._ids))
                for _ in range(connections_of(job, self._options.workers))
            ]
            patient = patience(job, self.clock, self._stop)
            world = World(
                self.clock,
                self._ids,
                source,
                [patient(target) for target in targets],
                self.store,
                self._progress,
                self._stop,
                workers=self._options.workers,
                verify_members=self._options.verify_members,
                service=service_constants(),
            )
            before = self.health()
            report = await run_cycle(job, world, anyway=anyway)
        await tell(notice(job, before, self.store.health(), report), lambda: notifier_of(job))
        return report


def notifier_of(job: Job) -> MailNotifier:
    """The way to those who look after a job. Raises JobInvalid when it names none, or its password is not at hand."""
    smtp, to = job.notification.smtp, job.notification.to
    if smtp is None or not to:
        hint = 'write [notification] to = ["..."] and smtp = { host = "...", from = "..." }'
        raise JobInvalid("the job names nobody to tell, or no mail server", place=Place(job.file), hint=hint)
    password = resolve(smtp.password, base=Path(job.file).parent) if smtp.password is not None else None
    return MailNotifier(smtp, to, password)


def present_notice(path: str, options: Options) -> Notice:
    """What the job's present health gives reason to say."""
    with reading_store(path, options) as (job, store):
        return present(job, store.health(), clock_of(options).now())


def send_notice(path: str, options: Options) -> Notice:
    """Say it. Raises Undelivered."""
    said = present_notice(path, options)
    notifier_of(job_of(path, options)).send(said)
    return said


@asynccontextmanager
async def planned(
    path: str, options: Options, *, offline: bool = False, progress: Progress | None = None
) -> AsyncIterator[tuple[PlanSummary, Iterator[PlannedObject]]]:
    """What a run would do now: the summary, and every object in the order of attention. Writes nothing anywhere."""
    job = job_of(path, options)
    clock, ids = clock_of(options), ids_of(options)
    source = open_source(job.snapshot, allow_empty=job.allow_empty)
    async with AsyncExitStack() as held:
        live = OfflineTarget() if offline else await held.enter_async_context(target_of(job, clock, ids))
        target = patience(job, clock, Unstoppable())(live)
        store = held.enter_context(open_store(str(state_path(job)), job=job.name, ids=ids, read_only=True))
        spool = held.enter_context(PlanSpool())
        world = World(clock, ids, source, (target,), store, progress or Quiet(), service=service_constants())
        summary, collector = await plan_cycle(job, world, target, spool.keep)
        yield summary, spool.objects(collector.amended)


def compared(path: str, options: Options, against: str) -> dict[str, Any]:
    """What another job, or an exported schema, would change for the whole population; no target is asked."""
    job = job_of(path, options)
    other = replace(job, **_rules_of(against)) if against.endswith(".json") else job_of(against, Options())
    clock, ids = clock_of(options), ids_of(options)
    source = open_source(job.snapshot, allow_empty=job.allow_empty)
    with open_store(":memory:", job=job.name, ids=ids) as empty, source.open() as snapshot:
        old, new = (
            prepare(each, snapshot, empty, ids, clock.now(), flag=False, watermark=None) for each in (job, other)
        )
        return {"job": job.name, "against": against, **compare(old, new).as_json()}


def _rules_of(path: str) -> dict[str, Any]:
    schema = load_schema(path)
    if schema.users is None:
        raise InputError("the schema maps no users", place=Place(path))
    return {"users": schema.users, "groups": schema.groups}


def evaluated(
    expression: str,
    given: Mapping[str, Any],
    options: Options,
    *,
    person: tuple[str, str] | None = None,
    with_trace: bool = False,
) -> tuple[Evaluated, tuple[str, ...]]:
    """An expression on given attributes, or on a (job file, person) with what is given on top; and what to remark."""
    ids, now = ids_of(options), clock_of(options).now()
    attributes, kind, fidelity = attributes_of(given), ObjectKind.USER, Fidelity()
    if person is not None:
        job = job_of(person[0], options)
        source = open_source(job.snapshot, allow_empty=job.allow_empty)
        with open_store(":memory:", job=job.name, ids=ids) as empty, source.open() as snapshot:
            kind, known = attributes_of_object(job, snapshot, empty, ids, now, person[1])
        attributes, fidelity = {**known, **attributes}, job.fidelity
    environment = Environment(attributes, now, ids)
    found = evaluate(expression, environment, iif_null=fidelity.iif_null, with_trace=with_trace)
    return found, tuple(remarks(expression, given, group=kind is ObjectKind.GROUP)) if found.parsed else ()


def run_cases(files: Sequence[str], options: Options, *, junit: str | None = None) -> list[dict[str, Any]]:
    """Every case of the files with what it expected and what came."""
    ids = ids_of(options)
    cases = [(file, case, check_case(case, ids)) for file in files for case in read_cases(file)]
    if junit is not None:
        told = (
            Result(file, case.title, "" if r.passed else f"expected {r.expected}\ngot      {r.got}")
            for file, case, r in cases
        )
        write_junit(junit, told)
    return [
        {"file": file, "name": case.title, "passed": r.passed, "expected": r.expected, "got": r.got}
        for file, case, r in cases
    ]


def schema_findings(path: str) -> list[dict[str, Any]]:
    """What there is to say about an exported schema."""
    return [
        {"severity": f.severity.value, "path": f.path, "message": f.message, "hint": f.hint} for f in check_schema(path)
    ]


def job_text_of_schema(path: str, name: str) -> str:
    """An exported schema as a job file. Raises SchemaInvalid, and InputError when no job can have the name."""
    try:
        return to_toml(load_schema(path), name=job_name(name) if name else "")
    except ValueError as error:
        hint = "1 to 63 lower-case letters, digits and hyphens"
        raise InputError(f"--name {name}: {error}", hint=hint) from error


def schema_of_job(path: str) -> dict[str, Any]:
    """A job's rules as an exported schema; of an exported schema, itself with all that is in it."""
    return load_schema(path).document if path.endswith(".json") else to_schema(job_of(path, Options()))


async def explained(path: str, options: Options, who: str) -> dict[str, Any]:
    """What the next cycle would do to one object, step by step. Writes nothing anywhere."""
    job = job_of(path, options)
    clock, ids = clock_of(options), ids_of(options)
    source = open_source(job.snapshot, allow_empty=job.allow_empty)
    async with target_of(job, clock, ids) as live:
        target = patience(job, clock, Unstoppable())(live)
        with open_store(str(state_path(job)), job=job.name, ids=ids, read_only=True) as store:
            return await explain(job, World(clock, ids, source, (target,), store, service=service_constants()), who)


async def done_on_demand(path: str, options: Options, who: str, members: tuple[str, ...] | None) -> dict[str, Any]:
    """Provision one object now, under the job's lock."""
    with OpenJob(path, options) as opened:
        job, ids = opened.job, ids_of(options)
        source = open_source(job.snapshot, allow_empty=job.allow_empty)
        async with target_of(job, opened.clock, ids) as live:
            target = patience(job, opened.clock, Unstoppable())(live)
            world = World(opened.clock, ids, source, (target,), opened.store, service=service_constants())
            return await provision_on_demand(job, world, who, members)


def connections_of(job: Job, workers: int) -> int:
    """How many connections a cycle needs: one per worker, and as many as members of one group are in flight (E8)."""
    return workers if job.groups is None else max(workers, job.limits.member_patches_in_flight)


async def run_once(
    path: str, options: Options, *, progress: Progress | None = None, stop: Stop | None = None, anyway: bool = False
) -> CycleReport:
    """One cycle of a job, under its lock."""
    with OpenJob(path, options, progress=progress, stop=stop) as job:
        return await job.run(anyway=anyway)


def service_of(options: Options, span: timedelta | None, stop: Stop) -> tuple[Service, Clock]:
    """The service and the clock it runs on: the machine's, or a virtual one for a span."""
    if span is None:
        clock = clock_of(options)
        return Service(clock, WallTimer(), stop), clock
    virtual = VirtualClock(options.now or SystemClock().now())
    return Service(virtual, VirtualTimer(virtual, span), stop, attentive=False), virtual


def check_names(jobs: Sequence[OpenJob]) -> None:
    """Refuse two jobs of one name: nobody could tell their logs apart."""
    for index, job in enumerate(jobs):
        if any(other.name == job.name for other in jobs[:index]):
            raise InputError(
                f"two jobs are named {job.name!r}", place=Place(job.job.file), hint="give each its own name"
            )


def simulated_span(text: str) -> timedelta:
    """A span such as 28d. Raises InputError."""
    try:
        return duration(text)
    except ValueError as error:
        raise InputError(f"--simulate {text}: {error}", hint="write a span such as 28d, 12h or 1d12h") from error


def is_on_this_machine(job: Job) -> bool:
    """Whether the job's target is a loopback address."""
    return is_loopback(urlsplit(job.target.url).hostname or "")


def leave_request(path: str, options: Options, kind: RequestKind, scopes: tuple[str, ...] = ()) -> None:
    """Ask something of a job from here; whoever runs it heeds it at its next safe point. Takes no lock."""
    job = job_of(path, options)
    ids = ids_of(options)
    with open_store(str(state_path(job)), job=job.name, durability=job.state.durability, ids=ids) as store:
        store.ask(Request(ids.guid(), kind, clock_of(options).now(), scopes))


async def test_connection(path: str, options: Options) -> tuple[tuple[ObjectKind, ProbeVerdict], ...]:
    """Test Connection: probe users, and groups when they are mapped (E13, E15)."""
    job = job_of(path, options)
    clock, ids = clock_of(options), ids_of(options)
    verdicts = []
    async with target_of(job, clock, ids) as target:
        kinds = [rules.kind for rules in (job.users, job.groups) if rules is not None]
        for kind, flow in zip(kinds, probes(job, ids), strict=True):
            verdicts.append((kind, await converse(flow, target)))
    return tuple(verdicts)


def secret_of(reference: str) -> str:
    """The value of a secret named on the command line as ``env:NAME`` or ``file:PATH``.

    :raises InputError: when it is neither, without repeating it, or resolves to nothing.
    """
    scheme, colon, name = reference.partition(":")
    if not colon or scheme not in ("env", "file"):
        raise InputError("a token is given as env:NAME or file:PATH, never as its value", hint="say --token env:NAME")
    return resolve(SecretReference(scheme, name), base=str(Path.cwd())).reveal()


def write_sample_directory(folder: Path, people: int, options: Options) -> None:
    """Write a believable directory; repeatable with a seed and a time."""
    seed = options.seed if options.seed is not None else SystemIds().randbelow(2**31)
    write_sample(str(folder), people, seed, clock_of(options).now())


def sample_day(folder: str, options: Options) -> dict[str, Any]:
    """Let a day pass in a sample directory: what happened to whom, as one document."""
    seed = options.seed if options.seed is not None else SystemIds().randbelow(2**31)
    day = next_day(folder, seed)
    happened = {
        name: list(getattr(day, name))
        for name in ("joined", "moved", "left", "renamed", "returned", "deleted", "purged")
    }
    return {"generatedAt": day.generated_at.isoformat(), **happened}
