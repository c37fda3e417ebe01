"""Functions on text. A null source gives null, except where the page names something else."""

import base64
import unicodedata
from collections.abc import Callable
from typing import Final

from provisioner.engine.expression.functions.table import UNDOCUMENTED, family, function
from provisioner.engine.expression.nodes import Node, literal
from provisioner.engine.expression.values import (
    LONGEST_RESULT,
    EvaluationError,
    Value,
    as_list,
    as_text,
    as_whole,
)


def append(source: Value, suffix: Value) -> Value:
    """Source and suffix; nothing is made of a missing source."""
    return None if source is None else as_text(source) + as_text(suffix)


def prepend(source: Value, prefix: Value) -> Value:
    """Prefix and source (an older function, E112)."""
    return None if source is None else as_text(prefix) + as_text(source)


def join(separator: Value, *sources: Value) -> str:
    """Every value of every source, null and empty ones left out (E80)."""
    texts = [text for source in sources for item in as_list(source) if (text := as_text(item))]
    between = as_text(separator)
    if sum(map(len, texts)) + len(between) * (len(texts) - 1) > LONGEST_RESULT:  # before it is made (F26)
        raise EvaluationError(f"Join gives more than {LONGEST_RESULT} characters")
    return between.join(texts)


def left(source: Value, count: Value) -> str:
    """The first characters; a negative count gives the source, null gives the empty string."""
    text, number = as_text(source), as_whole(count)
    return text if number < 0 else text[:number]


def mid(source: Value, start: Value, length: Value) -> Value:
    """A substring; the first character has the index 1. Beyond the end there is nothing."""
    if source is None:
        return None
    first, number = as_whole(start), as_whole(length)
    if first < 1 or number < 0:
        raise EvaluationError("Mid counts from 1, and a length is not negative")
    return as_text(source)[first - 1 : first - 1 + number]


def instr(text: Value, part: Value, start: Value = None, compare: Value = None) -> int:
    """The 1-based position of the first occurrence from a 1-based start; 0 when there is none.

    Compared exactly, unless compareType is vbTextCompare.
    """
    first = 1 if start is None else as_whole(start)
    if first < 1:
        raise EvaluationError("InStr counts from 1")
    where, what = as_text(text), as_text(part)
    if _compares_text(as_text(compare)):
        where, what = _cased(where, str.lower), _cased(what, str.lower)
    return where.find(what, first - 1) + 1


def _compares_text(compare: str) -> bool:
    """Whether a compareType leaves case aside; VBA's numbers for the two are understood."""
    if compare.lower() not in _COMPARES:
        raise EvaluationError(f"{compare[:40]!r} is no compareType; there are vbTextCompare and vbBinaryCompare")
    return _COMPARES[compare.lower()]


_COMPARES: Final = {"": False, "vbbinarycompare": False, "0": False, "vbtextcompare": True, "1": True}


def _check_compare(*arguments: Node) -> None:
    if len(arguments) == 4 and (compare := literal(arguments[3])) is not None:
        _compares_text(as_text(compare))


def word(text: Value, number: Value, delimiters: Value) -> str:
    """The n-th word between any of the delimiters; the empty string when there are fewer."""
    wanted = as_whole(number)
    separators = as_text(delimiters)
    alike = str.maketrans(dict.fromkeys(separators, separators[:1]))
    spaced = as_text(text).translate(alike)
    words = [piece for piece in (spaced.split(separators[0]) if separators else (spaced,)) if piece]
    return words[wanted - 1] if 1 <= wanted <= len(words) else ""


def split(source: Value, delimiter: Value) -> Value:
    """A list, by a delimiter.

    The page's example drops the space after the comma, which .NET's Split keeps; so does this.
    """
    if source is None:
        return None
    separator = as_text(delimiter)
    if not separator:
        raise EvaluationError("Split needs a delimiter")
    return tuple(as_text(source).split(separator))


def to_lower(source: Value, culture: Value = None) -> Value:
    """Lower case; Turkish and Azerbaijani have an i of their own."""
    if source is None:
        return None
    text = as_text(source)
    return _cased(text.replace("İ", "i").replace("I", "ı") if _is_turkic(culture) else text, str.lower)


def to_upper(source: Value, culture: Value = None) -> Value:
    """Upper case; Turkish and Azerbaijani have an i of their own."""
    if source is None:
        return None
    text = as_text(source)
    return _cased(text.replace("i", "İ").replace("ı", "I") if _is_turkic(culture) else text, str.upper)


def _cased(text: str, change: Callable[[str], str]) -> str:
    """Letter by letter as .NET does, so that ß stays and every Σ becomes σ; its invariant culture leaves ı and İ."""
    if text.isascii():
        return change(text)
    return "".join(letter if letter in "ıİ" or len(change(letter)) > 1 else change(letter) for letter in text)


