"""Commands that look at a job's memory: ``status`` and ``logs``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from provisioner.cli.options import JobFile, Json, StatePath, instant, options
from provisioner.cli.output import LiveScreen, out, print_json, printable, table

if TYPE_CHECKING:
    from rich.console import Group


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("status", epilog="Example: provisioner status real-links.toml --json")(status)
    app.command("logs", epilog="Example: provisioner logs real-links.toml --user ada@contoso.example --json")(logs)


def status(
    job: JobFile,
    json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show it anew every second until Ctrl-C.")] = False,
    state: StatePath = None,
) -> None:
    """Show where a job is: its cycle, what is provisioned, who waits in escrow, when it runs next.

    Ends with 0 when all is well, 5 when the job is quarantined or disabled; so it can serve as a health check.
    """
    from provisioner.wiring.running import look

    chosen = options(state=state)
    if watch:
        with LiveScreen(lambda: _screen(look(job, chosen))) as screen:
            screen.wait()
    document = look(job, chosen)
    if json:
        print_json(document)
    else:
        out.print(_screen(document))
    raise typer.Exit(5 if document["status"] in ("Quarantine", "Disabled") else 0)


def _screen(document: dict[str, Any]) -> "Group":
    """The status for people."""
    from rich.console import Group
    from rich.markup import escape

    parts: list[Any] = [f"[bold]{printable(document['job'])}[/]: {document['status']}"]
    last = document["lastCycle"]
    if last is None:
        return Group(*parts, "No cycle has run yet: provisioner run JOB")
    counts = ", ".join(f"{count} {name}" for name, count in last["counts"].items() if count) or "nothing to do"
    parts.append(
        f"Cycle {last['number']} ({last['kind']}): {last['status']}, {last['done']} of {last['total']} objects, "
        f"{counts}, {last['requests']} requests, begun {last['started'][:19]}"
    )
    provisioned = document["provisioned"]
    steady = "steady state reached" if document["steadyState"] else "steady state not reached yet"
    parts.append(f"Provisioned so far: {provisioned['users']} users, {provisioned['groups']} groups; {steady}")
    parts.append(f"Next run: {document['nextRun'] or 'none by itself'}")
    if document["quarantine"]:
        ill = document["quarantine"]
        parts.append(f"[red]Quarantined[/]: {printable(ill['reason'])}: {escape(printable(ill['message']))}")
    if document["escrows"]:
        rows = [(e["id"], e["failures"], e["errorCode"], e["nextAttempt"][:19]) for e in document["escrows"][:20]]
        parts.append(table(("object", "failures", "code", "next attempt"), rows, title="Waiting in escrow"))
        if len(document["escrows"]) > 20:
            parts.append(f"... and {len(document['escrows']) - 20} more: status --json")
    return Group(*parts)


def logs(
    job: JobFile,
    json: Json = False,
    user: Annotated[str, typer.Option("--user", help="Only this object: its id or name.")] = "",
    action: Annotated[str, typer.Option("--action", help="Only this action, such as create.")] = "",
    status: Annotated[str, typer.Option("--status", help="Only this status, such as failure.")] = "",
    since: Annotated[str | None, typer.Option("--since", help="Only what happened at or after this time.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the newest so many.")] = None,
    state: StatePath = None,
) -> None:
    """Show the provisioning log, oldest first, in the words of the portal."""
    from provisioner.wiring.options import reading_store

    after = instant(since) if since else None
    with reading_store(job, options(state=state)) as (_, store):
        records = store.records(user=user, action=action, status=status, since=after, limit=limit)
        if json:
            print_json([record.body for record in records])
            return
        rows = ((f"{r.at:%Y-%m-%d %H:%M:%S}", r.name, r.action, r.status, _why(r.body)) for r in records)
        out.print(table(("time (UTC)", "object", "action", "status", "why"), rows))


def _why(body: Any) -> str:
    info = body["provisioningStatusInfo"]
    error = info.get("errorInformation")
    if error:
        return f"{error['errorCode']}: {error['reason']}"
    if info.get("skipReason"):
        return str(info["skipReason"])
    return ", ".join(change["displayName"] for change in body["modifiedProperties"])
