"""The ``provisioner`` command: its families joined, and one place where errors become messages and exit codes.

Command modules import what they need when they run, so that ``--help`` costs no more than typer itself.
"""

import io
import sys
from typing import Annotated, cast

import typer

from provisioner import __version__
from provisioner.cli import (
    expression,
    inspect,
    logs,
    notify,
    plan,
    replay,
    run,
    scenario,
    schema,
    service,
    settings,
    try_out,
)
from provisioner.cli.output import Interrupted, report_error, report_misuse
from provisioner.model.errors import EXIT_CODES, ProvisionerError

app = typer.Typer(
    name="provisioner",
    help="The Microsoft Entra provisioning service on your own machine. Not affiliated with Microsoft.",
    no_args_is_help=True,
    rich_markup_mode=None,  # rich would cost as much again as all the rest of --help
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for family in (try_out, run, replay, plan, service, inspect, logs, notify, expression, schema, scenario, settings):
    family.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"provisioner {__version__}")
        raise typer.Exit


_ABOUT = "Run cycles against a SCIM endpoint as Entra would.\n\nExit codes: " + ", ".join(
    f"{code} {meaning.partition(';')[0]}" for code, meaning in EXIT_CODES.items()
)


@app.callback(help=_ABOUT)
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """What every command knows."""


_Misused = cast(type[Exception], typer.BadParameter.__base__)
"""What a wrong command line raises; typer gives a name to its subclass only."""


def main() -> None:
    """Run the command line; every expected error ends with its own exit code and no traceback."""
    as_json = "--json" in sys.argv
    _speak(as_json=as_json)
    try:
        sys.exit(app(prog_name="provisioner", standalone_mode=False))  # also when python -m begins it
    except _Misused as error:
        report_misuse(error, as_json=as_json)
        sys.exit(_code(2))
    except ProvisionerError as error:
        report_error(error, as_json=as_json)
        sys.exit(_code(error.exit_code))
    except (KeyboardInterrupt, Interrupted, typer.Abort):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


def _speak(*, as_json: bool) -> None:
    """Let no name end a command on a console that lacks its letters; documents are UTF-8 on every console."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            if as_json and stream is sys.stdout:
                stream.reconfigure(encoding="utf-8")


def _code(exit_code: int) -> int:
    """As Terraform has it: with detailed exit codes 2 means changes, so an error is 1."""
    return 1 if "--detailed-exitcode" in sys.argv and exit_code == 2 else exit_code
