"""The writer of a state is killed at any instant: every object is whole or absent (F01, F02, P1)."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

import provisioner
from provisioner.adapters.ids import SeededIds, SystemIds
from provisioner.adapters.store_sql import SqlStore, open_store
from provisioner.model.directory import ObjectKind

PROJECT = Path(provisioner.__file__).parent.parent
USER = ObjectKind.USER
KILLS = 12

WRITER = """
import sys
from tests.adapters.store.test_faults import intent, settled
from provisioner.adapters.ids import SystemIds
from provisioner.adapters.store_sql import open_store
from provisioner.model.directory import ObjectKind
with open_store(sys.argv[1], job="job", ids=SystemIds(), durability=sys.argv[2]) as store:
    print("open", flush=True)
    number = store.counts()[ObjectKind.USER]
    for waiting in store.intents():
        store.settle(settled(number))
        number += 1
    while True:
        store.intend(intent(number))
        print(number, flush=True)
        store.settle(settled(number, "x" * 500))
        number += 1
"""


def write_and_kill(state: Path, durability: str, lines: int) -> int:
    """Let a writer say so many lines, kill it; the number of the last question it was heard to ask, or -1."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(state), durability], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    heard = [writer.stdout.readline() for _ in range(lines)]
    writer.kill()
    rest, _ = writer.communicate()
    said = "".join(heard).split() + rest.split()
    complete = [word for word in said if word.isdigit()][:-1]
    return int(complete[-1]) if complete else -1


def check_whole(store: SqlStore, asked: int) -> None:
    """Every object with all its parts, at most one of them between question and answer, and none asked in vain."""
    names = [record.source_id for record in store.records()]
    assert names == [f"user-{number:04}" for number in range(len(names))]
    assert [link.source_id for link in store.links(USER)] == sorted(names)
    assert [source_id for source_id, _ in store.digests(USER)] == sorted(names)
    waiting = [intent.source_id for intent in store.intents()]
    assert waiting in ([], [f"user-{len(names):04}"])
    assert len(names) + len(waiting) > asked


@pytest.mark.parametrize("durability", ["power-loss", "process"])
def test_a_killed_writer_leaves_every_object_whole_or_absent(tmp_path: Path, durability: str) -> None:
    """Killed again and again at random places: what was asked is remembered, and nothing is half-written."""
    state, chance = tmp_path / "state.db", SeededIds(durability)
    for _ in range(KILLS):
        asked = write_and_kill(state, durability, 1 + chance.randbelow(40))
        with open_store(str(state), job="job", ids=SystemIds(), read_only=True) as store:
            check_whole(store, asked)
    with open_store(str(state), job="job", ids=SystemIds()) as store:
        check_whole(store, asked)
        assert store.counts()[USER] > 0


def test_a_state_killed_while_it_is_made_can_be_made(tmp_path: Path) -> None:
    """Before its first commit a state is nothing; the next run makes it."""
    for attempt in range(5):
        state = tmp_path / f"state-{attempt}.db"
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(state), "process"], cwd=PROJECT, stdout=subprocess.DEVNULL
        )
        while not state.exists():
            time.sleep(0.001)
        time.sleep(attempt * 0.02)
        writer.kill()
        writer.communicate()
        with open_store(str(state), job="job", ids=SystemIds()) as store:
            assert store.lineage
            check_whole(store, -1)
