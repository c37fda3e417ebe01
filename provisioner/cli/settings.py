"""Where the evidence is thin: ``fidelity`` lists the settings, each with its fact."""

from dataclasses import asdict
from typing import Annotated

import typer

from provisioner.cli.options import Json
from provisioner.cli.output import out, print_json, table


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("fidelity", epilog="Example: provisioner fidelity real-links.toml")(fidelity)


def fidelity(
    job: Annotated[str | None, typer.Argument(metavar="[JOB]", help="A job file; without one the defaults.")] = None,
    json: Json = False,
) -> None:
    """List every [fidelity] setting with its present value, the fact it stands for and how strong the evidence is."""
    from provisioner.model.fidelity import IN_FLIGHT, Fidelity, describe
    from provisioner.model.job import Limits
    from provisioner.wiring.options import Options, job_of

    opened = job_of(job, Options()) if job is not None else None
    settings, limits = (opened.fidelity, opened.limits) if opened is not None else (Fidelity(), Limits())
    values = {**asdict(settings), IN_FLIGHT: limits.member_patches_in_flight}
    rows = [(name, values[name], fact, evidence, meaning) for name, fact, evidence, meaning in describe()]
    if json:
        keys = ("name", "value", "fact", "evidence", "help")
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
        return
    out.print(table(("setting", "value", "fact", "evidence", "what it decides"), rows))
