"""The command that says where a job is: ``status``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from provisioner.cli.live import LiveScreen
from provisioner.cli.options import JobFile, Json, Now, Seed, SnapshotPath, StatePath, Token, Url, options
from provisioner.cli.output import out, print_json, print_line, printable, table, until_interrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Group


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("status", epilog="Example: provisioner status real-links.toml --json")(status)


def status(
    job: JobFile,
    json: Json = False,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Show it anew whenever it changes, until Ctrl-C; with --json a document a line."),
    ] = False,
    url: Url = None,
    token: Token = None,
    snapshot: SnapshotPath = None,
    state: StatePath = None,
    now: Now = None,
    seed: Seed = None,
) -> None:
    """Show where a job is: its cycle, what is provisioned, who waits in escrow, when it runs next.

    Ends with 0 when all is well, 5 when the job is quarantined or disabled; so it can serve as a health check.
    """
    from provisioner.wiring.running import look

    chosen = options(url=url, token=token, snapshot=snapshot, state=state, now=now, seed=seed)
    if watch:
        document = _watched(lambda: look(job, chosen), json=json)
    elif json:
        print_json(document := look(job, chosen))
    else:
        out.print(_screen(document := look(job, chosen)))
    raise typer.Exit(5 if document["status"] in ("Quarantine", "Disabled") else 0)


def _watched(look: "Callable[[], dict[str, Any]]", *, json: bool) -> dict[str, Any]:
    if json:
        return until_interrupted(look, print_line)
    with LiveScreen() as screen:
        return until_interrupted(look, lambda document: screen.show(_screen(document)))


def _screen(document: dict[str, Any]) -> "Group":
    """The status for people."""
    from rich.console import Group
    from rich.markup import escape

    parts: list[Any] = [f"[bold]{printable(document['job'])}[/]: {document['status']}"]
    if document["currentCycle"] is None and document["lastCycle"] is None:
        return Group(*parts, "No cycle has run yet: provisioner run JOB")
    parts += [_cycle(what, document[f"{what.lower()}Cycle"]) for what in ("Current", "Last")]
    provisioned = document["provisioned"]
    steady = "steady state reached" if document["steadyState"] else "steady state not reached yet"
    parts.append(f"Provisioned so far: {provisioned['users']} users, {provisioned['groups']} groups; {steady}")
    parts.append(f"Next run: {document['nextRun'] or 'none by itself'}")
    if document["quarantine"]:
        ill = document["quarantine"]
        parts.append(f"[red]Quarantined[/]: {printable(ill['reason'])}: {escape(printable(ill['message']))}")
    if document["escrows"]:
        rows = [(e["id"], e["failures"], e["errorCode"], e["nextAttempt"][:19]) for e in document["escrows"][:20]]
        parts.append(
            table(
                ("object", "failures", "code", "next attempt"),
                rows,
                title=f"Waiting in escrow: {len(document['escrows'])}",
            )
        )
        if len(document["escrows"]) > 20:
            parts.append(f"... and {len(document['escrows']) - 20} more: status --json")
    return Group(*parts)


def _cycle(what: str, cycle: dict[str, Any] | None) -> str:
    """One cycle in a line, with its times and counts (E105)."""
    if cycle is None:
        return f"{what} cycle: none"
    counts = ", ".join(f"{count} {name}" for name, count in cycle["counts"].items() if count) or "nothing to do"
    took = f"took {cycle['seconds']:.1f} s" if cycle["seconds"] is not None else "has not ended"
    return (
        f"{what} cycle: {cycle['number']} ({cycle['kind']}) {cycle['status']}, {cycle['done']} of {cycle['total']} "
        f"objects, {counts}, {cycle['requests']} requests, begun {cycle['started'][:19].replace('T', ' ')} UTC, {took}"
    )
