"""Commands that talk to a target: ``run`` and ``test-connection``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from provisioner.cli.live import LiveProgress
from provisioner.cli.options import JobFile, Json, Now, Seed, SnapshotPath, StatePath, Token, Url, Workers, options
from provisioner.cli.output import escaped, out, print_json, printable, table
from provisioner.cli.reports import Html, Junit, publish, reported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioner.engine.probe import ProbeVerdict
    from provisioner.model.directory import ObjectKind
    from provisioner.model.report import CycleReport, Failure

FAILURES_SHOWN = 20
"""Failures a terminal is shown; all of them are in the log."""


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("run", epilog="Example: provisioner run real-links.toml --url http://localhost:8808/scim/v2")(run)
    app.command("test-connection", epilog="Example: provisioner test-connection real-links.toml")(test_connection)


@reported("run")
def run(
    job: JobFile,
    json: Json = False,
    junit: Junit = None,
    html: Html = None,
    url: Url = None,
    token: Token = None,
    snapshot: SnapshotPath = None,
    state: StatePath = None,
    now: Now = None,
    seed: Seed = None,
    workers: Workers = 1,
    verify_members: Annotated[
        bool, typer.Option("--verify-members", help="Read a group back after each member and report surprises.")
    ] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Try a quarantined job before its attempt is due.")] = False,
    record: Annotated[
        str | None,
        typer.Option("--record", metavar="DIR", help="Record the run into a new folder, for provisioner replay."),
    ] = None,
    pseudonymise: Annotated[
        bool,
        typer.Option(
            "--pseudonymise",
            help="Record other names and e-mail addresses for people; domains and digits stay. Needs --record.",
        ),
    ] = False,
) -> None:
    """Run one cycle: the first is the initial cycle, later ones attend to what changed."""
    from provisioner.cli.logging import configure
    from provisioner.cli.stopping import StopOnSignal, run_until_stopped
    from provisioner.wiring.reports import results_of_cycle

    if pseudonymise and record is None:
        raise typer.BadParameter("there is nothing to pseudonymise without --record DIR")
    configure()
    chosen = options(
        url=url,
        token=token,
        snapshot=snapshot,
        state=state,
        now=now,
        seed=seed,
        workers=workers,
        verify_members=verify_members,
    )

    async def cycle(stop: StopOnSignal) -> "CycleReport":
        if record is not None:
            from provisioner.wiring.recording import run_recorded

            return await run_recorded(
                job, chosen, record, progress=progress, stop=stop, anyway=anyway, pseudonyms=pseudonymise
            )
        from provisioner.wiring.running import run_once

        return await run_once(job, chosen, progress=progress, stop=stop, anyway=anyway)

    with LiveProgress() as progress:
        report = run_until_stopped(cycle)
    if json:
        print_json(report.as_json())
    else:
        show_report(report)
    publish(f"Cycle of {report.job}", results_of_cycle(job, chosen, report), junit=junit, html=html)
    raise typer.Exit(report.exit_code)


def show_report(report: "CycleReport") -> None:
    """A cycle as a short table, with what failed and what helps."""
    counts = {name: count for name, count in report.counts.as_json().items() if count}
    seconds = (report.ended - report.started).total_seconds()
    if report.cycle == "none":
        out.print(f"[bold]{printable(report.job)}[/]: no cycle was run, the job is {report.status}")
    else:
        out.print(
            f"[bold]{printable(report.job)}[/]: {report.cycle} cycle {report.number} {report.status} "
            f"({report.requests} requests, {seconds:.1f} s)"
        )
    if counts:
        out.print(table(list(counts), [list(counts.values())]))
    elif report.complete:
        out.print("Nothing to do.")
    if report.note:
        out.print(f"[yellow]{printable(report.note)}[/]", markup=True)
    for warning in report.warnings:
        out.print(f"warning: {printable(warning)}", markup=False)
    if report.failures:
        _show_failures(report.failures)
    if report.quarantine is not None:
        out.print(
            f"[bold red]Quarantined[/] ({report.quarantine.reason}) since {report.quarantine.since:%Y-%m-%d %H:%M} UTC"
        )


def _show_failures(failures: "Sequence[Failure]") -> None:
    """A block each: what happened and what to do are sentences, which no window is wide enough to set side by side."""
    out.print("[bold]Failed[/]")
    for failure in failures[:FAILURES_SHOWN]:
        out.print(f"  [bold red]{escaped(failure.name)}[/]: {escaped(failure.error.code)}")
        for told in (failure.error.reason, failure.error.recommended_action):
            out.print(f"    {escaped(told)}")
        out.print(f"    Next attempt: {_when(failure.next_attempt)}")
    if len(failures) > FAILURES_SHOWN:
        out.print(f"... and {len(failures) - FAILURES_SHOWN} more: provisioner logs JOB --status failure")


def _when(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at is not None else "none, until the source changes"


def test_connection(
    job: JobFile,
    json: Json = False,
    url: Url = None,
    token: Token = None,
    snapshot: SnapshotPath = None,
    state: StatePath = None,
    now: Now = None,
    seed: Seed = None,
) -> None:
    """Ask the endpoint for somebody who cannot exist, as the portal's Test Connection does."""
    import asyncio

    from provisioner.wiring.connection import test_connection as test

    chosen = options(url=url, token=token, snapshot=snapshot, state=state, now=now, seed=seed)
    verdicts = asyncio.run(test(job, chosen))
    failed = any(verdict.error is not None for _, verdict in verdicts)
    if json:
        print_json({"ok": not failed, "probes": [_verdict(kind, verdict) for kind, verdict in verdicts]})
    else:
        for kind, verdict in verdicts:
            _show_verdict(kind, verdict)
    raise typer.Exit(3 if failed else 0)


