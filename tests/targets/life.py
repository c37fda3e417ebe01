"""One run of the life of a company against one server in one dialect, and what it leaves."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from provisioner.model.report import CycleReport
from provisioner.sandbox import Sandbox, SandboxServer
from tests.servers import Server, scim2_server, scimmy
from tests.targets.company import LIFE, Company
from tests.targets.rehearsal import TOKEN, Rehearsal
from tests.targets.relay import Relay
from tests.targets.wanted import left
from tests.targets.wire_text import Names, headers, told

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@contextmanager
def sandbox(_: Path) -> Iterator[Server]:
    """The project's own server."""
    with SandboxServer(Sandbox("scim", token=TOKEN, seed=1)) as server:
        yield Server(server.url, TOKEN)


SERVERS: dict[str, Callable[[Path], AbstractContextManager[Server]]] = {
    "sandbox": sandbox,
    "scim2-server": scim2_server,
    "scimmy": scimmy,
}
DIALECTS = {"default": "", "flag": "?aadOptscim062020"}


@dataclass
class Lived:
    """What a run leaves.

    ``failed``: short name -> the codes and the sentences it failed with. ``left``: short name -> in what the server
    differs from the directory at the end. ``reading`` and ``writing``: the header blocks seen.
    """

    text: str = ""
    failed: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    left: dict[str, set[str]] = field(default_factory=dict)
    reports: list[CycleReport] = field(default_factory=list)
    reading: set[str] = field(default_factory=set)
    writing: set[str] = field(default_factory=set)


def lived_at(server_name: str, dialect: str, folder: Path) -> Lived:
    """Start a server, live the life there, and stop it."""
    (folder / "server").mkdir()
    with SERVERS[server_name](folder / "server") as server, Relay(server.url) as relay:
        return asyncio.run(_live(server, relay, DIALECTS[dialect], folder))


async def _live(server: Server, relay: Relay, query: str, folder: Path) -> Lived:
    """One cycle for each day, and a look at the server in the end. Somebody is there before it begins."""
    rehearsal, names, lived = Rehearsal(folder, relay.url + query), Names(), Lived()
    server.call("POST", "/Users", {"schemas": [CORE_USER], "userName": "Fay@harbour.example"})
    for number, day in enumerate(LIFE, 1):
        day(rehearsal.company)
        begun = len(relay.passed)
        report = await rehearsal.cycle()
        lived.reports.append(report)
        lived.text += f"### {number} {day.__name__}: {day.__doc__}\n# {_counted(report)}\n\n"
        lived.text += told(relay.passed[begun:], names, urlsplit(relay.url).path) + "\n"
        _note_failures(lived, rehearsal.company, report)
    lived.reading = headers(relay.passed, "GET", "DELETE")
    lived.writing = headers(relay.passed, "POST", "PATCH")
    lived.left = left(rehearsal.company, server)
    return lived


def _counted(report: CycleReport) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in report.counts.as_json().items() if count)
    failed = ", ".join(sorted(failure.name for failure in report.failures))
    return f"{counts or 'nothing to do'}{f' ({failed})' if failed else ''}"


def _note_failures(lived: Lived, company: Company, report: CycleReport) -> None:
    names = {other["id"]: name for name, other in {**company.people, **company.groups}.items()}
    for failure in report.failures:
        seen = lived.failed.setdefault(names[failure.source_id], set())
        seen.add((failure.error.code, failure.error.recommended_action))
