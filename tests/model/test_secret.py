"""A secret shows itself to nobody, however it is asked (F32)."""

import json
import pickle
from html import escape
from urllib.parse import quote

import pytest

from provisioner.model.secret import MASK, SHORTEST_ECHO, Secret

VALUE = "S3CR3T/ab+cd==&<x>"


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format, "{:>30}".format, lambda s: f"{[s]}"])
def test_text_of_any_kind_is_the_mask(show):
    """Logs, errors and containers get eight stars."""
    assert VALUE not in show(Secret(VALUE))
    assert MASK in show(Secret(VALUE))


def test_a_secret_is_not_stored():
    """Neither pickled nor written as JSON."""
    with pytest.raises(TypeError):
        pickle.dumps(Secret(VALUE))
    with pytest.raises(TypeError):
        json.dumps(Secret(VALUE))


SPELLINGS = {
    "as it is": VALUE,
    "PHP": VALUE.replace("/", "\\/"),
    ".NET": "S3CR3T/ab\\u002Bcd==\\u0026\\u003Cx\\u003E",
    "HTML": escape(VALUE),
    "a query": quote(VALUE, safe=""),
    "a path": quote(VALUE),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_an_echo_is_masked_in_every_usual_spelling(spelling):
    """What a target sends back in an error page or a JSON error holds the token no more."""
    assert Secret(VALUE).mask(f"<{spelling}|{spelling}>") == f"<{MASK}|{MASK}>"
    assert Secret(VALUE).mask(f"<{spelling}>".encode()) == f"<{MASK}>".encode()


def test_a_short_secret_masks_no_words():
    """A token such as "secret" would make logs unreadable."""
    short = "a" * (SHORTEST_ECHO - 1)
    assert Secret(short).mask(f"{short} b") == f"{short} b"
