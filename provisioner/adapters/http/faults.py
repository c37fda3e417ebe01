"""What an error on the way means: whether anything was sent, and what went wrong, in a few words (F11, F17)."""

import ssl
from collections.abc import Iterator
from typing import Final

import httpcore
import httpx

from provisioner.adapters.http.network import Progress
from provisioner.model.answer import FaultKind


def _errors(*names: str) -> tuple[type[Exception], ...]:
    """Errors of httpx, and those of the same names beneath it."""
    return tuple(getattr(library, name) for library in (httpx, httpcore) for name in names)


TROUBLE: Final[tuple[type[Exception], ...]] = (
    OSError,
    *_errors("TimeoutException", "NetworkError", "ProtocolError", "ProxyError", "UnsupportedProtocol"),
)
"""Everything that can go wrong on the way."""

_UNSENT: Final = _errors(
    "ConnectError", "ConnectTimeout", "LocalProtocolError", "PoolTimeout", "ProxyError", "UnsupportedProtocol"
)
"""What is raised before the first byte of a request."""


_UNSENDABLE: Final = _errors("LocalProtocolError")
"""Its words repeat the header that cannot travel, which may be the one with the token (F32)."""

_LATE: Final = _errors("TimeoutException")
_NOT_HTTP: Final = _errors("RemoteProtocolError")


def diagnose(error: Exception, progress: Progress) -> tuple[FaultKind, str]:
    """What an exception means."""
    *_, cause = _chain(error)
    if isinstance(error, _UNSENT) or not progress.sent:
        return _why_unsent(error, cause)
    if isinstance(error, _LATE):
        return FaultKind.TIMEOUT, "no answer in time"
    if isinstance(error, _NOT_HTTP) and not _hung_up(error):
        return FaultKind.UNREADABLE, f"the answer is not HTTP: {words(cause)}"
    return FaultKind.CLOSED, f"the connection broke: {words(cause)}"


def _why_unsent(error: Exception, cause: BaseException) -> tuple[FaultKind, str]:
    if isinstance(error, _LATE):
        return FaultKind.NOT_SENT, "no connection in time"
    refusal = next((each for each in _chain(error) if isinstance(each, ssl.SSLError)), None)
    if refusal is not None:
        return FaultKind.TLS, f"TLS: {getattr(refusal, 'reason', None) or 'failed'}{_verification(refusal)}"
    if isinstance(error, _UNSENDABLE):
        return FaultKind.NOT_SENT, "the request cannot be written as HTTP: a header or the address cannot travel"
    return FaultKind.NOT_SENT, f"no connection: {words(cause)}"


def _hung_up(error: Exception) -> bool:
    return "disconnected" in str(error) or "peer closed" in str(error)


def _verification(error: ssl.SSLError) -> str:
    return f" ({error.verify_message})" if isinstance(error, ssl.SSLCertVerificationError) else ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it, to the first cause."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def words(error: BaseException) -> str:
    """What an error says of itself."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:200]
