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
from provisioner.model.path import ENTERPRISE_USER
from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import CONFIG, PROJECT, directory, environment, person, provisioner

PEOPLE = 120
KILLS = 30
TEAMS = 4
KILLS_AMONG_GROUPS = 20


def arguments(url, snapshot, state, job="real-links"):
    return [
        *("run", CONFIG / f"{job}.toml", "--json", "--url", url, "--snapshot", snapshot, "--state", state),
        *("--token", "env:REAL_LINKS_TOKEN"),
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


def team(number, members, **more):
    """A group as Graph returns one."""
    ids = [person(n)["id"] for n in members]
    return {"id": f"team-{number}", "displayName": f"Team {number}", "members": ids, **more}


def organised(folder, people, teams):
    """Everybody assigned, everybody but the first reporting to somebody, and in a team."""
    everybody = [person(n, manager={"id": person(n // 4)["id"]} if n else None, mailNickname=f"p{n}") for n in people]
    assigned = [entry["id"] for entry in everybody] + [group["id"] for group in teams]
    return directory(folder, everybody, assigned=assigned, groups=teams)


def by_name(sandbox):
    """Who is there, whom everybody reports to, and who is in which group, without a target id."""
    names = {target_id: user["userName"] for target_id, user in sandbox.users.items()}
    managers = {
        user["userName"]: names.get(user.get(ENTERPRISE_USER, {}).get("manager", {}).get("value"))
        for user in sandbox.users.values()
    }
    groups = [
        (group["displayName"], sorted(names[member["value"]] for member in group.get("members", ())))
        for group in sandbox.groups.values()
    ]
    return managers, sorted(groups)


def shake(command, kills, chance, witness, most):
    """Kill the command again and again; how often it was still running."""
    return sum(killed_after(chance.randint(1, most), chance.random() * 0.004, witness, command) for _ in range(kills))


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
            kills += shake(command, KILLS // 2, chance, witness, 12)
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


@pytest.mark.slow
def test_killed_among_managers_and_groups_nobody_is_left_in_a_group(tmp_path):
    """People report to each other, change teams, and a team is renamed, one dissolved: as after a quiet run.

    The run that is killed works on several people at once, and sends several members at once.
    """
    chance = random.Random(2)
    people = range(32)
    day_one = organised(tmp_path / "one", people, [team(t, people[t::TEAMS]) for t in range(TEAMS)])
    changed = [team(t, [*people[t + 1 :: TEAMS], 0]) for t in range(TEAMS - 2)]
    day_two = organised(tmp_path / "two", people, [*changed, team(TEAMS - 2, people[:8], displayName="Renamed")])
    witness = Witness()
    quiet, shaken = Sandbox("scim", token="s3cret"), Sandbox("scim", token="s3cret", on_request=witness)
    with SandboxServer(quiet) as calm, SandboxServer(shaken) as rough:
        kills = 0
        for snapshot, most in ((day_one, 12), (day_two, 6)):
            assert provisioner(*arguments(calm.url, snapshot, tmp_path / "calm.db", "scim")).code == 0
            command = [*arguments(rough.url, snapshot, tmp_path / "rough.db", "scim"), "--workers", 4]
            kills += shake(command, KILLS_AMONG_GROUPS // 2, chance, witness, most)
            assert provisioner(*command).code == 0
        assert kills == KILLS_AMONG_GROUPS, "a run ended before it was killed"
    assert by_name(shaken) == by_name(quiet)
    with open_store(str(tmp_path / "rough.db"), job="scim", ids=SeededIds(0), read_only=True) as memory:
        assert list(memory.intents()) == []
        assert {link.target_id for link in memory.links(ObjectKind.GROUP)} == set(shaken.groups)
