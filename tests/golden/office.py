"""A directory, a job and an application with a listener on the wire between them: stories told byte for byte.

Every act is one real cycle: job file, snapshot on disk, state on disk, the HTTP adapter, a socket, the sandbox. What
left the program is kept as it stood on the wire; only the server's port is replaced by a name.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from provisioner.adapters.clock import VirtualClock
from provisioner.model.report import CycleReport
from provisioner.model.state import RequestKind
from provisioner.runtime.steering import BUTTON
from provisioner.sandbox import Sandbox, SandboxServer
from provisioner.wiring.options import Options
from provisioner.wiring.planning import done_on_demand
from provisioner.wiring.running import OpenJob, leave_request
from tests.adapters.http.servers import Behaviour, Server, request, serving

EXPECTED = Path(__file__).parent / "expected"
BEGIN = datetime(2026, 1, 31, 8, tzinfo=UTC)
DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"


def person(number: int, upn: str, **more: Any) -> dict[str, Any]:
    """Somebody as Graph returns her, with nothing but a name and what is given."""
    return {"id": f"00000000-0000-0000-0000-{number:012d}", "userPrincipalName": upn, "accountEnabled": True, **more}


def group(number: int, name: str, *members: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A security group as Graph returns it."""
    ids = [member["id"] for member in members]
    own = f"99999999-0000-0000-0000-{number:012d}"
    return {"id": own, "displayName": name, "members": ids, "securityEnabled": True, **more}


@dataclass
class Office:
    """What the directory holds now, and all that was sent so far. ``roles`` are (id, value, name)."""

    folder: Path
    server: Server
    sandbox: Sandbox
    query: str = ""
    people: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    unassigned: list[dict[str, Any]] = field(default_factory=list)
    assignments: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    roles: list[tuple[str, str, str]] = field(default_factory=list)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(BEGIN))
    text: str = ""
    acts: int = 0

    @property
    def options(self) -> Options:
        """What the command line would say."""
        return Options(
            url=self.server.url + "/scim/v2" + self.query,
            token="env:GOLDEN_TOKEN",
            snapshot=str(self.folder / "directory"),
            state=str(self.folder / "state.db"),
            seed=self.acts,
        )

    @property
    def job_file(self) -> str:
        return str(self.folder / "job.toml")

    def rewrite(self, job: str) -> None:
        """Another job file from now on."""
        (self.folder / "job.toml").write_text(job)

    def write(self) -> None:
        """Write the snapshot as it is now."""
        everybody = [*self.people, *self.groups]
        plain = [(entry, DEFAULT_ACCESS) for entry in everybody if not any(entry is one for one in self.unassigned)]
        assigned = [
            {
                "principalId": entry["id"],
                "principalType": "Group" if "members" in entry else "User",
                "appRoleId": role,
            }
            for entry, role in self.assignments or plain
        ]
        roles = [{"id": own, "value": value, "displayName": name} for own, value, name in self.roles]
        folder = self.folder / "directory"
        folder.mkdir(exist_ok=True)
        for name, entries in (
            ("users", self.people),
            ("groups", self.groups),
            ("assignments", assigned),
            ("appRoles", roles),
        ):
            (folder / f"{name}.json").write_text(json.dumps(entries))

    async def cycle(self, title: str) -> CycleReport:
        """Run one cycle, tell what it sent, and let 40 minutes pass."""
        self.write()
        with self.telling(title), OpenJob(self.job_file, self.options, clock=self.clock) as opened:
            report = await opened.run()
        self.clock.advance(timedelta(minutes=40))
        return report

    async def on_demand(self, who: str, members: tuple[str, ...] | None = None) -> None:
        """Provision one object on demand, and tell what that sent."""
        self.write()
        with self.telling(f"On demand: {who}"):
            await done_on_demand(self.job_file, self.options, who, members, waiting=lambda _: None)

    def restart(self) -> None:
        """Press the portal's button; the next cycle heeds it."""
        leave_request(self.job_file, self.options, RequestKind.RESTART, BUTTON)

    def telling(self, title: str) -> "_Act":
        """All that is sent in the block, under a title."""
        self.acts += 1
        return _Act(self, title)


@dataclass
class _Act:
    office: Office
    title: str

    def __enter__(self) -> None:
        self.office.server.received.clear()

    def __exit__(self, *_: object) -> None:
        office = self.office
        sent = bytes(office.server.received).replace(office.server.address.encode(), b"scim.example.com")
        told = "\n".join(readable(sent)) or "(nothing)\n"
        gap = "\n" if office.text else ""
        office.text += f"{gap}### {self.title}\n\n{told}"


def readable(sent: bytes) -> list[str]:
    """A stream of requests as texts: request line, headers, and the body after an empty line."""
    texts = []
    while sent:
        head, _, rest = sent.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        length = next((int(line.partition(": ")[2]) for line in lines if line.startswith("Content-Length: ")), 0)
        body, sent = rest[:length].decode(), rest[length:]
        texts.append("\n".join([*lines, *(["", body] if body else [])]) + "\n")
    return texts


@asynccontextmanager
async def running(folder: Path, job: str, *, query: str = "", **sandbox: Any) -> AsyncIterator[Office]:
    """An office, and an application behind its listener."""
    (folder / "job.toml").write_text(job)
    application = Sandbox("scim", token="s3cret", seed=1, **sandbox)
    with SandboxServer(application) as behind:
        async with serving(passing_on(behind.port)) as server:
            yield Office(folder, server, application, query)


@asynccontextmanager
async def story(name: str, folder: Path, job: str, *, query: str = "", **sandbox: Any) -> AsyncIterator[Office]:
    """An office whose story must be the one in ``expected/NAME.http``; ACCEPT=1 rewrites that file."""
    async with running(folder, job, query=query, **sandbox) as office:
        yield office
    expected = EXPECTED / f"{name}.http"
    if os.environ.get("ACCEPT"):
        expected.write_text(office.text)
    assert office.text == expected.read_text()


def passing_on(port: int) -> Behaviour:
    """Hands every request on to a server, and its answers back."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_connection("127.0.0.1", port)
        back = asyncio.create_task(_pump(answers, writer))
        try:
            while True:
                questions.write(await request(reader))
        finally:
            back.cancel()
            questions.close()

    return behave


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
