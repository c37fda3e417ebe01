"""A third-party SCIM server gets a failing report that people read when its PATCH is broken, and then a passing one."""

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from provisioner.wiring.scenarios import play
from tests.command import PROJECT
from tests.scenarios.folders import changed, run
from tests.servers import scim2_server

STORY = PROJECT / "examples" / "rename"
WORKS = "return current if patch_op.patch(current) else None"
BROKEN = "return None  # and forget what was asked"


@pytest.fixture
def package(tmp_path):
    """A copy of scim2-server, as a clone of its repository would be."""
    import scim2_server as installed

    return Path(shutil.copytree(Path(installed.__file__).parent, tmp_path / "clone" / "scim2_server"))


def test_a_broken_patch_fails_readably_and_its_repair_passes(tmp_path, package):
    """The server answers every PATCH with 200 and forgets it; only the account itself shows it, and then the report."""
    changed(package / "service.py", WORKS, BROKEN)
    report = tmp_path / "report.xml"
    with scim2_server(tmp_path, package=package) as server:
        done = run(STORY, "--url", server.url, "--token", "env:TOKEN", "--junit", report, TOKEN=server.token)
    assert done.code == 3
    assert "target.json, Users ada.king@harbourworks.example" in done.out
    failures = [failure for case in ET.parse(report).getroot().iter("testcase") for failure in case.iter("failure")]
    assert [failure.get("message") for failure in failures] == ["Users ada.king@harbourworks.example differs"]
    assert '"displayName": "Ada King"' in failures[0].text

    changed(package / "service.py", BROKEN, WORKS)
    with scim2_server(tmp_path, package=package) as server:
        done = run(STORY, "--url", server.url, "--token", "env:TOKEN", "--junit", report, TOKEN=server.token)
    assert done.code == 0, done.out
    assert not list(ET.parse(report).getroot().iter("failure"))


def test_a_patch_that_fails_says_which_request_and_with_what_status(tmp_path, package):
    """The server stumbles over a PATCH: the report shows the request, 500 beside it, and what became of whom."""
    changed(package / "service.py", WORKS, "raise RuntimeError")
    with scim2_server(tmp_path, package=package) as server:
        done = run(STORY, "--url", server.url, "--token", "env:TOKEN", TOKEN=server.token)
    assert done.code == 3
    assert "requests.http, day 0 10:00: cycle 4" in done.out
    assert "@ PATCH /Users/{ada.lovelace@harbourworks.example}" in done.out
    assert "> # answered 500" in done.out


@pytest.mark.parametrize("story", ["real-links", "groups-with-the-flag", "mass-leave", "soft-delete-to-purge"])
def test_a_server_that_gets_along_passes_the_stories(tmp_path, monkeypatch, story):
    """Requests, outcomes and accounts are those of the sandbox, whatever ids, paths and statuses the server has."""
    with scim2_server(tmp_path) as server:
        monkeypatch.setenv("TOKEN", server.token)
        assert play(PROJECT / "examples" / story, url=server.url, token="env:TOKEN").differences == ()