def _is_turkic(culture: Value) -> bool:
    return as_text(culture).lower().partition("-")[0] in ("tr", "az")


def strip_spaces(source: Value) -> Value:
    """Without any space character."""
    return None if source is None else as_text(source).replace(" ", "")


def trim(source: Value) -> Value:
    """Without white space at either end (an older function, E112)."""
    return None if source is None else as_text(source).strip()


def to_base64(source: Value) -> Value:
    """Base64 of the UTF-16LE bytes, which .NET calls Unicode."""
    return None if source is None else base64.b64encode(as_text(source).encode("utf-16-le", "surrogatepass")).decode()


def to_utf8_hex(source: Value) -> Value:
    """The UTF-8 bytes in hexadecimal, capital letters."""
    return None if source is None else _whole(as_text(source)).encode().hex().upper()


def _whole(text: str) -> str:
    """A half of a character that UTF-8 cannot hold is U+FFFD, as in .NET."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def default_domain() -> str:
    """The directory's default domain, which a snapshot does not hold."""
    raise EvaluationError("DefaultDomain needs the directory's domains, which a snapshot does not hold")


_LIGATURES: Final = str.maketrans(
    {"æ": "ae", "Æ": "AE", "ø": "oe", "Ø": "OE", "œ": "oe", "Œ": "OE", "ß": "ss", "ł": "l", "Ł": "L", "ı": "i"}
)


def normalize_diacritics(source: Value) -> Value:
    """Letters without their marks, and the page's ligatures taken apart."""
    if source is None:
        return None
    text = as_text(source)
    if text.isascii():
        return text
    bare = _bare(unicodedata.normalize("NFD", _bare(text)))
    return unicodedata.normalize("NFC", bare.translate(_LIGATURES))


def _bare(text: str) -> str:
    """Without marks; before a text is taken apart too, as putting thousands of them in order takes seconds (F26)."""
    return "".join(
        letter for letter in text if unicodedata.category(letter) != "Mn" and not unicodedata.combining(letter)
    )


_SEPARATING: Final = frozenset(
    {"Zs", "Zl", "Zp", "Cc", "Cf", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So"}
)


def pcase(source: Value, separators: Value = None) -> Value:
    """The first letter of each word in upper case, the others in lower case."""
    if source is None:
        return None
    text = _cased(as_text(source), str.lower)
    return _title(text) if separators is None else _capitalise(text, as_text(separators))


def _title(text: str) -> str:
    """As .NET's ToTitleCase on lower case: an apostrophe and digits do not end a word."""
    letters: list[str] = []
    inside = False
    for letter in text:
        category = unicodedata.category(letter)
        if category[0] == "L":
            letters.append(letter if inside else _cased(letter, str.title))
            inside = True
            continue
        letters.append(letter)
        if category in _SEPARATING and letter != "'":
            inside = False
    return "".join(letters)


def _capitalise(text: str, separators: str) -> str:
    letters: list[str] = []
    ends = frozenset(separators)
    begins = True
    for letter in text:
        letters.append(_cased(letter, str.upper) if begins else letter)
        begins = letter in ends
    return "".join(letters)


TEXT: Final = family(
    function("Append", "source, suffix", "Puts a suffix behind a text.", append),
    function("ConvertToBase64", "source", "Base64 of a text's UTF-16LE bytes.", to_base64),
    function("ConvertToUTF8Hex", "source", "A text's UTF-8 bytes in hexadecimal.", to_utf8_hex),
    function("DefaultDomain", "", "The directory's default domain.", default_domain, page=UNDOCUMENTED),
    function(
        "InStr",
        "value1, value2, start?, compareType?",
        "Where a text first occurs in another, from 1.",
        instr,
        check=_check_compare,
    ),
    function("Join", "separator, source*", "Puts texts together, separated; empty ones are left out.", join),
    function("Left", "string, numChars", "The first characters of a text.", left),
    function("Mid", "source, start, length", "A part of a text, counted from 1.", mid),
    function("NormalizeDiacritics", "source", "Letters without accents.", normalize_diacritics),
    function("PCase", "source, wordSeparators?", "Each Word With A Capital.", pcase),
    function("Prepend", "source, prefix", "Puts a prefix before a text (older exports).", prepend, page=UNDOCUMENTED),
    function("Split", "source, delimiter", "Makes a list of a text.", split),
    function("StripSpaces", "source", "Removes every space.", strip_spaces),
    function("ToLower", "source, culture?", "Lower case.", to_lower),
    function("ToUpper", "source, culture?", "Upper case.", to_upper),
    function("Trim", "source", "Removes white space at both ends (older exports).", trim, page=UNDOCUMENTED),
    function("Word", "string, wordNumber, delimiters", "The n-th word of a text.", word),
)
