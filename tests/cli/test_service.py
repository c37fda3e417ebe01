"""The service: every 40 minutes, several jobs, steered from other terminals, on a real and on a virtual clock."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from provisioner.adapters.lock import Turn
from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import CONFIG, PROJECT, directory, environment, person, provisioner


@pytest.fixture
def endpoint():
    with SandboxServer(Sandbox("real-links", token="s3cret")) as server:
        yield server


def job(folder, url, name="real-links", interval="1m"):
    """A job of the shipped template with its own name, endpoint and interval."""
    text = (CONFIG / "real-links.toml").read_text()
    text = text.replace('name = "real-links"', f'name = "{name}"', 1).replace("http://127.0.0.1:8808/scim/v2", url)
    path = folder / f"{name}.toml"
    path.write_text(f'{text}\n[schedule]\ninterval = "{interval}"\n')
    return path


class Started:
    """``provisioner start``, or another command that goes on, in a process of its own."""

    def __init__(self, *jobs, command=("start",), **variables):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "provisioner", *command, *map(str, jobs)],
            env=environment(PYTHONPATH=str(PROJECT), **variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def stop(self, number=signal.SIGTERM):
        """Ask it to end; its exit code and what it logged."""
        self.process.send_signal(number)
        _, log = self.process.communicate(timeout=30)
        return self.process.returncode, [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def until(condition, seconds=20):
    """Wait for something of the world to become true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def status(path):
    return provisioner("status", path, "--json").document


def test_weeks_pass_in_seconds_on_the_virtual_clock(tmp_path, endpoint):
    """A cycle every 40 minutes for ten days is 361, and nothing sleeps."""
    directory(tmp_path / "directory", [person(1), person(2)])
    path = job(tmp_path, endpoint.url, interval="40m")
    result = provisioner("start", path, "--simulate", "10d", "--json", "--now", "2026-01-01T00:00Z")
    assert result.code == 0, result
    assert result.document[0]["cycles"] == 361
    assert len(endpoint.sandbox.users) == 2
    found = status(path)
    assert found["lastCycle"]["started"].startswith("2026-01-11T00:00")
    assert (found["status"], found["steadyState"]) == ("Active", True)
    assert found["provisioned"] == {"users": 2, "groups": 0}


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_status_is_watched_from_another_terminal(tmp_path, endpoint, form):
    """What changes is shown when it does, a document a line with --json; Ctrl-C ends it as status ends."""
    directory(tmp_path / "directory", [person(1)])
    path = job(tmp_path, endpoint.url)
    with Started(path, *form, command=("status", "--watch")) as watching:
        assert "NotRun" in watching.process.stdout.readline()
        provisioner("run", path)
        seen = []
        while "succeeded" not in "".join(seen):
            seen.append(watching.process.stdout.readline())
        assert watching.stop(signal.SIGINT) == (0, [])
    if form:
        assert json.loads(seen[-1])["provisioned"]["users"] == 1


def test_two_jobs_run_side_by_side_and_end_on_request(tmp_path, endpoint):
    """Each has its own state; SIGTERM ends with 0 and leaves everything right."""
    directory(tmp_path / "directory", [person(1)])
    one = job(tmp_path, endpoint.url, "one")
    with SandboxServer(Sandbox("real-links", token="s3cret")) as second:
        other = job(tmp_path, second.url, "other")
        with Started(one, other) as service:
            until(lambda: status(one)["lastCycle"] and status(other)["lastCycle"])
            code, log = service.stop()
    assert code == 0
    assert {entry["job"] for entry in log if entry["event"] == "cycle ended"} == {"one", "other"}
    assert len(endpoint.sandbox.users) == 1
    again = provisioner("run", one, "--json")
    assert again.document["requests"] == 1


def test_a_job_is_paused_and_resumed_from_another_terminal(tmp_path, endpoint):
    """E96: a paused job sends nothing, also when asked to run by hand; its requests are rows, not a lock."""
    directory(tmp_path / "directory", [person(1)])
    path = job(tmp_path, endpoint.url)
    with Started(path) as service:
        until(lambda: status(path)["lastCycle"])
        assert provisioner("pause", path).code == 0
        until(lambda: status(path)["status"] == "Paused")
        assert status(path)["nextRun"] is None
        assert provisioner("resume", path).code == 0
        until(lambda: status(path)["status"] == "Active")
        assert service.stop(signal.SIGINT)[0] == 0
    provisioner("pause", path)
    begun = len(endpoint.sandbox.requests)
    paused = provisioner("run", path, "--json")
    assert (paused.code, paused.document["status"], paused.document["requests"]) == (0, "paused", 0)
    assert "resume" in paused.document["note"]
    assert len(endpoint.sandbox.requests) == begun


