"""Lets a day pass in a sample directory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from provisioner.adapters.sample.chance import Chance, guid
from provisioner.adapters.sample.files import MANIFEST, SnapshotWriter, entries_of
from provisioner.adapters.sample.people import KEPT, Cast, delete, is_ordinary, rename, restore
from provisioner.model.errors import Place, SnapshotInvalid

Entry: TypeAlias = dict[str, Any]

DAY: Final = timedelta(days=1)
RATES: Final = {"joined": 0.0005, "moved": 0.001, "left": 0.0004, "renamed": 0.0002}
"""People a day to whom this happens, as a share; one at least, so that a small directory lives too."""

RETURNING: Final = 0.005
DELETED: Final = 0.008
"""The chance a day of a disabled person to return, and to be deleted."""

RESTORED: Final = 0.01
"""The chance a day of a deleted person to be restored."""


@dataclass(slots=True)
class Day:
    """What happened, as userPrincipalNames in the order of the file."""

    generated_at: datetime
    joined: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    purged: list[str] = field(default_factory=list)


def next_day(directory: str, seed: int) -> Day:
    """The directory a day later: joiners, movers, leavers, renames, returns, deletions, purges after thirty days.

    Rewrites the files and puts them in place together with a manifest that is a day younger. Raises SnapshotInvalid
    when the folder is no sample directory.
    """
    folder = Path(directory)
    manifest = _manifest(folder)
    age = manifest["sample"]
    passing = _Passing(seed, age, manifest["counts"]["users"], datetime.fromisoformat(manifest["generatedAt"]) + DAY)
    writer = SnapshotWriter(folder)
    writer.write("users", passing.users(entries_of(folder, "users")))
    writer.write("appRoles", entries_of(folder, "appRoles"))
    writer.write("groups", passing.groups(entries_of(folder, "groups")))
    writer.write("assignments", passing.assignments(entries_of(folder, "assignments")))
    day = passing.day
    age = {**age, "next": age["next"] + len(day.joined), "day": age["day"] + 1}
    writer.publish({"generatedAt": day.generated_at.isoformat(timespec="seconds"), "sample": age})
    return day


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
        if manifest.keys() >= {"sample", "counts", "generatedAt"}:
            return manifest
    except (OSError, ValueError, AttributeError):
        pass
    hint = "provisioner init --sample 100 writes one"
    raise SnapshotInvalid("is no sample directory", place=Place(str(folder / MANIFEST)), hint=hint)


class _Passing:
    """One day on its way through the files; the users come first, as the others follow from them."""

    def __init__(self, seed: int, age: dict[str, int], people: int, now: datetime) -> None:
        self.day = Day(now)
        self._seed = seed
        self._first = age["next"]
        self._cast = Cast(seed, age["began"])
        self._chance = Chance(seed, "day", age["day"] + 1)
        self._counts = {what: max(1, round(people * rate)) for what, rate in RATES.items()}
        self._due = self._draw(people)
        self._joiners: list[str] = []
        self._purged: set[str] = set()

    def users(self, before: Iterable[Entry]) -> Iterator[Entry]:
        """Everybody but the purged, and the joiners at the end."""
        waiting: list[str] = []
        for position, user in enumerate(before):
            waiting += self._due.get(position, ())
            if waiting and is_ordinary(user):
                self._befall(waiting.pop(), user)
            elif not self._is_purged(user):
                self._drift(user)
            else:
                continue
            yield user
        for number in range(self._first, self._first + self._counts["joined"]):
            joiner = self._cast.joiner(number, self._chance)
            self.day.joined.append(joiner["userPrincipalName"])
            self._joiners.append(joiner["id"])
            yield joiner

    def groups(self, before: Iterable[Entry]) -> Iterator[Entry]:
        """Without the purged; the joiners are in the first."""
        first = guid(self._seed, "group", 0)
        for group in before:
            members = [member for member in group["members"] if member not in self._purged]
            group["members"] = members + self._joiners if group["id"] == first else members
            yield group

    def assignments(self, before: Iterable[Entry]) -> Iterator[Entry]:
        """Without the purged."""
        return (entry for entry in before if entry["principalId"] not in self._purged)

    def _draw(self, people: int) -> dict[int, list[str]]:
        due: dict[int, list[str]] = {}
        for what in ("moved", "left", "renamed"):
            for _ in range(self._counts[what]):
                due.setdefault(self._chance.randrange(people), []).append(what)
        return due

    def _befall(self, what: str, user: Entry) -> None:
        if what == "moved":
            self._cast.move(user, self._chance)
        elif what == "renamed":
            rename(user, self._chance)
        else:
            user["accountEnabled"] = False
        self._note(what, user)

    def _is_purged(self, user: Entry) -> bool:
        deleted = user.get("deletedDateTime")
        purged = deleted is not None and datetime.fromisoformat(deleted) + KEPT <= self.day.generated_at
        if purged:
            self._purged.add(user["id"])
            self._note("purged", user)
        return purged

    def _drift(self, user: Entry) -> None:
        if "deletedDateTime" in user:
            if self._chance.happens(RESTORED):
                restore(user)
                self._note("returned", user)
        elif not user["accountEnabled"]:
            self._decide(user)

    def _decide(self, user: Entry) -> None:
        fate = self._chance.random()
        if fate < RETURNING:
            user["accountEnabled"] = True
            self._note("returned", user)
        elif fate < RETURNING + DELETED:
            delete(user, self.day.generated_at)
            self._note("deleted", user)

    def _note(self, what: str, user: Entry) -> None:
        getattr(self.day, what).append(user["userPrincipalName"])
