"""A company's job against one server, cycle by cycle, 40 minutes apart."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from provisioner.adapters.clock import VirtualClock
from provisioner.model.outcome import ErrorInfo
from provisioner.model.report import CycleReport
from provisioner.ports import Progress
from provisioner.runtime.world import Quiet
from provisioner.sandbox import Sandbox
from provisioner.wiring.connection import test_connection
from provisioner.wiring.options import Options, reading_store
from provisioner.wiring.running import OpenJob
from tests.command import CONFIG
from tests.targets.company import Company

DEFAULT_MAPPING = CONFIG / "scim.toml"
TOKEN = "s3cret"
ONLY_NAMES = """
name = "names"
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
"""
BEGIN = datetime(2026, 1, 31, 8, tzinfo=UTC)


class Rehearsal:
    """The default mapping for users and groups, unless another job is given.

    :param folder: where the directory and the memory are kept.
    :param url: the tenant URL.
    :param job: the job file's text.
    """

    def __init__(
        self, folder: Path, url: str, *, job: str = "", company: Company | None = None, verify_members: bool = False
    ) -> None:
        self.company = company or Company()
        self._folder = folder
        self._url = url
        self._job = str(folder / "job.toml" if job else DEFAULT_MAPPING)
        self.verify_members = verify_members
        self.progress: Progress = Quiet()
        self._clock = VirtualClock(BEGIN)
        self._cycles = 0
        if job:
            (folder / "job.toml").write_text(job)
        (folder / "token").touch(mode=0o600)
        (folder / "token").write_text(TOKEN)

    async def cycle(self) -> CycleReport:
        """Run one by the directory as it is now."""
        self.company.write(self._folder / "directory")
        self._cycles += 1
        with OpenJob(self._job, self._options(), clock=self._clock, progress=self.progress) as job:
            report = await job.run()
        self._clock.advance(timedelta(minutes=40))
        return report

    async def probe(self) -> ErrorInfo | None:
        """What Test Connection finds wrong with users, or else with groups."""
        verdicts = [verdict for _, verdict in await test_connection(self._job, self._options())]
        return next((verdict.error for verdict in verdicts if verdict.error is not None), None)

    def log(self) -> list[dict[str, Any]]:
        """The entries of the provisioning log, in Graph's form."""
        with reading_store(self._job, self._options()) as (_, store):
            return [dict(record.body) for record in store.records()]

    def _options(self) -> Options:
        return Options(
            url=self._url,
            token=f"file:{self._folder / 'token'}",
            snapshot=str(self._folder / "directory"),
            state=str(self._folder / "state.db"),
            seed=self._cycles,
            verify_members=self.verify_members,
        )


async def settled(folder: Path, url: str, *names: str, **more: Any) -> Rehearsal:
    """A company of these people whose first cycle is over."""
    rehearsal = Rehearsal(folder, url, **more)
    for name in names:
        rehearsal.company.join(name)
    assert (await rehearsal.cycle()).failures == ()
    return rehearsal


def account(sandbox: Sandbox, name: str) -> dict[str, Any]:
    """The account with this external id."""
    (found,) = [user for user in sandbox.dump()["Users"] if user.get("externalId") == name]
    return found


def operations(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The operations of every PATCH sent so far; they are forgotten then."""
    bodies = [json.loads(request.body) for request in sandbox.requests if request.method == "PATCH"]
    sandbox.requests.clear()
    return [operation for body in bodies for operation in body["Operations"]]
