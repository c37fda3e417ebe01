"""The provisioning log for people, for programs and for spreadsheets: ``logs``."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple, TypeAlias

import typer

from provisioner.cli.options import JobFile, Json, Now, Seed, SnapshotPath, StatePath, Token, Url, instant, options
from provisioner.cli.output import escaped, line_of, note, out, print_json, print_lines, printable, table

if TYPE_CHECKING:
    from provisioner.model.record import Record
    from provisioner.model.state import CycleRow
    from provisioner.ports import Store

SHOWN: Final = 200
"""Entries a terminal is shown unless ``--limit`` says otherwise: a table is laid out as a whole."""

Action: TypeAlias = Literal["create", "update", "disable", "delete", "stagedDelete", "other"]
Status: TypeAlias = Literal["success", "failure", "skipped", "warning"]

_STYLES: Final = {"success": "green", "failure": "bold red", "warning": "yellow", "skipped": "dim"}


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("logs", epilog="Example: provisioner logs real-links.toml --user ada@contoso.example --steps")(logs)


def logs(
    job: JobFile,
    json: Json = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON document a line, as they come.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet; no cell is a formula.")] = False,
    cycles: Annotated[bool, typer.Option("--cycles", help="One line a cycle, with times and counts.")] = False,
    steps: Annotated[bool, typer.Option("--steps", help="With --user: every step, change and error.")] = False,
    user: Annotated[str, typer.Option("--user", help="Only this object: its id or name.")] = "",
    action: Annotated[Action | None, typer.Option("--action", help="Only this action.")] = None,
    status: Annotated[Status | None, typer.Option("--status", help="Only this status.")] = None,
    cycle: Annotated[int | None, typer.Option("--cycle", min=1, help="Only the cycle of this number.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Only what happened at or after this time.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the newest so many.")] = None,
    url: Url = None,
    token: Token = None,
    snapshot: SnapshotPath = None,
    state: StatePath = None,
    now: Now = None,
    seed: Seed = None,
) -> None:
    """Show the provisioning log, oldest first, in the words of the portal.

    In Graph's own form with --json or --jsonl; a table for a spreadsheet with --csv; the cycles alone with --cycles.
    """
    from provisioner.wiring.options import reading_store

    form = _chosen(json=json, jsonl=jsonl, csv=csv)
    if steps and not user:
        raise typer.BadParameter("--steps shows one object: name it with --user")
    if cycles and (user or action or status or steps):
        raise typer.BadParameter("--cycles counts every object: leave --user, --action, --status and --steps out")
    after = instant(since) if since else None
    chosen = options(url=url, token=token, snapshot=snapshot, state=state, now=now, seed=seed)
    with reading_store(job, chosen) as (_, store):
        if cycles:
            _tell(_CYCLES, _cycles(store, cycle, after, limit), form)
            return
        most = SHOWN if limit is None and out.is_terminal and not (form or steps) else limit
        found = store.records(user=user, action=action or "", status=status or "", since=after, cycle=cycle, limit=most)
        records = list(found) if most is not None else found
        _tell(_STEPS if steps else _LOG, records, form)
        if most != limit and isinstance(records, list) and len(records) == SHOWN:
            note(f"these are the newest {SHOWN}; --limit shows more, and --jsonl and --csv write all")


def _chosen(**forms: bool) -> str:
    chosen = [name for name, wanted in forms.items() if wanted]
    if len(chosen) > 1:
        raise typer.BadParameter(f"--{' and --'.join(chosen)} exclude each other")
    return chosen[0] if chosen else ""


class _View(NamedTuple):
    """One kind of list and its forms: a document for programs, cells under columns, and what people see."""

    document: Callable[[Any], Mapping[str, Any]]
    columns: Sequence[str]
    cells: Callable[[Any], Sequence[object]]
    show: Callable[[Iterable[Any]], None]


def _tell(view: _View, items: Iterable[Any], form: str) -> None:
    match form:
        case "json":
            print_json([view.document(item) for item in items])
        case "jsonl":
            print_lines(line_of(view.document(item)) for item in items)
        case "csv":
            from provisioner.cli.csv_lines import csv_lines  # loads a module no other command needs

            print_lines(csv_lines(view.columns, map(view.cells, items)))
        case _:
            view.show(items)


def _cycles(store: "Store", number: int | None, since: datetime | None, limit: int | None) -> "Iterator[CycleRow]":
    """The cycles asked for, oldest first; one that has no end and another after it was interrupted."""
    rows = store.cycles(limit=limit or 2**31)
    for row in reversed(rows):
        if row.ended is None and row is not rows[0]:
            row = replace(row, status="interrupted")
        if (number is None or row.number == number) and (since is None or row.started >= since):
            yield row


def _cycle_document(row: "CycleRow") -> dict[str, Any]:
    from provisioner.runtime.status import cycle_document

    return cycle_document(row)


def _cycle_cells(row: "CycleRow") -> Sequence[object]:
    document = _cycle_document(row)
    flat = {**document, **document["counts"]}
    return [flat[name] for name in _CYCLE_COLUMNS]


def _show_cycles(rows: "Iterable[CycleRow]") -> None:
    """A line a cycle, as it comes: side by side the counts would leave no room for one another."""
    for row in rows:
        out.print(_cycle_line(row), markup=False)


def _cycle_line(row: "CycleRow") -> str:
    took = f"{(row.ended - row.started).total_seconds():.1f} s" if row.ended else "-"
    counts = ", ".join(f"{count} {name}" for name, count in row.counts.as_json().items() if count)
    did = f"{row.done} of {row.total} objects: {counts}" if counts else "nothing to do" if not row.total else "nothing"
    asked = f"{row.requests} request{'s' * (row.requests != 1)}"
    begun = f"{row.started:%Y-%m-%d %H:%M:%S}"
    line = f"{row.number:>4}  {row.kind:<11}  {row.status:<11}  {begun}  {took:>8}  {asked}; {did}"
    return f"{line}; {printable(row.note)}" if row.note else line


def _record_document(record: "Record") -> Mapping[str, Any]:
    return record.body


def _record_cells(record: "Record") -> Sequence[object]:
    body = record.body
    error = body["provisioningStatusInfo"]["errorInformation"] or {}
    return (
        body["activityDateTime"],
        record.cycle,
        record.kind,
        record.source_id,
        record.name,
        body["targetIdentity"]["id"],
        record.action,
        record.status,
        error.get("errorCode", ""),
        error.get("reason") or body["provisioningStatusInfo"].get("skipReason", ""),
        "; ".join(map(_change, body["modifiedProperties"])),
        body["durationInMilliseconds"],
    )


def _show_records(records: "Iterable[Record]") -> None:
    from rich.text import Text

    shown = table(("time (UTC)", "object", "action", "status", "why"), ())
    for record in records:
        cells = (f"{record.at:%Y-%m-%d %H:%M:%S}", record.name or record.source_id, record.action)
        style = _STYLES.get(record.status, "")
        known = (Text(printable(cell)) for cell in cells)
        shown.add_row(*known, Text(record.status, style), Text(printable(_why(record.body))))
    if shown.row_count:
        out.print(shown)
    else:
        note("the log holds no such entry")


def _why(body: Mapping[str, Any]) -> str:
    info = body["provisioningStatusInfo"]
    error = info.get("errorInformation")
    if error:
        return f"{error['errorCode']}: {error['reason']}"
    names = (change["displayName"].rpartition(":")[2] for change in body["modifiedProperties"])
    return info.get("skipReason") or ", ".join(names)


def _change(change: Mapping[str, Any]) -> str:
    before, after = ("-" if value is None else value for value in (change["oldValue"], change["newValue"]))
    return f"{change['displayName']}: {before} -> {after}"


def _show_steps(records: "Iterable[Record]") -> None:
    for record in records:
        style = _STYLES.get(record.status, "")
        out.print(
            f"[bold]{record.at:%Y-%m-%d %H:%M:%S} {record.action}[/] {escaped(record.name)} [{style}]{record.status}[/]"
            f" (cycle {record.cycle}, {record.body['durationInMilliseconds']} ms)"
        )
        for number, step in enumerate(record.body["provisioningSteps"], 1):
            _show_step(number, step)
        for change in record.body["modifiedProperties"]:
            out.print(f"  {printable(_change(change))}", markup=False)
        _show_error(record.body["provisioningStatusInfo"]["errorInformation"])


def _show_step(number: int, step: Mapping[str, Any]) -> None:
    style = _STYLES.get(step["status"], "")
    kind = f"{step['provisioningStepType']}, {step['name']}"
    out.print(f"  {number} [{style}]{step['status']}[/] {escaped(step['description'])} [dim]({kind})[/]")
    for name, value in step["details"].items():
        out.print(f"      {name}: {printable(str(value))}", markup=False)


def _show_error(error: Mapping[str, Any] | None) -> None:
    if error is None:
        return
    out.print(f"  [red]{error['errorCode']}[/]: {escaped(error['reason'])} {escaped(error['recommendedAction'])}")
    for name, value in error["additionalDetails"].items():
        if value not in (None, ""):
            out.print(f"      {name}: {printable(str(value))}", markup=False)


_COUNTS: Final = ("create", "update", "disable", "delete", "stagedDelete", "skip", "fail")
_CYCLE_COLUMNS: Final = (
    *("number", "kind", "status", "started", "ended", "seconds", "done", "total"),
    *_COUNTS,
    *("requests", "note"),
)
_RECORD_COLUMNS: Final = (
    *("time", "cycle", "type", "id", "name", "targetId", "action", "status"),
    *("errorCode", "why", "changes", "milliseconds"),
)
_LOG: Final = _View(_record_document, _RECORD_COLUMNS, _record_cells, _show_records)
_STEPS: Final = _LOG._replace(show=_show_steps)
_CYCLES: Final = _View(_cycle_document, _CYCLE_COLUMNS, _cycle_cells, _show_cycles)
