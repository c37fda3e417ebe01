"""A sample directory is believable, repeatable, and lives."""

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provisioner.adapters.sample import Day, next_day, write_sample
from provisioner.adapters.snapshot import open_source
from provisioner.model.directory import SourceUser
from provisioner.model.errors import InputError, SnapshotInvalid

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SourceUser]:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(str(folder), 2_000, 7, NOW)
    return users_of(folder)


def users_of(folder: Path) -> dict[str, SourceUser]:
    with open_source(str(folder)).open() as snapshot:
        return {user.id: user for user in snapshot.users()}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_seed_says_everything(tmp_path: Path) -> None:
    """The same seed gives the same bytes, on the first day and later; another seed gives others."""
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_sample(str(tmp_path / name), 100, seed, NOW)
        next_day(str(tmp_path / name), seed)
        next_day(str(tmp_path / name), seed)
    a, b, c = (bytes_of(tmp_path / name) for name in "abc")
    assert a == b
    assert a["users.jsonl"] != c["users.jsonl"]


@pytest.mark.parametrize("count", [1, 2, 9, 300])
def test_any_number_of_people_is_a_valid_snapshot(count: int, tmp_path: Path) -> None:
    """What is written passes every check, its own manifest included, without a warning."""
    write_sample(str(tmp_path), count, 3, NOW)
    with open_source(str(tmp_path)).open() as snapshot:
        assert snapshot.summary.counts.users == count
        assert snapshot.summary.generated_at == NOW
        assert snapshot.summary.warnings == ()
        assert len(snapshot.app_roles) == 3
        roles = {assignment.app_role_id for assignment in snapshot.assignments if assignment.principal_type == "Group"}
        assert roles <= snapshot.app_roles.keys()


def test_people_are_of_every_kind(people: dict[str, SourceUser]) -> None:
    """Some are guests, disabled or deleted; the great majority is none of these."""
    guests = sum(user.attributes["userType"] == "Guest" for user in people.values())
    disabled = sum(not user.enabled for user in people.values())
    deleted = sum(user.soft_deleted for user in people.values())
    assert 30 < guests < 100
    assert 40 < disabled < 120
    assert 5 < deleted < 45
    assert len(people) == 2_000


def test_names_have_diacritics_and_addresses_have_none(people: dict[str, SourceUser]) -> None:
    """Display names are as people write them; every address is plain and nobody's twice."""
    assert sum(not user.attributes["displayName"].isascii() for user in people.values()) > 1_000
    names = [user.name for user in people.values()]
    assert all(name.isascii() and "@" in name and " " not in name for name in names)
    assert len(set(names)) == len(names)
    guest = next(user for user in people.values() if user.attributes["userType"] == "Guest")
    assert "#EXT#" in guest.attributes["originalUserPrincipalName"]
    assert "#EXT#" not in guest.name


def test_managers_are_a_tree(people: dict[str, SourceUser]) -> None:
    """From everybody who has a manager the way up ends at the one who leads all, in a few steps."""
    leader = next(user for user in people.values() if user.attributes["jobTitle"] == "Managing Director")
    for user in people.values():
        steps, at = 0, user
        while at.manager is not None:
            at, steps = people[at.manager], steps + 1
            assert steps <= math.log(2_000, 8) + 2
        assert at is leader or at.attributes["userType"] == "Guest"


