"""The application's SCIM endpoint: asks a question over one connection and reads the answer. Fulfils ports.Target."""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from provisioner.adapters.http import Connection
from provisioner.engine.reply import Response, TransportFault, answer_of, evidence, fault_of
from provisioner.engine.wire import Headers, TenantUrl, Unwritable, WireRequest, headers_of, request_of
from provisioner.model.answer import NO_EXCHANGE, Answer, Exchange, FaultKind, Unknown
from provisioner.model.fidelity import Fidelity
from provisioner.model.job import TargetSettings
from provisioner.model.question import Question
from provisioner.model.secret import Secret
from provisioner.ports import Clock, Ids

Listener = Callable[[WireRequest, Response | TransportFault], None]
"""Told of a request and what came of it. Neither type has a place for the request's headers, so none for the token."""


class Line(Protocol):
    """What a target is asked through: a connection, or what stands in its place."""

    async def send(self, request: WireRequest, headers: Headers, token: Secret | None) -> Response:
        """One exchange. Raises TransportFault."""
        ...

    async def aclose(self) -> None:
        """Close it; another request would open it again."""
        ...


class Credentials(Protocol):
    """Where tokens come from that end and are renewed."""

    async def token(self) -> Secret:
        """A token to use now. Raises TransportFault."""
        ...

    def forget(self, token: Secret) -> None:
        """The target refused it."""
        ...


def _nobody(request: WireRequest, reply: Response | TransportFault) -> None:
    """Nobody listens."""


class ScimTarget:
    """One connection to the job's endpoint.

    The target's trouble never raises: it is an Answer. What an Answer carries as evidence holds no header, so no token.

    :param token: the secret token (E5), or where tokens come from, or None for an endpoint that needs none.
    :param on_exchange: told of every request that was sent and what came back, for whoever records.
    :param connection: what to ask through instead of the network.
    :raises JobInvalid: when the private certificates or the proxy cannot be used.
    """

    def __init__(
        self,
        settings: TargetSettings,
        token: Secret | Credentials | None,
        fidelity: Fidelity,
        *,
        clock: Clock,
        ids: Ids,
        connection: Line | None = None,
        on_exchange: Listener = _nobody,
    ) -> None:
        self._tenant = TenantUrl.parse(settings.url)
        self._token = token
        self._fidelity = fidelity
        self._clock = clock
        self._ids = ids
        self.on_exchange = on_exchange
        self._connection: Line = connection or Connection(
            self._tenant.origin,
            seconds=settings.timeout.total_seconds(),
            ca_file=settings.ca_file,
            proxy=settings.proxy,
        )
        self.requests = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._connection.aclose()

    async def ask(self, question: Question) -> Answer:
        """Send one request and read what came back. Nothing is sent twice (E11)."""
        try:
            request = request_of(question, self._tenant, self._fidelity)
        except Unwritable as error:
            return fault_of(FaultKind.UNWRITABLE, str(error), NO_EXCHANGE)
        return await self._exchange(question, request)

    async def _exchange(self, question: Question, request: WireRequest) -> Answer:
        started = self._clock.monotonic()
        headers: Headers = ()
        try:
            token = await self._current_token()
            headers = headers_of(request, self._fidelity, activity=self._ids.guid(), at=self._clock.now())
            response = await self._connection.send(request, headers, token)
        except TransportFault as fault:
            self.requests += fault.sent
            self.on_exchange(request, fault)
            return fault_of(fault.kind, fault.detail, self._evidence(request, headers, started, fault.status))
        self.requests += 1
        self.on_exchange(request, response)
        self._heed(response, token)
        exchange = self._evidence(request, headers, started, response.status, response)
        answer = answer_of(question, response, exchange, now=self._clock.now())
        if isinstance(answer, Unknown) and answer.fault.kind is FaultKind.UNREADABLE:
            await self._connection.aclose()  # a wrong Content-Length leaves bytes behind, which the next answer is not
        return answer

    async def _current_token(self) -> Secret | None:
        token = self._token
        return token if isinstance(token, Secret | None) else await token.token()

    def _heed(self, response: Response, token: Secret | None) -> None:
        """A token that is refused before its time is not used again."""
        if response.status == 401 and token is not None and not isinstance(self._token, Secret | None):
            self._token.forget(token)

    def _evidence(
        self,
        request: WireRequest,
        headers: Headers,
        started: float,
        status: int | None,
        response: Response | None = None,
    ) -> Exchange:
        return Exchange(
            request.method,
            self._tenant.origin + request.target,
            request.body,
            status,
            evidence(response.body) if response is not None else "",
            self._clock.monotonic() - started,
            headers,
        )