def _verdict(kind: "ObjectKind", verdict: "ProbeVerdict") -> dict[str, Any]:
    error = verdict.error
    return {
        "endpoint": kind.endpoint,
        "ok": error is None,
        "problem": verdict.problem.value if verdict.problem else None,
        "errorCode": error.code if error else None,
        "reason": error.reason if error else None,
        "check": WHAT_TO_CHECK[verdict.problem.value] if verdict.problem else None,
        "seen": _seen(verdict),
    }


def _seen(verdict: "ProbeVerdict") -> dict[str, Any] | None:
    exchange = verdict.error.exchange if verdict.error is not None else None
    if exchange is None:
        return None
    return {"request": f"{exchange.method} {exchange.url}", "status": exchange.status, "body": exchange.response}


WHAT_TO_CHECK = {
    "credentials": "the secret token, then the admin permission of the token's account to read users over SCIM, "
    "then the tenant URL: is it the same application's?",
    "incompatible": "the tenant URL (is it the SCIM base, without /Users?) and that the endpoint speaks SCIM 2.0, "
    "then the secret token and the admin permission of its account: some answer a stranger with a page",
    "unavailable": "that the endpoint runs and that the tenant URL's host and port are right, "
    "then the secret token and the admin permission of its account",
}
"""The portal's three things to check, the likeliest first (E16)."""


def _show_verdict(kind: "ObjectKind", verdict: "ProbeVerdict") -> None:
    if verdict.error is None or verdict.problem is None:
        out.print(f"[green]passed[/] {kind.endpoint}: the endpoint answered with an empty ListResponse")
        return
    out.print(f"[bold red]failed[/] {kind.endpoint}: {printable(verdict.error.reason)}  ({verdict.error.code})")
    seen = _seen(verdict)
    if seen is not None:
        out.print(f"  sent:  {printable(seen['request'])}", markup=False)
        out.print(f"  seen:  {seen['status'] or 'no answer'}  {printable(seen['body'], limit=300)}", markup=False)
    out.print(f"  check: {WHAT_TO_CHECK[verdict.problem.value]}")
