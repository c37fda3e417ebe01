"""A full life of a company: who joins, moves, leaves and comes back, and what its groups do, a dozen days long."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.command import directory


class Company:
    """A directory that changes from day to day. People and groups go by short names."""

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.assigned: dict[str, str] = {}
        self._ids = 0

    def write(self, folder: Path) -> Path:
        """Write the snapshot of today."""
        groups = [{**group, "members": list(group["members"])} for group in self.groups.values()]
        return directory(folder, list(self.people.values()), assigned=list(self.assigned.values()), groups=groups)

    def join(self, name: str, **more: Any) -> None:
        """Somebody new, assigned to the application."""
        first = name.split("-")[0].capitalize()
        self.people[name] = {
            "id": self._id(),
            "userPrincipalName": f"{name}@harbour.example",
            "displayName": f"{first} Harbour",
            "givenName": first,
            "surname": "Harbour",
            "mail": f"{name}@harbour.example",
            "mailNickname": name,
            "jobTitle": "Engineer",
            "department": "Research",
            "employeeId": f"E{self._ids:03}",
            "accountEnabled": True,
            **more,
        }
        self.assign(name)

    def change(self, name: str, **attributes: Any) -> None:
        """New values; None takes one away."""
        self.people[name].update(attributes)

    def manage(self, name: str, manager: str) -> None:
        """Somebody gets a manager."""
        self.change(name, manager={"id": self.people[manager]["id"]})

    def assign(self, *names: str) -> None:
        """Assign people or groups to the application."""
        everybody = {**self.people, **self.groups}
        self.assigned |= {name: everybody[name]["id"] for name in names}

    def unassign(self, *names: str) -> None:
        """Take assignments away."""
        for name in names:
            del self.assigned[name]

    def soft_delete(self, name: str) -> None:
        """To the recycle bin: the directory renames and drops every assignment and membership (E55)."""
        person = self.people[name]
        hex_id = person["id"].replace("-", "")
        person.update(deletedDateTime="2026-01-31T00:00:00Z", userPrincipalName=f"{hex_id}{name}@harbour.example")
        for group in self.groups:
            self.leave(group, name)
        self.assigned.pop(name, None)

    def restore(self, name: str) -> None:
        """Out of the recycle bin, and assigned again."""
        self.people[name]["userPrincipalName"] = f"{name}@harbour.example"
        del self.people[name]["deletedDateTime"]
        self.assign(name)

    def purge(self, name: str) -> None:
        """Gone for good."""
        del self.people[name]
        self.assigned.pop(name, None)

    def found(self, name: str, *members: str) -> None:
        """A new group, assigned."""
        self.groups[name] = {"id": self._id(), "displayName": name, "members": [], "securityEnabled": True}
        self.enter(name, *members)
        self.assign(name)

    def enter(self, group: str, *names: str) -> None:
        """People or groups become members."""
        self.groups[group]["members"] += self._of(names)

    def leave(self, group: str, *names: str) -> None:
        """Members leave."""
        gone = self._of(names)
        self.groups[group]["members"] = [member for member in self.groups[group]["members"] if member not in gone]

    def _of(self, names: Iterable[str]) -> list[str]:
        return [{**self.people, **self.groups}[name]["id"] for name in names]

    def _id(self) -> str:
        self._ids += 1
        return f"00000000-0000-0000-0000-{self._ids:012d}"


Day = Callable[[Company], None]


def joiners(company: Company) -> None:
    """The company begins: a group, and people one of whom has an account in the target already."""
    for name in ("ada", "ben", "cleo", "dan", "eve", "hal"):
        company.join(name)
    company.join("fay", preferredLanguage="nb-NO", city="Bergen", telephoneNumber="+47 555 0100")
    company.manage("ben", "ada")
    company.found("Engineers", "ada", "ben")


def quiet(company: Company) -> None:
    """Nothing happens."""


def movers(company: Company) -> None:
    """A promotion, a new department, a move to another town with a first mobile phone, and new managers."""
    company.change("ada", jobTitle="Director")
    company.change("cleo", jobTitle="Sales lead", department="Sales")
    company.change("hal", city="Oslo", mobilePhone="+47 555 0101")
    company.manage("cleo", "ada")
    company.manage("ben", "fay")


def growth(company: Company) -> None:
    """People join a group; a second group is founded."""
    company.enter("Engineers", "cleo", "dan", "eve", "fay")
    company.found("Sales", "cleo")
    company.join("gus")


def leavers(company: Company) -> None:
    """One is blocked, one is unassigned, one is deleted softly; and two leave a group."""
    company.change("dan", accountEnabled=False)
    company.unassign("eve")
    company.leave("Engineers", "ben", "eve")
    company.soft_delete("gus")


def renames(company: Company) -> None:
    """Somebody marries and a group gets another name."""
    company.change(
        "cleo",
        userPrincipalName="cleo.moen@harbour.example",
        mail="cleo.moen@harbour.example",
        surname="Moen",
        displayName="Cleo Moen",
    )
    company.groups["Engineers"]["displayName"] = "Makers"


def returners(company: Company) -> None:
    """All three who left come back; their memberships do not (E56)."""
    company.change("dan", accountEnabled=True)
    company.assign("eve")
    company.restore("gus")


def farewells(company: Company) -> None:
    """One is deleted softly, another unassigned: both for good, as it will turn out."""
    company.soft_delete("gus")
    company.leave("Engineers", "dan")
    company.unassign("dan")
    company.enter("Sales", "ben", "eve")


def purges(company: Company) -> None:
    """Both are gone from the directory; only one of them was still in scope, and is deleted (E57)."""
    company.purge("gus")
    company.purge("dan")


def rejoiners(company: Company) -> None:
    """Under the same name, but as somebody new; values are taken away, which tells the target nothing (E34)."""
    company.join("gus", employeeId="E900")
    company.change("fay", city=None, preferredLanguage=None)
    company.change("ben", manager=None, department="Sales")


def regrouping(company: Company) -> None:
    """A group inside a group, and a group that shrinks to one."""
    company.found("Everybody", "Engineers", "Sales", "fay")
    company.leave("Engineers", "ada", "fay")
    company.enter("Engineers", "gus")


def dissolution(company: Company) -> None:
    """A group is no longer assigned, and is deleted in the target; somebody leaves, but stays in the directory."""
    company.leave("Everybody", "Sales")
    company.unassign("Sales", "eve")


LIFE: tuple[Day, ...] = (
    joiners,
    quiet,
    movers,
    growth,
    leavers,
    renames,
    returners,
    farewells,
    purges,
    rejoiners,
    regrouping,
    dissolution,
    quiet,
)
