"""A conversation as readable HTTP text, and back.

::

    # provisioner cassette, format 1
    # User 26a1d4b0-…

    ### 3 at 2026-01-31T08:00:00.120000+00:00, seal 5b1f0c9e2d7a4468
    GET /scim/v2/Users?filter=userName+eq+%22ada%40contoso.example%22

    HTTP/1.1 200
    Content-Type: application/scim+json

    {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0}

A heading gives the place of the reply among all replies of the run and its time. Blank lines part heading and request,
request and body, reply and body; nothing else holds one: JSON is laid out in lines, and any other body stands in lines
that begin with ``|``. There is no place for a request's headers, so none for a credential.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Final

import orjson

from provisioner.engine.body import Unreadable, decode
from provisioner.engine.http_text import compact_json, laid_out
from provisioner.engine.replaying import NoResponse, Reply, Turn
from provisioner.engine.reply import Response
from provisioner.engine.wire import WireRequest
from provisioner.model.answer import FaultKind
from provisioner.model.frozen import frozen
from provisioner.model.recording import FORMAT, Topic

HEADING: Final = "### "
KEPT: Final = ("content-type", "location", "retry-after")
"""The headers of a reply that are kept: those that are read. A cookie is none of them."""

_TITLE: Final = "# provisioner cassette, format "
_RAW: Final = "|"
_STATUS: Final = "HTTP/1.1 "
_SILENCE: Final = "NO RESPONSE "
_JSON: Final = ("{", "[")


class Illegible(ValueError):
    """The text is no cassette; ``line``, from 1, is where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def title_of(topic: Topic) -> str:
    """The head of an object's file."""
    return f"{_TITLE}{FORMAT}\n{_subject(topic)}\n"


def _subject(topic: Topic) -> str:
    return f"# {_escaped(str(topic.object))}"


def text_of_turn(turn: Turn) -> str:
    """One turn of a conversation, with the blank line before it."""
    content = "\n\n".join((*_request(turn.request), *_reply(turn.reply)))
    member = f" about member {_quoted(turn.topic.member)}" if turn.topic.member else ""
    place = f"{turn.number} at {turn.at.isoformat()}{member}"
    return f"\n{HEADING}{place}, seal {_seal(place, content)}\n{content}\n"


def _seal(place: str, content: str) -> str:
    return blake2b(f"{place}\n{content}".encode(), digest_size=8).hexdigest()


def _request(request: WireRequest) -> Iterator[str]:
    yield f"{request.method} {request.target}"
    if request.body:
        content = compact_json(request.body)
        yield laid_out(content) if content is not None else _raw(request.body)


def _reply(reply: Reply) -> Iterator[str]:
    if isinstance(reply, NoResponse):
        status = f" after status {reply.status}" if reply.status is not None else ""
        yield f"{_SILENCE}{reply.kind.name}{status}"
        if reply.detail:
            yield _raw(reply.detail.encode())
        return
    headers = (f"{name.title()}: {_escaped(reply.headers[name])}" for name in KEPT if name in reply.headers)
    yield "\n".join((f"{_STATUS}{reply.status}", *headers))
    if reply.body:
        yield _answer(reply.body)


def _answer(body: bytes) -> str:
    """A reply's body; JSON is laid out whatever its spaces were, as long as that says the same to a strict reader."""
    try:
        content = decode(body)
        same = isinstance(content, dict | list) and decode(orjson.dumps(content)) == content
    except (Unreadable, TypeError):
        same = False
    return laid_out(content) if same else _raw(body)


def _raw(body: bytes) -> str:
    text = body.decode("utf-8", "surrogateescape")
    return "\n".join(f"{_RAW} {_escaped(line)}" for line in text.split("\n"))


def _escaped(text: str) -> str:
    """On one line, with nothing in it that moves a terminal (F33)."""
    return "".join(
        letter if letter.isprintable() and letter != "\\" else letter.encode("unicode_escape").decode()
        for letter in text
    )


def _unescaped(text: str) -> str:
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape")


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()


@frozen
class _Block:
    """Lines without a blank one among them; ``line`` is the first."""

    line: int
    lines: tuple[str, ...]


