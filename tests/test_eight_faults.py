"""The eight faults of the README can be tried as it says, and end as it says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import PROJECT, environment, provisioner
from tests.servers import Server, free_port, running

ROW = re.compile(r"^\| ([^|`]+) \| (?:`([^`]*)`)? ?\| `([^`]+)` \| (\d): ([^|]+) \|$", re.M)
ROWS = ROW.findall((PROJECT / "README.md").read_text())
PEOPLE = 7


def test_there_are_eight():
    """Each with its commands and its end."""
    assert len(ROWS) == 8


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "options", "commands", "code", "why"), ROWS, ids=[row[0] for row in ROWS])
def test_a_fault_ends_as_the_readme_says(tmp_path, fault, options, commands, code, why):
    """The exit code of the last command; where the target can be asked, everybody has one account, known to the job."""
    assert provisioner("init", tmp_path / "my-job").code == 0
    (tmp_path / "examples").symlink_to(PROJECT / "examples")
    port = free_port()
    job = tmp_path / "my-job" / "real-links.toml"
    job.write_text(job.read_text().replace(":8808", f":{port}"))
    serve = [sys.executable, "-m", "provisioner", "sandbox", "--port", str(port), *options.split()]
    with running(serve, f"http://127.0.0.1:{port}/scim/v2", "s3cret") as server:
        ended = subprocess.run(
            ["bash", "-uc", f"J=my-job/real-links.toml; {commands}"],
            cwd=tmp_path,
            env=environment(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}", PYTHONPATH=str(PROJECT)),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ended.returncode == int(code), (why, ended.stdout, ended.stderr)
        if "scenario" not in commands and (not options or "after-work" in options):
            assert_one_account_each(server, job)


def assert_one_account_each(server: Server, job: Path) -> None:
    """As many accounts as people in scope, no name twice, each known to the state."""
    assert len(server.users()) == PEOPLE
    status = json.loads(provisioner("status", job, "--json").out)
    assert (status["provisioned"]["users"], status["escrows"]) == (PEOPLE, [])
