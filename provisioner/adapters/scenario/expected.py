"""``expected/``: what came when a person last looked at it and found it right."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from provisioner.model.errors import Place, ScenarioInvalid
from provisioner.model.scenario import EXPECTED, FORMAT

FOLDER: Final = "expected"
VERSION: Final = "format"
_ACCEPT: Final = "provisioner scenario run --accept writes it anew; review the difference before you commit it"


def read_expected(folder: str) -> dict[str, str]:
    """The expected files by name.

    :raises ScenarioInvalid: when there are none, or another version of the program wrote them.
    """
    base = Path(folder) / FOLDER
    version = _text(base / VERSION).strip()
    if version != str(FORMAT):
        raise ScenarioInvalid(
            f"this is of format {version[:20]!r}, and this program compares format {FORMAT}",
            place=Place(str(base / VERSION), 1),
            hint=_ACCEPT,
        )
    return {name: _text(base / name) for name in EXPECTED}


def expected_file(folder: str, name: str) -> str:
    """Where a file of what is expected lies."""
    return str(Path(folder) / FOLDER / name)


def write_expected(folder: str, files: Mapping[str, str]) -> tuple[str, ...]:
    """Write what came, and tell which files that changed. Raises ScenarioInvalid."""
    base = Path(folder) / FOLDER
    written = {VERSION: f"{FORMAT}\n", **files}
    try:
        base.mkdir(exist_ok=True)
        changed = tuple(name for name, text in written.items() if not _is(base / name, text))
        for name in changed:
            (base / name).write_bytes(written[name].encode())
    except OSError as error:
        message = f"what came cannot be written: {error.strerror}"
        raise ScenarioInvalid(message, place=Place(str(base)), hint="check the folder's owner and mode") from None
    return changed


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_bytes() == text.encode()


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode().replace("\r\n", "\n")
    except FileNotFoundError:
        raise ScenarioInvalid("nothing is expected yet", place=Place(str(path)), hint=_ACCEPT) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ScenarioInvalid(f"the file cannot be read: {reason}", place=Place(str(path)), hint=_ACCEPT) from None
