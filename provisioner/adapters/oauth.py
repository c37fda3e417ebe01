"""Access tokens by OAuth 2.0 client credentials (RFC 6749 section 4.4), fetched when needed and renewed in time.

The token endpoint is an origin of its own; it sees the client's secret and never the target's data.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential

from provisioner.adapters.http import Connection
from provisioner.engine.body import Unreadable, decode
from provisioner.engine.reply import Response, TransportFault, evidence
from provisioner.engine.wire import TenantUrl
from provisioner.model.answer import FaultKind
from provisioner.model.job import OAuth, TargetSettings
from provisioner.model.secret import Secret
from provisioner.ports import Clock

MARGIN: Final = 60.0
"""Seconds before its end at which a token is renewed, so that none ends on its way."""

UNSAID: Final = 300.0
"""Seconds a token is used for when the endpoint does not say how long it is good."""

ATTEMPTS: Final = 3
"""A refused connection is tried again so often in all: nothing was sent, and nothing of E11 speaks of tokens."""

Sleep = Callable[[float], Awaitable[Any]]


class ClientCredentials:
    """The access token of one client. Safe to share between the connections of a job."""

    def __init__(
        self, settings: OAuth, secret: Secret, connection: Connection, *, clock: Clock, sleep: Sleep = asyncio.sleep
    ) -> None:
        url = TenantUrl.parse(settings.token_url)
        self._target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        self._fields = {"grant_type": "client_credentials", "client_id": settings.client_id}
        if settings.scope:
            self._fields["scope"] = settings.scope
        self._secret = secret
        self._connection = connection
        self._clock = clock
        self._sleep = sleep
        self._token: Secret | None = None
        self._ends = 0.0
        self._lock = asyncio.Lock()

    async def token(self) -> Secret:
        """A token that is still good for a while.

        :raises TransportFault: when the endpoint gives none; its kind is STATUS when it refuses the client.
        """
        async with self._lock:
            if self._token is None or self._clock.monotonic() >= self._ends:
                self._token, lifetime = _granted(await self._fetch())
                self._ends = self._clock.monotonic() + max(lifetime - MARGIN, 0.0)
            return self._token

    def forget(self, token: Secret) -> None:
        """Do not use this token again: the target refused it before its time."""
        if self._token == token:
            self._token = None

    async def _fetch(self) -> Response:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential(multiplier=0.2, max=1),
            retry=retry_if_exception(lambda error: isinstance(error, TransportFault) and not error.sent),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return await retrying(self._connection.submit, self._target, self._fields, "client_secret", self._secret)
        except TransportFault as fault:
            raise TransportFault(FaultKind.NOT_SENT, f"no access token: {fault.detail}") from None


@asynccontextmanager
async def client_credentials(
    settings: OAuth, secret: Secret, target: TargetSettings, clock: Clock
) -> AsyncIterator[ClientCredentials]:
    """The credentials of a job, over a connection of their own; proxy, authorities and deadline are the target's."""
    origin = TenantUrl.parse(settings.token_url).origin
    seconds = target.timeout.total_seconds()
    async with Connection(origin, seconds=seconds, ca_file=target.ca_file, proxy=target.proxy) as connection:
        yield ClientCredentials(settings, secret, connection, clock=clock)


def _granted(response: Response) -> tuple[Secret, float]:
    """The token and its lifetime in seconds (RFC 6749 section 5.1)."""
    if response.status != 200:
        raise _refusal(response)
    try:
        value = decode(response.body)
    except Unreadable as error:
        raise TransportFault(FaultKind.NOT_SENT, f"no access token: {error}") from None
    token = value.get("access_token") if isinstance(value, dict) else None
    if not isinstance(token, str) or not token or str(value.get("token_type", "bearer")).lower() != "bearer":
        raise TransportFault(FaultKind.NOT_SENT, "no access token: the endpoint's answer holds no bearer token")
    lifetime = value.get("expires_in")
    is_number = isinstance(lifetime, int | float) and not isinstance(lifetime, bool)
    return Secret(token), float(lifetime) if is_number else UNSAID


def _refusal(response: Response) -> TransportFault:
    """A 400 or 401 is about the client's credentials (RFC 6749 section 5.2); anything else is trouble over there."""
    detail = f"no access token: the token endpoint answered {response.status}: {evidence(response.body)[:200]}"
    if response.status in (400, 401, 403):
        return TransportFault(FaultKind.STATUS, detail, 401)
    return TransportFault(FaultKind.NOT_SENT, detail)
