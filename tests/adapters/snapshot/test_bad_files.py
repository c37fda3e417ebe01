"""What a snapshot is refused for; each error says where, why and what would be right (F28)."""

import json
import os
from pathlib import Path

import pytest

from provisioner.adapters.snapshot import limits, open_source
from provisioner.model.errors import SnapshotInvalid
from tests.adapters.snapshot.folders import SMALL, write, write_manifest


def refusal(path: Path) -> SnapshotInvalid:
    with pytest.raises(SnapshotInvalid) as caught, open_source(str(path)).open():
        pass
    return caught.value


def folder_with(tmp_path: Path, name: str, content: bytes) -> Path:
    folder = tmp_path / "directory"
    folder.mkdir()
    (folder / "users.json").write_text('[{"id": "u1"}]')
    if name.startswith("users."):
        (folder / "users.json").unlink()
    (folder / name).write_bytes(content)
    return folder


BROKEN = [
    ("users.json", b"", "cut", 1),
    ("users.json", b"null", "expected", 1),
    ("users.json", b'{"people": []}', "the list is missing", 1),
    ("users.json", b'{"value": {}}', "expected", 1),
    ("users.json", b'{"value": [], "value": []}', "second time", 1),
    ("users.json", b'[{"id": "u1"},]', "not JSON", 1),
    ("users.json", b'[{"id": "u1"}\n{"id": "u2"}]', "expected , or ]", 2),
    ("users.json", b'[{"id": "u1"}] []', "follows the end", 1),
    ("users.json", b'[\n{"id": "u1"},\n"u2"]', "is not an object", 3),
    ("users.json", b'[{"id": "u1", "city": NaN}]', "not a JSON object", 1),
    ("users.json", b'[{"id": "u1", "city": "\xff"}]', "not a JSON object", 1),
    ("users.json", b'[{"id": "u1", "city": "\\ud800"}]', "not a JSON object", 1),
    ("users.json", b'[{"id": "u1", "city": "a\\u0000b"}]', "NUL", 1),
    ("users.json", b'[{"id": "u1", "city": "a\0b"}]', "not JSON", 1),
    ("users.json", b'[{"id": "u1", "x": ' + b"[" * 100_000, "nested too deeply", 1),
    ("users.json", '[{"id": "u1"}]'.encode("utf-16"), "expected", 1),
    ("users.json", b'{"value": [{"id": "u1"}], "@odata.nextLink": "https://x"}', "one page", 1),
    ("users.json", b'[\n{"id": "u1"},\n{"id": ""}\n]', "no id", 3),
    ("users.jsonl", b'{"id": "u1"}\n{"id": "u2"}', "the file is cut", 2),
    ("users.jsonl", b'{"id": "u1"}\n[]\n', "is not an object", 2),
    ("users.jsonl", b'{"id": "u1"}\n{"id": "u2", "city": NaN}\n', "not a JSON object", 2),
    ("users.jsonl", b'{"id": "u1"}\n{"id": "u2", "a\\u0000": 1}\n', "NUL", 2),
    ("users.csv", b"", "0 columns", 1),
    ("users.csv", b"id,city\nu1,Wien", "the file is cut", 2),
    ("users.csv", b"id,id\nu1,u1\n", "two columns", 1),
    ("users.csv", b"id;city\nu1;Wien\n", "no column id or objectId", 1),
    ("users.csv", b"Id,City\nu1,Wien\n", "no column id or objectId", 1),
    ("assignments.csv", b"id,principalType\nu1,User\n", "no column principalId", 1),
    ("users.csv", b"id,city\nu1,Wien\nu2\n", "1 cells", 3),
    ("users.csv", b"id,city\nu1,Wien,x\n", "3 cells", 2),
    ("users.csv", b"id,city\nu1,W\xe4hring\n", "not UTF-8", 2),
    ("users.csv", b"id,city\nu1,a\0b\n", "NUL", 2),
    ("users.csv", b'id,city\nu1,"Wien\n', "not CSV", 2),
    ("users.csv", b'id,city\nu1,"Wien"x\n', "not CSV", 2),
    ("users.csv", b"id,accountEnabled\nu1,ja\n", "neither true nor false", 2),
    ("users.csv", b"city\nWien\n", "no column id", 1),
    ("groups.json", b'[{"id": "g1", "members": "u1"}]', "not a list", 1),
    ("assignments.json", b'[{"principalType": "User"}]', "missing or not a text", 1),
    ("appRoles.json", b"[{}]", "missing or not a text", 1),
]


@pytest.mark.parametrize(("name", "content", "message", "line"), BROKEN)
def test_a_broken_file_is_refused_with_its_line(
    name: str, content: bytes, message: str, line: int, tmp_path: Path
) -> None:
    """Nothing of a file that is wrong anywhere is used."""
    error = refusal(folder_with(tmp_path, name, content))
    assert message in error.message
    assert (error.place.file, error.place.line) == (str(tmp_path / "directory" / name), line)


