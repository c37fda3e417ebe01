"""When something happens in a story: ``day 3``, ``day 3 09:20``, or so long after what happened before: ``+40m``."""

from datetime import datetime, time, timedelta
from typing import Any

from provisioner.adapters.job_toml.units import duration, wrong
from provisioner.model.frozen import frozen

LONGEST = 3660
"""Days of a story at most."""

_HINT = 'write "day 3", "day 3 09:20", or "+40m" for so long after what happened before'


@frozen
class Day:
    """A day of the story, counted from 0; without a time of day, that at which the story begins."""

    number: int
    clock: time | None = None


@frozen
class After:
    """So long after what happened before."""

    length: timedelta


When = Day | After


def when(value: Any) -> When:
    """Read a time of a story."""
    if isinstance(value, Day | After):
        return value
    if not isinstance(value, str):
        raise wrong("this is not a time of a story", _HINT)
    if value.startswith("+"):
        return After(timedelta(0)) if value == "+0m" else After(duration(value[1:]))
    return _day(value)


def _day(text: str) -> Day:
    word, _, rest = text.partition(" ")
    number, _, clock = rest.partition(" ")
    if word != "day" or not (number.isascii() and number.isdigit()) or int(number) > LONGEST:
        raise wrong("this is not a time of a story", _HINT)
    try:
        at = time.fromisoformat(clock) if clock else None
    except ValueError:
        at = None
    if clock and (at is None or at.tzinfo is not None):
        raise wrong("this is not a time of day", _HINT)
    return Day(int(number), at)


def resolved(at: When, begin: datetime, before: datetime) -> datetime:
    """The time meant, in a story that begins then, after what happened ``before``."""
    if isinstance(at, After):
        return before + at.length
    day = begin + timedelta(days=at.number)
    return day if at.clock is None else datetime.combine(day.date(), at.clock, begin.tzinfo)
