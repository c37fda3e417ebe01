"""Tokens into a tree, with a stack of our own: deep nesting is an error, never the interpreter's limit (F26)."""

from dataclasses import dataclass, field
from typing import Final

from provisioner.engine.expression.lexer import Kind, Lexer, Token
from provisioner.engine.expression.nodes import Attribute, Call, Comparison, Empty, Node, Number, Text, Word
from provisioner.model.directory import DOTTED

DEEPEST: Final = 64
"""Nesting of functions and parentheses."""

_NAME_IT: Final = "arguments follow a function's name, as in Join(...)"
_SEPARATE: Final = "arguments are parted by commas"
_COMPARE: Final = "a comparison has a value on either side"


@dataclass(slots=True)
class _Frame:
    """A function or parenthesis whose closing has not come; the outermost frame has neither."""

    opened: Token | None = None
    name: str = ""
    arguments: list[Node] = field(default_factory=list)
    operand: Node | None = None
    operator: Token | None = None
    left: Node | None = None


class Parser:
    """Parses one expression."""

    def __init__(self, text: str) -> None:
        self._lexer = Lexer(text)
        self._frames = [_Frame()]
        self._word: Token | None = None

    def parse(self) -> Node:
        """The tree. Raises ExpressionInvalid."""
        for token in self._lexer.tokens():
            self._take(token)
        frame = self._frames[-1]
        if frame.opened is not None:
            raise self._lexer.wrong("'(' is not closed", frame.opened.offset, "close it with )")
        node = self._finish(frame)
        if node is None:
            raise self._lexer.wrong("the expression is empty", 0, "write an attribute such as [mail], or a function")
        return node

    def _take(self, token: Token) -> None:
        word, self._word = self._word, None
        if word is not None:
            if token.value == "(" and token.kind is Kind.PUNCTUATION:
                self._open(token, str(word.value), word)
                return
            self._operand(Word(str(word.value), word.offset), word)
        if token.kind is Kind.WORD:
            self._word = token
        elif token.kind is Kind.PUNCTUATION:
            self._punctuation(token)
        elif token.kind is Kind.OPERATOR:
            self._compare(token)
        elif token.kind is not Kind.END:
            self._operand(_leaf(token), token)

    def _punctuation(self, token: Token) -> None:
        if token.value == "(":
            self._open(token, "", token)
            return
        frame = self._frames[-1]
        if frame.opened is None:
            raise self._lexer.wrong(
                f"{token.value!r} stands outside any function",
                token.offset,
                "take it out, or open a function before it",
            )
        if token.value == ",":
            if not frame.name:
                raise self._lexer.wrong("a comma stands inside plain parentheses", token.offset, _NAME_IT)
            frame.arguments.append(self._finish(frame) or Empty(token.offset))
            frame.operand = frame.operator = frame.left = None
            return
        self._close(frame, token)

    def _open(self, token: Token, name: str, begins: Token) -> None:
        if self._frames[-1].operand is not None:
            raise self._lexer.wrong("a comma or an operator is missing before this", begins.offset, _SEPARATE)
        if len(self._frames) > DEEPEST:
            raise self._lexer.wrong(f"functions are nested deeper than {DEEPEST}", token.offset)
        self._frames.append(_Frame(begins, name))

    def _close(self, frame: _Frame, token: Token) -> None:
        last = self._finish(frame)
        opened = self._frames.pop().opened
        offset = opened.offset if opened is not None else token.offset
        if not frame.name:
            if last is None:
                raise self._lexer.wrong("there is nothing in these parentheses", offset, _NAME_IT)
            self._operand(last, token)
            return
        if last is not None or frame.arguments:
            frame.arguments.append(last or Empty(token.offset))
        self._operand(Call(frame.name, tuple(frame.arguments), offset), token)

    def _operand(self, node: Node, token: Token) -> None:
        frame = self._frames[-1]
        if frame.operand is not None:
            raise self._lexer.wrong("a comma or an operator is missing before this", node.offset, _SEPARATE)
        frame.operand = node

    def _compare(self, token: Token) -> None:
        frame = self._frames[-1]
        if frame.operand is None:
            raise self._lexer.wrong(f"nothing stands before {token.value!r}", token.offset, _COMPARE)
        if frame.operator is not None:
            raise self._lexer.wrong("comparisons cannot be chained", token.offset, "nest another IIF instead")
        frame.left, frame.operand, frame.operator = frame.operand, None, token

    def _finish(self, frame: _Frame) -> Node | None:
        """The one operand or comparison collected in a frame; None when there is nothing."""
        if frame.operator is None or frame.left is None:
            return frame.operand
        if frame.operand is None:
            raise self._lexer.wrong(f"nothing stands after {frame.operator.value!r}", frame.operator.offset, _COMPARE)
        return Comparison(str(frame.operator.value), frame.left, frame.operand, frame.left.offset)


def _leaf(token: Token) -> Node:
    if token.kind is Kind.ATTRIBUTE:
        name = str(token.value)
        return Attribute(DOTTED.get(name, name), token.offset)
    if isinstance(token.value, str):
        return Text(token.value, token.offset)
    return Number(token.value, token.offset)


def parse(text: str) -> Node:
    """Read an expression.

    :raises ExpressionInvalid: with the offset where it stops being one.
    """
    return Parser(text).parse()
