"""One run by the real command: what fails alone, and what the log then says."""

import json
from collections.abc import Callable

import pytest

from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import CONFIG, directory, person, provisioner

FAULTS: dict[str, Callable[[Sandbox], None]] = {
    "a server error": lambda sandbox: sandbox.set_faults(["error-on=4:500"]),
    "an HTML page": lambda sandbox: sandbox.set_faults(["error-on=4:503", "html-errors"]),
}


@pytest.fixture
def endpoint():
    with SandboxServer(Sandbox("real-links", token="s3cret")) as server:
        yield server


def run(folder, url, *more):
    return provisioner(
        *("run", CONFIG / "real-links.toml", "--url", url, "--snapshot", folder / "directory"),
        *("--state", folder / "state.db", "--json", *more),
    )


def logs(folder, *more):
    """The log as records."""
    result = provisioner("logs", CONFIG / "real-links.toml", "--state", folder / "state.db", "--json", *more)
    assert result.code == 0, result
    return json.loads(result.out)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_look_up_that_fails_fails_its_object_and_leaves_the_others(tmp_path, endpoint, fault):
    """E12: never read as "not found"; exit 3; the object is created when its time comes."""
    directory(tmp_path / "directory", [person(n) for n in (1, 2, 3)])
    FAULTS[fault](endpoint.sandbox)
    result = run(tmp_path, endpoint.url)
    assert result.code == 3, result
    counts = result.document["counts"]
    assert (counts["create"], counts["fail"]) == (2, 1)
    assert len(endpoint.sandbox.users) == 2
    endpoint.sandbox.set_faults([])
    assert run(tmp_path, endpoint.url).document["counts"]["create"] == 1
    assert len(endpoint.sandbox.users) == 3


def test_a_target_that_says_nothing_is_not_an_empty_one(tmp_path, endpoint):
    """F11: every connection is closed without an answer; nobody is created, nobody forgotten."""
    directory(tmp_path / "directory", [person(n) for n in (1, 2, 3)])
    endpoint.sandbox.set_faults(["close"])
    assert run(tmp_path, endpoint.url).code == 3
    assert endpoint.sandbox.users == {}
    endpoint.sandbox.set_faults([])
    assert run(tmp_path, endpoint.url).code == 0
    assert len(endpoint.sandbox.users) == 3


def test_the_log_is_asked_by_user_action_status_and_time(tmp_path, endpoint):
    """Each alone and together; a user by name in any case, or by object id."""
    directory(tmp_path / "directory", [person(1), person(2, accountEnabled=False)])
    run(tmp_path, endpoint.url, "--now", "2026-01-01T00:00Z")
    directory(tmp_path / "directory", [person(1, jobTitle="Director"), person(2, accountEnabled=False)])
    run(tmp_path, endpoint.url, "--now", "2026-01-02T00:00Z")
    assert len(logs(tmp_path)) == 3
    assert [entry["provisioningAction"] for entry in logs(tmp_path, "--user", "P1@Contoso.example")] == [
        "create",
        "update",
    ]
    assert len(logs(tmp_path, "--user", person(1)["id"], "--action", "update")) == 1
    assert [entry["sourceIdentity"]["id"] for entry in logs(tmp_path, "--status", "skipped")] == [person(2)["id"]]
    since = logs(tmp_path, "--since", "2026-01-01T12:00Z")
    assert [entry["provisioningAction"] for entry in since] == ["update"]
    assert {"provisioningSteps", "modifiedProperties", "provisioningStatusInfo"} <= since[0].keys()
    assert logs(tmp_path, "--user", "nobody") == []


def test_a_run_six_hours_after_a_failure_is_not_too_early_by_the_time_the_failing_one_took(tmp_path, endpoint):
    """E90: the next run, then 6, 12 and 24 hours after the run that failed first, to the second."""
    directory(tmp_path / "directory", [person(n) for n in (1, 2)])
    endpoint.sandbox.set_faults(["error-on=3:400"])
    assert run(tmp_path, endpoint.url, "--now", "2026-01-01T00:00:00Z").code == 3
    endpoint.sandbox.set_faults(["error-on=2:400"])
    assert run(tmp_path, endpoint.url, "--now", "2026-01-01T00:00:00Z").code == 3
    for at, attempts in (("01T05:59:50Z", 0), ("01T06:00:00Z", 1), ("01T11:59:50Z", 0), ("01T12:00:00Z", 1)):
        endpoint.sandbox.set_faults(["error-on=2:400"])
        result = run(tmp_path, endpoint.url, "--now", f"2026-01-{at}")
        assert result.document["counts"]["fail"] == attempts, (at, result.document)
        assert result.document["requests"] == 1 + attempts


@pytest.mark.parametrize("write", ["create", "change"])
def test_a_write_answered_with_500_is_tried_again_at_its_time_and_nothing_is_asked_before(tmp_path, endpoint, write):
    """E90, F11: the next run asks what any attempt asks; one that is not due yet sends the probe alone."""
    directory(tmp_path / "directory", [person(1)])
    if write == "change":
        assert run(tmp_path, endpoint.url, "--now", "2025-12-31T00:00Z").code == 0
        directory(tmp_path / "directory", [person(1, jobTitle="Director")])
    for minute, requests in (("00", 3), ("40", 3), ("50", 1)):
        endpoint.sandbox.set_faults(["error-on=3:500"])
        result = run(tmp_path, endpoint.url, "--now", f"2026-01-01T00:{minute}Z")
        assert (result.document["requests"], result.code) == (requests, 3 if requests == 3 else 0), minute
    endpoint.sandbox.set_faults([])
    assert run(tmp_path, endpoint.url, "--now", "2026-01-01T06:00Z").document["counts"]["fail"] == 0
    assert run(tmp_path, endpoint.url, "--now", "2026-01-01T06:10Z").document["requests"] == 1
