"""A torn, half-written or changing snapshot is never accepted (F03)."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.adapters.snapshot import open_source
from provisioner.model.errors import SnapshotInvalid
from tests.adapters.snapshot.folders import FORMS, SMALL, write, write_manifest


def is_refused(path: Path) -> bool:
    try:
        with open_source(str(path)).open():
            return False
    except SnapshotInvalid:
        return True


@pytest.mark.parametrize("form", ["json", "wrapped", "single"])
def test_every_prefix_of_a_document_is_refused(form: str, tmp_path: Path) -> None:
    """However much of a JSON document arrived: short of its last bracket nothing of it is used."""
    path = write(tmp_path / "directory", form)
    file = path if form == "single" else path / "users.json"
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert is_refused(path), length


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_every_prefix_of_lines_is_refused(form: str, tmp_path: Path) -> None:
    """A cut within a line is seen without help; a cut at a line end is seen with a manifest."""
    folder = write(tmp_path / "directory", form)
    file = folder / f"users.{form}"
    whole = file.read_bytes()
    write_manifest(folder)
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert is_refused(folder), length
    (folder / "manifest.json").unlink()
    for length in range(len(whole)):
        if not whole[:length].endswith(b"\n"):
            file.write_bytes(whole[:length])
            assert is_refused(folder), length


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("damage", [lambda text: text.replace(b"alex@", b"olga@"), lambda text: b""])
def test_a_user_whose_bytes_changed_after_the_check_is_refused(
    form: str, damage: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """What was checked is what is used, or nothing."""
    path = write(tmp_path / "directory", form)
    file = path if form == "single" else next(path.glob("users.*"))
    with open_source(str(path)).open() as snapshot:
        file.write_bytes(damage(file.read_bytes()))
        with pytest.raises(SnapshotInvalid, match="changed after it was checked") as caught:
            snapshot.user("u1")
        assert caught.value.place.path == "users[1]"


@pytest.mark.parametrize("form", FORMS)
def test_a_snapshot_replaced_by_renaming_stays_readable(form: str, tmp_path: Path) -> None:
    """The file that was checked is read to the end, though its name already means another."""
    path = write(tmp_path / "directory", form)
    file = path if form == "single" else next(path.glob("users.*"))
    with open_source(str(path)).open() as snapshot:
        other = tmp_path / "other"
        other.write_text("[]")
        other.replace(file)
        assert [user.id for user in snapshot.users()] == ["u2", "u1", "u3"]


def test_a_file_that_is_always_being_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a few readings that do not agree the error says what to do."""
    folder = write(tmp_path / "directory", "json")
    monkeypatch.setattr("provisioner.adapters.snapshot.source.Check.run", meddling(folder / "users.json"))
    with pytest.raises(SnapshotInvalid, match="changes while it is read") as caught, open_source(str(folder)).open():
        pass
    assert "rename" in caught.value.hint


def test_a_change_that_leaves_no_trace_in_time_is_seen_in_the_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Size, time and inode may all be the same; the bytes that were read must be the bytes that are there."""
    folder = write(tmp_path / "directory", "json")
    monkeypatch.setattr("provisioner.adapters.snapshot.source.Check.run", meddling(folder / "users.json", hide=True))
    with pytest.raises(SnapshotInvalid, match="changes while it is read"), open_source(str(folder)).open():
        pass


def meddling(file: Path, *, hide: bool = False) -> Callable[..., object]:
    """The real check, during which somebody writes into the file."""
    from provisioner.adapters.snapshot.check import Check

    real = Check.run

    def run(check: Check) -> object:
        contents = real(check)
        before, text = file.stat(), file.read_bytes()
        file.write_bytes(text.replace(b"alex@", b"olga@") if b"alex@" in text else text.replace(b"olga@", b"alex@"))
        if hide:
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        return contents

    return run


def test_a_writer_in_place_never_gets_a_mixture_accepted(tmp_path: Path) -> None:
    """A file rewritten in place again and again is read as one of its versions, or refused."""
    folder = write(tmp_path / "directory", "json", {"users": SMALL["users"]})
    file = folder / "users.json"
    versions = {
        mark: json.dumps([{"id": f"u{n:03}", "city": mark * 50} for n in range(200)]).encode() for mark in ("a", "b")
    }
    file.write_bytes(versions["a"])
    done = threading.Event()

    def rewrite() -> None:
        while not done.is_set():
            for text in versions.values():
                with file.open("wb") as out:
                    half = len(text) // 2
                    out.write(text[:half])
                    out.flush()
                    out.write(text[half:])
                done.wait(0.001)

    writer = threading.Thread(target=rewrite)
    writer.start()
    accepted = refused = 0
    try:
        for _ in range(300):
            try:
                with open_source(str(folder)).open() as snapshot:
                    marks = cities(snapshot)
            except SnapshotInvalid:
                refused += 1
            else:
                accepted += 1
                assert marks <= {"a" * 50} or marks <= {"b" * 50}
    finally:
        done.set()
        writer.join()
    assert accepted + refused == 300
    assert not is_refused(folder)


def cities(snapshot: object) -> set[str]:
    """The cities of all users, or of none when the file changed again under the reading."""
    try:
        return {user.attributes["city"] for user in snapshot.users()}  # type: ignore[attr-defined]
    except SnapshotInvalid:
        return set()
