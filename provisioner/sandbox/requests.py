"""What the sandbox saw and said, kept for tests and told in a line for people."""

from collections.abc import Mapping
from dataclasses import field

from provisioner.model.frozen import frozen


@frozen
class RequestSeen:
    """One request as it stood on the wire, and the answer to it.

    ``path`` is the whole request target with its query. ``headers`` are in the order received, and in the case
    received when :class:`.SandboxServer` served them; any other ASGI server hands them over in lower case.
    ``status`` is 0 when nothing was answered; ``response`` is the body as it was meant, also where a fault cut it.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes
    status: int
    response: bytes


@frozen
class Incoming:
    """A request before it is answered. ``parts`` are the decoded path segments below the base path.

    ``headers`` have lower-case names.
    """

    method: str
    target: str
    parts: tuple[str, ...]
    query: bytes
    headers: Mapping[str, str]
    body: bytes
