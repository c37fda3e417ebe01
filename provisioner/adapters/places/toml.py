"""Line and column of every key of a TOML text.

``tomllib`` gives positions for syntax errors only. tree-sitter's TOML grammar keeps the position of each key and value;
it is imported when there is something to report, so a correct file never pays for it.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provisioner.adapters.places.locator import KeyPath, Locator

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(slots=True)
class _Reader:
    """Reads the positions of one text into a locator."""

    lines: list[bytes]
    locator: Locator
    tables: dict[KeyPath, int] = field(default_factory=dict)  # arrays of tables: how many so far

    def read(self, document: "Node") -> None:
        """Note every key and value below a document node."""
        for child in document.named_children:
            if child.type == "pair":
                self._pair(child, ())
            elif child.type in ("table", "table_array_element"):
                self._table(child)

    def _table(self, node: "Node") -> None:
        header, *pairs = node.named_children
        *outer, name = _names(header)
        path: KeyPath = ()
        for part in outer:
            path = self._entered((*path, part))
        path = (*path, name)
        if node.type == "table_array_element":
            self.locator.keys.setdefault(path, self._position(header))
            self.tables[path] = self.tables.get(path, 0) + 1
            path = self._entered(path)
        self.locator.keys.setdefault(path, self._position(header))
        for pair in pairs:
            if pair.type == "pair":
                self._pair(pair, path)

    def _entered(self, path: KeyPath) -> KeyPath:
        """A name in a header stands for the last table so far when it names an array of tables."""
        return (*path, self.tables[path] - 1) if path in self.tables else path

    def _pair(self, node: "Node", table: KeyPath) -> None:
        key, value = node.named_children[:2]
        path = table
        for name in _names(key):
            path = (*path, name)
            self.locator.keys.setdefault(path, self._position(key))
        self._value(value, path)

    def _value(self, node: "Node", path: KeyPath) -> None:
        self.locator.values[path] = self._position(node)
        if node.type == "inline_table":
            for pair in node.named_children:
                if pair.type == "pair":
                    self._pair(pair, path)
        elif node.type == "array":
            elements = (child for child in node.named_children if child.type != "comment")
            for index, element in enumerate(elements):
                self._value(element, (*path, index))

    def _position(self, node: "Node") -> tuple[int, int]:
        row, column = node.start_point
        return row + 1, len(self.lines[row][:column].decode()) + 1


def _names(key: "Node") -> list[str]:
    if key.type == "dotted_key":
        return [name for child in key.named_children for name in _names(child)]
    text = (key.text or b"").decode()
    return [text[1:-1] if key.type == "quoted_key" else text]


def locate_toml(file: str, text: str) -> Locator:
    """Read the positions of a text that ``tomllib`` accepted."""
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    source = text.encode()
    locator = Locator(file, values={(): (1, 1)})
    _Reader(source.split(b"\n"), locator).read(Parser(Language(tree_sitter_toml.language())).parse(source).root_node)
    return locator
