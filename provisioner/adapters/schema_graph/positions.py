"""Line and column of what is said about an exported document; the file is read again only when there is something."""

from dataclasses import replace
from functools import cached_property
from pathlib import Path

from provisioner.adapters.places import KeyPath, Locator, locate_json, read_path
from provisioner.adapters.schema_graph.document import utf_8
from provisioner.model.errors import Place


class Positions:
    """The positions in one exported document."""

    def __init__(self, file: str) -> None:
        self._file = file

    def of(self, place: Place) -> Place:
        """A place in the document with its line and column; any other as it is."""
        if place.file != self._file or place.line is not None:
            return place
        found = self._locator.place((*self._root, *_folded(read_path(place.path or ""))))
        return replace(found, path=place.path)

    @cached_property
    def _locator(self) -> Locator:
        text = utf_8(Path(self._file).read_bytes()).decode(errors="replace")
        found = locate_json(self._file, text)
        return Locator(
            self._file,
            {_folded(path): position for path, position in found.keys.items()},
            {_folded(path): position for path, position in found.values.items()},
        )

    @property
    def _root(self) -> KeyPath:
        """A template's answer holds the schema under ``schema``."""
        return () if ("synchronizationRules",) in self._locator.keys else ("schema",)


def _folded(path: KeyPath) -> KeyPath:
    """As Graph spells it: PowerShell exports keys with a capital (E111)."""
    return tuple(part if isinstance(part, int) else part[:1].lower() + part[1:] for part in path)
