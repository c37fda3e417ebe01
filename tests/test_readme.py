"""The README's commands and blocks are executed."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.command import PROJECT, directory, environment, person, provisioner
from tests.servers import free_port

TEXT = (PROJECT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, flags=re.S)
SHELL = [body for kind, body in BLOCKS if kind == "sh"]


def test_the_door_is_short_and_honest():
    """Under 300 lines; three sentences say what it is for, and that it is not Microsoft's."""
    assert TEXT.count("\n") < 300
    assert "not affiliated with, or endorsed by, Microsoft" in TEXT.split("```")[0].replace("\n", " ")


def test_the_first_two_commands_are_one_line_each():
    """One installs and runs the demo, one installs and passes the tests."""
    assert all(block.strip().count("\n") == 0 for block in SHELL[:2])
    assert SHELL[0].strip().endswith("provisioner demo")
    assert "pytest" in SHELL[1]


@pytest.mark.slow
def test_the_first_command_works_in_a_clean_copy(tmp_path):
    """A machine with Python and nothing else: install, and see the demo; the installed wheel carries its templates."""
    copy = tmp_path / "copy"
    subprocess.run(["git", "clone", "-q", PROJECT, copy], check=True)
    wanted = ("PATH", "LANG", "PIP_", "SSL_", "REQUESTS_", "CURL_")
    bare = {name: value for name, value in os.environ.items() if name.startswith(wanted)}
    done = subprocess.run(
        ["bash", "-c", SHELL[0]],
        cwd=copy,
        env={**bare, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "initial cycle 1 succeeded" in done.stdout


def test_five_minutes_with_an_endpoint(tmp_path):
    """Every further block, line by line, against the sandbox the first of them starts."""
    script = "\n".join(SHELL[2:])
    port = free_port()
    script = script.replace("provisioner sandbox", f"provisioner sandbox --port {port}")
    toml = f"sed -i.bak 's/:8808/:{port}/' my-job/real-links.toml"
    script = script.replace("provisioner test-connection", f"{toml}\nprovisioner test-connection")
    binaries = str(Path(sys.executable).parent)
    done = subprocess.run(
        ["bash", "-euc", script + "\nkill %1"],
        cwd=tmp_path,
        env=environment(PATH=f"{binaries}:{os.environ['PATH']}"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing to do." in done.stdout


def test_the_job_of_the_readme_is_a_job(tmp_path):
    """The TOML block loads; only the endpoint it names is not there."""
    job = next(body for kind, body in BLOCKS if kind == "toml")
    assert tomllib.loads(job)["name"] == "real-links"
    (tmp_path / "job.toml").write_text(job.replace(":8808", f":{free_port()}"))
    directory(tmp_path / "directory", [person(1)])
    assert provisioner("run", tmp_path / "job.toml", "--json").document["status"] == "failed"


def test_the_exit_codes_are_the_ones_the_program_ends_with():
    """The table names every code an error carries."""
    from provisioner.model import errors

    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, flags=re.M)}
    carried = {cls.exit_code for cls in vars(errors).values() if isinstance(cls, type) and hasattr(cls, "exit_code")}
    assert carried <= listed
