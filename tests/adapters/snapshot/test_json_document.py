"""Where the entries of a document end, whatever they hold, however it is laid out and wherever a chunk ends."""

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioner.adapters.snapshot.json_document import GUESSES, JsonDocument
from provisioner.adapters.snapshot.stream import Element, Stream

TEXTS = st.sampled_from(["", "a", "},{", "}]", '"},{"', "}\n,\n{", "\\", '\\"}]', "Zoë", "]}", "{[", "  "])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)
ENTRIES = st.lists(st.dictionaries(TEXTS, VALUES, max_size=4), max_size=5)
LAYOUTS = (
    lambda entries: json.dumps(entries, separators=(",", ":"), ensure_ascii=False),
    lambda entries: json.dumps(entries),
    lambda entries: json.dumps({"value": entries, "x": 1}, indent=2, ensure_ascii=False),
    lambda entries: json.dumps(entries).replace("}, {", "}\r\n\t,\r\n {") if "}, {" not in str(entries) else "[]",
)


def elements(text: str) -> tuple[bytes, list[Element]]:
    raw = text.encode()
    return raw, list(JsonDocument({"value": "users"}, "users").elements(Stream(BytesIO(raw))))


@pytest.mark.parametrize("chunk", [1, 5, 64, 1 << 16])
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRIES, st.sampled_from(LAYOUTS))
def test_every_entry_is_found_where_it_lies(
    monkeypatch: pytest.MonkeyPatch, chunk: int, entries: list[dict[str, Any]], layout: Any
) -> None:
    """However a document is laid out, and wherever a piece of it ends: the entry, its offset and its length."""
    monkeypatch.setattr("provisioner.adapters.snapshot.json_document.CHUNK_BYTES", chunk)
    text = layout(entries)
    expected = json.loads(text)
    expected = expected["value"] if isinstance(expected, dict) else expected

    raw, found = elements(text)

    assert [element.entry for element in found] == expected
    assert [json.loads(raw[each.offset : each.offset + each.length]) for each in found] == expected


def test_an_entry_that_holds_more_objects_than_are_guessed_at_is_read_letter_by_letter() -> None:
    """Where the first brackets do not end it, it is found all the same, and so is what follows it."""
    licences = [{"sku": number} for number in range(GUESSES + 5)]

    _, found = elements(json.dumps([{"id": "u1", "licences": licences}, {"id": "u2"}]))

    assert [element.entry["id"] for element in found] == ["u1", "u2"]
    assert found[0].entry["licences"] == licences
