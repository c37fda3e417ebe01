"""What may follow the name of a fault, and how its text is read. A reader raises ValueError."""

from collections.abc import Callable
from typing import Any, Final

from provisioner.model.frozen import frozen
from provisioner.sandbox.misbehaviour import MALFORMATIONS


@frozen
class Argument:
    """What may follow ``NAME=``: how help calls it, what counts without it, and how its text is read."""

    name: str
    default: Any
    read: Callable[[str], Any]


def _read_positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _read_seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise ValueError(text)
    return seconds


def _read_status(text: str) -> int:
    status = int(text)
    if not 400 <= status <= 599:
        raise ValueError(text)
    return status


def _read_when(text: str) -> tuple[int, int]:
    number, colon, status = text.partition(":")
    return _read_positive(number), _read_status(status) if colon else 500


def _read_text(text: str) -> str:
    if not text:
        raise ValueError(text)
    return text


def _read_malformation(text: str) -> str:
    if text not in MALFORMATIONS:
        raise ValueError(text)
    return text


def seconds(default: float) -> Argument:
    """A time in seconds."""
    return Argument("SECONDS", default, _read_seconds)


def count(name: str, default: int) -> Argument:
    """A number from 1 on."""
    return Argument(name, default, _read_positive)


def status(default: int) -> Argument:
    """An HTTP status that says no."""
    return Argument("STATUS", default, _read_status)


def named(name: str, default: str) -> Argument:
    """Any text."""
    return Argument(name, default, _read_text)


WHEN: Final = Argument("N[:STATUS]", (1, 500), _read_when)
HOW: Final = Argument("|".join(MALFORMATIONS), "half", _read_malformation)
