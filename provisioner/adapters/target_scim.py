"""The application's SCIM endpoint: asks a question over one connection and reads the answer. Fulfils ports.Target."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from provisioner.adapters.http import Connection, TransportFault
from provisioner.engine.reply import Response, answer_of, evidence, fault_of
from provisioner.engine.wire import TenantUrl, WireRequest, headers_of, request_of
from provisioner.model.answer import Answer, Exchange
from provisioner.model.fidelity import Fidelity
from provisioner.model.job import TargetSettings
from provisioner.model.question import Question
from provisioner.model.secret import Secret
from provisioner.ports import Clock, Ids


def _ignore(question: Question, exchange: Exchange) -> None:
    """Nobody listens."""


class ScimTarget:
    """One connection to the job's endpoint.

    The target's trouble never raises: it is an Answer. What an Answer carries as evidence holds no header, so no token.

    :param listen: told of every exchange, for whoever records.
    """

    def __init__(
        self,
        settings: TargetSettings,
        token: Secret | None,
        fidelity: Fidelity,
        *,
        clock: Clock,
        ids: Ids,
        connection: Connection | None = None,
        listen: Callable[[Question, Exchange], None] = _ignore,
    ) -> None:
        self._tenant = TenantUrl.parse(settings.url)
        self._token = token
        self._fidelity = fidelity
        self._clock = clock
        self._ids = ids
        self._listen = listen
        self._connection = connection or Connection(
            seconds=settings.timeout.total_seconds(),
            ca_file=settings.ca_file,
            proxy=settings.proxy,
            secure=settings.url[:6].lower() == "https:",
        )
        self.requests = 0

    async def __aenter__(self) -> Self:
        await self._connection.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.__aexit__(kind, error, trace)

    async def ask(self, question: Question) -> Answer:
        """Send one request and read what came back."""
        request = request_of(question, self._tenant, self._fidelity)
        headers = headers_of(request, self._fidelity, activity=self._ids.guid(), at=self._clock.now())
        self.requests += 1
        started = self._clock.monotonic()
        try:
            reply = await self._connection.send(request.method, request.url, headers, request.body, self._token)
        except TransportFault as fault:
            exchange = self._exchange(request, started, status=fault.status)
            self._listen(question, exchange)
            return fault_of(question, fault.kind, fault.detail, exchange)
        exchange = self._exchange(request, started, status=reply.status, response=evidence(reply.body))
        self._listen(question, exchange)
        response = Response(reply.status, reply.headers, reply.body)
        return answer_of(question, response, exchange, now=self._clock.now())

    def _exchange(
        self, request: WireRequest, started: float, *, status: int | None = None, response: str = ""
    ) -> Exchange:
        seconds = self._clock.monotonic() - started
        return Exchange(request.method, request.url, request.body, status, response, seconds)
