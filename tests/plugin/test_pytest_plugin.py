"""The pytest plugin, as somebody who builds a SCIM endpoint uses it."""

import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import PROJECT

pytest_plugins = ["pytester"]

LEAVER = """
ADA = {"id": "1", "userPrincipalName": "ada@contoso.example", "displayName": "Ada"}

def test_a_leaver_is_disabled(provisioning_cycle, provisioner):
    assert provisioning_cycle([ADA]).counts.create == 1
    report = provisioning_cycle([{**ADA, "accountEnabled": False}])
    assert (report.cycle, report.counts.disable) == ("incremental", 1)

def test_every_test_begins_anew(provisioning_cycle):
    report = provisioning_cycle([ADA])
    assert (report.cycle, report.number) == ("initial", 1)
"""

SANDBOX = """
import pytest

def test_what_the_endpoint_received(provisioning_cycle, scim_sandbox, provisioner):
    provisioning_cycle([{"id": "1", "userPrincipalName": "ada@contoso.example"}])
    (user,) = scim_sandbox.sandbox.users.values()
    assert user["userName"] == "ada@contoso.example"
    assert [request.method for request in scim_sandbox.sandbox.requests][-2:] == ["GET", "POST"]

async def test_in_an_event_loop_of_its_own(provisioning_cycle):
    assert provisioning_cycle([{"id": "1", "userPrincipalName": "ada@contoso.example"}]).counts.create == 1

def test_faults(provisioner, scim_sandbox, tmp_path):
    job = tmp_path / "job.toml"
    job.write_text('''
name = "mine"
[source]
snapshot = "nowhere"
[target]
url = "http://127.0.0.1:1/scim"
token = "env:NOT_SET"
[users]
mappings = [{ target = "userName", source = "[userPrincipalName]", match = 1 }]
''')
    assert provisioner.test_connection(job)
    scim_sandbox.sandbox.set_faults(["down"])
    assert not provisioner.test_connection(job)
    report = provisioner.run(job, [{"id": "1", "userPrincipalName": "ada@contoso.example"}])
    assert report.exit_code == 5 or report.status == "failed"
    scim_sandbox.sandbox.set_faults([])
    assert provisioner.run(job, [{"id": "1", "userPrincipalName": "ada@contoso.example"}]).counts.create == 1
    assert provisioner.log(job)[-1]["provisioningAction"] == "create"
"""


def run(pytester: pytest.Pytester, *arguments: object) -> pytest.RunResult:
    """Run pytest in a process of its own, as the entry point loads the plugin there."""
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    return pytester.runpytest_subprocess(*map(str, arguments))


def story(pytester: pytest.Pytester, name: str) -> Path:
    """A copy of a story that is shipped."""
    return Path(shutil.copytree(PROJECT / "examples" / name, pytester.path / "stories" / name))


def test_the_package_registers_its_plugin():
    """Whoever installs the package has the fixtures; nothing has to be named."""
    (plugin,) = [each for each in entry_points(group="pytest11") if each.name == "provisioner"]
    assert plugin.value == "provisioner.pytest_plugin"


def test_the_program_needs_no_pytest():
    """Every module but the plugin loads where pytest is not installed."""
    program = "import sys; sys.modules['pytest'] = None; import provisioner.cli.app, provisioner.wiring.scenarios"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT, check=False)
    assert done.returncode == 0, done.stderr


def test_cycles_as_fixtures(pytester):
    """A test says who is in the directory and what must come of it; each has a memory and an endpoint of its own."""
    pytester.makepyfile(LEAVER)
    run(pytester).assert_outcomes(passed=2)


def test_the_sandbox_and_the_service_as_fixtures(pytester):
    """What the endpoint received and holds, faults, Test Connection, the log; in an asynchronous test too."""
    pytester.makepyfile(SANDBOX)
    run(pytester).assert_outcomes(passed=3)


def test_an_endpoint_of_ones_own(pytester, monkeypatch):
    """``--scim-url`` and ``--scim-token``: the endpoint is asked, with the token where it is said to be."""
    pytester.makepyfile(LEAVER.partition("def test_every")[0])
    monkeypatch.setenv("MY_TOKEN", "s3cret")
    with SandboxServer(Sandbox("scim", token="s3cret")) as server:
        result = run(pytester, "--scim-url", server.url, "--scim-token", "env:MY_TOKEN")
        assert [user["active"] for user in server.sandbox.users.values()] == [False]
    result.assert_outcomes(passed=1)


def test_scenario_folders_are_tests(pytester):
    """A story that holds passes; one that does not fails with both sides; a folder that is wrong says where."""
    story(pytester, "rename")
    requests = story(pytester, "unassign-and-return") / "expected" / "requests.http"
    requests.write_text(requests.read_text().replace("PATCH ", "PUT ", 1))
    timeline = story(pytester, "joiner-mover-leaver") / "timeline.toml"
    timeline.write_text("ende = 5\n" + timeline.read_text())
    result = run(pytester, "stories")
    result.assert_outcomes(passed=1, failed=2)
    told = result.stdout.str()
    assert "PUT " in told
    assert "timeline.toml:1:1" in told
    assert "unknown key 'ende'" in told
    assert "Traceback" not in told
    assert "cycle ended" not in told, "the differences drown in what every cycle logs"


def test_what_only_the_sandbox_can_play_is_skipped_elsewhere(pytester, monkeypatch):
    """Faults cannot be asked of a real endpoint: no failure, and the reason."""
    story(pytester, "down-overnight")
    monkeypatch.setenv("MY_TOKEN", "s3cret")
    result = run(pytester, "stories", "-rs", "--scim-url", "http://127.0.0.1:1/scim", "--scim-token", "env:MY_TOKEN")
    result.assert_outcomes(skipped=1)
    assert "only the sandbox can play this" in result.stdout.str()
