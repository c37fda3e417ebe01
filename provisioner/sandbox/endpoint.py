"""The sandbox as an ASGI application: one request in, one answer out, everything remembered.

Requests are dispatched by a table and not by a router with middleware, because this path decides what a client can
reach on one connection.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

import orjson
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from provisioner.model.frozen import frozen
from provisioner.sandbox import operations
from provisioner.sandbox.catalogue import service_provider_config
from provisioner.sandbox.collection import Collection
from provisioner.sandbox.delivery import deliver, wire_headers
from provisioner.sandbox.errors import ScimError, invalid_syntax, not_found
from provisioner.sandbox.query import LIST_SCHEMA, parameters
from provisioner.sandbox.reply import Delivery, Reply, error_reply, scim_reply
from provisioner.sandbox.requests import Incoming, RequestSeen
from provisioner.sandbox.store import Sandbox

BASE_PATH: Final = "/scim/v2"
_DISCOVERY: Final = frozenset(("ServiceProviderConfig", "ResourceTypes", "Schemas"))


@frozen
class _Call:
    """A request as the handlers need it. ``id`` is empty when the collection is meant."""

    sandbox: Sandbox
    collection: Collection
    id: str
    asked: Mapping[str, str]
    body: bytes
    base: str

    def content(self) -> Any:
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise invalid_syntax("the body is not JSON") from None

    def shown(self, resource: dict[str, Any]) -> dict[str, Any]:
        return operations.shown(self.sandbox, self.collection, resource, self.asked, self.base)


def build_app(sandbox: Sandbox) -> Starlette:
    """The application that serves the sandbox below ``/scim/v2``."""
    return Starlette(routes=[Mount(BASE_PATH, app=Endpoint(sandbox))])


class Endpoint:
    """The SCIM endpoint of one sandbox, wherever it is mounted."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        incoming = await _received(scope, receive)
        reply = await self._answer(incoming, scope)
        answered = reply.delivery is not Delivery.NONE
        seen = RequestSeen(
            incoming.method,
            incoming.target,
            wire_headers(scope),
            incoming.body,
            reply.status if answered else 0,
            reply.body if answered else b"",
        )
        self._sandbox.saw(seen)
        await deliver(reply, scope, receive, send)

    async def _answer(self, incoming: Incoming, scope: Scope) -> Reply:
        faults = self._sandbox.faults
        reply = faults.before(incoming)
        if reply is None:
            reply = await self._handled(incoming, scope)
        return faults.after(incoming, reply)

    async def _handled(self, incoming: Incoming, scope: Scope) -> Reply:
        if not self._sandbox.admits(incoming.headers.get("authorization")):
            return error_reply(ScimError(401, "the bearer token is missing or wrong"), (b"www-authenticate", b"Bearer"))
        try:
            return await self._dispatched(incoming, scope)
        except ScimError as error:
            return error_reply(error)

    async def _dispatched(self, incoming: Incoming, scope: Scope) -> Reply:
        base = f"{scope['scheme']}://{incoming.headers.get('host', '')}{scope['root_path']}"
        parts = incoming.parts
        if parts and parts[0] in _DISCOVERY:
            return self._described(incoming, base)
        collection = self._sandbox.collections.get(f"/{parts[0]}") if parts else None
        if collection is None or len(parts) > 2 or (parts[0] == "Groups" and self._sandbox.behaviour.no_groups):
            raise not_found(f"/{'/'.join(parts)}")
        handler = _HANDLERS.get((incoming.method, len(parts) == 2))
        if handler is None:
            raise ScimError(405, f"{incoming.method} is not supported here")
        call = _Call(self._sandbox, collection, "".join(parts[1:]), parameters(incoming.query), incoming.body, base)
        if incoming.method == "PATCH" and self._sandbox.behaviour.racy_members:
            return await _modified_late(call)
        return handler(call)

    def _described(self, incoming: Incoming, base: str) -> Reply:
        """The discovery endpoints (RFC 7644 section 4)."""
        if incoming.method != "GET":
            raise ScimError(405, f"{incoming.method} is not supported here")
        what, *rest = incoming.parts
        if what == "ServiceProviderConfig":
            return scim_reply(200, service_provider_config(base))
        kinds = [collection.kind for collection in self._sandbox.collections.values()]
        described: list[dict[str, Any]] = (
            [kind.as_json(base) for kind in kinds]
            if what == "ResourceTypes"
            else [schema.as_json(base) for kind in kinds for schema in kind.schemas()]
        )
        if rest:
            return scim_reply(200, _of_id(described, "/".join(rest)))
        total = len(described)
        page = {"totalResults": total, "startIndex": 1, "itemsPerPage": total, "Resources": described}
        return scim_reply(200, {"schemas": [LIST_SCHEMA]} | page)


async def _received(scope: Scope, receive: Receive) -> Incoming:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    raw: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    below = raw[len(scope["root_path"]) :].decode("latin-1")
    return Incoming(
        method=scope["method"],
        target=(raw + b"?" + query if query else raw).decode("latin-1"),
        parts=tuple(unquote(part) for part in below.split("/") if part),
        query=query,
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        body=b"".join(chunks),
    )


def _of_id(described: list[dict[str, Any]], id: str) -> dict[str, Any]:
    for resource in described:
        if resource["id"].lower() == id.lower():
            return resource
    raise not_found(id)


def _created(call: _Call) -> Reply:
    resource = call.shown(operations.create(call.sandbox, call.collection, call.content()))
    location = resource.get("meta", {}).get("location", "")
    return scim_reply(201, resource, (b"location", location.encode()))


def _listed(call: _Call) -> Reply:
    return scim_reply(200, operations.query(call.sandbox, call.collection, call.asked, call.base))


def _read(call: _Call) -> Reply:
    return scim_reply(200, call.shown(operations.read(call.sandbox, call.collection, call.id)))


def _replaced(call: _Call) -> Reply:
    return scim_reply(200, call.shown(operations.replace(call.sandbox, call.collection, call.id, call.content())))


def _modified(call: _Call) -> Reply:
    return _modified_from(call, operations.read(call.sandbox, call.collection, call.id))


async def _modified_late(call: _Call) -> Reply:
    """The update that a concurrent one is lost in: read, wait, write what was read and changed."""
    before = operations.read(call.sandbox, call.collection, call.id)
    await asyncio.sleep(call.sandbox.behaviour.racy_members)
    return _modified_from(call, before)


def _modified_from(call: _Call, before: dict[str, Any]) -> Reply:
    """A group answers 204: with its thousands of members it would weigh more than what was asked of it (E53)."""
    after = operations.modify(call.sandbox, call.collection, before, call.content())
    if call.sandbox.patch_answers_204 or (call.collection.kind.name == "Group" and not call.asked):
        return Reply(204)
    return scim_reply(200, call.shown(after))


def _deleted(call: _Call) -> Reply:
    operations.delete(call.sandbox, call.collection, call.id)
    return Reply(204)


_HANDLERS: Final[Mapping[tuple[str, bool], Callable[[_Call], Reply]]] = {
    ("GET", False): _listed,
    ("POST", False): _created,
    ("GET", True): _read,
    ("PUT", True): _replaced,
    ("PATCH", True): _modified,
    ("DELETE", True): _deleted,
}
