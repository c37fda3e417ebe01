"""Reads a scenario folder whole, so that nothing is sent for a story that cannot be told to its end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from provisioner.adapters.job_toml.findings import Findings
from provisioner.adapters.places import parse_toml, read_text
from provisioner.adapters.scenario.calendar import SNAPSHOTS, Calendar
from provisioner.adapters.scenario.written import WrittenTimeline
from provisioner.model.errors import Place, ScenarioInvalid
from provisioner.model.scenario import Scenario

STORY: Final = "story.md"
TIMELINE: Final = "timeline.toml"
JOB: Final = "job.toml"
TARGET: Final = "target.json"
_ACCOUNTS: Final = '{"Users": [], "Groups": []}'
_TIMES: Final = 'what happens stands under [[event]], such as at = "day 3 09:20"'
_HOW: Final = "provisioner scenario new DIR makes a folder to start from"


def read_scenario(folder: str, check_fault: Callable[[str], object]) -> Scenario:
    """Read a scenario folder.

    :param check_fault: raises InputError for what is no fault of the sandbox.
    :raises ScenarioInvalid: with every finding in the timeline, each with its line, or with what the folder lacks.
    """
    base = Path(folder)
    title = _title(base)
    _text(base / JOB)
    timeline = base / TIMELINE
    text = _text(timeline)
    findings = Findings(str(timeline), text, kind=ScenarioInvalid)
    written = _written(timeline, text, findings)
    calendar = Calendar(base, written.begin, findings, check_fault)
    first = _first_snapshot(base, written, calendar)
    events, end = calendar.fill(written)
    findings.stop()
    return Scenario(
        folder=folder,
        title=title,
        application=written.application,
        job=str(base / JOB),
        snapshot=first,
        begin=written.begin,
        end=end,
        events=events,
        target=str(base / TARGET) if (base / TARGET).exists() else "",
    )


def scenario_folders(folder: str) -> list[str]:
    """The folder itself, or the scenarios below it, by name, when it is none. Raises ScenarioInvalid."""
    base = Path(folder)
    below = [str(timeline.parent) for timeline in sorted(base.glob(f"*/{TIMELINE}"))]
    if below and not (base / TIMELINE).exists():
        return below
    if not base.is_dir():
        raise ScenarioInvalid("there is no such folder", place=Place(folder), hint=_HOW)
    return [folder]


def read_accounts(path: str) -> dict[str, Any]:
    """Accounts as the sandbox holds them: ``{"Users": [...], "Groups": [...]}``. Raises ScenarioInvalid."""
    try:
        content = orjson.loads(_text(Path(path)))
    except orjson.JSONDecodeError as error:
        place = Place(path, error.lineno, error.colno)
        raise ScenarioInvalid(f"this is not JSON: {error.msg}", place=place, hint=_ACCOUNTS) from None
    if not isinstance(content, dict):
        raise ScenarioInvalid("this is not an object", place=Place(path), hint=_ACCOUNTS)
    return content


def _title(base: Path) -> str:
    """The heading of the story."""
    for line in _text(base / STORY).splitlines():
        if line.startswith("# "):
            return line[2:].strip()
    raise ScenarioInvalid("the story has no title", place=Place(str(base / STORY)), hint='begin it with "# Title"')


def _text(path: Path) -> str:
    return read_text(str(path), kind=ScenarioInvalid, missing=_HOW)


def _written(path: Path, text: str, findings: Findings) -> WrittenTimeline:
    try:
        return WrittenTimeline.model_validate(parse_toml(str(path), text, kind=ScenarioInvalid, hint=_TIMES))
    except ValidationError as error:
        findings.add_shape(error, WrittenTimeline)
        findings.refuse()


def _first_snapshot(base: Path, written: WrittenTimeline, calendar: Calendar) -> str:
    folder = base / SNAPSHOTS
    if written.snapshot is not None:
        return calendar.existing(folder / written.snapshot, ("snapshot",))
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    if not found:
        hint = "put what the directory says into it, such as snapshots/001/users.json"
        raise ScenarioInvalid("a scenario needs a snapshot", place=Place(str(folder)), hint=hint)
    return str(found[0])
