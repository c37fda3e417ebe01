"""Two runs at once: one works, the others leave politely (P8, F04). Real processes."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

import provisioner
from provisioner.adapters.lock import StateLock, Turn
from provisioner.model.errors import LockHeld, StateError

PROJECT = Path(provisioner.__file__).parent.parent
RIVAL = """
import sys
from provisioner.adapters.lock import StateLock
from provisioner.model.errors import LockHeld
try:
    with StateLock(sys.argv[1]):
        print("working", flush=True)
        sys.stdin.read()
except LockHeld as held:
    print(held.message, flush=True)
    sys.exit(held.exit_code)
"""

WAITER = """
import asyncio, sys
from provisioner.adapters.lock import Turn
async def main():
    async with Turn(sys.argv[1], lambda by: print(f"waits for {by}", flush=True)):
        print("working", flush=True)
        sys.stdin.read()
asyncio.run(main())
"""


def rival(state: Path, code: str = RIVAL) -> subprocess.Popen[str]:
    """A process that works under the lock until its standard input ends, or says who has it."""
    return subprocess.Popen(
        [sys.executable, "-c", code, str(state)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_of_eight_runs_at_once_exactly_one_works(tmp_path: Path) -> None:
    """One works; seven end with code 6, naming its process."""
    rivals = [rival(tmp_path / "state.db") for _ in range(8)]
    said = [first_line(process) for process in rivals]
    winner = rivals[said.index("working")]
    for process in rivals:
        process.communicate()
    assert said.count("working") == 1
    assert sorted(process.returncode for process in rivals) == [0] + [6] * 7
    others = [line for line in said if line != "working"]
    assert all(f"process {winner.pid} on " in line or "not said which" in line for line in others)


def test_who_holds_the_lock_and_since_when_is_said(tmp_path: Path) -> None:
    """The refusal names process, host, time and what works meanwhile."""
    state = tmp_path / "state.db"
    holder = rival(state)
    assert first_line(holder) == "working"
    with pytest.raises(LockHeld, match=rf"process {holder.pid} on \S+, since 20\d\d-.*\+00:00[^$]*hint: wait"):
        StateLock(str(state)).__enter__()
    holder.communicate()


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    """After kill -9 the next run works at once: nothing has to expire."""
    state = tmp_path / "state.db"
    holder = rival(state)
    assert first_line(holder) == "working"
    holder.kill()
    holder.communicate()
    with StateLock(str(state)):
        assert str(os.getpid()) in state.with_name("state.db.lock").read_text()


def test_a_lock_given_back_can_be_taken_again(tmp_path: Path) -> None:
    """Also after the work ended with an error, and by whatever name the file is called."""
    state = tmp_path / "state.db"
    (tmp_path / "alias.db").symlink_to(state)
    with pytest.raises(ZeroDivisionError), StateLock(str(state)):
        raise ZeroDivisionError
    with StateLock(str(state)), pytest.raises(LockHeld):
        StateLock(str(tmp_path / "alias.db")).__enter__()


@pytest.mark.parametrize("end", ["ended", "died"])
def test_a_turn_is_waited_for(tmp_path: Path, end: str) -> None:
    """E100: whoever comes second says who works, and goes on when that one has ended or died."""
    state = tmp_path / "state.db"
    first = rival(state, WAITER)
    assert first_line(first) == "working"
    second = rival(state, WAITER)
    assert first_line(second).startswith(f"waits for process {first.pid} on ")
    if end == "died":
        first.kill()
    first.communicate()
    assert first_line(second) == "working"
    second.communicate()
    assert second.returncode == 0


def test_a_turn_does_not_need_the_lock_of_a_run(tmp_path: Path) -> None:
    """E100: a service holds its lock for as long as it lives, and its turn for a cycle."""
    state = str(tmp_path / "state.db")

    async def take() -> bool:
        async with Turn(state, lambda by: pytest.fail(f"waits for {by}")):
            return True

    with StateLock(state):
        assert asyncio.run(take())


def test_a_place_that_cannot_be_locked_is_named(tmp_path: Path) -> None:
    """A folder that is a file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match=r"file[^$]*hint"):
        StateLock(str(tmp_path / "file" / "state.db")).__enter__()
