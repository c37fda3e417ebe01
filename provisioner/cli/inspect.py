"""Commands that look at a job's memory: ``status`` and ``logs``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from provisioner.cli.options import JobFile, Json, StatePath, instant, options
from provisioner.cli.output import out, print_json, table

if TYPE_CHECKING:
    from provisioner.model.job import Job
    from provisioner.ports import Store


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("status", epilog="Example: provisioner status real-links.toml --json")(status)
    app.command("logs", epilog="Example: provisioner logs real-links.toml --user ada@contoso.example --json")(logs)


def status(job: JobFile, json: Json = False, state: StatePath = None) -> None:
    """Show where a job is: its last cycle, what is provisioned, who waits in escrow."""
    from provisioner.wiring import reading_store

    with reading_store(job, options(state=state)) as (read, store):
        document = status_document(read, store)
    if json:
        print_json(document)
    else:
        _show_status(document)
    raise typer.Exit(5 if document["quarantine"] else 0)


def status_document(job: "Job", store: "Store | None") -> dict[str, Any]:
    """The status of a job as one document (E96, E105)."""
    if store is None:
        return {"job": job.name, "status": "NotRun", "lastCycle": None, "quarantine": None, "escrows": []}
    cycles = store.cycles(limit=1)
    health = store.health()
    last = cycles[0] if cycles else None
    return {
        "job": job.name,
        "status": "Quarantine" if health.quarantine else health.schedule.value if last else "NotRun",
        "steadyState": store.watermark() is not None,
        "provisioned": {"users": sum(1 for _ in store.links(_user()))},
        "lastCycle": _cycle(last) if last else None,
        "quarantine": _quarantine(health.quarantine),
        "escrows": [
            {
                "type": escrow.kind.value,
                "id": escrow.source_id,
                "failures": escrow.failures,
                "errorCode": escrow.code,
                "reason": escrow.reason,
                "nextAttempt": escrow.next_attempt.isoformat(),
            }
            for escrow in store.escrows()
        ],
    }


def _user() -> Any:
    from provisioner.model.directory import ObjectKind

    return ObjectKind.USER


def _cycle(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "kind": row.kind,
        "status": row.status,
        "started": row.started.isoformat(),
        "ended": row.ended.isoformat() if row.ended else None,
        "done": row.done,
        "total": row.total,
        "counts": row.counts.as_json(),
        "requests": row.requests,
        "note": row.note,
    }


def _quarantine(quarantine: Any) -> dict[str, Any] | None:
    if quarantine is None:
        return None
    return {
        "reason": quarantine.reason,
        "message": quarantine.message,
        "since": quarantine.since.isoformat(),
        "nextAttempt": quarantine.next_attempt.isoformat(),
    }


def _show_status(document: dict[str, Any]) -> None:
    out.print(f"[bold]{document['job']}[/]: {document['status']}")
    last = document["lastCycle"]
    if last is None:
        out.print("No cycle has run yet: provisioner run JOB")
        return
    out.print(
        f"Last cycle {last['number']} ({last['kind']}): {last['status']}, {last['done']} of {last['total']} objects, "
        f"{last['requests']} requests, started {last['started']}"
    )
    out.print(f"Users provisioned so far: {document['provisioned']['users']}")
    if document["quarantine"]:
        out.print(f"Quarantined: {document['quarantine']['reason']}: {document['quarantine']['message']}", markup=False)
    if document["escrows"]:
        rows = [(e["id"], e["failures"], e["errorCode"], e["nextAttempt"]) for e in document["escrows"]]
        out.print(table(("object", "failures", "code", "next attempt"), rows, title="Waiting in escrow"))


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
    from provisioner.wiring import reading_store

    after = instant(since) if since else None
    with reading_store(job, options(state=state)) as (_, store):
        records = (
            store.records(user=user, action=action, status=status, since=after, limit=limit) if store else iter(())
        )
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
