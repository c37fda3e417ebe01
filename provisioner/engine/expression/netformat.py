"""Custom date and time format strings of .NET, invariant culture: writing, and reading exactly.

Source: .NET's page *Custom date and time format strings*; only what it documents is here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from provisioner.engine.expression.values import EvaluationError

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

STANDARD: Final = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}
"""Standard formats of one letter, as custom ones of the invariant culture."""

_LETTERS: Final = frozenset("dfFghHKmMstyz")
_WIDEST: Final = {"f": 7, "F": 7, "K": 1, "y": 9}
"""How often a letter may repeat: .NET has no finer fraction than a seventh digit."""


@lru_cache(maxsize=256)
def pieces(text: str) -> tuple[tuple[str, str], ...]:
    """A format as (specifier, literal) pairs: one of the two is empty.

    :raises EvaluationError: when a quote is not closed or the format is empty.
    """
    if not text:
        raise EvaluationError("a date format is empty")
    return tuple(_pieces(STANDARD.get(text, text)))


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        letter = text[at]
        if letter in "'\"":
            end = text.find(letter, at + 1)
            if end < 0:
                raise EvaluationError(f"a quote in the date format {text!r} is not closed")
            yield "", text[at + 1 : end]
            at = end + 1
        elif letter == "\\":
            yield "", text[at + 1 : at + 2]
            at += 2
        elif letter == "%":
            at += 1
        elif letter in _LETTERS:
            end = at
            while end < len(text) and text[end] == letter:
                end += 1
            if end - at > _WIDEST.get(letter, end - at):
                raise EvaluationError(f"{text[at:end]!r} is too wide for a date format")
            yield text[at:end], ""
            at = end
        else:
            yield "", letter
            at += 1


def write(at: datetime, text: str) -> str:
    """A time in a format."""
    return "".join(literal or _written(at, specifier) for specifier, literal in pieces(text))


def _written(at: datetime, specifier: str) -> str:
    letter, width = specifier[0], len(specifier)
    if letter in "fF":
        return _fraction(at, letter, width)
    if letter in "zK":
        return _offset(at, letter, width)
    if specifier in ("ddd", "MMM") or (letter in "dM" and width > 3):
        name = DAYS[at.weekday()] if letter == "d" else MONTHS[at.month - 1]
        return name[:3] if width == 3 else name
    if letter == "t":
        half = "AM" if at.hour < 12 else "PM"
        return half[:1] if width == 1 else half
    if letter == "g":
        return "A.D."
    if letter == "y":
        return str(at.year % 100 if width < 3 else at.year).zfill(width)
    return str(_NUMBERS[letter](at)).zfill(min(width, 2))


_NUMBERS: Final[dict[str, Callable[[datetime], int]]] = {
    "d": lambda at: at.day,
    "M": lambda at: at.month,
    "H": lambda at: at.hour,
    "h": lambda at: at.hour % 12 or 12,
    "m": lambda at: at.minute,
    "s": lambda at: at.second,
}


def _fraction(at: datetime, letter: str, width: int) -> str:
    digits = f"{at.microsecond:06d}0"[:width]
    return digits.rstrip("0") if letter == "F" else digits


def _offset(at: datetime, letter: str, width: int) -> str:
    offset = at.utcoffset() or timedelta(0)
    if letter == "K" and not offset:
        return "Z"
    sign = "-" if offset < timedelta(0) else "+"
    minutes = abs(int(offset.total_seconds())) // 60
    hours = minutes // 60
    if letter == "K" or width >= 3:
        return f"{sign}{hours:02d}:{minutes % 60:02d}"
    return f"{sign}{hours:0{width}d}"


@dataclass(slots=True)
class _Read:
    """What was read so far."""

    text: str
    at: int = 0
    fields: dict[str, int] = field(default_factory=dict)
    afternoon: bool | None = None
    offset: timedelta | None = None

    def digits(self, fewest: int, most: int) -> str:
        end = self.at
        while end < len(self.text) and end - self.at < most and self.text[end] in "0123456789":
            end += 1
        if end - self.at < fewest:
            raise EvaluationError("a number is missing")
        found = self.text[self.at : end]
        self.at = end
        return found

    def word(self, words: tuple[str, ...]) -> int:
        for index, candidate in enumerate(words):
            if self.text[self.at : self.at + len(candidate)].lower() == candidate.lower():
                self.at += len(candidate)
                return index
        raise EvaluationError("a name is missing")

    def literal(self, expected: str) -> None:
        if not self.text.startswith(expected, self.at):
            raise EvaluationError(f"{expected!r} is missing")
        self.at += len(expected)


def parse_exact(text: str, form: str) -> datetime:
    """A time from a text of exactly this format; in UTC, as which a text without offset is read.

    :raises EvaluationError: when the text is not of the format.
    """
    read = _Read(text.strip())
    try:
        for specifier, literal in pieces(form):
            if literal:
                read.literal(literal)
            else:
                _READERS[specifier[0]](read, len(specifier))
        if read.at != len(read.text):
            raise EvaluationError("something follows")
        return _composed(read)
    except ValueError as error:
        raise EvaluationError(f"{text[:60]!r} is not a date of the form {form!r}: {error}") from None


def _read_number(name: str, most: int = 2) -> Callable[[_Read, int], None]:
    def run(read: _Read, width: int) -> None:
        read.fields[name] = int(read.digits(min(width, most), most))

    return run


def _read_day(read: _Read, width: int) -> None:
    if width < 3:
        read.fields["day"] = int(read.digits(width, 2))
    else:
        read.word(tuple(day[:3] for day in DAYS) if width == 3 else DAYS)


def _read_month(read: _Read, width: int) -> None:
    if width < 3:
        read.fields["month"] = int(read.digits(width, 2))
    else:
        read.fields["month"] = read.word(tuple(month[:3] for month in MONTHS) if width == 3 else MONTHS) + 1


def _read_year(read: _Read, width: int) -> None:
    year = int(read.digits(width if width != 1 else 1, 2 if width < 3 else max(width, 4)))
    read.fields["year"] = year if width > 2 else year + (2000 if year < 50 else 1900)


def _read_half(read: _Read, width: int) -> None:
    read.afternoon = read.word(("A", "P") if width == 1 else ("AM", "PM")) == 1


def _read_fraction(read: _Read, width: int) -> None:
    read.fields["microsecond"] = int(read.digits(width, width).ljust(7, "0")[:6])


def _read_optional_fraction(read: _Read, width: int) -> None:
    read.fields["microsecond"] = int(read.digits(0, width).ljust(7, "0")[:6])


def _read_offset(read: _Read, width: int) -> None:
    sign = read.word(("+", "-"))
    hours = int(read.digits(min(width, 2), 2))
    minutes = 0
    if width >= 3:
        read.literal(":")
        minutes = int(read.digits(2, 2))
    offset = timedelta(hours=hours, minutes=minutes)
    read.offset = -offset if sign else offset


def _read_zone(read: _Read, width: int) -> None:
    if read.at < len(read.text) and read.text[read.at] == "Z":
        read.at += 1
        read.offset = timedelta(0)
    elif read.at < len(read.text):
        _read_offset(read, 3)


def _read_era(read: _Read, width: int) -> None:
    read.word(("A.D.", "AD"))


_READERS: Final[dict[str, Callable[[_Read, int], None]]] = {
    "d": _read_day,
    "M": _read_month,
    "y": _read_year,
    "H": _read_number("hour"),
    "h": _read_number("half_day_hour"),
    "m": _read_number("minute"),
    "s": _read_number("second"),
    "t": _read_half,
    "f": _read_fraction,
    "F": _read_optional_fraction,
    "z": _read_offset,
    "K": _read_zone,
    "g": _read_era,
}


def _composed(read: _Read) -> datetime:
    fields = dict(read.fields)
    half = fields.pop("half_day_hour", None)
    if half is not None:
        if not 1 <= half <= 12:
            raise EvaluationError("an hour of half a day is between 1 and 12")
        fields["hour"] = half % 12 + (12 if read.afternoon else 0)
    moment = datetime(
        fields.get("year", 1),
        fields.get("month", 1),
        fields.get("day", 1),
        fields.get("hour", 0),
        fields.get("minute", 0),
        fields.get("second", 0),
        fields.get("microsecond", 0),
        tzinfo=timezone(read.offset) if read.offset is not None else UTC,
    )
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise EvaluationError("the date is out of range") from None