def test_the_entry_and_its_property_are_named(tmp_path: Path) -> None:
    """``users[1].manager`` is found at once in a file of any size."""
    error = refusal(folder_with(tmp_path, "users.jsonl", b'{"id": "u1"}\n{"id": "u2", "manager": 7}\n'))
    assert error.place.path == "users[1].manager"
    assert "null" in error.hint


@pytest.mark.parametrize(
    ("name", "content", "path", "line"),
    [
        ("users.json", b'[{"id": "u1"},\n{"id": "u2"},\n{"objectId": "u1"}]', "users[2].id", 3),
        ("users.jsonl", b'{"id": "u1"}\n{"id": "u2"}\n{"id": "u1"}\n', "users[2].id", 3),
        ("users.csv", b"id\nu1\nu2\nu1\n", "users[2].id", 4),
        ("groups.json", b'[{"id": "g1"},\n{"id": "g1"}]', "groups[1].id", 2),
        ("appRoles.json", b'[{"id": "r1"},\n{"id": "r1"}]', "appRoles[1].id", 2),
    ],
)
def test_a_second_entry_of_an_id_names_both_places(
    name: str, content: bytes, path: str, line: int, tmp_path: Path
) -> None:
    """Which of two is right cannot be known, so the whole snapshot is refused."""
    error = refusal(folder_with(tmp_path, name, content))
    assert (error.place.path, error.place.line) == (path, line)
    assert "[0])" in error.message
    assert "line" in error.message


def test_two_files_of_one_kind_are_refused(tmp_path: Path) -> None:
    """Yesterday's export beside today's must not win by its name."""
    folder = write(tmp_path / "directory", "json")
    (folder / "users.csv").write_text("id\nu1\n")
    assert "users.csv and users.json both hold users" in refusal(folder).message


def test_a_folder_without_users_is_refused(tmp_path: Path) -> None:
    """Nobody in the file is refused, and so is no file."""
    folder = write(tmp_path / "directory", "json", {"groups": []})
    error = refusal(folder)
    assert "no file with users" in error.message
    assert "users.csv" in error.hint


def test_a_misspelt_file_is_told(tmp_path: Path) -> None:
    """An assignments file under another name would silently entitle nobody."""
    folder = write(tmp_path / "directory", "json")
    (folder / "assignments.json").rename(folder / "assignment.json")
    with open_source(str(folder)).open() as snapshot:
        assert "assignment.json is not read" in snapshot.summary.warnings[0]


def test_one_file_with_a_page_link_inside_is_refused(tmp_path: Path) -> None:
    """The single file is held to the same rule as the folder."""
    path = tmp_path / "directory.json"
    path.write_text(json.dumps({**SMALL, "@odata.nextLink": "x"}))
    assert "one page" in refusal(path).message


def test_a_byte_order_mark_is_tolerated_and_shifts_nothing(tmp_path: Path) -> None:
    """Spreadsheets write it; places of entries are still right."""
    for name, content in (("users.csv", b"id\nu1\nu2\n"), ("users.jsonl", b'{"id":"u1"}\n{"id":"u2"}\n')):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_bytes(b"\xef\xbb\xbf" + content)
        with open_source(str(folder)).open() as snapshot:
            assert [user.id for user in snapshot.users()] == ["u1", "u2"]


def test_an_entry_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One endless string cannot fill the memory."""
    for module in ("json_document", "json_lines"):
        monkeypatch.setattr(f"provisioner.adapters.snapshot.{module}.MAX_ENTRY_BYTES", 1 << 20)
    endless = b'{"id": "' + b"x" * (5 << 20)
    error = refusal(folder_with(tmp_path, "users.json", b"[" + endless))
    assert "not JSON" in error.message
    (tmp_path / "directory" / "users.json").unlink()
    (tmp_path / "directory" / "users.jsonl").write_bytes(endless)
    assert "longer than 1 MiB" in refusal(tmp_path / "directory").message


def test_a_file_and_its_rows_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caps are checked before the memory is gone."""
    folder = write(tmp_path / "directory", "json")
    monkeypatch.setattr("provisioner.adapters.snapshot.check.MAX_ROWS", 2)
    assert "more than 2 users" in refusal(folder).message
    monkeypatch.setattr("provisioner.adapters.snapshot.stream.MAX_FILE_BYTES", 10)
    assert "is larger than" in refusal(folder).message


def test_near_collisions_are_reported_and_not_folded(tmp_path: Path) -> None:
    """Case and composition of letters are warned of; matching stays exact (F29)."""
    names = ["Zo\u00eb@x.example", "Zoe\u0308@x.example", "alex@x.example", "ALEX@x.example"]
    users = [{"id": own, "userPrincipalName": name} for own, name in zip(("a", "A", "b", "c"), names, strict=True)]
    folder = write(tmp_path / "directory", "json", {"users": users})
    with open_source(str(folder)).open() as snapshot:
        warnings = "\n".join(snapshot.summary.warnings)
        assert "users a and A: ids differ only in case" in warnings
        assert "users a and A: have userPrincipalNames" in warnings
        assert "users b and c: have userPrincipalNames" in warnings
        assert [user.name for user in snapshot.users()] == names