def read_cassette(text: str, topic: Topic) -> tuple[Turn, ...]:
    """The turns of an object's file. Raises Illegible."""
    blocks = _blocks(text)
    _check_title(next(blocks, _Block(1, ("",))), topic)
    turns = tuple(_turn(part, topic) for part in _parts(blocks))
    if not turns:
        raise Illegible("nothing stands below its head: the file is cut", text.count("\n") + 1)
    return turns


def _blocks(text: str) -> Iterator[_Block]:
    begin, held = 1, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        if line:
            begin = begin if held else number
            held.append(line)
        elif held:
            yield _Block(begin, tuple(held))
            held = []
    if held:
        raise Illegible("the last line does not end: the file is cut", begin + len(held) - 1)


def _check_title(block: _Block, topic: Topic) -> None:
    first, *rest = block.lines
    if not first.startswith(_TITLE):
        raise Illegible(f"a cassette begins with {_TITLE.strip()!r}", block.line)
    version = first.removeprefix(_TITLE)
    if not version.isdigit() or not 1 <= int(version) <= FORMAT:
        raise Illegible(f"format {version} is not known here; this version reads up to format {FORMAT}", block.line)
    if rest != [_subject(topic)]:
        raise Illegible(f"this is not the conversation about {topic.object}", block.line + 1)


def _parts(blocks: Iterable[_Block]) -> Iterator[list[_Block]]:
    """The blocks of each turn: the first begins with the heading."""
    part: list[_Block] = []
    for block in blocks:
        if block.lines[0].startswith(HEADING) and part:
            yield part
            part = []
        part.append(block)
    if part:
        yield part


def _turn(part: list[_Block], topic: Topic) -> Turn:
    head = part[0]
    place, comma, seal = head.lines[0].removeprefix(HEADING).rpartition(", seal ")
    if not comma or not head.lines[0].startswith(HEADING):
        raise Illegible(f"a heading such as {HEADING!r}1 at …, seal … is missing", head.line)
    content = "\n\n".join("\n".join(block.lines) for block in _below(part))
    if _seal(place, content) != seal:
        message = "this part was edited by hand, or is cut: its seal does not fit what stands below it"
        raise Illegible(message, head.line)
    return replace(_read(part, place, topic), line=head.line)


def _below(part: list[_Block]) -> Iterator[_Block]:
    """The blocks without the heading's line."""
    first, *others = part
    yield _Block(first.line + 1, first.lines[1:])
    yield from others


def _read(part: list[_Block], place: str, topic: Topic) -> Turn:
    number, _, rest = place.partition(" at ")
    at, _, member = rest.partition(" about member ")
    blocks = list(_below(part))
    try:
        spoken, answered = blocks[0], next(block for block in blocks if block.lines[0].startswith((_STATUS, _SILENCE)))
        middle = blocks.index(answered)
        method, _, target = spoken.lines[0].partition(" ")
        request = WireRequest(method, target, _body(blocks[1:middle]))
        reply = _read_reply(answered, _body(blocks[middle + 1 :]))
        about = replace(topic, member=orjson.loads(member)) if member else topic
        return Turn(int(number), about, request, reply, datetime.fromisoformat(at))
    except (ValueError, KeyError, StopIteration) as error:
        raise Illegible(f"this part cannot be read: {str(error) or 'the reply is missing'}", part[0].line) from error


def _body(blocks: list[_Block]) -> bytes:
    if not blocks:
        return b""
    (block,) = blocks
    if block.lines[0].startswith(_JSON):
        return orjson.dumps(orjson.loads("\n".join(block.lines)))
    lines = [_unescaped(line.removeprefix(_RAW).removeprefix(" ")) for line in block.lines]
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _read_reply(block: _Block, body: bytes) -> Reply:
    first, *headers = block.lines
    if first.startswith(_STATUS):
        pairs = (header.partition(": ") for header in headers)
        return Response(
            int(first.removeprefix(_STATUS)), {name.lower(): _unescaped(value) for name, _, value in pairs}, body
        )
    kind, _, status = first.removeprefix(_SILENCE).partition(" after status ")
    return NoResponse(FaultKind[kind], body.decode(), int(status) if status else None)
