"""A directory in memory, read through the same canonical form as one on disk; implements ports.Source."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from provisioner.engine.source import canonical_group, canonical_user, group_of, user_of
from provisioner.model.directory import (
    AppRole,
    Assignment,
    ObjectKind,
    SnapshotCounts,
    SnapshotSummary,
    SourceGroup,
    SourceUser,
)
from provisioner.model.errors import SnapshotInvalid

Entry = dict[str, Any]


def digest_of(value: Any) -> bytes:
    return hashlib.blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


@dataclass(frozen=True)
class MemorySnapshot:
    """One moment of the directory; implements ports.Snapshot."""

    entries: dict[str, Entry]
    group_entries: dict[str, Entry]
    assignments: tuple[Assignment, ...]
    generated_at: datetime | None = None

    @property
    def summary(self) -> SnapshotSummary:
        counts = SnapshotCounts(len(self.entries), len(self.group_entries), len(self.assignments))
        assigned = [assignment.principal_id for assignment in self.assignments]
        fingerprint = digest_of([self.entries, self.group_entries, assigned]).hex()
        return SnapshotSummary(fingerprint, counts, self.generated_at)

    @property
    def app_roles(self) -> dict[str, AppRole]:
        return {}

    @cached_property
    def groups(self) -> dict[str, SourceGroup]:
        return {name: group_of(dict(entry)) for name, entry in self.group_entries.items()}

    def user_digests(self) -> Iterable[tuple[str, bytes]]:
        return [(name, digest_of(self.entries[name])) for name in sorted(self.entries)]

    def group_digests(self) -> Iterable[tuple[str, bytes]]:
        return [(name, digest_of(self.group_entries[name])) for name in sorted(self.group_entries)]

    def user(self, id: str) -> SourceUser | None:
        return user_of(dict(self.entries[id])) if id in self.entries else None

    def users(self) -> Iterator[SourceUser]:
        return (user_of(dict(entry)) for entry in self.entries.values())


class MemorySource:
    """People and groups as they are now; ``assigned`` holds ids of people, ``assigned_groups`` those of groups."""

    def __init__(
        self,
        people: Iterable[Entry],
        assigned: Iterable[str],
        groups: Iterable[Entry] = (),
        assigned_groups: Iterable[str] = (),
        *,
        generated_at: datetime | None = None,
    ) -> None:
        self.snapshot = MemorySnapshot(
            {entry["id"]: canonical_user(entry) for entry in people},
            {entry["id"]: canonical_group(entry) for entry in groups},
            (
                *(Assignment(name, ObjectKind.USER) for name in assigned),
                *(Assignment(name, ObjectKind.GROUP) for name in assigned_groups),
            ),
            generated_at,
        )

    def fingerprint(self) -> str:
        return self.snapshot.summary.fingerprint

    @contextmanager
    def open(self) -> Iterator[MemorySnapshot]:
        yield self.snapshot


class TornSource(MemorySource):
    """A snapshot that turns out to be torn when it is read to its end (F03)."""

    def fingerprint(self) -> str:
        return "of torn bytes"

    def open(self) -> Any:
        raise SnapshotInvalid("the file ends in the middle of a person")
