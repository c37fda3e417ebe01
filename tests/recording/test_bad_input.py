"""What is wrong with a recording, or with where it is to go: the file, the line, the remedy; nothing is sent."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from provisioner.adapters.cassette import RecordingWriter
from provisioner.engine.cassette import read_cassette
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import InputError, RecordingInvalid, Unrecorded
from provisioner.model.recording import Topic
from provisioner.sandbox import SandboxServer
from provisioner.wiring.options import Options
from provisioner.wiring.replaying import replayed
from tests.command import PROJECT, environment, provisioner
from tests.recording.played import TOKEN, Organisation, sandbox

ADA = "users/00000000-0000-0000-0000-000000000001.http"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """One recording, to be copied and damaged."""
    folder = tmp_path_factory.mktemp("recorded")
    with SandboxServer(sandbox()) as server:
        asyncio.run(Organisation(folder, server.url).record("run"))
    return folder / "run"


@pytest.fixture
def run(recorded, tmp_path):
    """A copy of it."""
    return Path(shutil.copytree(recorded, tmp_path / "run"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, text
    path.write_text(text.replace(old, new, 1))


def cut(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])


DAMAGES = {
    "edited cassette": (lambda run: edit(run / ADA, '"active": true', '"active": false'), ADA, 17, "edited by hand"),
    "cut cassette": (lambda run: cut(run / ADA), ADA, 1, "cut"),
    "cassette cut between two turns": (
        lambda run: (run / ADA).write_text((run / ADA).read_text().partition("\n### 3")[0]),
        ADA,
        1,
        "cut",
    ),
    "empty cassette": (lambda run: (run / ADA).write_text(""), ADA, 1, "a cassette begins with"),
    "binary cassette": (lambda run: (run / ADA).write_bytes(b"# \xff\xfe"), ADA, 1, "not UTF-8"),
    "later cassette": (lambda run: edit(run / ADA, "format 1", "format 9"), ADA, 1, "format 9"),
    "swapped cassette": (
        lambda run: (run / ADA).write_text((run / ADA.replace("001.", "002.")).read_text()),
        ADA,
        2,
        "not the conversation",
    ),
    "missing cassette": (lambda run: (run / ADA).unlink(), ADA, None, "missing"),
    "strange cassette": (lambda run: (run / "users/x.http").write_text("GET /"), "users/x.http", None, "not of this"),
    "edited memory": (lambda run: edit(run / "memory.json", "Active", "Paused"), "memory.json", None, "edited by hand"),
    "cut memory": (lambda run: cut(run / "memory.json"), "memory.json", None, "cut"),
    "edited snapshot": (
        lambda run: edit(run / "snapshot/users.json", "Lovelace", "Byron"),
        "snapshot/users.json",
        None,
        "edited by hand",
    ),
    "missing snapshot": (
        lambda run: (run / "snapshot/users.json").unlink(),
        "snapshot/users.json",
        None,
        "missing",
    ),
    "missing job": (lambda run: (run / "job.toml").unlink(), "job.toml", None, "missing"),
    "edited index": (
        lambda run: edit(run / "recording.json", '"workers": 1', '"workers": 2'),
        "recording.json",
        None,
        "edited",
    ),
    "cut index": (lambda run: cut(run / "recording.json"), "recording.json", 1, "cut"),
    "later index": (
        lambda run: edit(run / "recording.json", '"format": 1', '"format": 9'),
        "recording.json",
        None,
        "format 9",
    ),
    "index of something else": (lambda run: (run / "recording.json").write_text("[]"), "recording.json", None, "dict"),
    "no index": (lambda run: (run / "recording.json").unlink(), "", None, "did not come to its end"),
}


@pytest.mark.parametrize(("damage", "file", "line", "said"), DAMAGES.values(), ids=DAMAGES)
async def test_a_damaged_recording_is_refused(run, damage, file, line, said):
    """Where it is damaged, what is wrong, and what to do."""
    damage(run)
    with pytest.raises(RecordingInvalid) as caught:
        await replayed(str(run), Options(), None, None)
    error = caught.value.all()[0]
    assert error.place.file == str(run / file).rstrip("/")
    assert said in error.message
    assert error.hint
    if line is not None:
        assert error.place.line is not None
        assert error.place.line >= line


def test_the_command_says_where(run):
    """Exit 2, on standard error for people and as JSON for programs."""
    edit(run / ADA, '"active": true', '"active": false')
    done = provisioner("replay", run, "--json")
    assert done.code == 2
    (finding,) = done.document["errors"]
    assert finding["file"] == str(run / ADA)
    assert (run / ADA).read_text().splitlines()[finding["line"] - 1].startswith("### ")
    assert f"{run / ADA}:{finding['line']}" in done.err


@pytest.mark.parametrize("path", ["nowhere", "."])
def test_what_is_no_recording(tmp_path, path):
    """A folder that is not there, or is something else's."""
    done = provisioner("replay", tmp_path / path)
    assert done.code == 2
    assert "this is no recording" in done.err


