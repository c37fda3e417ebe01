"""The real command, killed at random instants; the next run makes things right (P1, P2, P3; F01, F02)."""

import random
import signal
import subprocess
import sys
import threading
import time

import pytest

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.store_sql import open_store
from provisioner.model.directory import ObjectKind
from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import CONFIG, PROJECT, directory, environment, person, provisioner

PEOPLE = 120
KILLS = 30


def arguments(url, snapshot, state):
    return [
        *("run", CONFIG / "real-links.toml", "--json", "--url", url, "--snapshot", snapshot, "--state", state),
    ]


class Witness:
    """Counts what the endpoint hears, and says when it is time to kill."""

    def __init__(self) -> None:
        self.time_to_kill = threading.Event()
        self._left = 0

    def after(self, requests):
        """Ask to be told at the so many-th request from now."""
        self.time_to_kill.clear()
        self._left = requests

    def __call__(self, _):
        self._left -= 1
        if self._left == 0:
            self.time_to_kill.set()


def killed_after(requests, moments, witness, command):
    """Start the command and kill it, so many requests and moments later, so that nothing of it can tidy up.

    Whether it was still running.
    """
    witness.after(requests)
    process = subprocess.Popen(
        [sys.executable, "-m", "provisioner", *map(str, command)],
        env=environment(PYTHONPATH=str(PROJECT)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not witness.time_to_kill.wait(0.05) and process.poll() is None:
        continue
    time.sleep(moments)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def accounts(sandbox):
    """What the target holds, without what it gives out itself."""
    return sorted(
        ({key: value for key, value in user.items() if key not in ("id", "meta")} for user in sandbox.users.values()),
        key=lambda user: user["userName"],
    )


@pytest.mark.slow
def test_killed_at_any_instant_the_next_run_makes_things_right(tmp_path):
    """After kills all over the cycle there is one account per person, known by its link, as after a quiet run."""
    chance = random.Random(1)
    day_one = directory(tmp_path / "one", [person(n) for n in range(PEOPLE)])
    moved = [person(n, jobTitle=f"Title {n}", accountEnabled=n % 7 != 0) for n in range(PEOPLE + 40)]
    day_two = directory(tmp_path / "two", moved)
    witness = Witness()
    quiet, shaken = Sandbox("real-links", token="s3cret"), Sandbox("real-links", token="s3cret", on_request=witness)
    with SandboxServer(quiet) as calm, SandboxServer(shaken) as rough:
        kills = 0
        for snapshot in (day_one, day_two):
            assert provisioner(*arguments(calm.url, snapshot, tmp_path / "calm.db")).code == 0
            command = arguments(rough.url, snapshot, tmp_path / "rough.db")
            for _ in range(KILLS // 2):
                kills += killed_after(chance.randint(1, 12), chance.random() * 0.004, witness, command)
            assert provisioner(*command).code == 0
        assert kills == KILLS, "a run ended before it was killed"
        again = provisioner(*arguments(rough.url, day_two, tmp_path / "rough.db"))
    assert again.document["requests"] == 1
    assert accounts(shaken) == accounts(quiet)
    names = [user["userName"].lower() for user in shaken.users.values()]
    assert len(names) == len(set(names))
    with open_store(str(tmp_path / "rough.db"), job="real-links", ids=SeededIds(0), read_only=True) as memory:
        assert list(memory.intents()) == []
        assert {link.target_id for link in memory.links(ObjectKind.USER)} == set(shaken.users)
