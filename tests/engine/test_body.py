"""The strict door for bodies (F15)."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.body import DEPTH, Unreadable, decode

REFUSED = {
    "nothing": (b"", "empty"),
    "white space": (b" \r\n\t", "empty"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "not JSON"),
    "HTML": (b"<!doctype html><title>Log in</title>", "HTML"),
    "XML after a byte order mark": (b"\xef\xbb\xbf <?xml version='1.0'?>", "HTML or XML"),
    "text": (b"Service unavailable", "not JSON at line 1, column 1"),
    "cut": (b'{"id":"7"', "not JSON"),
    "two values": (b'{"id":"7"}{"id":"8"}', "not JSON"),
    "a trailing comma": (b'{"id":"7",}', "not JSON"),
    "single quotes": (b"{'id':'7'}", "not JSON"),
    "a control character in a string": (b'{"id":"7\n"}', "not JSON"),
    "NaN": (b'{"n":NaN}', "NaN"),
    "Infinity": (b'{"n":Infinity}', "Infinity"),
    "minus Infinity": (b'{"n":-Infinity}', "-Infinity"),
    "a float that overflows": (b'{"n":1e999}', "too large"),
    "5,000 digits": (b'{"n":' + b"1" * 5000 + b"}", "digits"),
    "5,000 digits after a point": (b'{"n":0.' + b"1" * 5000 + b"}", "digits"),
    "the same key twice": (b'{"totalResults":1,"totalResults":0}', "same key twice"),
    "the same key twice, deep": (b'[{"a":[{"id":"7","id":"8"}]}]', "same key twice"),
    "the same key twice, once escaped": (b'{"id":"7","i\\u0064":"8"}', "same key twice"),
    "half a surrogate pair": (b'{"id":"\\ud800"}', "surrogate"),
    "the other half, in a key": (b'{"\\uDFFF":1}', "surrogate"),
    "Latin-1": ('{"id":"ü"}'.encode("latin-1"), "UTF-8"),
    "UTF-16": ('{"id":"7"}'.encode("utf-16"), "UTF-8"),
    "surrogates as UTF-8": (b'{"id":"\xed\xa0\x80"}', "UTF-8"),
    "deep arrays": (b"[" * 100_000 + b"]" * 100_000, "deeper"),
    "deep objects": (b'{"a":' * (DEPTH + 1) + b"1" + b"}" * (DEPTH + 1), "deeper"),
    "brackets without end": (b"[" * 1_000_000, "deeper"),
    "depth after a tricky string": (b'["\\\\\\"[[[","\\\\",' + b"[" * DEPTH + b"]" * DEPTH + b"]", "deeper"),
}

READ: dict[str, tuple[bytes, Any]] = {
    "an object": (b'{"id":"7"}', {"id": "7"}),
    "white space around": (b'\r\n {"id":"7"}\t', {"id": "7"}),
    "a byte order mark": (b'\xef\xbb\xbf{"id":"7"}', {"id": "7"}),
    "a whole surrogate pair": (b'"\\ud83d\\ude00"', "😀"),
    "an escaped backslash before ud": (b'"\\\\ud800"', "\\ud800"),
    "numbers": (b"[0,-1,1.5,1e3,9007199254740993]", [0, -1, 1.5, 1000.0, 9007199254740993]),
    "as deep as may be": (b"[" * DEPTH + b"]" * DEPTH, None),
    "many brackets side by side": (b"[" + b"[]," * 1000 + b"[]]", None),
    "brackets in a string": (b'"' + b"[{" * 1000 + b'"', None),
    "brackets in a string with quotes": (b'["\\"' + b"[" * 1000 + b'\\\\","' + b"{" * 1000 + b'"]', None),
}


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_believed_is_refused(data: bytes, why: str) -> None:
    """And says why; it is never taken for nothing."""
    with pytest.raises(Unreadable, match=why):
        decode(data)


@pytest.mark.parametrize(("data", "value"), READ.values(), ids=READ)
def test_what_json_allows_is_read(data: bytes, value: Any) -> None:
    """Strictness ends where JSON says yes."""
    assert decode(data) == (value if value is not None else json.loads(data))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """F15: no other exception, and what is read is what the standard library reads."""
    try:
        value = decode(data)
    except Unreadable as error:
        assert str(error).isprintable()
    else:
        assert value == json.loads(data)


@given(st.text(alphabet='[]{}",:\\1 ', max_size=300))
def test_any_nesting_is_read_or_refused(text: str) -> None:
    """F15: depth is judged before anything is built."""
    with contextlib.suppress(Unreadable):
        assert decode(text.encode()) == json.loads(text)


deep = st.recursive(
    st.text('[]{}"\\', max_size=5), lambda i: st.lists(i, max_size=3) | st.dictionaries(st.text('[{"\\'), i, max_size=3)
)


@given(deep, st.integers(0, DEPTH + 20))
def test_depth_is_counted_outside_strings_only(value: Any, wraps: int) -> None:
    """F15: exactly the nesting that JSON has, whatever brackets and quotes stand in its strings."""
    for _ in range(wraps):
        value = [value]
    data = json.dumps(value).encode()
    if depth_of(value) <= DEPTH:
        assert decode(data) == value
    else:
        with pytest.raises(Unreadable, match="deeper"):
            decode(data)


def depth_of(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)
