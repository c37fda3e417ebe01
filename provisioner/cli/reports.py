"""Results for machines and people who were not there: ``--junit``, ``--html``, and annotations in GitHub Actions."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec

import typer

from provisioner.model.errors import InputError, ProvisionerError

if TYPE_CHECKING:
    from provisioner.model.result import Result

P = ParamSpec("P")

Junit = Annotated[str | None, typer.Option("--junit", metavar="PATH", help="Write the results as JUnit XML, for CI.")]
Html = Annotated[
    str | None, typer.Option("--html", metavar="PATH", help="Write the results as one page to read and search in.")
]


def publish(title: str, results: "Iterable[Result]", *, junit: str | None = None, html: str | None = None) -> None:
    """Write the reports that were asked for and, in GitHub Actions, an annotation for what failed.

    :raises InputError: when a report cannot be written.
    """
    from provisioner.cli.annotations import annotate_results, wanted

    if not (junit or html or wanted()):
        return
    from provisioner.wiring.reports import write_reports

    told = list(results)
    write_reports(title, told, junit=junit, html=html)
    annotate_results(told)


def reported(title: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Make a command write its reports also when it ends with an error: CI would read those of the run before."""

    def around(command: Callable[P, None]) -> Callable[P, None]:
        @wraps(command)
        def told(*arguments: P.args, **chosen: P.kwargs) -> None:
            try:
                command(*arguments, **chosen)
            except ProvisionerError as error:
                _report(title, error, chosen)
                raise

        return told

    return around


def _report(title: str, error: ProvisionerError, chosen: dict[str, Any]) -> None:
    junit, html = chosen.get("junit"), chosen.get("html")
    if not (junit or html):
        return
    from provisioner.wiring.reports import results_of_error, write_reports

    with suppress(InputError):  # the error itself is worth more than that the report cannot be written
        write_reports(title, list(results_of_error(title, error)), junit=junit, html=html)
