"""Options several commands share, and what they mean."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from provisioner.wiring.options import Options

JobFile = Annotated[str, typer.Argument(metavar="JOB", help="The job file (TOML).", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output and nothing else.")]
Url = Annotated[str | None, typer.Option("--url", help="The tenant URL, instead of the job's.")]
Token = Annotated[
    str | None, typer.Option("--token", help="Where the secret token is: env:NAME or file:PATH, instead of the job's.")
]
SnapshotPath = Annotated[
    str | None, typer.Option("--snapshot", help="The directory snapshot: a folder or a file, instead of the job's.")
]
StatePath = Annotated[
    str | None, typer.Option("--state", help="The state file, instead of .provisioner/NAME.db beside the job file.")
]
Now = Annotated[
    str | None, typer.Option("--now", metavar="TIME", help="Start the clock at this time, such as 2026-01-31T08:00Z.")
]
Workers = Annotated[
    int, typer.Option("--workers", min=1, max=64, help="Work on so many users at once; 1 is Entra's way.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Make guids repeatable.")]


def options(
    *,
    url: str | None = None,
    token: str | None = None,
    snapshot: str | None = None,
    state: str | None = None,
    now: str | None = None,
    seed: int | None = None,
    workers: int = 1,
    verify_members: bool = False,
) -> "Options":
    """The common options as one value."""
    from provisioner.wiring.options import Options

    return Options(url, token, snapshot, state, instant(now) if now else None, seed, workers, verify_members)


def instant(text: str) -> datetime:
    """A time a person typed: ISO 8601; UTC when no zone is given.

    :raises typer.BadParameter: when it is no time.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time such as 2026-01-31T08:00Z") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
