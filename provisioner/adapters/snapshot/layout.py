"""Which files make up a snapshot, and in which form each is."""

import hashlib
from pathlib import Path
from typing import Final

from provisioner.adapters.snapshot.csv_table import CsvTable
from provisioner.adapters.snapshot.json_document import JsonDocument
from provisioner.adapters.snapshot.json_lines import JsonLines
from provisioner.adapters.snapshot.stream import Form
from provisioner.model.errors import Place, SnapshotInvalid
from provisioner.model.frozen import frozen

USERS: Final = "users"
GROUPS: Final = "groups"
ASSIGNMENTS: Final = "assignments"
APP_ROLES: Final = "appRoles"
SECTIONS: Final = (APP_ROLES, GROUPS, ASSIGNMENTS, USERS)
MANIFEST: Final = "manifest.json"

_ID: Final = ("id", "objectId")
_KEYS: Final = {USERS: _ID, GROUPS: _ID, ASSIGNMENTS: ("principalId",), APP_ROLES: ("id",)}
"""The columns of which a table cannot do without one."""

_SECTION_OF_STEM: Final = {section.casefold(): section for section in SECTIONS}
_WANTED: Final = "a folder with users.json, groups.json, …, or one .json file with all of them"
_SUFFIXES: Final = (".json", ".jsonl", ".csv")


@frozen
class Part:
    """One file. ``section`` is None for the file that holds them all, or users alone."""

    path: Path
    section: str | None

    def form(self) -> Form:
        """A fresh reader for the file."""
        if self.section is None:
            return JsonDocument({section: section for section in SECTIONS} | {"value": USERS}, default=USERS)
        match self.path.suffix:
            case ".jsonl":
                return JsonLines(self.section)
            case ".csv":
                return CsvTable(self.section, _KEYS[self.section])
        return JsonDocument({"value": self.section, self.section: self.section}, default=self.section)


@frozen
class Layout:
    """The files of a snapshot, in the order they are read, and what was found beside them."""

    parts: tuple[Part, ...]
    manifest: Path | None = None
    warnings: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file whose bytes count, in the order of names."""
        paths = [part.path for part in self.parts] + ([self.manifest] if self.manifest else [])
        return tuple(sorted(paths, key=lambda path: path.name))


def locate(path: Path) -> Layout:
    """The files of the snapshot at ``path``: a folder, or one JSON file with everything. Raises SnapshotInvalid."""
    if not path.exists():
        raise SnapshotInvalid("no such file or folder", place=Place(str(path)), hint=_WANTED)
    layout = _folder(path) if path.is_dir() else _single(path)
    for file in layout.files:
        if not file.is_file():  # a pipe would wait for ever, and cannot be read twice
            raise SnapshotInvalid("is no regular file", place=Place(str(file)), hint=_WANTED)
    return layout


def stamps(files: tuple[Path, ...]) -> tuple[tuple[str, int, int, int], ...]:
    """What changes when a file is written or replaced: size, time of last change, inode."""
    seen = [(path.name, path.stat()) for path in files]
    return tuple((name, status.st_size, status.st_mtime_ns, status.st_ino) for name, status in seen)


def fingerprint(digests: dict[str, str]) -> str:
    """One digest for a snapshot from the names and SHA-256 digests of its files."""
    lines = (f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _single(path: Path) -> Layout:
    if path.suffix in (".jsonl", ".csv"):
        raise SnapshotInvalid("one such file cannot hold everything", place=Place(str(path)), hint=_WANTED)
    return Layout((Part(path, None),))


def _folder(folder: Path) -> Layout:
    found: dict[str, Part] = {}
    warnings = []
    for path in sorted(folder.iterdir()):
        if path.suffix not in _SUFFIXES or path.name == MANIFEST:
            continue
        section = _SECTION_OF_STEM.get(path.stem.casefold())
        if section is None:
            warnings.append(f"{path.name} is not read: its name is none of {', '.join(sorted(SECTIONS))}")
        elif section in found:
            twin = found[section].path.name
            raise SnapshotInvalid(
                f"{twin} and {path.name} both hold {section}", place=Place(str(folder)), hint="keep one"
            )
        else:
            found[section] = Part(path, section)
    if USERS not in found:
        hint = f"save the users as {' or '.join(USERS + suffix for suffix in _SUFFIXES)}"
        raise SnapshotInvalid("there is no file with users", place=Place(str(folder)), hint=hint)
    manifest = folder / MANIFEST
    parts = tuple(found[section] for section in SECTIONS if section in found)
    return Layout(parts, manifest if manifest.exists() else None, tuple(warnings))
