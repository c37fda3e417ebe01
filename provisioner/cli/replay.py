"""A recorded run, played again: ``replay``."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from provisioner.cli.live import LiveProgress
from provisioner.cli.options import Json, Now, options
from provisioner.cli.output import note, out, print_json, printable
from provisioner.cli.reports import Html, Junit, publish, reported

if TYPE_CHECKING:
    from provisioner.wiring.replaying import Replayed

SHOWN: Final = 20
"""Differences a terminal is shown; all of them are in ``--json``, ``--junit`` and ``--html``."""


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("replay", epilog="Example: provisioner replay recordings/2026-01-31 --max-age 90d --junit replay.xml")(
        replay
    )


@reported("replay")
def replay(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="What run --record has written.", show_default=False)],
    max_age: Annotated[
        str | None, typer.Option("--max-age", metavar="SPAN", help="Fail a recording older than this, such as 90d.")
    ] = None,
    json: Json = False,
    junit: Junit = None,
    html: Html = None,
    now: Now = None,
) -> None:
    """Play a recorded cycle again, answered from the recording: no target, token or state is needed or touched.

    Every request must be the recorded one, none may be missing and none be left; what differs is shown side by side.
    The recording's job.toml may be changed to see what that would do to the requests; nothing else in it may.

    Exit codes: 0 every request was the recorded one, 2 the recording is damaged, 3 requests differ or it is too old.
    """
    import asyncio

    from provisioner.cli.logging import configure
    from provisioner.wiring.replaying import replayed, span_of_age
    from provisioner.wiring.replays import results_of_replay

    configure()
    span = span_of_age(max_age) if max_age is not None else None
    with LiveProgress() as progress:
        found = asyncio.run(replayed(folder, options(now=now), span, progress))
    if json:
        print_json(_document(found))
    else:
        _show(found)
    publish(f"Replay of {folder}", results_of_replay(found), junit=junit, html=html)
    raise typer.Exit(0 if found.passed else 3)


def _show(found: "Replayed") -> None:
    from provisioner.engine.comparison import side_by_side
    from provisioner.wiring.replays import difference_of

    recording = found.recording
    for remark in found.remarks:
        note(remark)
    about = f"{recording.folder}: {recording.ending.cycle} cycle, {len(recording.turns)} requests"
    if found.passed:
        out.print(f"passed {printable(about)}", markup=False)
        return
    out.print(f"FAILED {printable(about)}", markup=False)
    if found.stale:
        out.print(f"  {found.stale}: record it anew", markup=False)
    for divergence in found.divergences[:SHOWN]:
        difference = difference_of(found, divergence)
        out.print(f"\n  {printable(difference.file)}\n  {printable(difference.part)}", markup=False)
        for line in side_by_side(difference).splitlines():
            out.print(f"  {printable(line)}", markup=False)
    if len(found.divergences) > SHOWN:
        out.print(f"\n... and {len(found.divergences) - SHOWN} more: --json, --junit or --html")


def _document(found: "Replayed") -> dict[str, Any]:
    from provisioner import __version__
    from provisioner.wiring.replays import difference_of, place_of

    recording = found.recording
    circumstances = recording.circumstances
    return {
        "folder": str(recording.folder),
        "passed": found.passed,
        "recorded": circumstances.recorded.isoformat(),
        "recordedBy": circumstances.engine,
        "replayedBy": __version__,
        "pseudonymised": circumstances.pseudonymised,
        "edited": list(recording.edited),
        "remarks": list(found.remarks),
        "stale": found.stale or None,
        "requests": len(recording.turns),
        "differences": [
            {
                "file": place_of(found, each).file,
                "line": place_of(found, each).line,
                "object": str(each.topic),
                "what": each.text,
                "expected": difference_of(found, each).expected or None,
                "came": difference_of(found, each).came or None,
            }
            for each in found.divergences
        ],
        "report": found.report.as_json(),
    }
