"""Other names for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.pseudonyms import Pseudonyms, Translation, words_of

KEY = b"of one recording"


def pseudonyms(*known: str, key: bytes = KEY) -> Pseudonyms:
    made = Pseudonyms(key)
    for text in known:
        made.learn(text)
    return made


def test_one_person_has_one_pseudonym_however_she_is_written():
    """In names, addresses, capitals, and without her diacritics."""
    names = pseudonyms("Zoë Müller")
    first, last = names.name("Zoë Müller").split()
    assert names.text("zoe.muller@contoso.example") == f"{first}.{last}@contoso.example".lower()
    assert names.text("MÜLLER, Zoë has left") == f"{last.upper()}, {first} has left"
    assert "muller" not in f"{first} {last}".lower()


def test_domains_digits_and_signs_stay():
    """Filters and mappings on them still hold."""
    names = pseudonyms("ada-m.lovelace2@contoso.example")
    local, _, domain = names.text("SMTP:ada-m.lovelace2@contoso.example").removeprefix("SMTP:").partition("@")
    assert domain == "contoso.example"
    assert [letter for letter in local if not letter.isalpha()] == ["-", ".", "2"]


def test_another_key_gives_other_pseudonyms():
    """Two recordings cannot be joined by them."""
    assert pseudonyms().name("Ada") != pseudonyms(key=b"of another").name("Ada")


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1), unique=True, min_size=2))
def test_two_people_never_become_one(words):
    """Different names stay different."""
    names = pseudonyms()
    assert len({names.name(word) for word in words}) == len(words)


@given(st.text(), st.text())
def test_what_a_mapping_does_to_letters_does_not_matter(one, other):
    """Joined or in small letters before or after: the same comes out, as long as words stay words."""
    names = pseudonyms(one, other)
    assert names.name(one) + " " + names.name(other) == names.name(f"{one} {other}") or "@" in one + other
    if one.isascii():
        assert names.name(one.lower()) == names.name(one).lower()


@pytest.mark.parametrize(
    "text", ["urn:ietf:params:scim:schemas:core:2.0:User", "work", "Users", "2026-01-31T08:00:00Z"]
)
def test_the_protocol_is_left_alone(text):
    """Even where somebody is called so."""
    assert pseudonyms("Work User Users Urn").text(text) == text


def test_a_computed_value_is_found_in_an_answer():
    """What an expression makes of a name is no word of it."""
    names = pseudonyms("Ada Lovelace")
    translation = Translation(names, values={"alovel": "mtolve"})
    answer = {"externalId": "alovel", "detail": "alovel is taken, says Ada", "nickName": "The Countess"}
    told = translation.within(answer)
    assert told["externalId"] == "mtolve"
    assert told["detail"] == f"mtolve is taken, says {names.name('Ada')}"
    assert not set(words_of(told["nickName"])) & {"the", "countess"}
