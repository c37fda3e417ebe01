"""The stories in examples/ are golden tests: what they expect on the wire is what is sent, byte for byte."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provisioner.adapters.clock import VirtualClock
from provisioner.sandbox import RequestSeen, Sandbox, SandboxServer
from provisioner.wiring.options import Options
from provisioner.wiring.running import OpenJob
from tests.command import PROJECT

STORIES = sorted(folder for folder in (PROJECT / "examples").iterdir() if (folder / "expected").is_dir())
BEGIN = datetime(2026, 1, 31, 8, tzinfo=UTC)


def written(request: RequestSeen) -> str:
    """A request as readable HTTP text: first line, content type, body."""
    kind = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    lines = [f"{request.method} {request.path}", *([f"Content-Type: {kind}"] if kind else [])]
    body = request.body.decode()
    return "\n".join([*lines, *(["", body] if body else [])]) + "\n"


async def play(story: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The requests of one cycle per snapshot, 40 minutes apart."""
    monkeypatch.setenv("REAL_LINKS_TOKEN", "s3cret")
    clock = VirtualClock(BEGIN)
    told: list[str] = []
    sandbox = Sandbox("real-links", token="s3cret", seed=1)
    with SandboxServer(sandbox) as server:
        for number, snapshot in enumerate(sorted((story / "snapshots").iterdir())):
            options = Options(url=server.url, snapshot=str(snapshot), state=str(folder / "state.db"), seed=number)
            begun = len(sandbox.requests)
            with OpenJob(str(story / "job.toml"), options, clock=clock) as job:
                report = await job.run()
            assert report.status == "succeeded"
            told.append(f"### {snapshot.name}\n")
            told += [written(request) for request in list(sandbox.requests)[begun:]]
            clock.advance(timedelta(minutes=40))
    return "\n".join(told)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_a_story_is_told_as_expected(story, tmp_path, monkeypatch):
    """Set ACCEPT=1 to rewrite what is expected, and review the difference."""
    told = await play(story, tmp_path, monkeypatch)
    expected = story / "expected" / "requests.http"
    if os.environ.get("ACCEPT"):
        expected.write_text(told)
    assert told == expected.read_text()


def test_the_story_of_real_links_uses_the_shipped_job():
    """The example's job is the template, but for the snapshot."""
    own = (PROJECT / "examples/real-links/job.toml").read_text().splitlines()
    shipped = (PROJECT / "config/real-links.toml").read_text().splitlines()
    assert [line for line in own if "snapshot =" not in line] == [line for line in shipped if "snapshot =" not in line]