def test_many_near_collisions_are_counted(tmp_path: Path) -> None:
    """A broken export does not bury the reader."""
    users = [{"id": f"u{n}", "userPrincipalName": "same@x.example"} for n in range(30)]
    folder = write(tmp_path / "directory", "json", {"users": users})
    with open_source(str(folder)).open() as snapshot:
        assert len(snapshot.summary.warnings) == 11
        assert snapshot.summary.warnings[-1].startswith("19 more pairs")


def test_repeated_assignments_count_once(tmp_path: Path) -> None:
    """Two saved pages that overlap are no reason to refuse."""
    folder = write(tmp_path / "directory", "json", {**SMALL, "assignments": [*SMALL["assignments"]] * 2})
    with open_source(str(folder)).open() as snapshot:
        assert len(snapshot.assignments) == 2


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"counts": {"users": 4}}, "3 users are there and 4 were promised"),
        ({"counts": {"users": "3"}}, "is not an object of int values"),
        ({"sha256": {"users.jsonl": "00"}}, "is not listed"),
        ({"generatedAt": "yesterday"}, "is no time"),
        ({"generatedAt": 7}, "is no time"),
    ],
)
def test_a_manifest_is_believed(said: dict[str, object], message: str, tmp_path: Path) -> None:
    """What a manifest promises must be so."""
    folder = write(tmp_path / "directory", "jsonl")
    write_manifest(folder, **said)
    error = refusal(folder)
    assert message in error.message
    assert error.place.file == str(folder / "manifest.json")


def test_a_manifest_lists_every_file_and_no_other(tmp_path: Path) -> None:
    """A file that is missing or edited is found by its digest."""
    folder = write(tmp_path / "directory", "jsonl")
    write_manifest(folder)
    groups = folder / "groups.jsonl"
    text = groups.read_bytes()
    groups.write_bytes(text + b"\n")
    assert "groups.jsonl has another content" in refusal(folder).message
    groups.unlink()
    assert "groups.jsonl is listed and not there" in refusal(folder).message


@pytest.mark.parametrize("content", ["[]", "{"])
def test_a_manifest_that_is_none_is_refused(content: str, tmp_path: Path) -> None:
    """A torn manifest is a torn snapshot."""
    folder = write(tmp_path / "directory", "json")
    (folder / "manifest.json").write_text(content)
    assert "not" in refusal(folder).message


def test_the_time_of_generation_is_told(tmp_path: Path) -> None:
    """The caller compares it with the last run's; a time without a zone is UTC."""
    folder = write(tmp_path / "directory", "json")
    write_manifest(folder, generatedAt="2026-01-31T08:00:00", counts={"users": 3, "groups": 2})
    single = write(tmp_path / "single", "single", {**SMALL, "generatedAt": "2026-01-31T09:00:00+01:00"})  # type: ignore[dict-item]
    for path in (folder, single):
        with open_source(str(path)).open() as snapshot:
            assert snapshot.summary.generated_at is not None
            assert snapshot.summary.generated_at.isoformat() in (
                "2026-01-31T08:00:00+00:00",
                "2026-01-31T09:00:00+01:00",
            )


def test_entries_larger_than_a_chunk_are_read_in_every_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a chunk ends makes no difference."""
    for chunk in (1, 7, 64):
        monkeypatch.setattr("provisioner.adapters.snapshot.json_document.CHUNK_BYTES", chunk)
        monkeypatch.setattr("provisioner.adapters.snapshot.stream.Stream.read.__defaults__", (chunk,))
        for form in ("json", "wrapped", "jsonl", "csv", "single"):
            with open_source(str(write(tmp_path / f"{form}{chunk}", form))).open() as snapshot:
                assert [user.id for user in snapshot.users()] == ["u2", "u1", "u3"]


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    """A pipe in a file's place would hold the program for ever; a link that leads nowhere is no empty file."""
    folder = write(tmp_path / "directory", "json", {"users": SMALL["users"]})
    for make in (os.mkfifo, os.mkdir, lambda path: path.symlink_to("nowhere")):
        make(folder / "groups.json")
        error = refusal(folder)
        assert "is no regular file" in error.message
        assert error.place.file == str(folder / "groups.json")
        remove(folder / "groups.json")


def remove(path: Path) -> None:
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink()


def test_a_single_table_is_refused_with_a_hint(tmp_path: Path) -> None:
    """Users alone in one file of lines are a folder's part, not a snapshot."""
    path = tmp_path / "users.csv"
    path.write_text("id\nu1\n")
    assert "a folder with users.json" in refusal(path).hint


def test_what_the_system_refuses_is_an_error_of_ours(tmp_path: Path) -> None:
    """A name too long for the file system, as an example."""
    assert "cannot be read" in refusal(tmp_path / ("x" * 300)).message


def test_limits_are_in_a_sensible_order() -> None:
    """A chunk is smaller than an entry, and an entry than a file."""
    assert limits.CHUNK_BYTES < limits.MAX_ENTRY_BYTES < limits.MAX_FILE_BYTES
