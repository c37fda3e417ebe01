"""What a snapshot says of itself: counts, digests, its time. With it a cut between two entries is seen (F03)."""

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from provisioner.adapters.places import KeyPath, locate_json
from provisioner.model.errors import Place, SnapshotInvalid, together
from provisioner.model.frozen import frozen

_SHAPE: Final = '{"generatedAt": …, "counts": {…}, "sha256": {…}}'


@frozen
class Manifest:
    """``counts`` by section, ``sha256`` by file name; what is not said is not checked."""

    path: Path
    counts: Mapping[str, int] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(default_factory=dict)
    generated_at: datetime | None = None

    def check_digests(self, seen: Mapping[str, str]) -> None:
        """Raises SnapshotInvalid unless the files are the ones described: no more, no fewer, no others."""
        names = sorted(seen.keys() | self.sha256.keys()) if self.sha256 else ()
        wrong = [
            _wrong(self.path, ("sha256", name), f"{name} {reason}", "the export is incomplete or was edited")
            for name in names
            if (reason := self._reason(name, seen))
        ]
        if wrong:
            raise together(wrong)

    def _reason(self, name: str, seen: Mapping[str, str]) -> str:
        if name not in seen:
            return "is listed and not there"
        if name not in self.sha256:
            return "is not listed"
        return "has another content than its sha256 says" if self.sha256[name] != seen[name] else ""

    def check_counts(self, seen: Mapping[str, int]) -> None:
        """Raises SnapshotInvalid when a count differs."""
        wrong = [
            _wrong(
                self.path,
                ("counts", section),
                f"{seen.get(section, 0)} {section} are there and {count} were promised",
                "the export is incomplete",
            )
            for section, count in self.counts.items()
            if seen.get(section, 0) != count
        ]
        if wrong:
            raise together(wrong)


def parse_manifest(path: Path, raw: bytes) -> Manifest:
    """A manifest file. Raises SnapshotInvalid."""
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        place = Place(str(path), error.lineno, error.colno)
        raise SnapshotInvalid(f"not JSON: {error.msg}", place=place, hint="export again") from error
    if not isinstance(said, dict):
        raise _wrong(path, (), "not an object", _SHAPE)
    return read_manifest(path, said)


def read_manifest(path: Path, said: Mapping[str, Any]) -> Manifest:
    """What ``said`` promises; other keys are left alone. Raises SnapshotInvalid."""
    counts = _table(path, said, "counts", int)
    digests = {name: digest.lower() for name, digest in _table(path, said, "sha256", str).items()}
    return Manifest(path, counts, digests, _moment(path, said.get("generatedAt")))


def _table(path: Path, said: Mapping[str, Any], key: str, kind: type) -> dict[str, Any]:
    table = said.get(key) or {}
    if not isinstance(table, dict) or any(type(value) is not kind for value in table.values()):
        raise _wrong(path, (key,), f"is not an object of {kind.__name__} values", _SHAPE)
    return table


def _moment(path: Path, said: Any) -> datetime | None:
    if said is None:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except (TypeError, ValueError) as error:
        raise _wrong(path, ("generatedAt",), f"{said!r} is no time", "2026-01-31T08:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _wrong(path: Path, key: KeyPath, message: str, hint: str) -> SnapshotInvalid:
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    return SnapshotInvalid(message, place=locate_json(str(path), text).place(key), hint=hint)
