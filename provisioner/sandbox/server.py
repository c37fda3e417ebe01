"""The sandbox behind a real socket: in a thread of its own for tests and the demo, or until Ctrl-C."""

import asyncio
import socket
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from provisioner.model.errors import InputError
from provisioner.sandbox.delivery import WIRE, Wire
from provisioner.sandbox.endpoint import BASE_PATH, build_app
from provisioner.sandbox.store import Sandbox

_BACKLOG: Final = 128
_IDLE_SECONDS: Final = 75  # a client may rest between two cycles of a rehearsal without losing its connection


class _WireProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it; the application also learns the headers' case and can reach the connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wire = Wire(self.transport)
        self.scope["extensions"] = {WIRE: {"wire": self._wire}}

    def on_header(self, name: bytes, value: bytes) -> None:
        self._wire.headers.append((name.decode("latin-1"), value.decode("latin-1")))
        super().on_header(name, value)


class SandboxServer:
    """Serves a sandbox while it is entered::

        with SandboxServer(Sandbox("scim")) as server:
            httpx.get(server.url + "/Users")

    ``port`` 0 takes a free one. Raises InputError when the address cannot be had.
    """

    def __init__(self, sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.sandbox = sandbox
        self._host = host
        self._socket = _bound(host, port)
        self._server = uvicorn.Server(_config(sandbox))
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """The tenant URL: ``http://127.0.0.1:PORT/scim/v2``."""
        return _url(self._host, self.port)

    def __enter__(self) -> Self:
        # The socket listens already, so a request sent before the loop runs only waits for it.
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()

    def _serve(self) -> None:
        asyncio.run(self._server.serve([self._socket]))


def serve(
    sandbox: Sandbox,
    host: str = "127.0.0.1",
    port: int = 8808,
    *,
    on_listening: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve until Ctrl-C, which ends it cleanly. Raises InputError when the address cannot be had.

    :param on_listening: told the tenant URL once a request may be sent.
    """
    listening = _bound(host, port)
    on_listening(_url(host, listening.getsockname()[1]))
    try:
        asyncio.run(uvicorn.Server(_config(sandbox)).serve([listening]))
    except KeyboardInterrupt:
        return


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{BASE_PATH}"


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only for sockets that say they are TCP; with it
    # on, every answer would wait some 40 ms for the client's delayed acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # where it would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise InputError(
            f"cannot listen on {host} port {port}: {error.strerror}",
            hint="another program may use this port: give another with --port, or 0 for any free one",
        ) from None
    return listening


def _config(sandbox: Sandbox) -> uvicorn.Config:
    options: dict[str, Any] = {"log_config": None, "access_log": False, "lifespan": "off", "ws": "none"}
    return uvicorn.Config(
        build_app(sandbox),
        http=_WireProtocol,
        server_header=False,
        log_level="critical",
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=1,
        **options,
    )
