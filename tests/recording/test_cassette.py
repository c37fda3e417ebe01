"""Conversations as text, and back."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.cassette import Illegible, read_cassette, text_of_turn, title_of
from provisioner.engine.replaying import NoResponse, Turn
from provisioner.engine.reply import Response
from provisioner.engine.wire import WireRequest
from provisioner.model.answer import FaultKind
from provisioner.model.directory import ObjectKind
from provisioner.model.recording import Topic

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ADA = Topic(ObjectKind.USER, "1")
GET = WireRequest("GET", "/scim/v2/Users?filter=userName+eq+%22ada%22")


def turn(number: int = 1, request: WireRequest = GET, body: bytes = b"{}", topic: Topic = ADA) -> Turn:
    return Turn(number, topic, request, Response(200, {"content-type": "application/scim+json"}, body), NOON)


def back(*turns: Turn) -> tuple[Turn, ...]:
    """What is read of what was written; lines are the reader's own."""
    read = read_cassette(title_of(turns[0].topic) + "".join(map(text_of_turn, turns)), turns[0].topic.object)
    return tuple(Turn(t.number, t.topic, t.request, t.reply, t.at) for t in read)


@given(st.binary(min_size=1), st.binary())
def test_every_body_comes_back_as_it_was(asked, answered):
    """Whatever bytes a request or a reply holds."""
    assert back(turn(request=WireRequest("POST", "/Users", asked), body=b"| " + answered)) == (
        turn(request=WireRequest("POST", "/Users", asked), body=b"| " + answered),
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda x: st.lists(x) | st.dictionaries(st.text(), x),
)


@given(st.dictionaries(st.text(), JSON, min_size=1))
def test_json_is_readable_and_comes_back(content):
    """JSON is laid out in lines, in a request to the byte."""
    body = orjson.dumps(content)
    (read,) = back(turn(request=WireRequest("POST", "/Users", body), body=body))
    assert (read.request.body, read.reply.body) == (body, body)


def test_a_reply_may_space_its_json_as_it_likes():
    """What is kept says the same."""
    (read,) = back(turn(body=b'{ "id" : "7" }'))
    assert read.reply.body == b'{"id":"7"}'


def test_a_body_that_a_strict_reader_refuses_stays_as_it_is():
    """A key that stands twice is a fault of the target's, and has to be met again in the replay (F15)."""
    (read,) = back(turn(body=b'{"id":"7","id":"8"}'))
    assert read.reply.body == b'{"id":"7","id":"8"}'


@pytest.mark.parametrize("kind", FaultKind)
def test_silence_is_kept(kind):
    """Every way in which no whole response comes."""
    silent = Turn(1, ADA, GET, NoResponse(kind, "reset\nby \x1b peer", 200), NOON)
    assert back(silent) == (silent,)


def test_members_of_a_group_share_its_file():
    """Each has a conversation of its own in it."""
    members = ((3, ""), (4, 'a "b"'), (5, "c, seal x"))
    turns = tuple(turn(number, topic=Topic(ObjectKind.GROUP, "staff", member)) for number, member in members)
    assert back(*turns) == turns


def test_only_the_headers_that_are_read_are_kept():
    """A cookie a target sets is a credential too."""
    reply = Response(200, {"set-cookie": "session=s3cret", "retry-after": "7"}, b"")
    text = text_of_turn(Turn(1, ADA, GET, reply, NOON))
    assert "s3cret" not in text
    assert "Retry-After: 7" in text


WHOLE = title_of(ADA) + text_of_turn(turn()) + text_of_turn(turn(2, body=b'{"id":"7"}'))


@given(st.integers(0, len(WHOLE) - 1))
def test_a_cassette_cut_anywhere_is_noticed_or_ends_with_a_whole_turn(length):
    """It names a line; what ends between two turns is noticed by the digest in the index."""
    try:
        turns = read_cassette(WHOLE[:length], ADA)
    except Illegible as error:
        assert 1 <= error.line <= WHOLE.count("\n") + 1
    else:
        assert [t.reply for t in turns] == [t.reply for t in read_cassette(WHOLE, ADA)][: len(turns)]


def test_an_edited_turn_is_noticed_by_its_line():
    """The heading of the turn that was edited."""
    with pytest.raises(Illegible) as caught:
        read_cassette(WHOLE.replace('"7"', '"8"'), ADA)
    assert WHOLE.splitlines()[caught.value.line - 1].startswith("### 2 ")


def test_a_cassette_of_a_later_format_is_refused():
    """Rather than read by guess."""
    with pytest.raises(Illegible, match="format 2"):
        read_cassette(WHOLE.replace("format 1", "format 2"), ADA)
