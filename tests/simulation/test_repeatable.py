"""P10, F09: the same story tells the same log, byte for byte, whatever order Python hashes strings in."""

import os
import subprocess
import sys

import orjson

from tests.command import PROJECT
from tests.simulation.crash_points import trio
from tests.simulation.fate import Fate
from tests.simulation.troubles import troubled


def tell() -> bytes:
    """A story with a crash, trouble, changes and recoveries: every question asked and every record written."""
    world = trio()
    world.target.trouble = troubled(world.target, {5: "timeout, but done", 7: "5xx"})
    world.cycle(Fate(crash_at=30))
    world.target.trouble = troubled(world.target, {})
    world.rename(2, "married")
    world.cycle()
    world.unassigned.add(1)
    world.join(7, jobTitle="Director")
    for _ in range(3):
        world.cycle()
    lines = [repr(question).encode() for question in world.target.asked]
    return b"\n".join(lines + [orjson.dumps(record.body) for record in world.store.records()])


def test_the_order_of_hashing_does_not_show():
    """Two processes that hash strings differently tell the same story in the same bytes."""
    told = {_told_with_hash_seed(seed) for seed in ("0", "1", "2")}
    assert told == {tell()}


def _told_with_hash_seed(seed: str) -> bytes:
    script = "import sys; from tests.simulation.test_repeatable import tell; sys.stdout.buffer.write(tell())"
    variables = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(PROJECT)}
    return subprocess.run([sys.executable, "-c", script], env=variables, capture_output=True, check=True).stdout
