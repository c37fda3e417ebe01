"""The members of one large group in its first cycle, against bare httpx loops that send as many of the same PATCHes."""

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

import httpx

from provisioner.adapters.ids import SeededIds
from provisioner.wiring.running import OpenJob
from tests.benchmarks.measure import Row, Size, Stopwatch, fresh, in_turns, timed
from tests.benchmarks.world import SEED, TOKEN, options, sandbox
from tests.command import directory, person

MEMBERS: Final = {Size.SMOKE: 20, Size.QUICK: 1_000, Size.USUAL: 5_000, Size.FULL: 5_000}
IN_FLIGHT: Final = 5
GROUP_SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
JOB: Final = """
name = "club"
[source]
snapshot = "directory"
[target]
url = "http://127.0.0.1:1"
[users]
mappings = [{ target = "userName", source = "[userPrincipalName]", match = 1 }]
[groups]
mappings = [
  { target = "displayName", source = "[displayName]", match = 1 },
  { target = "members", source = "[members]" },
]
[limits]
member_patches_in_flight = %d
[state]
durability = "%s"
"""

_state = count()


def rows(size: Size, folder: Path) -> Iterator[Row]:
    """PATCHes per second, from the first member to the last."""
    _club(folder, MEMBERS[size])
    rates = in_turns(
        size,
        {
            "bare": partial(_bare, MEMBERS[size]),
            "power-loss": partial(_cycle, folder, "power-loss"),
            "process": partial(_cycle, folder, "process"),
        },
    )
    against = f"{IN_FLIGHT} bare httpx loops"
    for durability in ("power-loss", "process"):
        what = f"{MEMBERS[size]:,} members of a group, {durability}"
        yield Row(what, "PATCHes/s", rates[durability], rates["bare"], against, ">= 0.8")


def _club(folder: Path, members: int) -> None:
    """A directory whose people are all in one group."""
    people = [person(number) for number in range(1, members + 1)]
    ids = [each["id"] for each in people]
    group = {"id": "g", "displayName": "Everybody", "members": ids, "securityEnabled": True}
    directory(folder / "directory", people, assigned=[*ids, "g"], groups=[group])
    (folder / "token").touch(mode=0o600)
    (folder / "token").write_text(TOKEN)


def _cycle(folder: Path, durability: str) -> float:
    with sandbox("scim") as url:
        return fresh(cycle, folder, url, folder / f"state-{next(_state)}.db", durability)


def _bare(members: int) -> float:
    with sandbox("scim") as url:
        return fresh(bare, url, members)


class MemberTime:
    """A Progress that times the last pass of a cycle."""

    def __init__(self) -> None:
        self.total = 0
        self.watch: Stopwatch | None = None

    def begin(self, what: str, total: int) -> None:
        """Start with the first member."""
        if what == "members":
            self.total, self.watch = total, Stopwatch()

    def step(self, what: str) -> None:
        """One more."""

    def end(self) -> None:
        """Stop with the last."""
        if self.watch is not None:
            self.watch.stop()

    @property
    def rate(self) -> float:
        """Members per second."""
        if self.watch is None:
            raise RuntimeError("the cycle had no members to send")
        return self.total / self.watch.seconds


def cycle(folder: Path, url: str, state: Path, durability: str) -> float:
    """PATCHes per second of a first cycle."""
    job = folder / f"{durability}.toml"
    job.write_text(JOB % (IN_FLIGHT, durability))
    progress = MemberTime()
    with OpenJob(str(job), options(folder, url, state=state), progress=progress) as opened:
        report = asyncio.run(opened.run())
    if report.exit_code:
        raise RuntimeError(f"the cycle ended with {report.status}: {report.note}")
    return progress.rate


def bare(url: str, members: int) -> float:
    """PATCHes per second of clients that do nothing else, for a group that was made just before."""
    ids = SeededIds(SEED)
    bodies = [_addition(ids.guid()) for _ in range(members)]
    headers = _headers(ids.guid())
    made = httpx.post(
        f"{url}/Groups",
        headers=dict(headers),
        content=json.dumps({"schemas": [GROUP_SCHEMA], "displayName": "Everybody", "members": []}),
        trust_env=False,
    )
    target = f"{url}/Groups/{made.json()['id']}"
    with timed() as watch:
        asyncio.run(_send_all(target, headers, bodies))
    return members / watch.seconds


def _addition(member: str) -> bytes:
    operation = {"op": "Add", "path": "members", "value": [{"value": member}]}
    message = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    return json.dumps(message, separators=(",", ":")).encode()


def _headers(activity: str) -> list[tuple[str, str]]:
    return [
        ("Authorization", f"Bearer {TOKEN}"),
        ("ADSCIMVersion", f"Date:2026-01-31T08:00:00Z, ActivityId:{activity}"),
        ("Content-Type", "application/scim+json; charset=utf-8"),
    ]


async def _send_all(target: str, headers: list[tuple[str, str]], bodies: list[bytes]) -> None:
    left = iter(bodies)
    async with asyncio.TaskGroup() as loops:
        for _ in range(IN_FLIGHT):
            loops.create_task(_send(target, headers, left))


async def _send(target: str, headers: list[tuple[str, str]], left: Iterator[bytes]) -> None:
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
    async with httpx.AsyncClient(limits=limits, trust_env=False, verify=False) as client:  # noqa: S501 - plain http
        client.headers.clear()
        for body in left:
            (await client.patch(target, headers=headers, content=body)).raise_for_status()
