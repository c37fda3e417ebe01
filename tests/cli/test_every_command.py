"""What every command has: help with an example that is right, JSON, and completion in a shell."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from provisioner.cli.app import app
from tests.command import environment, provisioner

ROOT: Any = typer.main.get_command(app)


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that name it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands(ROOT))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_its_help_has_an_example_that_is_right(path):
    """The example calls this very command with options it has; what it does is said, and every option has a help."""
    command = COMMANDS[path]
    assert command.help
    example = command.epilog.removeprefix("Example: ")
    assert example != command.epilog
    name, *words = shlex.split(example.partition(" > ")[0])
    assert name == "provisioner"
    assert tuple(words[: len(path)]) == path
    assert command.make_context(path[-1], words[len(path) :]).params
    assert [option.name for option in command.params if not getattr(option, "help", None)] == []


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_it_answers_with_json(path):
    """Programs can use every command."""
    assert any("--json" in option.opts for option in COMMANDS[path].params)


@pytest.mark.parametrize("name", ["run", "test-connection", "status", "logs", "plan"])
def test_it_takes_every_common_option(name):
    """Scripts give one set of options to whatever they call on a job."""
    options = {option for parameter in COMMANDS[(name,)].params for option in parameter.opts}
    assert options >= {"--json", "--url", "--token", "--snapshot", "--state", "--now", "--seed"}


def test_the_help_itself_is_shown():
    """What a person sees: the example at the end, and the exit codes at the door."""
    assert "Example: provisioner run" in provisioner("run", "--help").out
    door = " ".join(provisioner("--help").out.split())
    assert "5 quarantined" in door
    assert "130 interrupted" in door


def completed(line: str, folder: Path) -> list[str]:
    """What bash offers at the end of a line, after it read the completion that the program prints."""
    words = line.split(" ")
    script = (
        'eval "$(provisioner --show-completion)"\n'
        f"COMP_WORDS=({' '.join(map(shlex.quote, words))}); COMP_CWORD={len(words) - 1}\n"
        'eval "$(complete -p provisioner | sed "s/.*-F \\([^ ]*\\) .*/\\1 provisioner/")"\n'
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    return in_bash(script, folder).stdout.split()


def in_bash(script: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """A script in a bash of its own: typer looks for the shell among the processes above it, where there may be none.

    :param folder: the working directory and home.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = environment(PATH=path, HOME=str(folder))
    command = ["bash", "-c", f"{script}\nexit $?"]  # so that bash stays, and does not become the command itself
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def test_bash_completes_commands_and_options(tmp_path):
    """A name, a name within a family, an option; what is none is left to bash, which knows the files."""
    assert {"status", "start"} <= set(completed("provisioner sta", tmp_path))
    assert completed("provisioner scenario n", tmp_path) == ["new"]
    assert completed("provisioner run job.toml --ver", tmp_path) == ["--verify-members"]
    assert completed("provisioner init --application r", tmp_path) == ["real-links"]
    assert completed("provisioner run jo", tmp_path) == []
    shown = in_bash("provisioner --show-completion", tmp_path).stdout
    assert re.search(r"complete -o default -F \S+ provisioner", shown)


def test_completion_is_installed_where_bash_reads_it(tmp_path):
    """``--install-completion`` writes a file of its own and one line in .bashrc."""
    in_bash("provisioner --install-completion", tmp_path)
    written = {path.name: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert ".bashrc" in written
    assert any("provisioner" in text and "complete" in text for text in written.values())
