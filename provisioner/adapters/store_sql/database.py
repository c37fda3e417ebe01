"""The SQLite file: how it is opened, how a transaction begins, and what its errors mean. Nothing SQLite-only elsewhere.

Every writing transaction takes the write lock when it begins: one that reads first and writes later fails at once with
SQLITE_BUSY_SNAPSHOT, however long it is willing to wait (F05).
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Delete, Engine, Executable, Insert, Row, Select, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, StaticPool
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from provisioner.model.errors import Place, StateCorrupt, StateError, StateFull

T = TypeVar("T")

MEMORY: Final = ":memory:"
SYNCHRONOUS: Final[Mapping[str, str]] = MappingProxyType({"power-loss": "FULL", "process": "NORMAL"})
"""What a commit survives: the loss of power, or the end of the process."""

CHECKPOINT_PAGES: Final = 4_000
"""The log is folded into the file after this many pages (16 MiB): seldom enough for a cycle of small commits."""

FULLY_CHECKED_BYTES: Final = 32 * 2**20
"""Up to this size a writer compares indexes with tables and every row with its checksum when it opens the state (about
0.4 s). Above it, SQLite's quick check of the structure has to do, and a row's checksum is looked at when it is read."""

SIDES: Final = frozenset({"-wal", "-shm"})
"""What SQLite keeps beside the file while somebody has it open, and what a killed writer leaves."""

STREAMED_ROWS: Final = 10_000
"""How many rows of a long answer are in memory at once."""

MEND: Final = "put back a backup of the state file, or delete it: accounts are then matched with the target again"
_BUSY = (StateError, "another program is writing to the state and does not finish", "end it, or try again")
_FULL = (StateFull, "the state cannot grow", "free space on its disk, or raise the quota or file size limit")
_CORRUPT = (StateCorrupt, "the state file is damaged", MEND)
_DENIED = (StateError, "the state cannot be opened or written", "check the folder's and the file's owner and mode")
_MEANING: Final[Mapping[int, tuple[type[StateError], str, str]]] = MappingProxyType({
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR_WRITE: _FULL,  # a file size limit, or a quota
    sqlite3.SQLITE_CORRUPT: _CORRUPT,
    sqlite3.SQLITE_NOTADB: _CORRUPT,
    sqlite3.SQLITE_ERROR: _CORRUPT,  # our own statements are right, so the tables are not
    sqlite3.SQLITE_CANTOPEN: _DENIED,
    sqlite3.SQLITE_READONLY: _DENIED,
    sqlite3.SQLITE_PERM: _DENIED,
})  # fmt: skip
_OTHERWISE = (StateError, "the state cannot be used", "see what SQLite says")


class Database:
    """One SQLite database: a connection that reads, each statement for itself, and one that writes.

    ``patience`` is how many seconds a write waits for another program's write. Raises StateError.
    """

    def __init__(self, path: str, *, durability: str, patience: float, read_only: bool) -> None:
        self.path = path
        self._patience = patience
        self._pragmas = (
            f"PRAGMA busy_timeout = {int(patience * 1000)}",
            f"PRAGMA synchronous = {SYNCHRONOUS[durability]}",
            f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
        )
        self._read_only = read_only
        self._sides = frozenset(side for side in SIDES if Path(path + side).exists())
        self._engine = self._create_engine()
        with self.understood():
            self._reader, self._writer = self._engine.connect(), self._engine.connect()

    def _create_engine(self) -> Engine:
        pool = StaticPool if self.path == MEMORY else NullPool
        return create_engine(
            "sqlite://", creator=self._connect, poolclass=pool, isolation_level="AUTOCOMMIT", hide_parameters=True
        )

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._location(), uri=True, isolation_level=None, check_same_thread=False)
        try:
            self._set_up(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_up(self, connection: sqlite3.Connection) -> None:
        for pragma in self._pragmas:
            connection.execute(pragma)
        if not self._read_only and connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            self._write_ahead(connection)

    def _write_ahead(self, connection: sqlite3.Connection) -> None:
        """Switch to the write-ahead log. SQLite does not wait there for another who does the same at this moment."""
        busy = retry_if_exception(lambda error: getattr(error, "sqlite_errorname", "") == "SQLITE_BUSY")
        stop, wait = stop_after_delay(self._patience), wait_fixed(0.02)
        Retrying(retry=busy, stop=stop, wait=wait, reraise=True)(connection.execute, "PRAGMA journal_mode = WAL")

    def _location(self) -> str:
        if self.path == MEMORY:
            return MEMORY
        return _location(self.path, self._mode())

    def _mode(self) -> str:
        """How SQLite opens the file: a reader takes what a dead or running writer left beside it as it lies."""
        if not self._read_only:
            return "rw"
        return "ro&readonly_shm=1" if self._sides == SIDES else "ro"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: everything in it, or nothing of it."""
        with self.understood():
            self._writer.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.exec_driver_sql("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        """End the transaction, unless SQLite has already done so, as it does when the disk is full (F06)."""
        driver = self._writer.connection.driver_connection
        if driver is not None and driver.in_transaction:
            self._writer.exec_driver_sql("ROLLBACK")

    def all(self, query: Select[Any], parameters: Mapping[str, Any] | None = None) -> list[Row[Any]]:
        """The whole answer to a short query."""
        with self.understood():
            return list(self._reader.execute(query, parameters).all())

    def look_up(self, query: Select[Any], values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """The same for a query asked for every object; ``values`` are its parameters, in their order in it."""
        with self.understood():
            text = _text(query, self._reader)
            return list(_driver(self._reader).execute(text, values))

    def stream(self, query: Select[Any]) -> Iterator[Row[Any]]:
        """The answer to a long query, a bounded part of it in memory at once."""
        with self.understood():
            yield from self._reader.execution_options(yield_per=STREAMED_ROWS).execute(query)

    def ask(self, question: Callable[[Connection], T]) -> T:
        """What the reading connection says to a question that is not a query."""
        with self.understood():
            return question(self._reader)

    @property
    def fully_checked(self) -> bool:
        """Whether everything is checked at opening."""
        with self.understood():
            size = self._pragma("page_count") * self._pragma("page_size")
        return not self._read_only and bool(size <= FULLY_CHECKED_BYTES)

    def check(self) -> None:
        """Ask SQLite whether the file is whole. Raises StateCorrupt."""
        check = "integrity_check" if self.fully_checked else "quick_check"
        with self.understood():
            finding = self._pragma(check)
        if finding != "ok":
            raise self._corrupt(str(finding))

    def _pragma(self, name: str) -> Any:
        return self._reader.exec_driver_sql(f"PRAGMA {name}").scalars().first()

    @contextmanager
    def understood(self) -> Iterator[None]:
        """Say what an error of SQLite means and what to do about it."""
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            raise self._translate(error.orig if isinstance(error, DBAPIError) else error) from error
        except UnicodeDecodeError as error:  # what SQLite says of itself, or a text, is no longer text
            raise self._corrupt(error.reason) from error
        except StateError as error:
            error.place = error.place if error.place.file else Place(file=self.path)
            raise

    def _corrupt(self, finding: str) -> StateCorrupt:
        return StateCorrupt(f"{_CORRUPT[1]}: {finding}", place=Place(file=self.path), hint=MEND)

    def _translate(self, cause: BaseException | None) -> StateError:
        code = getattr(cause, "sqlite_errorcode", -1)
        kind, message, hint = _MEANING.get(code) or _MEANING.get(code & 0xFF) or _OTHERWISE
        return kind(f"{message} (SQLite: {cause})", place=Place(file=self.path), hint=hint)

    def close(self) -> None:
        """Let go of the file."""
        with self.understood():
            self._reader.close()
            self._writer.close()
            self._engine.dispose()
        if self._read_only and self.path != MEMORY and not self._sides:
            _clear_away(self.path)


def _location(path: str, mode: str) -> str:
    return f"{Path(path).absolute().as_uri()}?mode={mode}"


def _clear_away(path: str) -> None:
    """Leave no trace of having read: a reader cannot take the files it made away again, the last writer to close does.

    That is SQLite's own way and safe beside others: while anybody else has the state open, nothing is removed.
    """
    with suppress(sqlite3.Error), closing(sqlite3.connect(_location(path, "rw"), uri=True)) as connection:
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()


_texts: Final[dict[Executable, str]] = {}


def _text(statement: Select[Any] | Insert | Delete, connection: Connection) -> str:
    """The statement as the database reads it, composed once: composing it anew would cost more than SQLite's work."""
    text = _texts.get(statement)
    if text is None:
        text = _texts[statement] = str(statement.compile(dialect=connection.dialect))
    return text


def _driver(connection: Connection) -> Any:
    """The driver's own connection: what runs a dozen times for every object is five times as fast on it."""
    return connection.connection.driver_connection


def run_many(connection: Connection, statement: Insert | Delete, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement for each row.

    Each row has the values of the statement's parameters in the order in which they stand in it.
    """
    if rows:
        _driver(connection).executemany(_text(statement, connection), rows)


def create_file(path: str) -> None:
    """Make an empty state file that its owner alone can read, and its folder if need be."""
    file = Path(path)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        kind, message, hint = _DENIED
        raise kind(f"{message}: {error.strerror}", place=Place(file=path), hint=hint) from error
