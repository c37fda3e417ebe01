"""The least that is a SCIM endpoint, on a raw socket, so that it can misbehave below HTTP in any way."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from provisioner.model.answer import Done, Found, Refused
from provisioner.model.directory import ObjectKind
from provisioner.model.question import Create, Find, Modify, Question, Read, Remove
from tests.adapters.http.servers import http, request
from tests.simulation.model_target import ModelTarget

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
USER = ObjectKind.USER

Strike = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Says what it likes in place of the answer; the connection is closed after it."""


def listing(total: int, *resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A ListResponse, true or not."""
    return {"schemas": [LIST], "totalResults": total, "Resources": list(resources), **more}


@dataclass
class RawEndpoint:
    """Users of a model target over HTTP.

    ``trouble`` is asked before each answer, when the work is done: a strike for what is to be said instead, bytes for
    another answer, None for the honest one.
    """

    model: ModelTarget = field(default_factory=ModelTarget)
    trouble: Callable[[Question], Strike | bytes | None] = lambda _: None
    heard: list[Question] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            question = _question(await request(reader))
            self.heard.append(question)
            honest = _answer(question, self.model._act(question))
            said = self.trouble(question)
            if callable(said):
                return await said(writer)
            writer.write(said or honest)
            await writer.drain()


def _question(message: bytes) -> Question:
    head, _, body = message.partition(b"\r\n\r\n")
    method, where = head.decode().split(" ", 2)[:2]
    url = urlsplit(where)
    if method == "GET" and url.query:
        path, value = parse_qs(url.query)["filter"][0].split(" eq ")
        return Find(USER, path, json.loads(value))
    target_id = url.path.rpartition("/")[2]
    if method == "POST":
        return Create(USER, json.loads(body))
    return (
        {"GET": Read, "DELETE": Remove}[method](USER, target_id)
        if method != "PATCH"
        else Modify(USER, target_id, json.loads(body))
    )


def _answer(question: Question, answer: Any) -> bytes:
    match answer:
        case Found(resources) if isinstance(question, Find):
            return said("200 OK", listing(len(resources), *resources))
        case Found((resource,)):
            return said("200 OK", resource)
        case Done(id) if isinstance(question, Create):
            return said("201 Created", {**question.body, "id": id})
        case Refused(fault):
            return http(f"{fault.status} No")
    return http("204 No Content")


def said(status: str, body: dict[str, Any]) -> bytes:
    """A whole SCIM response."""
    return http(status, json.dumps(body).encode(), "Content-Type: application/scim+json")
