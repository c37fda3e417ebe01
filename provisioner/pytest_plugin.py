"""A pytest plugin for whoever builds a SCIM endpoint or maps attributes: cycles as fixtures, scenario folders as tests.

Only pytest imports this module, by the entry point ``pytest11``; the program itself never needs pytest. What it stands
on is loaded when a test first asks for it.

::

    pytest --scim-url http://127.0.0.1:3000/scim --scim-token env:SCIM_TOKEN

    def test_a_leaver_is_disabled(provisioning_cycle):
        provisioning_cycle([{"id": "1", "userPrincipalName": "ada@contoso.example"}])
        report = provisioning_cycle([{"id": "1", "userPrincipalName": "ada@contoso.example", "accountEnabled": False}])
        assert report.counts.disable == 1

Without ``--scim-url`` the sandbox plays the endpoint. A folder with ``timeline.toml`` and ``job.toml`` is a test.
"""

import json
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import pytest

from provisioner.model.frozen import frozen

if TYPE_CHECKING:
    from provisioner.model.report import CycleReport
    from provisioner.sandbox import SandboxServer
    from provisioner.wiring.options import Options

T = TypeVar("T")
Directory: TypeAlias = str | Path | Sequence[Mapping[str, Any]]
"""A snapshot's folder or file, or people as Graph's /users returns them; all of these are assigned."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The endpoint under test."""
    group = parser.getgroup("provisioner", "provisioning to a SCIM endpoint")
    group.addoption("--scim-url", metavar="URL", help="The tenant URL of the endpoint under test; else the sandbox.")
    group.addoption("--scim-token", metavar="REF", help="Where its secret token is: env:NAME or file:PATH.")


@frozen
class Provisioner:
    """The service against one endpoint, with a memory of its own for each job; every test begins with an empty one.

    ``url`` is the tenant URL, ``token`` where its secret is (``env:NAME`` or ``file:PATH``) or None for the job's own.
    """

    url: str
    token: str | None
    folder: Path

    def run(self, job: str | Path, directory: Directory | None = None, *, now: datetime | None = None) -> "CycleReport":
        """Run one cycle: the first of a job is the initial one, later ones are incremental.

        :param directory: instead of the job's own snapshot.
        :raises InputError: when job or snapshot are wrong; nothing was sent.
        """
        from provisioner.wiring.running import run_once

        return _completed(lambda: run_once(str(job), self._options(job, directory, now)))

    def log(self, job: str | Path) -> list[Mapping[str, Any]]:
        """The provisioning log of a job, oldest first, in Graph's own property names (E101)."""
        from provisioner.wiring.options import reading_store

        with reading_store(str(job), self._options(job, None, None)) as (_, store):
            return [record.body for record in store.records()]

    def test_connection(self, job: str | Path) -> bool:
        """Whether the portal's Test Connection would succeed (E13)."""
        from provisioner.wiring.connection import test_connection

        verdicts = _completed(lambda: test_connection(str(job), self._options(job, None, None)))
        return all(verdict.error is None for _, verdict in verdicts)

    def _options(self, job: str | Path, directory: Directory | None, now: datetime | None) -> "Options":
        from provisioner.wiring.options import Options

        snapshot = None if directory is None else self._snapshot(directory)
        state = self.folder / f"{Path(job).absolute().as_posix().replace('/', '-').strip('-')}.db"
        return Options(self.url, self.token, snapshot, str(state), now, seed=1, durability="process")

    def _snapshot(self, directory: Directory) -> str:
        if isinstance(directory, str | Path):
            return str(directory)
        from provisioner.model.directory import DEFAULT_ACCESS

        folder = self.folder / "directory"
        folder.mkdir(exist_ok=True)
        assigned = [
            {"principalId": person["id"], "principalType": "User", "appRoleId": DEFAULT_ACCESS} for person in directory
        ]
        (folder / "users.json").write_text(json.dumps(list(directory)), encoding="utf-8")
        (folder / "assignments.json").write_text(json.dumps(assigned), encoding="utf-8")
        return str(folder)


def _completed(begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What a coroutine returns, also when the test runs in an event loop of its own."""
    import asyncio

    _settle_log()
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(begin())).result()


def _settle_log() -> None:
    """Warnings and worse, unless the tests have set structlog up: a story of weeks has hundreds of cycles to tell."""
    import structlog

    if not structlog.is_configured():
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))


@pytest.fixture
def scim_sandbox() -> "Iterator[SandboxServer]":
    """An empty SCIM endpoint on a free port: its ``url``, and its ``sandbox`` with users, requests and set_faults."""
    from provisioner.sandbox import Sandbox, SandboxServer

    with SandboxServer(Sandbox("scim")) as server:
        yield server


@pytest.fixture
def provisioner(request: pytest.FixtureRequest, tmp_path: Path) -> Provisioner:
    """The service against ``--scim-url``, or against ``scim_sandbox``."""
    folder = tmp_path / "provisioner"
    folder.mkdir()
    url, token = request.config.getoption("--scim-url"), request.config.getoption("--scim-token")
    if url is not None:
        return Provisioner(url, token, folder)
    secret = folder / "token"
    secret.touch(mode=0o600)
    secret.write_text("anything", encoding="utf-8")
    return Provisioner(request.getfixturevalue("scim_sandbox").url, f"file:{secret}", folder)


@pytest.fixture
def provisioning_cycle(provisioner: Provisioner) -> "Callable[..., CycleReport]":
    """Runs one cycle: ``provisioning_cycle(directory, job=None, now=None)``, by any SCIM application's ready job."""
    from provisioner.wiring.samples import shipped

    def cycle(
        directory: Directory | None = None, job: str | Path | None = None, *, now: datetime | None = None
    ) -> "CycleReport":
        return provisioner.run(job or shipped("config") / "scim.toml", directory, now=now)

    return cycle


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A scenario folder is a test."""
    if file_path.name == "timeline.toml" and (file_path.parent / "job.toml").is_file():
        return ScenarioFolder.from_parent(parent, path=file_path)
    return None


class ScenarioFolder(pytest.File):
    """One folder, collected by its timeline."""

    def collect(self) -> Iterable[pytest.Item]:
        """Its only test."""
        yield Scenario.from_parent(self, name=self.path.parent.name)


class Differs(Exception):
    """What came is not what was expected."""


class Scenario(pytest.Item):
    """A story, played against ``--scim-url`` or the sandbox."""

    def runtest(self) -> None:
        """Play it. What only the sandbox can play is skipped elsewhere."""
        from provisioner.wiring.scenarios import only_in_the_sandbox, play, results_of_scenarios

        _settle_log()
        folder, url = self.path.parent, self.config.getoption("--scim-url")
        if url is not None and (why := only_in_the_sandbox(folder)):
            pytest.skip(f"only the sandbox can play this: {why}")
        result = play(folder, url=url, token=self.config.getoption("--scim-token"))
        told = [f"{each.place}: {each.failure}" for each in results_of_scenarios([result]) if each.failure]
        if told:
            raise Differs("\n\n".join(told))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What differs, side by side; what is wrong with the folder, with its place. Of anything else the traceback."""
        from provisioner.model.errors import InputError

        if isinstance(excinfo.value, Differs | InputError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the story stands."""
        return self.path, 0, f"scenario {self.name}"
