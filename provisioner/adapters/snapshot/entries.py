"""A snapshot's entries as they stand in its files, and a snapshot made of entries."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from provisioner.adapters.snapshot.layout import MANIFEST, locate
from provisioner.adapters.snapshot.stream import Malformed, Stream


def entries_of(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(section, entry) of every file of a snapshot that was checked before. Raises SnapshotInvalid."""
    for part in locate(path).parts:
        with part.path.open("rb") as file:
            for element in part.form().elements(Stream(file)):
                if isinstance(element, Malformed):
                    raise element
                yield element.section, element.entry


def write_entries(folder: Path, entries: Iterable[tuple[str, dict[str, Any]]], generated_at: datetime | None) -> None:
    """Write a snapshot: a JSON list for each section, and when it was generated."""
    files: dict[str, BinaryIO] = {}
    try:
        for section, entry in entries:
            separator = b",\n" if section in files else b"[\n"
            if section not in files:
                files[section] = (folder / f"{section}.json").open("wb")
            files[section].write(separator + orjson.dumps(entry))
        for file in files.values():
            file.write(b"\n]\n")
    finally:
        for file in files.values():
            file.close()
    if generated_at is not None:
        (folder / MANIFEST).write_bytes(orjson.dumps({"generatedAt": generated_at}) + b"\n")
