"""Times of a story as people say them: days are counted from its beginning."""

from datetime import datetime, timedelta
from typing import Final

UNITS: Final = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def moment(at: datetime, begin: datetime) -> str:
    """A time in a story: ``day 3 09:20``, by the clock where it begins, with seconds when there are any."""
    local = at.astimezone(begin.tzinfo)
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"day {(local.date() - begin.date()).days} {clock}"


def span(length: timedelta) -> str:
    """A duration as it is written in a job: ``40m``, ``1d12h``."""
    left, text = int(length.total_seconds()), ""
    for unit, seconds in UNITS:
        count, left = divmod(left, seconds)
        text += f"{count}{unit}" if count else ""
    return text or "0s"
