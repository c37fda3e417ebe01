"""Patterns as .NET writes them, into the syntax of the ``regex`` library in its version 1.

Source: .NET's page *Regular Expression Language - Quick Reference*. What .NET refuses is refused here, so that a
rehearsal does not accept what the service would not; what ``regex`` reads differently is rewritten. Balancing groups,
numbered group names and ``(?n)`` have no counterpart and are refused as well.
"""

from dataclasses import dataclass, field
from typing import Final

LARGEST: Final = 10_000
"""Characters a pattern may stand for once its fixed repetitions are written out, which ``regex`` does (F25):
``((a{1000}){1000}){1000}`` would take gigabytes."""

_QUANTIFIERS: Final = "*+?"
_PLAIN_ESCAPES: Final = frozenset("aAbBdDfGnrsStvwW")
_CLASS_ESCAPES: Final = frozenset("dDsSwW")
_REWRITTEN: Final = {"Z": r"(?=\n?\Z)", "z": r"\Z", "e": r"\x1b"}
_HEXADECIMAL: Final = {"x": 2, "u": 4}
_FLAGS: Final = frozenset("imsx-")
_LOOKS: Final = (":", "=", "!", ">", "<=", "<!")


class NotAPattern(ValueError):
    """What .NET would refuse, or what has no counterpart here; the message says which and where."""


@dataclass(slots=True)
class _Level:
    """A group whose parenthesis is open: what it stands for, and the size of its last atom."""

    size: int = 0
    last: int = 0


