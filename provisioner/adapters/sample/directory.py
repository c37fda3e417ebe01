"""Writes the first day of a sample directory."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from provisioner.adapters.sample.chance import Chance, guid
from provisioner.adapters.sample.files import SnapshotWriter
from provisioner.adapters.sample.people import Cast
from provisioner.adapters.sample.words import APP_ROLES
from provisioner.model.directory import DEFAULT_ACCESS
from provisioner.model.errors import InputError, Place

Entry: TypeAlias = dict[str, Any]

LARGEST_GROUP: Final = 0.5
"""Share of the people in the largest group; the n-th has an n-th of it, so that most groups are small."""

ASSIGNED_GROUPS: Final = 3
DIRECTLY_ASSIGNED: Final = 0.05


def write_sample(directory: str, people: int, seed: int, now: datetime) -> None:
    """A believable directory of so many people, the same for the same seed, as of ``now`` (aware, UTC).

    Managers form a tree; about 3 % are guests, 4 % disabled, 1 % soft-deleted; roughly two thirds are assigned to the
    application, most of them by a group. Raises InputError when the folder already holds something.
    """
    folder = Path(directory)
    if people < 1:
        raise InputError(f"a directory of {people} people is none", hint="--sample 100")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("is not empty", place=Place(directory), hint="choose another folder, or move it away")
    folder.mkdir(parents=True, exist_ok=True)
    cast, chance = Cast(seed, people), Chance(seed, "people")
    groups = Chance(seed, "groups")
    writer = SnapshotWriter(folder)
    writer.write("appRoles", _app_roles(seed))
    writer.write("groups", _groups(seed, people, groups, cast))
    writer.write("assignments", _assignments(seed, people, groups, cast))
    writer.write("users", (cast.person(number, chance, now) for number in range(people)))
    writer.publish(
        {"generatedAt": now.isoformat(timespec="seconds"), "sample": {"began": people, "next": people, "day": 0}}
    )


def _app_roles(seed: int) -> Iterator[Entry]:
    for number, name in enumerate(APP_ROLES):
        yield {"id": guid(seed, "role", number), "value": name, "displayName": name}


def _groups(seed: int, people: int, chance: Chance, cast: Cast) -> Iterator[Entry]:
    for number in range(_group_count(people)):
        size = max(1, int(people * LARGEST_GROUP / (number + 1)))
        yield {
            "id": guid(seed, "group", number),
            "displayName": _group_name(number),
            "securityEnabled": True,
            "mailEnabled": False,
            "members": [cast.id(member) for member in sorted(chance.sample(range(people), size))],
        }


def _assignments(seed: int, people: int, chance: Chance, cast: Cast) -> Iterator[Entry]:
    for number in range(min(ASSIGNED_GROUPS, _group_count(people))):
        yield _assignment(guid(seed, "group", number), "Group", _group_name(number), guid(seed, "role", 0))
    for number in sorted(chance.sample(range(people), max(1, int(people * DIRECTLY_ASSIGNED)))):
        role = guid(seed, "role", chance.randrange(len(APP_ROLES))) if chance.happens(0.8) else DEFAULT_ACCESS
        yield _assignment(cast.id(number), "User", None, role)


def _assignment(principal: str, kind: str, name: str | None, role: str) -> Entry:
    return {"principalId": principal, "principalType": kind, "principalDisplayName": name, "appRoleId": role}


def _group_count(people: int) -> int:
    return max(2, int(people**0.5))


def _group_name(number: int) -> str:
    return ("Everyday Applications", "Head Office", "Field Work")[number] if number < 3 else f"Project {number:04d}"
