"""A quarantined job on the command line: left alone until its time, and said why (E90, E92)."""

import pytest

from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import CONFIG, directory, person, provisioner

DAY = "2026-01-01T"


@pytest.fixture
def endpoint():
    with SandboxServer(Sandbox("real-links", token="s3cret")) as server:
        yield server


@pytest.fixture
def job(tmp_path, endpoint):
    """The shipped job with two people, who together are enough to be too many failures."""
    directory(tmp_path / "directory", [person(1), person(2)])
    path = tmp_path / "real-links.toml"
    text = (CONFIG / "real-links.toml").read_text().replace("http://127.0.0.1:8808/scim/v2", endpoint.url)
    path.write_text(f"{text}\n[limits]\nquarantine = {{ minimum = 1 }}\ndeletion_threshold = 1\n")
    return path


def run(job, at, *more, **variables):
    return provisioner("run", job, "--now", f"{DAY}{at}Z", *more, **variables)


def test_a_run_before_its_time_sends_nothing_and_says_until_when(job, endpoint):
    """E92: refused twice; the third attempt is due six hours after the start. ``--anyway`` tries now, and heals."""
    for at in ("08:00", "08:40"):
        assert run(job, at, REAL_LINKS_TOKEN="wrong").code == 5
    asked = len(endpoint.sandbox.requests)
    early = run(job, "09:20")
    assert (early.code, len(endpoint.sandbox.requests)) == (5, asked)
    for said in ("2026-01-01 08:00", "EncounteredQuarantineException", "2026-01-01 14:00", "--anyway"):
        assert said in early.out
    document = run(job, "09:21", "--json").document
    assert (document["status"], document["requests"]) == ("quarantined", 0)
    assert document["quarantine"]["nextAttempt"].startswith("2026-01-01T14:00")
    healed = run(job, "09:22", "--anyway", "--json")
    assert (healed.code, healed.document["counts"]["create"], healed.document["quarantine"]) == (0, 2, None)


def test_status_says_how_many_wait_and_until_when(job, endpoint):
    """E90, E92: everybody failed twice; who waits, what for and until when, for people and as a document."""
    endpoint.sandbox.set_faults(["conflict-on-create"])
    for at in ("08:00", "08:40"):
        assert run(job, at).code == 5
    shown = provisioner("status", job)
    assert shown.code == 5
    for said in ("Quarantine", "EncounteredEscrowProportionThreshold", "Waiting in escrow: 2", "2026-01-01T14:00"):
        assert said in shown.out
    waiting = provisioner("status", job, "--json").document["escrows"]
    assert [(each["failures"], each["nextAttempt"][:16]) for each in waiting] == [(2, "2026-01-01T14:00")] * 2


def test_held_deletions_are_allowed_from_another_terminal(job, endpoint):
    """E94: exit 4, and nothing written; ``plan`` says the same; ``--reset force-deletes`` lets exactly those go."""
    run(job, "08:00")
    directory(job.parent / "directory", [person(1), person(2)], assigned=[])
    held = run(job, "08:40", "--json")
    assert (held.code, held.document["counts"]["stagedDelete"]) == (4, 2)
    assert provisioner("plan", job).code == 4
    assert [user["active"] for user in endpoint.sandbox.users.values()] == [True, True]
    assert provisioner("restart", job, "--reset", "force-deletes", "--now", f"{DAY}09:00Z").code == 0
    assert provisioner("plan", job, "--now", f"{DAY}09:10Z", "--json").document["counts"]["disable"] == 2
    done = run(job, "09:20", "--json")
    assert (done.code, done.document["counts"]["disable"], done.document["quarantine"]) == (0, 2, None)
    assert [user["active"] for user in endpoint.sandbox.users.values()] == [False, False]
