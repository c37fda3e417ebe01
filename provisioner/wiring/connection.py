"""A job's SCIM endpoint: how it is reached, with which secret, on how many connections."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from provisioner.adapters.clock import sleep_by
from provisioner.adapters.job_toml.place import in_its_file
from provisioner.adapters.target_scim import Credentials, ScimTarget
from provisioner.engine.probe import ProbeVerdict, probes
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import JobInvalid
from provisioner.model.job import Job
from provisioner.model.secret import Secret
from provisioner.ports import Clock, Ids, Stop, Target
from provisioner.runtime.converse import converse
from provisioner.runtime.pause import Pause, Sleep
from provisioner.wiring.options import Options, clock_of, ids_of, job_of, secret_in


@asynccontextmanager
async def target_of(job: Job, clock: Clock, ids: Ids) -> AsyncIterator[ScimTarget]:
    """The job's SCIM endpoint; its token is resolved here, before any request."""
    async with credentials_of(job, clock) as credentials, AsyncExitStack() as held:
        try:
            made = ScimTarget(job.target, credentials, job.fidelity, clock=clock, ids=ids)
            target = await held.enter_async_context(made)
        except JobInvalid as error:
            raise in_its_file(error, job.file) from error
        yield target


@asynccontextmanager
async def credentials_of(job: Job, clock: Clock) -> AsyncIterator[Secret | Credentials | None]:
    """The secret token of the job, or where its access tokens come from, or None. Raises JobInvalid."""
    oauth, token = job.target.oauth, job.target.token
    if oauth is None:
        yield secret_in(job, token, ("target", "token")) if token is not None else None
        return
    from provisioner.adapters.oauth import client_credentials  # few jobs need it, and it takes a while to load

    secret = secret_in(job, oauth.client_secret, ("target", "oauth", "client_secret"))
    async with client_credentials(oauth, secret, job.target, clock) as credentials:
        yield credentials


def patience(job: Job, clock: Clock, stop: Stop, sleep: Sleep | None = None) -> Callable[[Target], Target]:
    """How a job's targets are asked when they may answer 429: with one pause for all of them, or as they are (E10)."""
    if job.fidelity.retry_after == "ignore":
        return lambda target: target
    return Pause(clock, sleep or sleep_by(clock), stop).over


def connections_of(job: Job, workers: int) -> int:
    """How many connections a cycle needs: one per worker, and as many as members of one group are in flight (E8)."""
    return workers if job.groups is None else max(workers, job.limits.member_patches_in_flight)


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
