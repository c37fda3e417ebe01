"""Where the files lie that travel with the program."""

from pathlib import Path

from provisioner.model.errors import InputError


def shipped(kind: str) -> Path:
    """A folder that travels with the program: ``config`` or ``examples``; beside the package in a source tree."""
    package = Path(__file__).parent.parent
    for folder in (package / "shipped" / kind, package.parent / kind):
        if folder.is_dir():
            return folder
    raise InputError(f"this installation lacks its {kind}", hint="install the package again")