def test_a_restart_makes_the_next_cycle_initial(tmp_path, endpoint):
    """E93: the button resets watermark, escrows and quarantine; links stay, so nobody is created again."""
    directory(tmp_path / "directory", [person(1)])
    path = job(tmp_path, endpoint.url)
    provisioner("run", path)
    assert provisioner("restart", path).code == 0
    assert status(path)["requests"] == ["restart"]
    report = provisioner("run", path, "--json").document
    assert (report["cycle"], report["counts"]["create"], report["counts"]["skip"]) == ("initial", 0, 1)
    provisioner("restart", path, "--reset", "connector-data-store", "--reset", "watermark")
    report = provisioner("run", path, "--json").document
    assert (report["cycle"], report["requests"], len(endpoint.sandbox.users)) == ("initial", 2, 1)
    unknown = provisioner("restart", path, "--reset", "everything")
    assert unknown.code == 2
    assert "watermark" in unknown.err


def test_one_is_provisioned_on_demand_while_the_service_runs(tmp_path, endpoint):
    """E100: it works whether the job runs or not; the service goes on, and has nothing more to do for her."""
    directory(tmp_path / "directory", [person(1)])
    path = job(tmp_path, endpoint.url)
    with Started(path) as service:
        until(lambda: (status(path)["lastCycle"] or {}).get("status") == "succeeded")
        directory(tmp_path / "directory", [person(1), person(2)])
        done = provisioner("on-demand", path, "p2@contoso.example", "--json")
        assert (done.code, done.document["action"]["action"]) == (0, "create"), done
        assert service.process.poll() is None
        service.stop()
    assert len(endpoint.sandbox.users) == 2
    assert not any(provisioner("run", path, "--json").document["counts"].values())


async def test_on_demand_waits_for_the_cycle_in_hand(tmp_path, endpoint):
    """E100, P2, F04: never beside a cycle, which may be creating the same person. It says who it waits for."""
    directory(tmp_path / "directory", [person(1)])
    path = job(tmp_path, endpoint.url)
    provisioner("run", path)
    directory(tmp_path / "directory", [person(1), person(2)])
    asked = len(endpoint.sandbox.requests)
    async with Turn(str(tmp_path / ".provisioner" / "real-links.db")):
        waiting = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "provisioner", "on-demand", str(path), "p2@contoso.example"),
            env=environment(PYTHONPATH=str(PROJECT)),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        assert f"waiting for process {os.getpid()}".encode() in await waiting.stderr.readline()
        assert len(endpoint.sandbox.requests) == asked
    _, said = await waiting.communicate()
    assert (waiting.returncode, said) == (0, b"")
    assert len(endpoint.sandbox.users) == 2


def test_a_second_service_on_the_same_state_leaves(tmp_path, endpoint):
    """Exit 6, and it says who holds it."""
    directory(tmp_path / "directory", [person(1)])
    path = job(tmp_path, endpoint.url)
    with Started(path) as service:
        until(lambda: status(path)["lastCycle"])
        second = provisioner("start", path)
        assert second.code == 6
        assert str(service.process.pid) in second.err


def test_a_job_that_became_invalid_stops_and_leaves_the_others(tmp_path, endpoint):
    """Its error is shown; mended, it runs again."""
    directory(tmp_path / "directory", [person(1)])
    good, bad = job(tmp_path, endpoint.url, "good", "10m"), job(tmp_path, endpoint.url, "bad", "10m")
    text = bad.read_text()
    bad.write_text(text.replace("Not([IsSoftDeleted])", "Nott([IsSoftDeleted])"))
    assert provisioner("start", good, bad, "--simulate", "1h").code == 2
    bad.write_text(text)
    (tmp_path / "directory" / "users.json").write_text("[]")
    result = provisioner("start", good, bad, "--simulate", "1h", "--json")
    assert result.code == 2
    assert all("empty" in told["error"] or "users" in told["error"] for told in result.document)
    assert endpoint.sandbox.requests == []


@pytest.mark.parametrize(
    ("change", "arguments", "said"),
    [
        (('interval = "1m"', 'interval = "10s"'), (), "1m"),
        (('interval = "1m"', 'interval = "often"'), (), "duration"),
        (("", ""), ("--simulate", "soon"), "28d"),
        (('url = "http://127.0.0.1', 'url = "https://scim.contoso.example'), ("--simulate", "1d"), "--yes"),
    ],
)
def test_bad_input_is_refused(tmp_path, endpoint, change, arguments, said):
    """Exit 2 with the remedy, before any request."""
    directory(tmp_path / "directory", [person(1)])
    path = job(tmp_path, endpoint.url)
    path.write_text(path.read_text().replace(*change))
    result = provisioner("start", path, *arguments)
    assert result.code == 2, result
    assert said in result.err
    assert endpoint.sandbox.requests == []


