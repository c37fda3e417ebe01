"""The deploy examples say what the program understands."""

import configparser
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import PROJECT, provisioner

DEPLOY = PROJECT / "examples" / "deploy"
UNIT = DEPLOY / "provisioner@.service"


def service() -> configparser.SectionProxy:
    """The unit's [Service] section."""
    unit = configparser.RawConfigParser(strict=True)
    unit.optionxform = str
    unit.read_string(UNIT.read_text())
    return unit["Service"]


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def of(word: str) -> list[str]:
    """What follows an instruction, each time it is given."""
    return [rest for name, rest in instructions() if name == word]


def started_by_docker() -> list[str]:
    """ENTRYPOINT and CMD as one command line."""
    return [argument for word in ("ENTRYPOINT", "CMD") for argument in json.loads(of(word)[0])]


def health_check() -> list[str]:
    """The command of the health check."""
    (line,) = of("HEALTHCHECK")
    return shlex.split(line.partition(" CMD ")[2].partition("||")[0])


@pytest.mark.parametrize(
    "command",
    [shlex.split(service()["ExecStart"]), started_by_docker(), health_check()],
    ids=["unit", "container", "health check"],
)
def test_what_they_run_is_a_command_of_the_program(command):
    """Command, options and number of arguments are understood; with --help nothing is started."""
    assert Path(command[0]).name == "provisioner"
    asked = provisioner(*command[1:], "--help")
    assert asked.code == 0, asked.err
    assert f" {command[1]} " in asked.out.splitlines()[0]


def test_a_command_line_with_a_wrong_option_would_be_noticed():
    """The test above can fail."""
    assert provisioner("start", "job.toml", "--no-such-option", "--help").code == 2


def test_the_unit_knows_the_exit_codes():
    """Neither an ill cycle nor Ctrl-C is a crash, and what no retry mends is not retried."""
    unit = service()
    assert set(unit["SuccessExitStatus"].split()) == {"3", "4", "5", "130"}
    assert set(unit["RestartPreventExitStatus"].split()) == {"2", "6", "7"}
    assert unit["KillSignal"] == "SIGTERM"
    assert unit["User"] != "root"


def test_the_container_copies_files_that_exist():
    """What is copied is in the repository and not kept out of the build by the ignore file."""
    let_in = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().split() if line.startswith("!")}
    sources = [source for line in of("COPY") if not line.startswith("--from") for source in line.split()[:-1]]
    assert sources
    for source in sources:
        assert (PROJECT / source).exists(), source
    assert set(sources) == let_in


def test_the_container_runs_as_an_ordinary_user_where_its_state_lasts():
    """The last USER is not root, and the working folder, beside whose job file the state lies, is a volume."""
    assert of("USER") == ["provisioner"]
    assert of("WORKDIR")[-1] == of("VOLUME")[-1]
    assert of("STOPSIGNAL") == ["SIGTERM"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_understands_the_unit(tmp_path):
    """No key is misspelt and no value out of its range."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/provisioner/bin/provisioner", sys.executable))
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", copy],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, "")
