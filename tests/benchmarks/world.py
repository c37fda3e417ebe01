"""What benchmarks run against: sample people, a ready job, and the sandbox in a process of its own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from provisioner.adapters.sample import write_sample
from provisioner.sandbox import Sandbox, SandboxServer
from provisioner.wiring.options import Options
from tests.command import CONFIG

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
SEED = 7
APPLICATION = "real-links"
TOKEN = "s3cret"


def company(folder: Path, people: int, *, durability: str = "power-loss") -> Path:
    """A folder with ``directory/`` and a job file; the path of the job file."""
    write_sample(str(folder / "directory"), people, SEED, NOW)
    return job_file(folder, durability=durability)


def job_file(folder: Path, *, durability: str) -> Path:
    """The ready job, with the durability in question."""
    job = folder / f"{APPLICATION}-{durability}.toml"
    shutil.copyfile(CONFIG / f"{APPLICATION}.toml", job)
    with job.open("a") as file:
        file.write(f'\n[state]\ndurability = "{durability}"\n')
    token = folder / "token"
    token.touch(mode=0o600)
    token.write_text(TOKEN)
    return job


def options(
    folder: Path, url: str, *, state: Path | None = None, workers: int = 1, now: datetime | None = None
) -> Options:
    """The common options of a command."""
    return Options(
        url=url,
        token=f"file:{folder / 'token'}",
        snapshot=str(folder / "directory"),
        state=str(state or folder / "state.db"),
        workers=workers,
        now=now,
    )


@contextmanager
def sandbox(application: str = APPLICATION) -> Iterator[str]:
    """An empty sandbox that prints nothing, in a process of its own; its tenant URL."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(theirs, application), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.close()
        process.join()


def _serve(line: Connection, application: str) -> None:
    with SandboxServer(Sandbox(application, token=TOKEN, seed=SEED)) as server:
        line.send(server.url)
        line.poll(None)  # until the other end is closed
