"""Commands that look ahead: ``plan`` and ``explain``, and ``on-demand`` that does it for one."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provisioner.cli.options import JobFile, Json, Now, Seed, SnapshotPath, StatePath, Token, Url, options
from provisioner.cli.output import LiveProgress, out, printable, table, write_json_stream

if TYPE_CHECKING:
    from provisioner.model.plan import PlannedObject, PlanSummary
    from provisioner.wiring import Options

SHOWN = 200
"""Objects a terminal is shown; all of them are in ``--json``, ``--out`` and ``--html``."""


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("plan", epilog="Example: provisioner plan real-links.toml --out plan.json --html plan.html")(plan)


def plan(
    job: JobFile,
    json: Json = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no target: whoever has no link counts as new.")
    ] = False,
    out_file: Annotated[str | None, typer.Option("--out", metavar="PATH", help="Write the plan as JSON.")] = None,
    html: Annotated[str | None, typer.Option("--html", metavar="PATH", help="Write a page to search in.")] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="End with 0 when there is nothing to do and 2 with changes.")
    ] = False,
    url: Url = None,
    token: Token = None,
    snapshot: SnapshotPath = None,
    state: StatePath = None,
    now: Now = None,
    seed: Seed = None,
) -> None:
    """Show what the next cycle would do to whom and why, without writing anything to the target or the state."""
    import asyncio

    from provisioner.cli.logging import configure

    configure()
    chosen = options(url=url, token=token, snapshot=snapshot, state=state, now=now, seed=seed)
    summary = asyncio.run(_plan(job, chosen, offline=offline, as_json=json, out_file=out_file, html=html))
    raise typer.Exit(_exit_code(summary, detailed=detailed_exitcode))


async def _plan(
    job: str, chosen: "Options", *, offline: bool, as_json: bool, out_file: str | None, html: str | None
) -> "PlanSummary":
    from provisioner.cli.plan_page import write_page
    from provisioner.wiring import planned

    with LiveProgress() as progress:
        async with planned(job, chosen, offline=offline, progress=progress) as (summary, objects):
            told = [*_sinks(out_file)]
            kept = list(objects) if html or not (as_json or out_file) else None
            documents: Iterable[PlannedObject] = kept if kept is not None else objects
            if as_json or told:
                write_json_stream(summary.as_json(), "objects", (o.as_json() for o in documents), told, stdout=as_json)
            if html and kept is not None:
                write_page(html, summary, kept)
    if kept is not None and not as_json:
        _show(summary, kept)
    elif not as_json:
        _show_totals(summary)
    return summary


def _sinks(path: str | None) -> Iterator[str]:
    if path is not None:
        yield path


def _exit_code(summary: "PlanSummary", *, detailed: bool) -> int:
    if summary.verdict:
        return 4
    if summary.problem:
        return 5
    if summary.counts.fail:
        return 3
    return 2 if detailed and summary.changes else 0


def _show(summary: "PlanSummary", objects: "list[PlannedObject]") -> None:
    told = [planned for planned in objects if planned.action != "skip"]
    rows = [row for planned in told[:SHOWN] for row in _rows(planned)]
    if rows:
        out.print(table(("object", "action", "attribute", "before", "after", "reason"), rows))
    if len(told) > SHOWN:
        out.print(f"... and {len(told) - SHOWN} more objects: --json, --out or --html")
    _show_totals(summary)


def _rows(planned: "PlannedObject") -> Iterator[tuple[object, ...]]:
    first: tuple[object, ...] = (planned.name, planned.action)
    if planned.error_code:
        yield (*first, planned.error_code, "", planned.error, planned.reason)
        return
    if not planned.changes:
        yield (*first, "", "", "", planned.reason)
    for change in planned.changes:
        name = str(change["attribute"]).rpartition(":")[2]
        yield (*first, name, _text(change["before"]), _text(change["after"]), planned.reason)
        first = ("", "")


def _text(value: Any) -> str:
    return "-" if value is None else str(value)


def _show_totals(summary: "PlanSummary") -> None:
    counts = ", ".join(f"{count} {name}" for name, count in summary.counts.as_json().items() if count)
    out.print(f"[bold]{printable(summary.job)}[/]: {summary.cycle} cycle would do: {counts or 'nothing'}")
    for reason, count in summary.skipped.items():
        out.print(f"  skipped {count}: {reason}")
    if summary.verdict:
        out.print(f"[bold red]The deletion threshold would stop it[/]: {printable(summary.verdict)}")
    if summary.problem:
        out.print(f"[red]Could not be planned to its end[/]: {printable(summary.problem)}")
