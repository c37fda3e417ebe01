"""The service and its steering: ``start``, ``pause``, ``resume``, ``restart``."""

from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provisioner.cli.live import LiveTable
from provisioner.cli.options import JobFile, Json, Now, Seed, SnapshotPath, StatePath, Token, Url, Workers, options
from provisioner.cli.output import out, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioner.ports import Clock, Stop
    from provisioner.runtime.service import Service, Standing
    from provisioner.wiring.options import Options


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("start", epilog="Example: provisioner start real-links.toml other.toml --simulate 28d")(start)
    app.command("pause", epilog="Example: provisioner pause real-links.toml")(pause)
    app.command("resume", epilog="Example: provisioner resume real-links.toml")(resume)
    app.command("restart", epilog="Example: provisioner restart real-links.toml --reset force-deletes")(restart)


def start(
    jobs: Annotated[list[str], typer.Argument(metavar="JOB...", help="The job files.", show_default=False)],
    simulate: Annotated[
        str | None,
        typer.Option("--simulate", metavar="SPAN", help="Let so much time pass on a virtual clock, such as 28d."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Simulate although the target is not on this machine.")] = False,
    json: Json = False,
    url: Url = None,
    token: Token = None,
    snapshot: SnapshotPath = None,
    state: StatePath = None,
    now: Now = None,
    seed: Seed = None,
    workers: Workers = 1,
) -> None:
    """Run jobs as the service does: a cycle at once, then every 40 minutes, side by side, until Ctrl-C."""
    from provisioner.cli.logging import configure
    from provisioner.cli.stopping import run_until_stopped
    from provisioner.wiring.serving import simulated_span

    configure(service=simulate is None)
    span = simulated_span(simulate) if simulate else None
    chosen = options(url=url, token=token, snapshot=snapshot, state=state, now=now, seed=seed, workers=workers)
    if span is not None and not yes:
        _refuse_strangers(jobs, chosen)
    standings = run_until_stopped(lambda stop: _serve(jobs, chosen, span, stop, quiet=json))
    if json:
        print_json([_told(standing) for standing in standings])
    elif span is not None:
        for standing in standings:
            out.print(f"{standing.runner.name}: {standing.cycles} cycles in {simulate}", markup=False)
    if span is None:
        return  # it was asked to end, and did
    raise typer.Exit(max((standing.exit_code for standing in standings), default=0))


async def _serve(
    paths: "Sequence[str]", chosen: "Options", span: timedelta | None, stop: "Stop", *, quiet: bool
) -> "Sequence[Standing]":
    from provisioner.wiring.running import OpenJob
    from provisioner.wiring.serving import check_apart, service_of

    service, clock = service_of(chosen, span, stop)
    runners = [OpenJob(path, chosen, clock=clock, stop=stop) for path in paths]
    check_apart(runners)  # before any lock is taken: two that share a state would meet each other's
    with ExitStack() as held:
        for runner in runners:
            held.enter_context(runner)
        with LiveTable(lambda: _view(service, clock), live=not quiet and span is None):
            await service.serve(runners)
    return service.standings


def _refuse_strangers(paths: "Sequence[str]", chosen: "Options") -> None:
    from provisioner.model.errors import InputError, Place
    from provisioner.wiring.options import job_of
    from provisioner.wiring.serving import is_on_this_machine

    for path in paths:
        if not is_on_this_machine(job_of(path, chosen)):
            raise InputError(
                "the target is not on this machine, and a simulation sends weeks of requests in seconds",
                place=Place(path),
                hint="point the job at a local endpoint, or say --yes",
            )


def _view(service: "Service", clock: "Clock") -> "Sequence[Sequence[object]]":
    return [_row(standing, clock.now()) for standing in service.standings]


def _row(standing: "Standing", now: datetime) -> "Sequence[object]":
    last = standing.last
    state = "running" if standing.running else standing.error or (last.status if last else "waiting")
    ended = f"cycle {last.number}: {', '.join(_counted(last)) or 'nothing to do'}" if last else "-"
    due = f"in {str(standing.due - now).split('.')[0]}" if standing.due is not None and standing.due > now else "-"
    return standing.runner.name, state, ended, due


def _counted(report: Any) -> list[str]:
    return [f"{count} {name}" for name, count in report.counts.as_json().items() if count]


def _told(standing: "Standing") -> dict[str, Any]:
    return {
        "job": standing.runner.name,
        "cycles": standing.cycles,
        "error": standing.error or None,
        "last": standing.last.as_json() if standing.last else None,
    }


def pause(job: JobFile, json: Json = False, state: StatePath = None, now: Now = None) -> None:
    """Pause a job: it sends nothing until it is resumed. A running cycle is finished first."""
    _leave(job, "pause", options(state=state, now=now))
    _say("Asked to pause.", {"asked": "pause"}, as_json=json)


def resume(job: JobFile, json: Json = False, state: StatePath = None, now: Now = None) -> None:
    """Let a paused job run again."""
    _leave(job, "resume", options(state=state, now=now))
    _say("Asked to resume.", {"asked": "resume"}, as_json=json)


def restart(
    job: JobFile,
    reset: Annotated[
        list[str] | None,
        typer.Option(
            "--reset",
            metavar="SCOPE",
            help="What to reset: watermark, escrows, quarantine-state, connector-data-store, full, force-deletes; "
            "may be repeated. Without it the portal's button: quarantine-state, watermark, escrows.",
        ),
    ] = None,
    json: Json = False,
    state: StatePath = None,
    now: Now = None,
) -> None:
    """Mark a job to be restarted; the next cycle acts on it. Links are kept unless connector-data-store is reset."""
    from provisioner.runtime.steering import BUTTON, SCOPES

    scopes = tuple(reset) if reset else BUTTON
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)} is no reset scope; there are {', '.join(SCOPES)}")
    _leave(job, "restart", options(state=state, now=now), scopes)
    told = f"Marked; the next cycle resets {', '.join(scopes)}."
    _say(told, {"asked": "restart", "resets": list(scopes)}, as_json=json)


def _say(text: str, document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        out.print(text)


def _leave(job: str, kind: str, chosen: "Options", scopes: tuple[str, ...] = ()) -> None:
    from provisioner.model.state import RequestKind
    from provisioner.wiring.running import leave_request

    leave_request(job, chosen, RequestKind(kind), scopes)
