"""What is settled and not yet committed: per noun and key the values that will stand there, in their final form.

Only the last word about a key is kept, so the order in which objects were settled cannot matter when it is written:
first every touched key is emptied, then the new rows are put in, and so two objects may even exchange their accounts.
"""

from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import Connection

from provisioner.adapters.store_sql.database import run_many
from provisioner.adapters.store_sql.shapes import LINKS, Key, Shape, Values
from provisioner.model.directory import ObjectKind
from provisioner.model.state import Link

T = TypeVar("T")


class Pending:
    """The changes of one coming transaction. Values are packed when they are put: a bad one is refused alone."""

    def __init__(self) -> None:
        self._changes: dict[Shape[Any], dict[Key, tuple[Any, ...]]] = {}
        self._rows: dict[Shape[Any], dict[Key, list[Values]]] = {}
        self._added: dict[Shape[Any], list[Values]] = {}
        self._owners: dict[tuple[ObjectKind, str], Link] = {}

    def put(self, shape: Shape[T], key: Key, *values: T) -> None:
        """From now on exactly these values stand under the key; none removes it."""
        rows = [shape.row(value) for value in values]
        if shape is LINKS:
            self._reown(key, values)
        self._changes.setdefault(shape, {})[key] = values
        self._rows.setdefault(shape, {})[key] = rows

    def add(self, shape: Shape[T], *values: T) -> None:
        """Append to a noun without keys."""
        rows = [shape.row(value) for value in values]
        self._added.setdefault(shape, []).extend(rows)

    def get(self, shape: Shape[T], key: Key) -> tuple[T, ...] | None:
        """What will stand under the key, or None when nothing is pending for it."""
        return self._changes.get(shape, {}).get(key)

    def drop(self, shape: Shape[T], key: Key) -> None:
        """Take back what was put under the key."""
        self._changes[shape].pop(key)
        self._rows[shape].pop(key)

    def owner(self, kind: ObjectKind, target_id: str) -> Link | None:
        """The pending link to an account."""
        return self._owners.get((kind, target_id))

    def _reown(self, key: Key, links: tuple[Any, ...]) -> None:
        for old in self._changes.get(LINKS, {}).get(key, ()):
            self._owners.pop((old.kind, old.target_id), None)
        for link in links:
            self._owners[link.kind, link.target_id] = link

    def write(self, connection: Connection) -> None:
        """Carry out every change, in batches."""
        for shape, rows in self._rows.items():
            run_many(connection, shape.delete, list(rows))
            run_many(connection, shape.insert, list(chain.from_iterable(rows.values())))
        for shape, added in self._added.items():
            run_many(connection, shape.insert, added)

    def __bool__(self) -> bool:
        return any(self._rows.values()) or any(self._added.values())
