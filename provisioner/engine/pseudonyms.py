"""Other names for people: the same person has the same one wherever she is named, and nobody can go back.

Words are replaced, not whole texts: so ``Ada Lovelace``, ``ada.lovelace@contoso.example`` and ``LOVELACE, Ada`` stay
recognizable as one person, and what a mapping joins, splits or writes in capitals comes out the same. Letter case,
digits, signs and the domains of addresses stay. A word's pseudonym is a keyed digest of it; without the key, which is
kept nowhere, it says nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby
from typing import Any, Final
from unicodedata import combining, normalize

from provisioner.model.frozen import frozen

SHORTEST: Final = 3
"""Letters of a word that is replaced outside the names themselves: shorter ones are words of every language."""

PERSONAL: Final = frozenset({
    "displayname", "emailaddress", "familyname", "firstname", "formatted", "givenname", "imaddresses", "lastname",
    "mail", "mailnickname", "middlename", "nickname", "onpremisesdistinguishedname", "onpremisessamaccountname",
    "onpremisesuserprincipalname", "othermails", "preferredname", "proxyaddresses", "surname", "username",
    "userprincipalname",
})  # fmt: skip
"""Attributes of a person, of the directory's and of SCIM's, in which every word names her."""

STRUCTURE: Final = frozenset({
    "accepted", "active", "and", "application", "com", "eq", "example", "false", "group", "groups", "guest", "home",
    "http", "https", "json", "localhost", "member", "members", "other", "primary", "private", "public", "scim", "true",
    "type", "unified", "urn", "user", "users", "value", "work",
})  # fmt: skip
"""Words of the protocol, which are not replaced though somebody may bear one as a name."""

_UNDIVIDED: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_CONSONANTS: Final = "bdfgklmnprstvz"
_VOWELS: Final = "aeiou"
_SYLLABLES: Final = 4
_IN_ADDRESSES: Final = frozenset("._-+'#")


def fold(word: str) -> str:
    """The word without case and diacritics: what may be written in several ways is one name."""
    plain = "".join(letter for letter in normalize("NFKD", word.casefold()) if not combining(letter))
    return plain.translate(_UNDIVIDED)


def words_of(text: str) -> Iterator[str]:
    """The words of a text, folded."""
    return (fold(part) for is_word, part in _split(text) if is_word)


def _split(text: str) -> Iterator[tuple[bool, str]]:
    """The text in runs of letters and of other signs."""
    for is_word, letters in groupby(text, lambda letter: letter.isalpha() or combining(letter) > 0):
        yield is_word, "".join(letters)


@dataclass(slots=True)
class Pseudonyms:
    """The pseudonyms of one recording.

    :param key: what they are digested with; whoever has it can try names.
    :param protected: words that keep their meaning, folded: those of the job and of the protocol.
    """

    key: bytes
    protected: frozenset[str] = STRUCTURE
    _given: dict[str, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)

    def learn(self, text: str) -> None:
        """These words name somebody; of an address those before the @."""
        for is_address, part in _addresses(text):
            named = part.rpartition("@")[0] if is_address else part if "@" not in text else ""
            self._known.update(word for word in words_of(named) if len(word) >= SHORTEST)

    def name(self, text: str) -> str:
        """A text that names a person: every word of it is replaced, but no domain."""
        return self.text(text) if "@" in text else self._every_word(text)

    def text(self, text: str) -> str:
        """Any text: what is before the @ of an address is replaced, and every word that is known to name somebody."""
        return "".join(
            self._address(part) if is_address else self._known_words(part) for is_address, part in _addresses(text)
        )

    def _address(self, address: str) -> str:
        local, at, domain = address.rpartition("@")
        return self._every_word(local) + at + domain

    def _every_word(self, text: str) -> str:
        return "".join(self._of(part) if is_word else part for is_word, part in _split(text))

    def _known_words(self, text: str) -> str:
        if text.startswith("urn:"):
            return text
        return "".join(self._of(part) if is_word and self._names(part) else part for is_word, part in _split(text))

    def _names(self, word: str) -> bool:
        folded = fold(word)
        return folded in self._known and folded not in self.protected

    def _of(self, word: str) -> str:
        pseudonym = self._given.get(folded := fold(word)) or self._invent(folded)
        if word.isupper() and len(word) > 1:
            return pseudonym.upper()
        return pseudonym.capitalize() if word[0].isupper() else pseudonym

    def _invent(self, folded: str) -> str:
        """A pseudonym nobody else has, and that is nobody's name."""
        attempt = 0
        while (made := self._digest(f"{attempt} {folded}")) in self._taken or made in self._known:
            attempt += 1
        self._taken.add(made)
        self._given[folded] = made
        return made

    def _digest(self, text: str) -> str:
        number = int.from_bytes(blake2b(text.encode(), key=self.key, digest_size=16).digest())
        letters = []
        for _ in range(_SYLLABLES):
            number, consonant = divmod(number, len(_CONSONANTS))
            number, vowel = divmod(number, len(_VOWELS))
            letters.append(_CONSONANTS[consonant] + _VOWELS[vowel])
        return "".join(letters)


def _addresses(text: str) -> Iterator[tuple[bool, str]]:
    """The text in e-mail addresses and what is between them."""
    begin = 0
    while (at := text.find("@", begin)) >= 0:
        start = at
        while start > begin and _in_address(text[start - 1]):
            start -= 1
        end = at + 1
        while end < len(text) and _in_address(text[end]):
            end += 1
        yield False, text[begin:start]
        yield start < at, text[start:end]
        begin = end
    yield False, text[begin:]


def _in_address(letter: str) -> bool:
    return letter.isalnum() or letter in _IN_ADDRESSES


@frozen
class Translation:
    """How the texts of one object are told under pseudonyms.

    :param personal: attributes whose every word names the person, by their folded last names.
    :param values: what its mappings give -> what they give from the pseudonymised source. So a value that is computed
        from a name is found in an answer too, whatever the expression makes of it.
    """

    names: Pseudonyms
    personal: frozenset[str] = PERSONAL
    values: Mapping[str, str] = field(default_factory=dict)

    def within(self, value: Any, key: str = "") -> Any:
        """A JSON value with every text in it translated; ``key`` is the attribute it stands in."""
        if isinstance(value, dict):
            return {name: self.within(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [self.within(part, key) for part in value]
        return self.text(value, key) if isinstance(value, str) else value

    def text(self, text: str, key: str = "") -> str:
        """One text."""
        if text in self.values:
            return self.values[text]
        return self.names.name(text) if key.casefold() in self.personal else self.prose(text)

    def prose(self, text: str) -> str:
        """A text that may quote a value of the object's."""
        for value in sorted(self.values, key=len, reverse=True):
            if len(value) > SHORTEST and value != self.values[value]:
                text = text.replace(value, self.values[value])
        return self.names.text(text)


def learn_from(names: Pseudonyms, value: Any, personal: Iterable[str], key: str = "") -> None:
    """Learn the names in a JSON value: of the personal attributes, and of every address."""
    if isinstance(value, dict):
        for name, part in value.items():
            learn_from(names, part, personal, name)
    elif isinstance(value, list):
        for part in value:
            learn_from(names, part, personal, key)
    elif isinstance(value, str) and ("@" in value or key.casefold() in personal):
        names.learn(value)
