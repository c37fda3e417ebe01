"""A scenario folder to break in one place."""

import shutil
from pathlib import Path

from tests.command import PROJECT, Result, provisioner

GOOD = PROJECT / "examples" / "joiner-mover-leaver"


def copied(folder: Path, story: Path = GOOD) -> Path:
    """A copy of a shipped story."""
    return Path(shutil.copytree(story, folder / story.name))


def changed(file: Path, old: str, new: str) -> None:
    """Change a text that is there."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def run(*arguments: object, **variables: str) -> Result:
    """``provisioner scenario run``."""
    return provisioner("scenario", "run", *arguments, **variables)
