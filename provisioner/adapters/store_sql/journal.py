"""Reading and writing nouns: what is pending first, then what is committed; and the commit that joins the two."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, bindparam, select, update

from provisioner.adapters.store_sql import schema
from provisioner.adapters.store_sql.database import Database
from provisioner.adapters.store_sql.pending import Pending
from provisioner.adapters.store_sql.shapes import LINKS, Key, Shape, Values
from provisioner.model.directory import ObjectKind
from provisioner.model.state import Link

T = TypeVar("T")
Step = Callable[[Connection], object]

_COUNT_ON = update(schema.serial).values(value=schema.serial.c.value + 1)
_OWNER = LINKS.every.where(schema.links.c.kind == bindparam("kind"), schema.links.c.target_id == bindparam("target_id"))
_SERIAL = select(schema.serial.c.value)


class Journal:
    """One transaction at a time. Each commit that changes anything of importance raises the serial by one."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.pending = Pending()

    @property
    def serial(self) -> int:
        """How many commits this memory has seen; an older backup has a lower one."""
        return next((row[0] for row in self.database.all(_SERIAL)), 0)

    def get(self, shape: Shape[T], key: Key) -> T | None:
        """The one value under a key."""
        pending = self.pending.get(shape, key)
        if pending is not None:
            return pending[0] if pending else None
        with self.database.understood():
            return next(map(shape.read, self.database.look_up(shape.one, key)), None)

    def group(self, shape: Shape[T], key: Key) -> tuple[T, ...]:
        """Every value under a key, of nouns that may have several."""
        pending = self.pending.get(shape, key)
        if pending is not None:
            return pending
        with self.database.understood():
            return tuple(map(shape.read, self.database.look_up(shape.one, key)))

    def owner(self, kind: ObjectKind, target_id: str) -> Link | None:
        """The link to an account: a pending one, or a committed one that no pending change touches."""
        pending = self.pending.owner(kind, target_id)
        if pending is not None:
            return pending
        found = self.database.look_up(_OWNER, (kind.value, target_id))
        with self.database.understood():
            link = next(map(LINKS.read, found), None)
        if link is not None and self.pending.get(LINKS, (kind.value, link.source_id)) is not None:
            return None
        return link

    def all(self, shape: Shape[T]) -> tuple[T, ...]:
        """Every value of a noun of which there are few, in the order of keys."""
        self.commit_pending()
        with self.database.understood():
            return tuple(map(shape.read, self.database.all(shape.every)))

    def stream(self, shape: Shape[T], query: Select[Any] | None = None) -> Iterator[T]:
        """Every value of a noun of which there may be many, or those a query selects."""
        return map(shape.unpack, self.values(shape, query))

    def values(self, shape: Shape[Any], query: Select[Any] | None = None) -> Iterator[Values]:
        """The same as bare columns, for those who read a million."""
        self.commit_pending()
        with self.database.understood():
            yield from map(shape.unsealed, self.database.stream(shape.every if query is None else query))

    def save(self, shape: Shape[T], key: Key, *values: T) -> None:
        """Put values under a key, and commit."""
        self.pending.put(shape, key, *values)
        self.commit()

    def commit_pending(self) -> None:
        """Commit, if there is anything to commit."""
        if self.pending:
            self.commit()

    def commit(self, *steps: Step) -> None:
        """Everything pending, then the steps, in one transaction. After an error all of it is pending still."""
        with self.database.writing() as connection:
            self.pending.write(connection)
            for step in steps:
                step(connection)
            connection.execute(_COUNT_ON)
        self.pending = Pending()