def test_groups_have_a_long_tail(tmp_path: Path) -> None:
    """One large group, many small ones; some groups and some people are assigned."""
    write_sample(str(tmp_path), 2_000, 7, NOW)
    with open_source(str(tmp_path)).open() as snapshot:
        sizes = sorted((len(group.members) for group in snapshot.groups.values()), reverse=True)
        kinds = [assignment.principal_type for assignment in snapshot.assignments]
    assert sizes[0] == 1_000
    assert sizes[len(sizes) // 2] < 60
    assert kinds.count("Group") == 3
    assert kinds.count("User") == 100


def test_what_a_day_tells_is_what_it_did(tmp_path: Path) -> None:
    """For forty days: the summary and the difference between yesterday and today are one and the same."""
    write_sample(str(tmp_path), 400, 11, NOW)
    seen: set[str] = set()
    before = users_of(tmp_path)
    for number in range(1, 41):
        day = next_day(str(tmp_path), 11)
        with open_source(str(tmp_path)).open() as snapshot:
            assert snapshot.summary.generated_at == day.generated_at == NOW + timedelta(days=number)
            assert snapshot.summary.warnings == ()
        after = users_of(tmp_path)
        assert happened(before, after) == told(day)
        seen |= {what for what, names in told(day).items() if names}
        before = after
    assert seen == {"joined", "moved", "left", "renamed", "returned", "deleted", "purged"}


def told(day: Day) -> dict[str, set[str]]:
    """The summary by kind."""
    return {
        "joined": set(day.joined),
        "moved": set(day.moved),
        "left": set(day.left),
        "renamed": set(day.renamed),
        "returned": set(day.returned),
        "deleted": set(day.deleted),
        "purged": set(day.purged),
    }


def happened(before: dict[str, SourceUser], after: dict[str, SourceUser]) -> dict[str, set[str]]:
    """The difference by kind, as original names."""
    both = [(before[own], user) for own, user in after.items() if own in before]

    def where(condition: object) -> set[str]:
        return {original(new) for old, new in both if condition(old, new)}  # type: ignore[operator]

    return {
        "joined": {original(user) for own, user in after.items() if own not in before},
        "moved": where(lambda old, new: old.attributes["department"] != new.attributes["department"]),
        "left": where(lambda old, new: old.enabled and not new.enabled),
        "renamed": where(lambda old, new: old.attributes["surname"] != new.attributes["surname"]),
        "returned": where(
            lambda old, new: (not old.enabled and new.enabled) or (old.soft_deleted and not new.soft_deleted)
        ),
        "deleted": where(lambda old, new: not old.soft_deleted and new.soft_deleted),
        "purged": {original(user) for own, user in before.items() if own not in after},
    }


def original(user: SourceUser) -> str:
    return str(user.attributes["originalUserPrincipalName"])


def test_joiners_are_entitled_and_the_purged_are_nowhere(tmp_path: Path) -> None:
    """A joiner is in an assigned group at once; thirty days after a deletion nothing refers to the person."""
    write_sample(str(tmp_path), 400, 11, NOW)
    first = set(users_of(tmp_path))
    for _ in range(35):
        next_day(str(tmp_path), 11)
    last = users_of(tmp_path)
    with open_source(str(tmp_path)).open() as snapshot:
        assigned = {a.principal_id for a in snapshot.assignments if a.principal_type == "Group"}
        members = {member for own in assigned for member in snapshot.groups[own].members}
        mentioned = {member for group in snapshot.groups.values() for member in group.members}
        mentioned |= {a.principal_id for a in snapshot.assignments if a.principal_type == "User"}
    assert last.keys() - first
    assert last.keys() - first <= members
    assert first - last.keys()
    assert mentioned <= last.keys()


def test_only_an_empty_folder_is_written_into(tmp_path: Path) -> None:
    """Nobody's export is overwritten by a sample."""
    (tmp_path / "users.csv").write_text("id\nu1\n")
    with pytest.raises(InputError, match="not empty"):
        write_sample(str(tmp_path), 10, 1, NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["users.csv"]
    with pytest.raises(InputError, match="is none"):
        write_sample(str(tmp_path / "new"), 0, 1, NOW)


@pytest.mark.parametrize("manifest", [None, "{", "[]", '{"generatedAt": "2026-01-31"}'])
def test_a_day_passes_only_in_a_sample(manifest: str | None, tmp_path: Path) -> None:
    """A directory somebody exported is left alone."""
    (tmp_path / "users.jsonl").write_text('{"id": "u1"}\n')
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    before = bytes_of(tmp_path)
    with pytest.raises(SnapshotInvalid, match="no sample directory"):
        next_day(str(tmp_path), 1)
    assert bytes_of(tmp_path) == before
