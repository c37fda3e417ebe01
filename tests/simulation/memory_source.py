"""A directory in memory, read through the same canonical form as one on disk; implements ports.Source."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from provisioner.engine.source import canonical_user, user_of
from provisioner.model.directory import (
    AppRole,
    Assignment,
    ObjectKind,
    SnapshotCounts,
    SnapshotSummary,
    SourceGroup,
    SourceUser,
)

Entry = dict[str, Any]


def digest_of(value: Any) -> bytes:
    return hashlib.blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


@dataclass(frozen=True)
class MemorySnapshot:
    """One moment of the directory; implements ports.Snapshot."""

    entries: dict[str, Entry]
    assignments: tuple[Assignment, ...]

    @property
    def summary(self) -> SnapshotSummary:
        counts = SnapshotCounts(len(self.entries), 0, len(self.assignments))
        assigned = [assignment.principal_id for assignment in self.assignments]
        return SnapshotSummary(digest_of([self.entries, assigned]).hex(), counts)

    @property
    def app_roles(self) -> dict[str, AppRole]:
        return {}

    @property
    def groups(self) -> dict[str, SourceGroup]:
        return {}

    def user_digests(self) -> Iterable[tuple[str, bytes]]:
        return [(name, digest_of(self.entries[name])) for name in sorted(self.entries)]

    def group_digests(self) -> Iterable[tuple[str, bytes]]:
        return ()

    def user(self, id: str) -> SourceUser | None:
        return user_of(dict(self.entries[id])) if id in self.entries else None

    def users(self) -> Iterator[SourceUser]:
        return (user_of(dict(entry)) for entry in self.entries.values())


class MemorySource:
    """The people as they are now; ``assigned`` holds ids."""

    def __init__(self, people: Iterable[Entry], assigned: Iterable[str]) -> None:
        entries = {entry["id"]: canonical_user(entry) for entry in people}
        self.snapshot = MemorySnapshot(entries, tuple(Assignment(name, ObjectKind.USER) for name in assigned))

    def fingerprint(self) -> str:
        return self.snapshot.summary.fingerprint

    @contextmanager
    def open(self) -> Iterator[MemorySnapshot]:
        yield self.snapshot
