"""Functions on dates. Every date is in UTC; as text it is ``M/d/yyyy h:mm:ss tt``."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from provisioner.engine.expression.functions.table import family, function
from provisioner.engine.expression.netformat import parse_exact, pieces, write
from provisioner.engine.expression.nodes import Node, Text
from provisioner.engine.expression.values import EvaluationError, Value, as_text, as_whole, date_text

EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
"""From which Active Directory counts, in steps of 100 nanoseconds."""
_TICK: Final = 10_000_000

_FORMS: Final = (
    "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
    "yyyy-MM-ddTHH:mm:ssK",
    "yyyy-MM-ddTHH:mmK",
    "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    "yyyy-MM-dd HH:mm:ssK",
    "yyyy-MM-dd HH:mm:ss.FFFFFFF K",
    "yyyy-MM-dd HH:mm:ss K",
    "yyyy-MM-dd HH:mmK",
    "yyyy-MM-ddK",
    "M/d/yyyy h:mm:ss tt",
    "M/d/yyyy h:mm:ss tt K",
    "M/d/yyyy h:mm tt",
    "M/d/yyyy H:mm:ss",
    "M/d/yyyy H:mm",
    "M/d/yyyy",
    "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "d MMMM yyyy",
    "d MMM yyyy",
    "MMMM d, yyyy",
    "MMM d, yyyy",
    "yyyy/MM/dd HH:mm:ss",
    "yyyy/MM/dd",
)
"""What .NET's general parsing accepts of the forms people have, in the invariant culture."""


def date_of(value: Value) -> datetime:
    """A value as a time.

    :raises EvaluationError: when it is none.
    """
    if isinstance(value, datetime):
        return value
    text = as_text(value)
    for form in _FORMS:
        try:
            return parse_exact(text, form)
        except EvaluationError:
            continue
    raise EvaluationError(f"{text[:60]!r} is not a date")


def cdate(value: Value) -> Value:
    """A time from a text."""
    return None if value is None or value == "" else date_of(value)


def now(env: Any) -> datetime:
    """The time of this evaluation."""
    at: datetime = env.now
    return at.astimezone(UTC).replace(microsecond=0)


def _months(at: datetime, months: int) -> datetime:
    """So many months on; the day stays, or is the month's last."""
    index = at.year * 12 + at.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise EvaluationError("the date is out of range")
    for day in range(at.day, 27, -1):
        try:
            return at.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return at.replace(year=year, month=month + 1)


_SPANS: Final = {
    "d": timedelta(days=1),
    "ww": timedelta(weeks=1),
    "h": timedelta(hours=1),
    "n": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_MONTHS: Final = {"yyyy": 12, "m": 1}


def date_add(interval: Value, number: Value, moment: Value) -> Value:
    """A time so many intervals later, or earlier; null for no time."""
    if moment is None or moment == "":
        return None
    name, count, at = as_text(interval), as_whole(number), date_of(moment)
    try:
        if name in _MONTHS:
            return _months(at, _MONTHS[name] * count)
        return at + _SPANS[name] * count
    except KeyError:
        raise EvaluationError(_unknown(name)) from None
    except OverflowError:
        raise EvaluationError("the date is out of range") from None


def _unknown(name: str) -> str:
    return f"{name!r} is no interval; there are {', '.join((*_MONTHS, *_SPANS))}"


def date_diff(interval: Value, first: Value, second: Value) -> Value:
    """How many intervals lie between two times, as .NET's DateDiff counts them.

    Days and less are cut off to whole ones; weeks, months and years count how often one begins in between.
    """
    name, one, other = as_text(interval), date_of(first), date_of(second)
    if name == "yyyy":
        return other.year - one.year
    if name == "m":
        return (other.year - one.year) * 12 + other.month - one.month
    if name == "ww":
        one, other = (at - timedelta(days=at.isoweekday() % 7) for at in (one, other))
    if name not in _SPANS:
        raise EvaluationError(_unknown(name))
    return int((other - one) / _SPANS[name])


def from_number(value: Value) -> Value:
    """A time from Active Directory's count of 100 nanoseconds since 1601."""
    if value is None or value == "":
        return None
    ticks = as_whole(value)
    if ticks < 0:
        raise EvaluationError("Active Directory's times begin in 1601")
    try:
        return EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        raise EvaluationError("the date is out of range") from None


def to_number(value: Value) -> Value:
    """Active Directory's count of 100 nanoseconds since 1601."""
    if value is None or value == "":
        return None
    span = date_of(value) - EPOCH
    if span.days < 0:
        raise EvaluationError("Active Directory's times begin in 1601")
    return (span.days * 86_400 + span.seconds) * _TICK + span.microseconds * 10


def format_date(source: Value, styles: Value, input_format: Value, output_format: Value) -> Value:
    """A time read in one format and written in another; dateTimeStyles changes nothing that matters in UTC."""
    if source is None or source == "":
        return None
    text = date_text(source) if isinstance(source, datetime) else as_text(source)
    return write(parse_exact(text, as_text(input_format)), as_text(output_format))


def _check_interval(*arguments: Node) -> None:
    first = arguments[0]
    if isinstance(first, Text) and first.value not in (*_MONTHS, *_SPANS):
        raise EvaluationError(_unknown(first.value))


STYLES: Final = frozenset({
    "None", "AllowLeadingWhite", "AllowTrailingWhite", "AllowInnerWhite", "AllowWhiteSpaces", "NoCurrentDateDefault",
    "AdjustToUniversal", "AssumeLocal", "AssumeUniversal", "RoundtripKind",
})  # fmt: skip
"""The values of .NET's DateTimeStyles."""


def _check_formats(*arguments: Node) -> None:
    styles = arguments[1]
    for style in styles.value.replace("|", ",").split(",") if isinstance(styles, Text) else ():
        if style.strip().removeprefix("DateTimeStyles.") not in STYLES | {""}:
            raise EvaluationError(
                f"{style.strip()!r} is no DateTimeStyles value; there are {', '.join(sorted(STYLES))}"
            )
    for argument in arguments[2:]:
        if isinstance(argument, Text):
            pieces(argument.value)


DATES: Final = family(
    function("CDate", "expression", "A time from a text.", cdate),
    function("DateAdd", "interval, value, dateTime", "A time later or earlier.", date_add, check=_check_interval),
    function("DateDiff", "interval, date1, date2", "What lies between two times.", date_diff, check=_check_interval),
    function("DateFromNum", "value", "A time from Active Directory's number.", from_number),
    function(
        "FormatDateTime",
        "source, dateTimeStyles?, inputFormat, outputFormat",
        "A time in another format.",
        format_date,
        check=_check_formats,
    ),
    function("Now", "", "The time now, in UTC.", now, chance=True),
    function("NumFromDate", "value", "Active Directory's number for a time.", to_number),
)
