"""One reading tells everything that is wrong with a snapshot, each with file, line and column."""

from pathlib import Path

import pytest

from provisioner.adapters.snapshot import faults, open_source
from provisioner.model.errors import SnapshotInvalid


def refused(folder: Path) -> list[tuple[str, int | None, int | None, str | None]]:
    """Where each finding stands."""
    with pytest.raises(SnapshotInvalid) as caught, open_source(str(folder)).open():
        pass
    places = [finding.place for finding in caught.value.all()]
    return [(Path(place.file or "").name, place.line, place.column, place.path) for place in places]


def folder(tmp_path: Path, **files: str) -> Path:
    """A snapshot; ``users_json`` is written to users.json."""
    for name, text in files.items():
        (tmp_path / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return tmp_path


def test_json_entries(tmp_path):
    """Properties by line and column, in characters; an entry that is none, and the entries after it."""
    users = '[\n {"id": "u1", "displayName": "Zoë", "accountEnabled": "ja"},\n "u2",\n {"id": "u3", "manager": 7}\n]'
    assert refused(folder(tmp_path, users_json=users)) == [
        ("users.json", 2, 55, "users[0].accountEnabled"),
        ("users.json", 3, 2, None),
        ("users.json", 4, 26, "users[2].manager"),
    ]


def test_json_lines(tmp_path):
    """A line that is no object, a property inside one, and both of two with one id."""
    users = '{"id": "u1"}\n[]\n{"id": "u1"}\n{"id": "u2", "mail": "a", "businessPhones": "5"}\n'
    assert refused(folder(tmp_path, users_jsonl=users)) == [
        ("users.jsonl", 2, 1, None),
        ("users.jsonl", 3, 1, "users[2].id"),
        ("users.jsonl", 4, 45, "users[3].businessPhones"),
    ]


def test_csv_rows(tmp_path):
    """The cell, though a quoted one before it holds commas and line ends; a row with a cell too few."""
    users = 'id,city,accountEnabled\nu1,"Wien,\nWien",ja\nu2,Graz\nu3,Linz,nein\n'
    assert refused(folder(tmp_path, users_csv=users)) == [
        ("users.csv", 3, 7, "users[0].accountEnabled"),
        ("users.csv", 4, 1, None),
        ("users.csv", 5, 9, "users[2].accountEnabled"),
    ]


def test_every_file_is_read(tmp_path):
    """Groups, assignments and users in one go; what is cut ends its own file only."""
    found = refused(
        folder(
            tmp_path,
            groups_json='[{"id": "g1", "members": "u1"}]',
            assignments_json='[{"principalId": "u1", "principalType": "Robot"}]',
            users_json='[{"id": "u1"}',
        )
    )
    assert [(name, line) for name, line, _, _ in found] == [
        ("groups.json", 1),
        ("assignments.json", 1),
        ("users.json", 1),
    ]


def test_a_manifest_tells_every_broken_promise(tmp_path):
    """Counts that differ, each at its line."""
    manifest = '{\n  "counts": {\n    "users": 2,\n    "groups": 1\n  }\n}'
    assert refused(folder(tmp_path, users_json='[{"id": "u1"}]', manifest_json=manifest)) == [
        ("manifest.json", 3, 14, "counts.users"),
        ("manifest.json", 4, 15, "counts.groups"),
    ]


def test_it_ends_at_a_hundred(tmp_path):
    """A file of a million wrong lines is not told to its end."""
    assert len(refused(folder(tmp_path, users_jsonl="[]\n" * 1000))) == faults.MOST
