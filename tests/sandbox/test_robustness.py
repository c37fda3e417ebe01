"""Whatever arrives, the sandbox refuses in SCIM's words or does something it can say in JSON; it never breaks."""

from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.sandbox.behaviour import Behaviour
from provisioner.sandbox.catalogue import application
from provisioner.sandbox.errors import ScimError
from provisioner.sandbox.filters import resource_predicate
from provisioner.sandbox.patch import patched
from provisioner.sandbox.syntax import read_filter
from provisioner.sandbox.values import normalised
from tests.sandbox.client import CORE, ENTERPRISE

USERS, GROUPS = application("scim")
PERSON = {
    "schemas": [CORE],
    "id": "1",
    "userName": "ada",
    "active": True,
    "emails": [{"type": "work", "value": "a"}, "odd"],
    "name": {"givenName": "Ada"},
    "odd": ["x", {"value": 1}],
    ENTERPRISE: {"manager": {"value": "2"}},
    "urn:example:odd": "text",
    "meta": {"created": "2026-01-01T00:00:00Z"},
}
attributes = st.sampled_from(
    ("userName", "active", "emails", "emails.value", "meta.created", "odd", "urn:example:odd:a")
)
signs = st.sampled_from(("[", "]", "(", ")", ".", ".value", '"', "\\", '"a"', '"work"', "true", "null", "7"))
operators = st.sampled_from(("eq", "ne", "co", "gt", "pr", "and", "or", "not"))
words = attributes | operators | signs
names = st.sampled_from(
    [
        "userName",
        "active",
        "emails",
        'emails[type eq "work"].value',
        'emails[type eq "new"]',
        "name.givenName",
        "odd",
        "odd.value",
        'odd[value eq "1"].x',
        ENTERPRISE,
        f"{ENTERPRISE}:manager",
        f"{ENTERPRISE}:manager.value",
        "urn:example:odd:a",
        "urn:example:odd",
        CORE,
        "",
    ]
)
scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "True", "x"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=6
)
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["Add", "Replace", "Remove"])}, optional={"path": names | scalars, "value": values}
)


@given(st.lists(words, max_size=8).map(" ".join) | st.text(max_size=40))
def test_any_filter_is_read_or_refused(text):
    """Either a predicate that says yes or no of anybody, or a ScimError."""
    with suppress(ScimError):
        assert resource_predicate(read_filter(text), USERS)(PERSON) in (True, False)


@given(st.lists(operations | values, max_size=4))
def test_any_patch_is_done_or_refused_and_leaves_the_original_alone(sent):
    """The result can be said in JSON, and what was there is not touched."""
    before = orjson.dumps(PERSON)

    with suppress(ScimError):
        orjson.dumps(patched(PERSON, {"Operations": sent}, USERS, Behaviour()))

    assert orjson.dumps(PERSON) == before


@pytest.mark.parametrize("kind", [USERS, GROUPS], ids=lambda kind: kind.name)
@given(sent=values)
def test_any_body_is_kept_or_refused(kind, sent):
    """What is kept can be said in JSON and has no empty values at the top."""
    with suppress(ScimError):
        kept = normalised(sent, kind, Behaviour())
        assert all(value not in (None, [], {}) for value in kept.values())
        orjson.dumps(kept)
