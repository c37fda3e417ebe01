"""A small organisation with groups, a sandbox to provision to, and runs that are recorded."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provisioner.engine.replaying import Divergence
from provisioner.model.report import CycleReport
from provisioner.sandbox import Sandbox
from provisioner.wiring.options import Options
from provisioner.wiring.recording import run_recorded
from provisioner.wiring.replaying import Replayed, replayed
from tests.command import CONFIG, directory, person

TOKEN = "canary-7f3a9c-token"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

NAMES = [
    ("Ada", "Lovelace"),
    ("Zoë", "Müller"),
    ("Bo", "Li"),
    ("Łukasz", "Wiśniewski"),
    ("Grace", "Hopper"),
    ("Alan", "Turing"),
    ("Søren", "Kierkegaard"),
    ("Edsger", "Dijkstra"),
]


def named(number: int, first: str, last: str, **more: Any) -> dict[str, Any]:
    """A person by her name."""
    address = f"{first}.{last}@contoso.example".lower()
    texts = {
        "displayName": f"{first} {last}",
        "userPrincipalName": address,
        "mail": address,
        "mailNickname": f"{first}{last}".lower(),
    }
    return person(number, givenName=first, surname=last, **{**texts, **more})


@dataclass
class Organisation:
    """People, and groups of all of them; ``record`` runs a cycle into a folder."""

    folder: Path
    url: str
    job_file: str = "scim.toml"
    workers: int = 1
    verify_members: bool = False
    people: list[dict[str, Any]] = field(default_factory=lambda: [named(n, *name) for n, name in enumerate(NAMES, 1)])
    groups: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, each in enumerate(self.people[1:]):
            each["manager"] = {"id": self.people[number // 2]["id"]}
        everybody = [each["id"] for each in self.people]
        self.groups = self.groups or [
            {
                "id": f"10000000-0000-0000-0000-00000000000{n}",
                "displayName": name,
                "securityEnabled": True,
                "members": everybody,
            }
            for n, name in enumerate(("Staff", "Ada Lovelace's team"))
        ]
        self.job = self.folder / "job.toml"
        text = (CONFIG / self.job_file).read_text()
        for variable in ("SCIM_TOKEN", "REAL_LINKS_TOKEN"):
            text = text.replace(f"env:{variable}", "env:RECORDING_TOKEN")
        self.job.write_text(text)

    def change(self, old: str, new: str) -> None:
        """Write something else into the job."""
        text = self.job.read_text()
        assert old in text
        self.job.write_text(text.replace(old, new))

    def write(self) -> None:
        """Write the snapshot as it is now; everybody and every group is assigned."""
        principals = [entry["id"] for entry in (*self.people, *self.groups)]
        directory(self.folder / "directory", self.people, assigned=principals, groups=self.groups)

    async def record(self, name: str, *, pseudonyms: bool = False, seed: int | None = None) -> CycleReport:
        """One cycle, recorded into a folder of this name."""
        self.write()
        os.environ["RECORDING_TOKEN"] = TOKEN
        options = Options(url=self.url, workers=self.workers, verify_members=self.verify_members, seed=seed)
        try:
            return await run_recorded(str(self.job), options, str(self.folder / name), pseudonyms=pseudonyms)
        finally:
            del os.environ["RECORDING_TOKEN"]

    async def replay(self, name: str) -> Replayed:
        """Play it again."""
        return await replayed(str(self.folder / name), Options(), None, None)


def sandbox(*faults: str) -> Sandbox:
    """An application that knows nobody yet."""
    return Sandbox("scim", token=TOKEN, seed=1, faults=faults)


def told(divergences: tuple[Divergence, ...]) -> set[tuple[str, str]]:
    """About whom, and what."""
    return {(str(each.topic), each.text) for each in divergences}
