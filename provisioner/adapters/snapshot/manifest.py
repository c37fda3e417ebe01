"""What a snapshot says of itself: counts, digests, its time. With it a cut between two entries is seen (F03)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from provisioner.adapters.snapshot.stream import invalid


@dataclass(frozen=True, slots=True)
class Manifest:
    """``counts`` by section, ``sha256`` by file name; what is not said is not checked."""

    path: Path
    counts: Mapping[str, int] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(default_factory=dict)
    generated_at: datetime | None = None

    def check_digests(self, seen: Mapping[str, str]) -> None:
        """Raises SnapshotInvalid unless the files are the ones described: no more, no fewer, no others."""
        if not self.sha256:
            return
        for name in sorted(seen.keys() | self.sha256.keys()):
            if name not in seen:
                raise invalid(self.path, f"{name} is listed and not there", entry="sha256", hint="export again")
            if self.sha256.get(name) != seen[name]:
                reason = "is not listed" if name not in self.sha256 else "has another content than its sha256 says"
                raise invalid(
                    self.path, f"{name} {reason}", entry="sha256", hint="the export is incomplete or was edited"
                )

    def check_counts(self, seen: Mapping[str, int]) -> None:
        """Raises SnapshotInvalid when a count differs."""
        for section, count in self.counts.items():
            if seen.get(section, 0) != count:
                message = f"{seen.get(section, 0)} {section} are there and {count} were promised"
                raise invalid(self.path, message, entry=f"counts.{section}", hint="the export is incomplete")


def parse_manifest(path: Path, raw: bytes) -> Manifest:
    """A manifest file. Raises SnapshotInvalid."""
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise invalid(path, f"not JSON: {error}") from error
    if not isinstance(said, dict):
        raise invalid(path, "not an object", hint='{"generatedAt": …, "counts": {…}, "sha256": {…}}')
    return read_manifest(path, said)


def read_manifest(path: Path, said: Mapping[str, Any]) -> Manifest:
    """What ``said`` promises; other keys are left alone. Raises SnapshotInvalid."""
    counts = _table(path, said, "counts", int)
    digests = {name: digest.lower() for name, digest in _table(path, said, "sha256", str).items()}
    return Manifest(path, counts, digests, _moment(path, said.get("generatedAt")))


def _table(path: Path, said: Mapping[str, Any], key: str, kind: type) -> dict[str, Any]:
    table = said.get(key) or {}
    if not isinstance(table, dict) or any(type(value) is not kind for value in table.values()):
        raise invalid(path, f"is not an object of {kind.__name__} values", entry=key)
    return table


def _moment(path: Path, said: Any) -> datetime | None:
    if said is None:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except (TypeError, ValueError) as error:
        raise invalid(path, f"{said!r} is no time", entry="generatedAt", hint="2026-01-31T08:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
