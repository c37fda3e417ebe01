"""Opening the memory of a job: is it whole, is it ours, is it of our version."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, column, insert, inspect, select, table

from provisioner.adapters.store_sql import schema
from provisioner.adapters.store_sql.database import MEMORY, Database, create_file, run_many
from provisioner.adapters.store_sql.shapes import META, SHAPES, THE_ONE, Meta
from provisioner.adapters.store_sql.store import SqlStore
from provisioner.model.errors import InputError, LineageMismatch, Place, StateError, StateNewer
from provisioner.ports import Ids

SQLITE_URL: Final = "sqlite:///"
VERSION: Final = table("alembic_version", column("version_num"))


def open_store(
    path: str,
    *,
    job: str,
    ids: Ids,
    durability: str = "power-loss",
    read_only: bool = False,
    patience: float = 10.0,
) -> SqlStore:
    """Open, and when need be create, the memory of a job.

    ``path`` is a file, ``sqlite:///file`` or ``:memory:``; ``durability`` is ``power-loss`` or ``process``;
    ``patience`` is how many seconds a write waits for another program's write. A reader takes no lock and never holds
    up a writer; where there is no file yet it reads an empty memory.

    :raises StateError: when it is damaged (StateCorrupt), full (StateFull), another job's (LineageMismatch), locked or
        not to be opened.
    :raises StateNewer: when a later version of the program wrote it.
    """
    file = _file(path)
    if read_only and (file == MEMORY or not Path(file).exists()):
        return _blank()
    if file != MEMORY and not read_only:
        create_file(file)
    database = Database(file, durability=durability, patience=patience, read_only=read_only)
    try:
        database.check()
        with database.understood():
            revision = database.ask(_revision)
            if revision is None and read_only:
                database.close()
                return _blank()
            _bring_up_to_date(database, revision, read_only=read_only)
        return SqlStore(database, _claim(database, job, ids))
    except BaseException:
        database.close()
        raise


def _file(path: str) -> str:
    if "://" in path and not path.startswith(SQLITE_URL):
        raise InputError(f"the state cannot be kept in {path.partition('://')[0]}", hint="give the path of a file")
    return path.removeprefix(SQLITE_URL)


def _blank() -> SqlStore:
    """A memory that was never written."""
    database = Database(MEMORY, durability="process", patience=0, read_only=True)
    with database.writing() as connection:
        schema.metadata.create_all(connection)
        connection.exec_driver_sql("PRAGMA query_only = ON")
    return SqlStore(database, Meta("", ""))


def _bring_up_to_date(database: Database, revision: str | None, *, read_only: bool) -> None:
    """Migrate an older schema; every step and the note of it are one transaction."""
    if revision == schema.REVISIONS[-1]:
        return
    if revision is not None and revision not in schema.REVISIONS:
        raise StateNewer(
            f"the state was written by a later version of this program (schema {revision})",
            place=Place(file=database.path),
            hint=f"update this program (it knows up to schema {schema.REVISIONS[-1]}), or use another state",
        )
    if read_only:
        raise StateError("the state was written by an earlier version", hint="run the job once to bring it up to date")
    from provisioner.adapters.store_sql.migrations import upgrade

    with database.writing() as connection:
        upgrade(connection)


def _revision(connection: Connection) -> str | None:
    """The schema's revision; None when there is nothing yet. Raises StateError for somebody else's database."""
    names = inspect(connection).get_table_names()
    if not names:
        return None
    if VERSION.name not in names:
        raise StateError("this is a database of something else", hint="choose another path for the state")
    return str(connection.execute(select(VERSION)).scalar_one())


def _claim(database: Database, job: str, ids: Ids) -> Meta:
    """Whose memory this is; a fresh one becomes this job's, under a lineage of its own."""
    if database.fully_checked:
        _check_rows(database)
    if not database.all(META.one, META.where(THE_ONE)):
        _found(database, Meta(ids.guid(), job))
    (row,) = database.all(META.one, META.where(THE_ONE))
    with database.understood():
        meta = META.read(row)
        if meta.job != job:
            raise LineageMismatch(
                f"the state belongs to the job {meta.job!r}, not to {job!r}",
                hint="give this job a state of its own, or rename it back",
            )
    return meta


def _check_rows(database: Database) -> None:
    with database.understood():
        for shape in SHAPES:
            for row in database.stream(shape.every):
                shape.unsealed(row)


def _found(database: Database, meta: Meta) -> None:
    """Make the memory this job's, unless another process has just done so."""
    with database.writing() as connection:
        if connection.execute(META.one, META.where(THE_ONE)).first() is None:
            connection.execute(insert(schema.serial), {"id": 1, "value": 0})
            run_many(connection, META.insert, [META.row(meta)])
