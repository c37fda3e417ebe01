"""Stories of weeks, played in seconds: ``scenario run`` and ``scenario new``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from provisioner.cli.options import Json, Token, Url
from provisioner.cli.output import out, print_json, printable
from provisioner.cli.reports import Html, Junit, publish, reported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioner.model.scenario import Difference, ScenarioResult

SHOWN = 5
"""Differences of one scenario a terminal is shown; all of them are in ``--json`` and the reports."""


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    scenario = typer.Typer(help="Stories of weeks in folders, played on a virtual clock.", no_args_is_help=True)
    scenario.command("run", epilog="Example: provisioner scenario run scenarios/* --junit report.xml")(run)
    scenario.command("new", epilog="Example: provisioner scenario new scenarios/joiner")(new)
    app.add_typer(scenario, name="scenario")


@reported("scenario run")
def run(
    folders: Annotated[
        list[str], typer.Argument(metavar="DIR...", help="Scenario folders, or folders of them.", show_default=False)
    ],
    accept: Annotated[bool, typer.Option("--accept", help="Rewrite what is expected, for review in git.")] = False,
    url: Url = None,
    token: Token = None,
    json: Json = False,
    junit: Junit = None,
    html: Html = None,
) -> None:
    """Play scenarios: the service on a clock that jumps, against the sandbox or, with --url, a real endpoint.

    What differs from expected/ is shown side by side. With --url, requests and outcomes are compared, and the accounts
    are read at the end; ids and times go by name. It begins with an endpoint that knows none of the people.

    Exit codes: 0 all came as expected, 2 a folder is wrong and nothing was sent, 3 something differs.
    """
    from provisioner.cli.logging import configure
    from provisioner.wiring.scenarios import play, playable, results_of_scenarios

    configure()
    results = []
    for folder in playable(folders, accept=accept, url=url, token=token):
        results.append(play(folder, accept=accept, url=url, token=token))
        if not json:
            _show(results[-1])
    if json:
        print_json([_document(result) for result in results])
    publish("Scenarios", results_of_scenarios(results), junit=junit, html=html)
    raise typer.Exit(0 if all(result.passed for result in results) else 3)


def new(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The folder to make.", show_default=False)],
    json: Json = False,
) -> None:
    """Make a small commented scenario that passes: one person joins, and leaves the next day."""
    from provisioner.cli.logging import configure
    from provisioner.wiring.scenarios import new as make

    configure()
    made = make(folder)
    if json:
        print_json(_document(made))
        return
    out.print(f"Wrote {printable(folder)}/. Next:", markup=False)
    out.print(f"  provisioner scenario run {printable(folder)}", markup=False)


def _show(result: "ScenarioResult") -> None:
    from provisioner.engine.comparison import side_by_side

    about = f"{printable(result.folder)}: {printable(result.title)}"
    played = f"{result.cycles} cycles, {result.requests} requests"
    if result.accepted:
        out.print(f"accepted {about} ({played}): {', '.join(result.accepted)}", markup=False)
    elif result.passed:
        out.print(f"passed {about} ({played})", markup=False)
    else:
        out.print(f"[bold red]FAILED[/] {_escaped(about)}: {_counted(result.differences)}")
    for difference in result.differences[:SHOWN]:
        out.print(f"\n  [bold]{difference.file}[/], {_escaped(printable(difference.part))}")
        for line in side_by_side(difference).splitlines():
            out.print(f"  {printable(line)}", markup=False)
    if len(result.differences) > SHOWN:
        out.print(f"\n  ... and {len(result.differences) - SHOWN} more, which often follow from these: --json, --junit")


def _counted(differences: "Sequence[Difference]") -> str:
    return f"{len(differences)} difference{'s' if len(differences) > 1 else ''}"


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _document(result: "ScenarioResult") -> dict[str, Any]:
    return {
        "folder": result.folder,
        "title": result.title,
        "passed": result.passed,
        "cycles": result.cycles,
        "requests": result.requests,
        "accepted": list(result.accepted),
        "differences": [
            {"file": each.file, "line": each.line, "part": each.part, "expected": each.expected, "came": each.came}
            for each in result.differences
        ],
    }
