"""A relay between the program and a server: what passed over the wire, seen by neither of the two.

with Relay(server.url) as relay:
    ...                                  # the program is given relay.url
relay.passed[0].line                     # GET /v2/Users?filter=... HTTP/1.1
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Passed:
    """One request as it stood on the wire, and what was answered. ``headers`` in the order and case received."""

    line: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes
    status: int
    answer: bytes

    @property
    def method(self) -> str:
        """GET, POST, PATCH, DELETE."""
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        """Path and query, as sent."""
        return self.line.split(" ")[1]


Answer = tuple[int, bytes]
"""A status and a body."""


class Relay:
    """Hands every request on to a server, and keeps it.

    ``instead`` may answer a request (its line and body) before the server sees it, with None for what is to pass;
    ``then`` may change what the server answered.
    """

    instead: Callable[[str, bytes], Answer | None] = staticmethod(lambda _line, _body: None)
    then: Callable[[Passed], Answer] = staticmethod(lambda passed: (passed.status, passed.answer))

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        assert parts.hostname is not None
        assert parts.port is not None
        self.passed: list[Passed] = []
        self.connections = 0
        self._address = (parts.hostname, parts.port)
        self._path = parts.path
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        """Where the server seems to be."""
        return f"http://127.0.0.1:{self._server.server_port}{self._path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def hand_on(self, line: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        """Ask the server. The request is noted when its answer is there: in the order in which they were settled."""
        status, answer = self.instead(line, body) or self._asked(line, headers, body)
        passed = Passed(line, tuple(headers), body, status, answer)
        self.passed.append(passed)
        return self.then(passed)

    def _asked(self, line: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        connection = HTTPConnection(*self._address, timeout=30)
        method, target, _ = line.split(" ")
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, relay: Relay, *arguments: Any) -> None:
        self._relay = relay
        relay.connections += 1
        super().__init__(*arguments)

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, answer = self._relay.hand_on(self.requestline, self.headers.items(), body)
        self.send_response_only(status)
        self.send_header("Content-Type", "application/scim+json")
        if status != 204:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _hand_on  # noqa: N815 - the library's names

    def log_message(self, *_: Any) -> None:
        """Nothing is told on standard error."""
