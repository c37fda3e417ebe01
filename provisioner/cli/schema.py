"""Exported synchronization schemas: ``schema check``, ``schema import`` and ``schema export``."""

from typing import Annotated

import typer

from provisioner.cli.options import JobFile, Json
from provisioner.cli.output import out, print_json, table


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    family = typer.Typer(help="Read the schema a tenant exports, and write it back.", no_args_is_help=True)
    family.command("check", epilog="Example: provisioner schema check my-tenant-export.json")(check)
    family.command("import", epilog="Example: provisioner schema import my-tenant-export.json > job.toml")(import_)
    family.command("export", epilog="Example: provisioner schema export real-links.toml > schema.json")(export)
    app.add_typer(family, name="schema")


File = Annotated[str, typer.Argument(metavar="FILE", help="A Graph synchronizationSchema (JSON).")]


def check(file: File, json: Json = False) -> None:
    """Say what is understood of a schema, and what would behave differently here and why. Ends with 3 on errors."""
    from provisioner.wiring import schema_findings

    findings = schema_findings(file)
    if json:
        print_json(findings)
    else:
        rows = [(f["severity"], f["path"], f["message"], f["hint"]) for f in findings]
        out.print(table(("", "where", "what", "what to do"), rows))
    raise typer.Exit(3 if any(f["severity"] == "error" for f in findings) else 0)


def import_(
    file: File,
    name: Annotated[str, typer.Option("--name", help="The job's name, instead of one made from the schema's.")] = "",
) -> None:
    """Turn a schema into a job file, on standard output."""
    from provisioner.wiring import job_text_of_schema

    typer.echo(job_text_of_schema(file, name), nl=False)


def export(job: JobFile) -> None:
    """Write a job's rules as a Graph synchronizationSchema, on standard output."""
    from provisioner.wiring import schema_of_job

    print_json(schema_of_job(job))
