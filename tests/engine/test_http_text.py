"""Requests as people read them hide nothing that was sent."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.http_text import WIDTH, body_text, laid_out, request_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_what_is_laid_out_is_the_same_json(value):
    """Only white space is added, keys keep their order."""
    assert list(_flat(orjson.loads(laid_out(value)))) == list(_flat(value))


def _flat(value):
    """Every key and value in the order they stand."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _flat(part)
    elif isinstance(value, list):
        for part in value:
            yield from _flat(part)
    else:
        yield value


@given(st.lists(st.text("abc", max_size=30), max_size=12))
def test_a_line_is_short_or_holds_one_value(texts):
    """Long lists and objects get a line for each part."""
    for line in laid_out({"texts": texts}).splitlines():
        assert len(line) <= WIDTH or "," not in line.rstrip(",")


@pytest.mark.parametrize(
    "text", ['{"a": 1}', '{"a":1,"a":2}', "not json", "", '"text"', '{"a":1}\n', '{"a":1e2}'], ids=repr
)
def test_a_body_that_is_not_compact_json_stands_as_it_is(text):
    """Spaces, doubled keys and what is no JSON are part of what was sent, and would be lost in a layout."""
    assert body_text(text.encode()) == text


def test_bytes_that_are_no_text_are_shown():
    """As escapes, not as nothing."""
    assert body_text(b"\xff{}") == "\\xff{}"


def test_a_request_is_written_as_http():
    """Line, headers, an empty line, the body."""
    text = request_text("PATCH", "/Users/1", [("Content-Type", "application/json")], "{}")
    assert text == "PATCH /Users/1\nContent-Type: application/json\n\n{}\n"
    assert request_text("DELETE", "/Users/1") == "DELETE /Users/1\n"
