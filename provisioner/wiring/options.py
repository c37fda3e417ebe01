"""What the command line may say for every job, and what follows from it: the job, its clock, its ids, its memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from provisioner.adapters.clock import StartedClock, SystemClock
from provisioner.adapters.ids import SeededIds, SystemIds
from provisioner.adapters.job_toml import load_job
from provisioner.adapters.job_toml.place import in_its_file
from provisioner.adapters.places import KeyPath
from provisioner.adapters.secrets import resolve
from provisioner.adapters.store_sql import open_store
from provisioner.model.errors import InputError, JobInvalid
from provisioner.model.frozen import frozen
from provisioner.model.job import Job
from provisioner.model.secret import Secret, SecretReference
from provisioner.ports import Clock, Ids, Store


@frozen
class Options:
    """The common options of the command line; they override the job's. ``state`` is a path.

    ``durability`` is for memories that nobody needs after the command.
    """

    url: str | None = None
    token: str | None = None
    snapshot: str | None = None
    state: str | None = None
    now: datetime | None = None
    seed: int | None = None
    workers: int = 1
    verify_members: bool = False
    durability: Literal["power-loss", "process"] | None = None


def job_of(path: str, options: Options) -> Job:
    """Read and check a job file. Raises JobInvalid."""
    job = load_job(path, url=options.url, token=options.token, snapshot=options.snapshot)
    url = str(Path(options.state).absolute()) if options.state else job.state.url
    return replace(job, state=replace(job.state, url=url, durability=options.durability or job.state.durability))


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


def secret_in(job: Job, reference: SecretReference, path: KeyPath) -> Secret:
    """A secret of a job. ``path`` is where the job file names it, unless an option does. Raises JobInvalid."""
    try:
        return resolve(reference, base=Path(job.file).parent)
    except JobInvalid as error:
        raise in_its_file(error, job.file, path, value=str(reference)) from None


def secret_of(reference: str) -> str:
    """The value of a secret named on the command line as ``env:NAME`` or ``file:PATH``.

    :raises InputError: when it is neither, without repeating it, or resolves to nothing.
    """
    scheme, colon, name = reference.partition(":")
    if not colon or scheme not in ("env", "file"):
        raise InputError("a token is given as env:NAME or file:PATH, never as its value", hint="say --token env:NAME")
    return resolve(SecretReference(scheme, name), base=str(Path.cwd())).reveal()
