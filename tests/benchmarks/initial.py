"""The initial cycle, against a bare httpx loop that sends the very same requests over as many connections."""

import asyncio
import pickle
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

import httpx

from provisioner.sandbox import RequestSeen, Sandbox, SandboxServer
from provisioner.wiring.running import OpenJob, run_once
from tests.benchmarks.measure import Row, Size, fresh, in_turns, timed
from tests.benchmarks.world import APPLICATION, SEED, TOKEN, company, job_file, options, sandbox

PEOPLE = {Size.SMOKE: 10, Size.QUICK: 1_000, Size.USUAL: 10_000, Size.FULL: 10_000}
WORKERS = {Size.SMOKE: 2}
MANY = 16

_state = count()


class Sent(NamedTuple):
    """A request as the sandbox saw it; ``headers`` without Host."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def rows(size: Size, folder: Path) -> Iterator[Row]:
    """Requests per second of the cycle and of the bare loop."""
    many = WORKERS.get(size, MANY)
    company(folder, PEOPLE[size])
    fresh(record, folder)
    rates = in_turns(
        size,
        {
            "bare": partial(_bare, folder, 1),
            "power-loss": partial(_cycle, folder, "power-loss", 1),
            "process": partial(_cycle, folder, "process", 1),
            "bare, many": partial(_bare, folder, many),
            "many": partial(_cycle, folder, "power-loss", many),
            "many, process": partial(_cycle, folder, "process", many),
        },
    )
    what, one, crowd = f"initial cycle of {PEOPLE[size]:,} people", "bare httpx loop", f"{many} bare httpx loops"
    yield Row(f"{what}, power-loss", "requests/s", rates["power-loss"], rates["bare"], one, ">= 0.75")
    yield Row(f"{what}, process", "requests/s", rates["process"], rates["bare"], one, ">= 0.85")
    yield Row(f"{what}, {many} workers", "requests/s", rates["many"], rates["bare, many"], crowd, ">= 0.7")
    yield Row(f"{what}, {many} workers, process", "requests/s", rates["many, process"], rates["bare, many"], crowd)


def record(folder: Path) -> None:
    """Run the cycle once, and keep every request it sent."""
    seen: list[RequestSeen] = []
    with SandboxServer(Sandbox(APPLICATION, token=TOKEN, seed=SEED, on_request=seen.append)) as server:
        job = job_file(folder, durability="process")
        asyncio.run(run_once(str(job), options(folder, server.url, state=folder / "recording.db")))
    sent = [Sent(r.method, r.path, tuple(h for h in r.headers if h[0] != "Host"), r.body) for r in seen]
    (folder / "requests.pickle").write_bytes(pickle.dumps(sent))


def _cycle(folder: Path, durability: str, workers: int) -> float:
    with sandbox() as url:
        state = folder / f"state-{next(_state)}.db"
        return fresh(cycle, folder, url, state, durability, workers)


def cycle(folder: Path, url: str, state: Path, durability: str, workers: int) -> float:
    """Requests per second of an initial cycle, reading the snapshot and the guard included."""
    job = job_file(folder, durability=durability)
    with OpenJob(str(job), options(folder, url, state=state, workers=workers)) as opened, timed() as watch:
        report = asyncio.run(opened.run())
    if report.exit_code:
        raise RuntimeError(f"the cycle ended with {report.status}: {report.note}")
    return report.requests / watch.seconds


def _bare(folder: Path, connections: int) -> float:
    with sandbox() as url:
        return fresh(bare, folder, url, connections)


def bare(folder: Path, url: str, connections: int) -> float:
    """Requests per second of clients that do nothing but send what was recorded and read the answers."""
    sent: list[Sent] = pickle.loads((folder / "requests.pickle").read_bytes())  # noqa: S301 - written by record()
    with timed() as watch:
        asyncio.run(_send_all(sent, url, connections))
    return len(sent) / watch.seconds


async def _send_all(sent: list[Sent], url: str, connections: int) -> None:
    origin = str(httpx.URL(url).join("/"))[:-1]
    left = iter(sent)
    async with asyncio.TaskGroup() as loops:
        for _ in range(connections):
            loops.create_task(_send(left, origin))


async def _send(left: Iterator[Sent], origin: str) -> None:
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
    async with httpx.AsyncClient(limits=limits, trust_env=False, verify=False) as client:  # noqa: S501 - plain http
        client.headers.clear()
        for request in left:
            answer = await client.request(
                request.method, origin + request.path, headers=request.headers, content=request.body or None
            )
            answer.read()
