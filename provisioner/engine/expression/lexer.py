"""Text into tokens. One pass, no look-back, every limit with its reason (F26)."""

from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

from provisioner.model.errors import ExpressionInvalid
from provisioner.model.frozen import frozen

LONGEST: Final = 10_000
"""Characters of an expression (E80)."""
MOST_TOKENS: Final = 5_000
"""Tokens of an expression: bounds the work of parsing and evaluating."""

_PUNCTUATION: Final = "(),"
_OPERATORS: Final = ("<>", ">=", "<=", "=", ">", "<")
_DIGITS: Final = frozenset("0123456789")
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_LONGEST_NUMBER: Final = 30
_LONGEST_DECIMAL: Final = 15
"""Digits a double keeps, so that a decimal number is the same after it was shown and read again."""


class Kind(Enum):
    """What a token is."""

    TEXT = auto()
    NUMBER = auto()
    WORD = auto()
    ATTRIBUTE = auto()
    PUNCTUATION = auto()
    OPERATOR = auto()
    END = auto()


@frozen
class Token:
    """A token; ``value`` is its meaning: text without quotes, a number, a name."""

    kind: Kind
    value: str | int | float
    offset: int


class Lexer:
    """Reads the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def tokens(self) -> Iterator[Token]:
        """Every token, END last.

        :raises ExpressionInvalid: at a character that begins no token, or over a limit.
        """
        if len(self._text) > LONGEST:
            raise self.wrong(f"an expression has at most {LONGEST} characters", LONGEST)
        for _ in range(MOST_TOKENS):
            self._skip_spaces()
            if self._at >= len(self._text):
                yield Token(Kind.END, "", self._at)
                return
            yield self._next()
        raise self.wrong(f"an expression has at most {MOST_TOKENS} tokens", self._at)

    def wrong(self, message: str, offset: int, hint: str = "") -> ExpressionInvalid:
        """An error at a place in the text."""
        return ExpressionInvalid(message, expression=self._text, offset=min(offset, len(self._text)), hint=hint)

    def _skip_spaces(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _next(self) -> Token:
        start, letter = self._at, self._text[self._at]
        if letter == '"':
            return self._string(start)
        if letter == "[":
            return self._attribute(start)
        if letter in _PUNCTUATION:
            self._at += 1
            return Token(Kind.PUNCTUATION, letter, start)
        for operator in _OPERATORS:
            if self._text.startswith(operator, start):
                self._at += len(operator)
                return Token(Kind.OPERATOR, operator, start)
        if self._text[start : start + 2].lower() == "&h":
            return self._hexadecimal(start)
        if letter in _DIGITS or (letter in "+-" and self._text[start + 1 : start + 2] in _DIGITS):
            return self._number(start)
        if letter.isalpha() or letter == "_":
            return self._word(start)
        raise self.wrong(f"{letter!r} begins nothing an expression is made of", start, _hint(letter))

    def _string(self, start: int) -> Token:
        """A backslash makes a quote or a backslash literal; before anything else it stays, as in a pattern."""
        parts: list[str] = []
        at = start + 1
        while at < len(self._text):
            letter = self._text[at]
            if letter == '"':
                self._at = at + 1
                return Token(Kind.TEXT, "".join(parts), start)
            if letter == "\\" and self._text[at + 1 : at + 2] in ("\\", '"'):
                at += 1
                letter = self._text[at]
            parts.append(letter)
            at += 1
        raise self.wrong("the string is not closed", start, 'a quote inside a string is written \\"')

    def _attribute(self, start: int) -> Token:
        end = self._text.find("]", start)
        if end < 0:
            raise self.wrong("'[' is not closed", start, "close it with ]")
        name = self._text[start + 1 : end].strip()
        if not name or any(letter in '["(),' for letter in name):
            raise self.wrong("[...] does not hold an attribute's name", start, "write one, as in [mail]")
        self._at = end + 1
        return Token(Kind.ATTRIBUTE, name, start)

    def _hexadecimal(self, start: int) -> Token:
        digits = self._run(start + 2, _HEX)
        if not digits or len(digits) > _LONGEST_NUMBER:
            raise self.wrong("&H must be followed by a hexadecimal number", start, "as in &H1F")
        return Token(Kind.NUMBER, int(digits, 16), start)

    def _number(self, start: int) -> Token:
        sign = 1 if self._text[start] in "+-" else 0
        whole = self._run(start + sign, _DIGITS)
        fraction = ""
        if self._text[self._at : self._at + 1] == ".":
            fraction = self._run(self._at + 1, _DIGITS)
        most = _LONGEST_DECIMAL if fraction else _LONGEST_NUMBER
        if len(whole) + len(fraction) > most:
            raise self.wrong(f"a number has at most {_LONGEST_NUMBER} digits, a decimal one {_LONGEST_DECIMAL}", start)
        text = self._text[start : self._at].rstrip(".")
        return Token(Kind.NUMBER, float(text) if fraction else int(text), start)

    def _word(self, start: int) -> Token:
        end = start
        while end < len(self._text) and (self._text[end].isalnum() or self._text[end] in "_."):
            end += 1
        self._at = end
        return Token(Kind.WORD, self._text[start:end], start)

    def _run(self, start: int, letters: frozenset[str]) -> str:
        end = start
        while end < len(self._text) and self._text[end] in letters:
            end += 1
        self._at = end
        return self._text[start:end]


def _hint(letter: str) -> str:
    if letter in "“”„‘’'":
        return 'strings stand in straight double quotes: "..."'
    if letter in "&|":
        return "there is no AND or OR; nest another IIF in valueIfTrue or valueIfFalse"
    return "functions have parentheses, attributes brackets, strings double quotes" if letter != "]" else ""
