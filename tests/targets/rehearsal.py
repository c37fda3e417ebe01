"""A company's job against one server, cycle by cycle, 40 minutes apart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from provisioner.adapters.clock import VirtualClock
from provisioner.model.report import CycleReport
from provisioner.wiring.options import Options, reading_store
from provisioner.wiring.running import OpenJob
from tests.command import CONFIG
from tests.targets.company import Company

DEFAULT_MAPPING = CONFIG / "scim.toml"
TOKEN = "s3cret"
BEGIN = datetime(2026, 1, 31, 8, tzinfo=UTC)


class Rehearsal:
    """The default mapping for users and groups, unless another job file is given.

    :param folder: where the directory and the memory are kept.
    :param url: the tenant URL.
    """

    def __init__(
        self, folder: Path, url: str, *, job: Path = CONFIG / "scim.toml", verify_members: bool = False
    ) -> None:
        self.company = Company()
        self._folder = folder
        self._url = url
        self._job = str(job)
        self._verify = verify_members
        self._clock = VirtualClock(BEGIN)
        self._cycles = 0
        (folder / "token").touch(mode=0o600)
        (folder / "token").write_text(TOKEN)

    async def cycle(self) -> CycleReport:
        """Run one by the directory as it is now."""
        self.company.write(self._folder / "directory")
        self._cycles += 1
        with OpenJob(self._job, self._options(), clock=self._clock) as job:
            report = await job.run()
        self._clock.advance(timedelta(minutes=40))
        return report

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
            verify_members=self._verify,
        )
