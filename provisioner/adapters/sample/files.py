"""Writes a snapshot's files beside the old ones and puts them in their place when all are complete."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

Entry: TypeAlias = dict[str, Any]

MANIFEST: Final = "manifest.json"


class SnapshotWriter:
    """New files of a snapshot. Whoever reads while they are put in place sees by the manifest that they do not fit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def write(self, section: str, entries: Iterable[Entry]) -> None:
        """One file of entries, a line each."""
        name = f"{section}.jsonl"
        digest, count = hashlib.sha256(), 0
        with self._new(name).open("wb") as file:
            for entry in entries:
                line = orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE)
                file.write(line)
                digest.update(line)
                count += 1
        self._files[name], self._counts[section] = digest.hexdigest(), count

    def publish(self, said: Mapping[str, Any]) -> None:
        """Put the files in place, the manifest last; ``said`` is what the manifest says besides."""
        manifest = {**said, "counts": self._counts, "sha256": self._files}
        self._new(MANIFEST).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        for name in (*self._files, MANIFEST):
            self._new(name).replace(self._folder / name)

    def _new(self, name: str) -> Path:
        return self._folder / f"{name}.new"


def entries_of(folder: Path, section: str) -> Iterator[Entry]:
    """The entries of one file, streamed."""
    with (folder / f"{section}.jsonl").open("rb") as file:
        yield from map(orjson.loads, file)