def test_two_jobs_of_one_name_or_state_are_refused(tmp_path, endpoint):
    """Nobody could tell their logs apart, and a state is one job's alone."""
    directory(tmp_path / "directory", [person(1)])
    (tmp_path / "elsewhere").mkdir()
    directory(tmp_path / "elsewhere" / "directory", [person(1)])
    path = job(tmp_path, endpoint.url)
    copy = tmp_path / "copy.toml"
    copy.write_text(path.read_text())
    for other in (job(tmp_path / "elsewhere", endpoint.url), copy, path):
        result = provisioner("start", path, other)
        assert result.code == 2, result
        assert "two jobs are named" in result.err
        assert "its own name" in result.err
    copy.write_text(path.read_text().replace('name = "real-links"', 'name = "copy"') + '[state]\nurl = "one.db"\n')
    path.write_text(path.read_text() + '[state]\nurl = "one.db"\n')
    result = provisioner("start", path, copy)
    assert result.code == 2, result
    assert "a state of its own" in result.err


def asked_to_stop(service):
    """Ask a service to end, and wait until it says that it heard."""
    service.process.send_signal(signal.SIGTERM)
    while "Stopping" not in service.process.stderr.readline():
        pass


def test_a_target_that_hangs_holds_up_neither_the_other_jobs_nor_the_end(tmp_path, endpoint):
    """One stalls for ever; the other goes on, and a second Ctrl-C ends at once, with its own exit code."""
    directory(tmp_path / "directory", [person(1)])
    with SandboxServer(Sandbox("real-links", token="s3cret", faults=["stall"])) as stalling:
        good, stuck = job(tmp_path, endpoint.url, "good"), job(tmp_path, stalling.url, "stuck")
        with Started(good, stuck) as service:
            until(lambda: stalling.sandbox.requests and status(good)["lastCycle"])
            asked_to_stop(service)
            code, said = service.stop()
    assert code == 130
    assert said == []


def test_a_target_that_hangs_ends_with_its_deadline(tmp_path, endpoint):
    """Asked to stop once, the service waits for the answer in hand no longer than for any other, and says so."""
    directory(tmp_path / "directory", [person(1)])
    endpoint.sandbox.set_faults(["stall"])
    path = job(tmp_path, endpoint.url)
    path.write_text(path.read_text().replace("[target]", '[target]\ntimeout = "2s"'))
    with Started(path) as service:
        until(lambda: endpoint.sandbox.requests)
        asked_to_stop(service)
        code, log = service.process.wait(30), service.process.stderr.read()
    assert code == 0
    assert "Traceback" not in log
    assert status(path)["lastCycle"]["status"] == "stopped"


def test_the_object_in_hand_is_finished(tmp_path, endpoint):
    """SIGTERM while a create is on its way: its answer is waited for and remembered, so nothing is left in doubt."""
    directory(tmp_path / "directory", [person(n) for n in range(20)])
    endpoint.sandbox.set_faults(["drip=0.002"])
    path = job(tmp_path, endpoint.url)
    with Started(path) as service:
        until(lambda: endpoint.sandbox.users)
        code, log = service.stop()
    assert code == 0
    assert [entry["status"] for entry in log] == ["stopped"]
    assert status(path)["provisioned"]["users"] == len(endpoint.sandbox.users) < 20


def test_a_killed_service_goes_on_where_it_was(tmp_path, endpoint):
    """kill -9 and started again: log, state and target are as if nothing had happened."""
    directory(tmp_path / "directory", [person(n) for n in range(60)])
    path = job(tmp_path, endpoint.url)
    with Started(path) as service:
        until(lambda: len(endpoint.sandbox.users) > 5)
        service.process.kill()
        service.process.wait()
    with Started(path) as service:
        until(lambda: (status(path)["lastCycle"] or {}).get("status") == "succeeded")
        service.stop()
    assert len(endpoint.sandbox.users) == 60
    log = provisioner("logs", path, "--json", "--action", "create").document
    assert len({entry["sourceIdentity"]["id"] for entry in log}) == 60
    assert provisioner("run", path, "--json").document["requests"] == 1


def test_a_directory_to_try_with(tmp_path, endpoint):
    """A believable directory, the same for the same seed and time, in which days pass."""
    for name in ("a", "b"):
        made = provisioner(
            "init", tmp_path / name, "--sample", "80", "--seed", "7", "--now", "2026-01-01T00:00Z", "--json"
        )
        assert made.code == 0, made
    first, second = ((tmp_path / name / "directory") for name in ("a", "b"))
    assert sorted(p.name for p in first.iterdir()) == sorted(p.name for p in second.iterdir())
    assert all((first / p.name).read_bytes() == p.read_bytes() for p in second.iterdir())
    job_file = tmp_path / "a" / "real-links.toml"
    assert provisioner("run", job_file, "--url", endpoint.url, "--json").document["counts"]["create"] > 20
    assert (
        provisioner("sample", "next", first, "--seed", "1", "--json").document["generatedAt"].startswith("2026-01-02")
    )
    assert provisioner("run", job_file, "--url", endpoint.url).code == 0
    assert provisioner("init", tmp_path / "a").code == 2
