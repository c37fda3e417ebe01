"""What a person at a terminal sees while a cycle runs, and afterwards."""

import os
import pty
import re
import subprocess
import sys

from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import CONFIG, PROJECT, directory, environment, person


def on_a_terminal(*arguments):
    """(exit code, text) of a command whose streams are all a terminal; what it erases again is in the text."""
    ours, theirs = pty.openpty()
    variables = environment(PYTHONPATH=str(PROJECT), TERM="xterm-256color", COLUMNS="120")
    command = [sys.executable, "-m", "provisioner", *map(str, arguments)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                said += os.read(ours, 65536)
            except OSError:  # Linux tells so that nobody holds the other end any more
                break
    os.close(ours)
    return process.returncode, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode())


def test_the_bar_counts_what_became_of_whom(tmp_path):
    """Objects done of all, created, failed and skipped, with rate and times; then the table, the failure, what to do.

    Somebody whose creation failed is counted as failed, not as created.
    """
    blocked = person(400, accountEnabled=False)
    directory(tmp_path / "directory", [*(person(number) for number in range(1, 400)), blocked])
    with SandboxServer(Sandbox("real-links", token="s3cret", faults=["error-on=3:500"])) as server:
        code, seen = on_a_terminal(
            *("run", CONFIG / "real-links.toml", "--url", server.url),
            *("--snapshot", tmp_path / "directory", "--state", tmp_path / "state.db"),
        )
    assert code == 3
    assert re.search(r"users \S+ +\d+/400 \d+ created, 1 failed \d+/s \d:\d\d:\d\d \d:\d\d:\d\d", seen)
    table = seen.partition("initial cycle 1 failed")[2]
    assert re.search(r"create +skip +fail\s+398 +1 +1", table)
    assert "p1@contoso.example: SystemForCrossDomainIdentityManagementServerError" in table
    assert "Look in the endpoint's own log at this time." in table
