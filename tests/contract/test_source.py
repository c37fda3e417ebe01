"""What every source of snapshots keeps, whatever form the snapshot has."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.adapters.snapshot import open_source
from provisioner.model.directory import DEFAULT_ACCESS, AppRole, Assignment, SnapshotCounts
from provisioner.model.errors import SnapshotInvalid
from provisioner.ports import Snapshot, Source
from tests.adapters.snapshot.folders import FORMS, SMALL, write


@pytest.fixture(params=FORMS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    return open_source(str(write(tmp_path / "directory", request.param)))


@pytest.fixture
def snapshot(source: Source) -> Iterator[Snapshot]:
    with source.open() as snapshot:
        yield snapshot


def test_the_summary_counts_and_fingerprints(source: Source, snapshot: Snapshot) -> None:
    """The summary's fingerprint is the one an unchanged cycle computes without reading what the files say."""
    assert snapshot.summary.counts == SnapshotCounts(users=3, groups=2, assignments=2)
    assert snapshot.summary.fingerprint == source.fingerprint()
    assert snapshot.summary.generated_at is None
    assert snapshot.summary.warnings == ()


def test_users_come_in_file_order_and_digests_in_the_order_of_ids(snapshot: Snapshot) -> None:
    """A merge with what is remembered needs the order of ids; streaming needs the file's."""
    assert [user.id for user in snapshot.users()] == ["u2", "u1", "u3"]
    digests = list(snapshot.user_digests())
    assert [own for own, _ in digests] == ["u1", "u2", "u3"]
    assert {len(digest) for _, digest in digests} == {16}


def test_a_user_is_found_by_id(snapshot: Snapshot) -> None:
    """What is asked for by id is what streams by, attribute for attribute."""
    for user in snapshot.users():
        assert snapshot.user(user.id) == user
    assert snapshot.user("u0") is None
    assert snapshot.user("zzz") is None


def test_users_carry_their_attributes(snapshot: Snapshot) -> None:
    """Both spellings of a name, the first phone, the manager's id, the guest's home name (E24, E83)."""
    zoe, alex, guest = snapshot.users()
    assert zoe.attributes["displayName"] == 'Zoë, the "second"'
    assert zoe.attributes["telephoneNumber"] == "+49 1"
    assert zoe.attributes["businessPhones"] == ("+49 1", "+49 2")
    assert (zoe.enabled, zoe.manager, zoe.soft_deleted) == (True, "u1", False)
    assert (alex.enabled, alex.manager) == (False, None)
    assert alex.attributes["displayName"] == "Alex\nof two lines"
    assert guest.name == "guest@partner.example"
    assert guest.attributes["originalUserPrincipalName"] == "guest_partner.example#EXT#@contoso.example"


def test_groups_keep_their_members(snapshot: Snapshot) -> None:
    """Members stay in the snapshot's order, those who are not in it too."""
    assert snapshot.groups["g1"].members == ("u3", "u1")
    assert snapshot.groups["g2"].members == ("u2", "ghost")
    assert snapshot.groups["g1"].security_enabled
    assert not snapshot.groups["g2"].security_enabled
    assert [own for own, _ in snapshot.group_digests()] == ["g1", "g2"]


def test_assignments_and_roles(snapshot: Snapshot) -> None:
    """An assignment without a role is default access (E19)."""
    assert list(snapshot.assignments) == [
        Assignment("g1", "Group", "r1", "All"),
        Assignment("u2", "User", DEFAULT_ACCESS, "Zoë"),
    ]
    assert snapshot.app_roles == {"r1": AppRole("r1", "reader", "Reader")}


def test_equal_content_has_equal_digests_in_every_form(tmp_path: Path) -> None:
    """Saving the same directory in another form makes nobody look changed."""
    seen = []
    for form in FORMS:
        with open_source(str(write(tmp_path / form, form))).open() as snapshot:
            seen.append((list(snapshot.user_digests()), list(snapshot.group_digests())))
    assert all(digests == seen[0] for digests in seen)


@pytest.mark.parametrize("form", FORMS)
def test_no_users_are_refused_unless_they_are_meant(form: str, tmp_path: Path) -> None:
    """An empty directory would disable everybody (F27)."""
    path = str(write(tmp_path / "directory", form, {**SMALL, "users": []}))
    with pytest.raises(SnapshotInvalid, match="no users"), open_source(path).open():
        pass
    with open_source(path, allow_empty=True).open() as snapshot:
        assert list(snapshot.users()) == []


@pytest.mark.parametrize("form", FORMS)
def test_only_users_are_needed(form: str, tmp_path: Path) -> None:
    """A directory whose scope is everybody needs neither groups nor assignments."""
    path = write(tmp_path / "directory", form, {"users": SMALL["users"]})
    with open_source(str(path)).open() as snapshot:
        assert (dict(snapshot.groups), list(snapshot.assignments), dict(snapshot.app_roles)) == ({}, [], {})


@pytest.mark.parametrize("form", FORMS)
def test_any_other_byte_is_another_fingerprint(form: str, tmp_path: Path) -> None:
    """A space more is a change of bytes; what it means is for the digests to say."""
    path = write(tmp_path / "directory", form)
    before = open_source(str(path)).fingerprint()
    file = path if form == "single" else next(path.glob("groups.*"))
    file.write_bytes(file.read_bytes() + b"\n")
    assert open_source(str(path)).fingerprint() != before


def test_what_is_not_there_cannot_be_fingerprinted(tmp_path: Path) -> None:
    """A missing snapshot is an error, not an empty one."""
    for ask in (lambda source: source.fingerprint(), lambda source: source.open().__enter__()):
        with pytest.raises(SnapshotInvalid, match="no such file or folder"):
            ask(open_source(str(tmp_path / "nowhere")))