@dataclass(slots=True)
class Translator:
    """Reads one pattern from left to right."""

    text: str
    at: int = 0
    out: list[str] = field(default_factory=list)
    levels: list[_Level] = field(default_factory=lambda: [_Level()])

    def translate(self) -> str:
        """The pattern for ``regex``. Raises NotAPattern."""
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == "\\":
                self._atom(self._escape())
            elif letter == "[":
                self._atom(self._set())
            elif letter == "(":
                self._open()
            elif letter == ")":
                self._close()
            elif letter in _QUANTIFIERS or self._counted() is not None:
                self._quantify()
            else:
                self.at += 1
                self._atom("\\" + letter if letter in "{}]" else letter)
        if len(self.levels) > 1:
            raise self._wrong("a parenthesis is not closed")
        return "".join(self.out)

    def _wrong(self, message: str) -> NotAPattern:
        return NotAPattern(f"{message} at position {self.at + 1}")

    def _peek(self, ahead: int = 0) -> str:
        return self.text[self.at + ahead : self.at + ahead + 1]

    def _atom(self, written: str, size: int = 1) -> None:
        self.out.append(written)
        level = self.levels[-1]
        level.size += size
        level.last = size
        if level.size > LARGEST:
            raise self._wrong(f"the repetitions make more than {LARGEST} characters")

    def _counted(self) -> tuple[int, str] | None:
        """A ``{n}``, ``{n,}`` or ``{n,m}`` that begins here: its least count and its text. Other braces are literal."""
        end = self.text.find("}", self.at)
        if self._peek() != "{" or end < 0:
            return None
        least, comma, most = self.text[self.at + 1 : end].partition(",")
        if not _is_number(least) or not (_is_number(most) or most == ""):
            return None
        if most and int(least) > int(most):
            raise self._wrong("the repetition's bounds are the wrong way round")
        return int(least), f"{{{least}{comma}{most}}}"

    def _quantify(self) -> None:
        level = self.levels[-1]
        if not level.last:
            raise self._wrong("there is nothing to repeat")
        least, written = self._counted() or (0, self._peek())
        size = level.last * max(least, 1)
        level.size -= level.last
        self.at += len(written)
        if self._peek() == "?":
            written += "?"
            self.at += 1
        self._atom(written, size)
        level.last = 0  # .NET refuses a quantifier of a quantifier; regex would read a++ as possessive

    def _open(self) -> None:
        if not self.text.startswith("(?", self.at):
            self._enter("(")
            return
        rest = self.text[self.at + 2 :]
        look = next((look for look in _LOOKS if rest.startswith(look)), None)
        if look is not None:
            self._enter("(?" + look)
        elif rest[:1] in ("<", "'"):
            self._named(">" if rest[0] == "<" else "'")
        elif rest[:1] == "#":
            self.at = self._find(")") + 1
        elif rest[:1] == "(":
            self._conditional()
        else:
            self._flags()

    def _enter(self, written: str, length: int | None = None) -> None:
        self.out.append(written)
        self.at += len(written) if length is None else length
        self.levels.append(_Level())

    def _named(self, closer: str) -> None:
        start = self.at + 3
        end = self.text.find(closer, start)
        name = self.text[start:end] if end > 0 else ""
        if not _is_name(name):
            raise self._wrong("a group's name is letters, digits and underscores, and does not begin with a digit")
        self._enter(f"(?<{name}>", end + 1 - self.at)

    def _conditional(self) -> None:
        end = self._find(")")
        name = self.text[self.at + 3 : end]
        if not (_is_name(name) or _is_number(name)):
            raise self._wrong("a condition names a group")
        self._enter(f"(?({name})", end + 1 - self.at)

    def _flags(self) -> None:
        end = self.at + 2
        while self.text[end : end + 1] and self.text[end] in _FLAGS:
            end += 1
        closer, flags = self.text[end : end + 1], self.text[self.at + 2 : end]
        if not flags or closer not in (":", ")") or closer == "":
            raise self._wrong("this kind of group is not known")
        if closer == ":":
            self._enter(f"(?{flags}:")
            return
        self.out.append(f"(?{flags})")
        self.at = end + 1
        self.levels[-1].last = 0

    def _close(self) -> None:
        if len(self.levels) == 1:
            raise self._wrong("a parenthesis was never opened")
        inner = self.levels.pop()
        self.at += 1
        self._atom(")", inner.size + 1)

    def _find(self, wanted: str) -> int:
        end = self.text.find(wanted, self.at)
        if end < 0:
            raise self._wrong(f"{wanted!r} is missing")
        return end

    def _escape(self) -> str:
        """An escape outside a set."""
        letter = self._peek(1)
        if letter == "k":
            return self._backreference()
        if letter in _REWRITTEN or letter in _PLAIN_ESCAPES or (letter.isascii() and letter.isdigit()):
            self.at += 2
            return _REWRITTEN.get(letter, "\\" + letter)
        return self._character_escape()

    def _backreference(self) -> str:
        opener = self._peek(2)
        closer = {"<": ">", "'": "'", "{": "}"}.get(opener)
        end = self.text.find(closer, self.at + 3) if closer else -1
        name = self.text[self.at + 3 : end] if end > 0 else ""
        if not _is_name(name):
            raise self._wrong(r"\k must be followed by <name>")
        self.at = end + 1
        return f"(?P={name})"

    def _character_escape(self) -> str:
        """An escape that means the same inside and outside a set."""
        letter = self._peek(1)
        if letter in ("p", "P"):
            end = self._find("}")
            written, self.at = self.text[self.at : end + 1], end + 1
            return written
        if letter in _HEXADECIMAL:
            digits = self.text[self.at + 2 : self.at + 2 + _HEXADECIMAL[letter]]
            self.at += 2 + len(digits)
            return f"\\{letter}{digits}"
        if letter == "c":
            code = ord(self._peek(2).upper() or "\0") - 64
            if not 0 <= code < 32:
                raise self._wrong(r"\c must be followed by a letter")
            self.at += 3
            return f"\\x{code:02x}"
        if letter == "" or letter.isalnum() or letter == "_":
            raise self._wrong(f"the escape \\{letter} is not known")
        self.at += 2
        return "\\" + letter

    def _set(self, depth: int = 0) -> str:
        """``[...]``, with .NET's subtraction ``[a-z-[aeiou]]`` as a difference."""
        if depth > 8:
            raise self._wrong("sets are nested too deeply")
        self.at += 1
        negated = "^" if self._peek() == "^" else ""
        self.at += len(negated)
        parts: list[str] = []
        while not (self._peek() == "]" and parts):
            if not self._peek():
                raise self._wrong("a set is not closed")
            if self.text.startswith("-[", self.at) and parts:
                self.at += 1
                return self._difference(f"[{negated}{''.join(parts)}]", depth)
            parts.append(self._range())
        self.at += 1
        return f"[{negated}{''.join(parts)}]"

    def _difference(self, base: str, depth: int) -> str:
        taken = self._set(depth + 1)
        if self._peek() != "]":
            raise self._wrong("a subtraction must end its set")
        self.at += 1
        return f"[{base}--{taken}]"

    def _range(self) -> str:
        """One member of a set: a class, a character, or a range of characters."""
        first, is_class = self._member()
        if is_class or self._peek() != "-" or self._peek(1) in ("]", "[", ""):
            return first
        self.at += 1
        last, is_class = self._member()
        if is_class:
            raise self._wrong("a range cannot end in a class")
        return f"{first}-{last}"

    def _member(self) -> tuple[str, bool]:
        letter = self._peek()
        if letter != "\\":
            self.at += 1
            return (letter if letter.isalnum() else "\\" + letter), False
        escaped = self._peek(1)
        if escaped in _CLASS_ESCAPES:
            self.at += 2
            return "\\" + escaped, True
        if escaped in ("b", "e") or (escaped in _PLAIN_ESCAPES and escaped not in "ABG"):
            self.at += 2
            return {"b": r"\x08", "e": r"\x1b"}.get(escaped, "\\" + escaped), False
        if escaped.isascii() and escaped.isdigit():
            self.at += 2
            return rf"\x0{escaped}", False
        return self._character_escape(), escaped in ("p", "P")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6


def _is_name(text: str) -> bool:
    return text.isidentifier()


def translate(pattern: str) -> str:
    """A .NET pattern in the syntax of ``regex`` version 1.

    :raises NotAPattern: with the 1-based position.
    """
    return Translator(pattern).translate()
