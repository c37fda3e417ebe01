"""Texts people write, read whole: every way it can go wrong names file, line, column and the remedy."""

import tomllib
from pathlib import Path
from typing import Any, Final

from provisioner.model.errors import InputError, Place

_LIMIT: Final = 4 * 1024 * 1024  # bytes; the largest real mapping files are a hundredth of it


def read_text(path: str, *, kind: type[InputError] = InputError, missing: str, limit: int = _LIMIT) -> str:
    """A UTF-8 text with plain line ends.

    :param kind: the error that is raised.
    :param missing: what to do when there is no such file.
    """
    try:
        if (size := Path(path).stat().st_size) > limit and Path(path).is_file():
            raise kind(f"the file has {size} bytes", place=Place(path), hint="such a file is small; is this one?")
        return Path(path).read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise kind("there is no such file", place=Place(path), hint=missing) from error
    except IsADirectoryError as error:
        raise kind("this is a directory, not a file", place=Place(path), hint="name the file inside it") from error
    except UnicodeDecodeError as error:
        raise kind("the file is not UTF-8", place=_bad_byte(path, error), hint="save it as UTF-8") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not a file name"
        raise kind(f"the file cannot be read: {reason}", place=Place(path), hint="check its permissions") from error


def parse_toml(path: str, text: str, *, kind: type[InputError] = InputError, hint: str) -> dict[str, Any]:
    """What a TOML text says."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, position = str(error).rpartition(" (at ")
        raise kind(f"this is not TOML: {message}", place=Place(path, *_position(position, text)), hint=hint) from error
    except RecursionError as error:
        raise kind("the file is nested too deeply", place=Place(path, 1, 1), hint=hint) from error


def _bad_byte(path: str, error: UnicodeDecodeError) -> Place:
    before = error.object[: error.start]
    column = len(before.rpartition(b"\n")[2].decode(errors="replace")) + 1
    return Place(path, before.count(b"\n") + 1, column)


def _position(told: str, text: str) -> tuple[int, int]:
    """tomllib says ``line 3, column 4)`` or ``end of document)``."""
    numbers = [int(word) for word in told.rstrip(")").replace(",", "").split() if word.isdigit()]
    lines = text.split("\n")
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (len(lines), len(lines[-1]) + 1)