def test_a_scenario_is_not_taken_for_half_a_recording():
    """Nobody is told to empty a folder that no recording was begun in, though it holds requests."""
    done = provisioner("replay", PROJECT / "examples" / "rename")
    assert done.code == 2
    assert "this is no recording" in done.err


def test_a_job_that_was_edited_into_nonsense_is_told_as_any_job(run):
    """With its line."""
    edit(run / "job.toml", "[users]", "[usres]")
    done = provisioner("replay", run)
    assert done.code == 2
    assert "job.toml:" in done.err


async def test_a_folder_with_something_in_it_is_not_recorded_into(tmp_path):
    """Nor a file; nothing is sent and nothing remembered."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(tmp_path, server.url)
        for name in ("full", "file", "file/below"):
            with pytest.raises(InputError) as caught:
                await organisation.record(name)
            assert caught.value.hint
        assert not server.sandbox.requests
    assert (tmp_path / "full/notes.txt").read_text() == "mine"


async def test_a_bad_snapshot_leaves_the_folder_free(tmp_path):
    """So that the next attempt may use it."""
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(tmp_path, server.url)
        organisation.people.append(organisation.people[0])
        with pytest.raises(InputError, match="stands here and in line"):
            await organisation.record("run")
        assert not (tmp_path / "run").exists()
        assert not server.sandbox.requests
        organisation.people.pop()
        await organisation.record("run")


def test_pseudonyms_need_a_recording(tmp_path):
    """--pseudonymise alone is a mistake."""
    done = provisioner("run", tmp_path / "job.toml", "--pseudonymise")
    assert done.code == 2
    assert "--record" in done.err


async def test_a_recording_that_cannot_be_written_does_not_stop_the_cycle(tmp_path, monkeypatch):
    """The cycle goes on; at the end it is said that there is no recording."""

    def full(self, turn):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RecordingWriter, "_append", full)
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(tmp_path, server.url)
        with pytest.raises(Unrecorded, match="No space left"):
            await organisation.record("run")
        assert len([r for r in server.sandbox.requests if r.method == "POST"]) == len(organisation.people) + 2
    assert not (tmp_path / "run/recording.json").exists()


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_a_run_that_is_killed_leaves_whole_conversations_and_no_recording(tmp_path):
    """What stands in a file can be read; the whole is refused with a clear sentence."""
    with SandboxServer(sandbox("drip=0.001")) as server:
        organisation = Organisation(tmp_path, server.url)
        organisation.write()
        command = [sys.executable, "-m", "provisioner", "run", organisation.job, "--url", server.url]
        variables = environment(PYTHONPATH=str(PROJECT), RECORDING_TOKEN=TOKEN)
        process = subprocess.Popen([*map(str, command), "--record", str(tmp_path / "run")], env=variables)
        while len(list((tmp_path / "run").glob("users/*.http"))) < 2:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    for path in (tmp_path / "run").glob("users/*.http"):
        assert read_cassette(path.read_text(), Topic(ObjectKind.USER, path.stem))
    done = provisioner("replay", tmp_path / "run")
    assert done.code == 2
    assert "did not come to its end" in done.err


async def test_a_paused_job_has_nothing_to_record(tmp_path):
    """Rather than a recording of nothing."""
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(tmp_path, server.url)
        await organisation.record("first")
        assert provisioner("pause", organisation.job).code == 0
        with pytest.raises(Unrecorded, match="nothing to record"):
            await organisation.record("second")
    assert not (tmp_path / "second").exists()


def test_the_index_is_sealed_over_what_it_lists(recorded):
    """An index that was edited and re-indented is noticed too."""
    index = orjson.loads((recorded / "recording.json").read_bytes())
    assert {entry["path"] for entry in index["files"]} == {
        path.relative_to(recorded).as_posix() for path in recorded.rglob("*") if path.is_file()
    } - {"recording.json"}
