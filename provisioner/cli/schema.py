"""Exported synchronization schemas: ``schema check``, ``schema import`` and ``schema export``."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from provisioner.cli.options import Json
from provisioner.cli.output import note, out, print_json, printable
from provisioner.cli.reports import Html, Junit, publish, reported


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    family = typer.Typer(help="Read the schema a tenant exports, and write it back.", no_args_is_help=True)
    family.command("check", epilog="Example: provisioner schema check my-tenant-export.json")(check)
    family.command("import", epilog="Example: provisioner schema import my-tenant-export.json > job.toml")(import_)
    family.command("export", epilog="Example: provisioner schema export real-links.toml > schema.json")(export)
    app.add_typer(family, name="schema")


File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="What GET /servicePrincipals/{id}/synchronization/jobs/{id}/schema answered, in a file (JSON).",
    ),
]
_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}


@reported("schema check")
def check(file: File, json: Json = False, junit: Junit = None, html: Html = None) -> None:
    """Say what is understood of a schema, what is wrong, and what would behave differently here and why.

    Exit codes: 0 only notes and warnings, 2 the file is no schema, 3 errors: a job with this schema is refused.
    """
    from provisioner.wiring.reports import results_of_findings
    from provisioner.wiring.schemas import schema_findings

    findings = schema_findings(file)
    publish(f"Check of {file}", results_of_findings(file, findings), junit=junit, html=html)
    counts = Counter(finding["severity"] for finding in findings)
    if json:
        print_json(findings)
    else:
        _show(findings)
        out.print(", ".join(f"{counts[name]} {name}{'s' * (counts[name] != 1)}" for name in _STYLES))
    raise typer.Exit(3 if counts["error"] else 0)


def _show(findings: Sequence[dict[str, Any]]) -> None:
    """One block a finding: paths, messages and remedies are too long to stand side by side."""
    from rich.markup import escape
    from rich.table import Table

    shown = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        style = _STYLES[finding["severity"]]
        hint = f"\n[cyan]hint:[/] {escape(printable(finding['hint']))}" if finding["hint"] else ""
        message = escape(printable(finding["message"], lines=True))
        place = escape(printable(f"{finding['line']}:{finding['column']} {finding['path']}"))
        shown.add_row(f"[{style}]{finding['severity']}[/]", f"[dim]{place}[/]\n{message}{hint}")
    out.print(shown)


def import_(
    file: File,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="The job's name, instead of one made from the file's.")
    ] = "",
    json: Json = False,
) -> None:
    """Turn a schema into a job file, on standard output. What differs here stands in it as comments.

    Snapshot, url and token are filled in with examples; change them.
    """
    from provisioner.wiring.schemas import job_text_of_schema, schema_findings

    text = job_text_of_schema(file, name)
    if json:
        print_json({"job": text})
    else:
        typer.echo(text, nl=False)
    if errors := sum(finding["severity"] == "error" for finding in schema_findings(file)):
        note(f"the job is refused until {errors} of its rules are mended: provisioner schema check {file}")


def export(
    job: Annotated[
        str, typer.Argument(metavar="JOB", help="The job file (TOML), or a schema (.json) to read and write back.")
    ],
    json: Json = False,
) -> None:
    """Write a job's rules as a Graph synchronizationSchema, on standard output: with --json and without, it is JSON.

    A job that names a schema gives that document back, with all that is in it.
    """
    from provisioner.wiring.schemas import schema_of_job

    print_json(schema_of_job(job))
