"""Results for machines and people who were not there: ``--junit``, ``--html``, and annotations in GitHub Actions."""

from collections.abc import Iterable
from typing import Annotated

import typer

from provisioner.model.result import Result

Junit = Annotated[str | None, typer.Option("--junit", metavar="PATH", help="Write the results as JUnit XML, for CI.")]
Html = Annotated[
    str | None, typer.Option("--html", metavar="PATH", help="Write the results as one page to read and search in.")
]


def publish(title: str, results: Iterable[Result], *, junit: str | None = None, html: str | None = None) -> None:
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
