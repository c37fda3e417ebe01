"""A company as its directory has it: people, who they report to, groups, and who is assigned to the application."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from provisioner.model.directory import ObjectKind
from provisioner.model.job import Job, Rules
from provisioner.model.schema import ValueType
from tests.command import person
from tests.engine.worlds import job, mapping
from tests.simulation.memory_source import MemorySource

GROUPS = Rules(
    ObjectKind.GROUP,
    (
        mapping("displayName", "[displayName]", match=1),
        mapping("externalId", "[objectId]", case_exact=True),
        mapping("members", "[members]", type=ValueType.REFERENCE, multivalued=True),
    ),
)
"""How groups are provisioned where a job has them."""

Entry = dict[str, Any]


def id_of(number: int) -> str:
    """The directory's id of a person."""
    return str(person(number)["id"])


@dataclass
class Company:
    """People by number, groups by id; ``unassigned`` holds the numbers and ids of those without an assignment."""

    people: dict[int, Entry] = field(default_factory=dict)
    groups: dict[str, Entry] = field(default_factory=dict)
    unassigned: set[int | str] = field(default_factory=set)
    job: Job = field(default_factory=job)

    def snapshot(self, at: datetime | None = None) -> MemorySource:
        """The directory as it is now, with the time it says it was exported at."""
        assigned = [self.people[number]["id"] for number in sorted(self.people) if number not in self.unassigned]
        groups = [group for group in sorted(self.groups) if group not in self.unassigned]
        return MemorySource(self.people.values(), assigned, self.groups.values(), groups, generated_at=at)

    # What happens

    def join(self, number: int, **more: Any) -> None:
        self.people[number] = person(number, **more)

    def rename(self, number: int, name: str) -> None:
        self.people[number]["userPrincipalName"] = f"{name}@contoso.example"

    def report_to(self, number: int, manager: int) -> None:
        self.people[number]["manager"] = {"id": id_of(manager)}

    def soft_delete(self, number: int) -> None:
        """The directory marks her as deleted and renames her (E55)."""
        someone = self.people[number]
        someone["deletedDateTime"] = "2026-02-01T00:00:00Z"
        someone["userPrincipalName"] = someone["id"].replace("-", "") + someone["userPrincipalName"]

    def restore(self, number: int) -> None:
        someone = self.people[number]
        del someone["deletedDateTime"]
        someone["userPrincipalName"] = someone["userPrincipalName"][32:]

    def purge(self, number: int) -> None:
        """She is gone for good, and the directory takes her out of her groups."""
        own = self.people.pop(number)["id"]
        self.unassigned.discard(number)
        for entry in self.groups.values():
            entry["members"] = [member for member in entry["members"] if member != own]

    def form(self, group: str, *members: int, name: str = "") -> None:
        """A group is formed, or gets other members and perhaps another name."""
        ids = [id_of(number) for number in members]
        self.groups[group] = {"id": group, "displayName": name or group, "members": ids}

    # What is to be

    def assigned(self, number: int) -> bool:
        """Directly, or as a member of an assigned group (E19)."""
        own = id_of(number)
        by_group = (own in entry["members"] for group, entry in self.groups.items() if group not in self.unassigned)
        return number not in self.unassigned or any(by_group)

    def in_scope(self, number: int) -> bool:
        """Assigned, and passing the filter, which asks for Research (E20)."""
        return self.assigned(number) and (not self.job.users.filter or self.people[number]["department"] == "Research")

    def wanted(self) -> dict[str, str]:
        """Source id -> userName of everybody who is to have an active account."""
        return {
            entry["id"]: entry["userPrincipalName"]
            for number, entry in self.people.items()
            if self.in_scope(number) and entry["accountEnabled"] and "deletedDateTime" not in entry
        }

    def wanted_groups(self) -> dict[str, Entry]:
        """Every group that is to be in the target, by id."""
        if self.job.groups is None:
            return {}
        return {group: entry for group, entry in self.groups.items() if group not in self.unassigned}
