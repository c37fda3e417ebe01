"""The small notations of a job file: durations, shares, thresholds, secret references, constants.

Each reads what stands in TOML and raises PydanticCustomError with a hint, so that a wrong value is reported with all
the other findings.
"""

from datetime import timedelta
from typing import Any, Final

from pydantic_core import PydanticCustomError

from provisioner.engine.tenant_url import check_url
from provisioner.model.errors import InputError
from provisioner.model.frozen import frozen
from provisioner.model.secret import SecretReference

_NAME: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_SECONDS: Final = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_LONGEST: Final = timedelta(days=3660)  # ten years: beyond it a duration is a slip, and sums of times overflow


@frozen
class Threshold:
    """A bound as a count, a share (0..1), or both."""

    count: int | None = None
    share: float | None = None


def wrong(message: str, hint: str) -> PydanticCustomError:
    """A finding with the remedy; braces in the message would be read as fields, so it travels as one."""
    return PydanticCustomError("job", "{message}", {"message": message, "hint": hint})


def job_name(name: str) -> str:
    """Accept a name that may become a file name anywhere (F34)."""
    if not 1 <= len(name) <= 63 or not _NAME.issuperset(name) or name.startswith("-"):
        raise wrong(
            "this is not a job name",
            "1 to 63 lower-case letters, digits and hyphens, the first not a hyphen, as in real-links",
        )
    return name


def url(text: str, *, allow_plain_http: bool = False) -> str:
    """Accept a URL a job may send to (F31)."""
    try:
        check_url(text, allow_plain_http=allow_plain_http)
    except InputError as error:
        raise wrong(error.message, error.hint) from None
    return text


def proxy(text: str) -> str:
    """Accept a proxy's URL; to the proxy itself plain http is the custom."""
    return url(text, allow_plain_http=True)


def address(text: str) -> str:
    """Accept one plain e-mail address; what could become another header line or recipient is refused."""
    local, _, domain = text.rpartition("@")
    if not local or not domain or not text.isprintable() or not set(text).isdisjoint(' ,;:<>()"\\'):
        raise wrong("this is not an e-mail address", 'write it as "identity-team@example.com"')
    return text


def duration(value: Any) -> timedelta:
    """Read ``40m``, ``1h30m``, ``90s``, ``1d``: numbers with units, the longest unit first, each unit once."""
    if isinstance(value, timedelta):
        return value
    problem = wrong("this is not a duration", 'write a text such as "40m", "1h30m", "90s" or "1d"')
    if not isinstance(value, str):
        raise problem
    seconds, digits, units = 0, "", ""
    for letter in value:
        if letter.isascii() and letter.isdigit() and len(digits) < 10:
            digits += letter
        elif digits and letter in _SECONDS and all(_SECONDS[letter] < _SECONDS[unit] for unit in units):
            seconds, digits, units = seconds + int(digits) * _SECONDS[letter], "", units + letter
        else:
            raise problem
    if digits or not units:
        raise problem
    if seconds > _LONGEST.total_seconds():
        raise wrong("this duration is longer than ten years", "write a shorter one")
    return timedelta(seconds=seconds)


def interval(value: Any) -> timedelta:
    """Read the time between two cycles: a duration of a minute at least."""
    pause = duration(value)
    if pause < timedelta(minutes=1):
        raise wrong("an interval below a minute would overtake its own cycles", 'write "1m" or more; Entra has "40m"')
    return pause


def share(value: Any) -> float:
    """Read ``"30%"`` as 0.3."""
    if isinstance(value, float) and 0 <= value <= 1:
        return value
    number = value[:-1].strip() if isinstance(value, str) and value.endswith("%") else ""
    if not (number.isascii() and number.replace(".", "", 1).isdigit()):
        raise wrong("this is not a percentage", 'write a text such as "20%"')
    if float(number) > 100:
        raise wrong("a percentage is at most 100%", 'write a text such as "20%"')
    return float(number) / 100


def threshold(value: Any) -> Threshold:
    """Read ``25``, ``"20%"`` or ``[25, "20%"]`` (E94; the percentage is ours)."""
    if isinstance(value, Threshold):
        return value
    parts = value if isinstance(value, list) else [value]
    counts = [part for part in parts if isinstance(part, int) and not isinstance(part, bool)]
    shares = [share(part) for part in parts if isinstance(part, str)]
    if len(counts) + len(shares) != len(parts) or not 1 <= len(parts) <= 2 or len(counts) > 1 or len(shares) > 1:
        raise wrong("this is not a threshold", 'write a count such as 25, a share such as "20%", or [25, "20%"]')
    if counts and counts[0] < 0:
        raise wrong("a threshold is not negative", "write 0 to allow none at all")
    return Threshold(count=counts[0] if counts else None, share=shares[0] if shares else None)


def secret(value: Any) -> SecretReference:
    """Read ``env:NAME`` or ``file:PATH``. Anything else may be the secret itself and is never repeated (F32)."""
    if isinstance(value, SecretReference):
        return value
    scheme, colon, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    if not colon or scheme not in ("env", "file") or not name or "\0" in name:
        raise wrong(
            "a secret does not belong in a job file",
            'name where it is found: "env:NAME" for an environment variable, "file:PATH" for a file of mode 0600',
        )
    if scheme == "env" and not (name.isascii() and name.isidentifier()):
        raise wrong(
            "what follows env: is not the name of an environment variable", 'write the name, as in "env:SCIM_TOKEN"'
        )
    return SecretReference(scheme, name)


def text(value: Any) -> Any:
    """A constant may be written as TOML's own boolean or number; it flows as text (E81)."""
    if isinstance(value, bool):
        return "True" if value else "False"
    return str(value) if isinstance(value, int) else value
