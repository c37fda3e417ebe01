"""Annotations in a pull request: what GitHub Actions shows beside the line that has to be mended.

docs.github.com, Workflow commands for GitHub Actions: ``::error file=…,line=…,col=…,title=…::message``. The runner
reads them from both streams; they go to standard error, so that standard output stays one JSON document.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from provisioner.model.errors import NOWHERE, Place

if TYPE_CHECKING:
    from provisioner.model.result import Result

Level = Literal["error", "warning", "notice"]

SHOWN: Final = 10
"""GitHub shows ten annotations of a level from one step and drops the rest."""


def wanted() -> bool:
    """Whether this runs in GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def annotate(level: Level, message: str, place: Place = NOWHERE, *, title: str = "") -> None:
    """Write one annotation, in GitHub Actions only."""
    if wanted():
        sys.stderr.write(command(level, message, place, title=title) + "\n")


def annotate_results(results: "Iterable[Result]") -> None:
    """An error for what failed and a warning for what is worth knowing, at most ten of each."""
    if not wanted():
        return
    told = list(results)
    levels: tuple[tuple[Level, list[tuple[Result, str]]], ...] = (
        ("error", [(result, result.failure) for result in told if result.failure]),
        ("warning", [(result, result.remark) for result in told if result.remark and not result.failure]),
    )
    for level, chosen in levels:
        for result, text in chosen[:SHOWN]:
            annotate(level, text, result.place, title=f"{result.suite}: {result.name}")


def command(level: Level, message: str, place: Place, *, title: str = "") -> str:
    """The workflow command, escaped so that neither a message nor a file name can end it or begin another."""
    parts = {"file": _in_workspace(place.file), "line": place.line, "col": place.column, "title": title[:200]}
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in parts.items() if value)
    return f"::{level}{' ' * bool(properties)}{properties}::{_data(message)}"


def _in_workspace(file: str | None) -> str | None:
    """The file as the repository names it; GitHub finds no other."""
    if file is None:
        return None
    workspace = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
    path = Path(file).absolute()
    return path.relative_to(workspace).as_posix() if path.is_relative_to(workspace) else file


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
