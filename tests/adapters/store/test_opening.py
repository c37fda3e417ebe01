"""Whose memory it is, of which version, and who may read it."""

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from provisioner.adapters.ids import SystemIds
from provisioner.adapters.store_sql import SqlStore, migrations, open_store, schema
from provisioner.adapters.store_sql.database import Database
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import InputError, LineageMismatch, StateCorrupt, StateError, StateNewer
from provisioner.model.state import Health, Link, Request, RequestKind, Schedule, Settlement

USER = ObjectKind.USER
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
STATES = Path(__file__).parent / "states"
"""What earlier versions wrote, as SQL."""


def opened(path: Path | str, *, job: str = "job", read_only: bool = False) -> SqlStore:
    return open_store(str(path), job=job, ids=SystemIds(), read_only=read_only, patience=0.05)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_only_its_owner_can_read_a_state(tmp_path: Path) -> None:
    """File 0600 and folder 0700 from the first moment, and so are the files SQLite puts beside it."""
    file = tmp_path / ".provisioner" / "job.db"
    with opened(file) as store:
        store.save_health(Health())
        assert {mode(path) for path in file.parent.iterdir()} == {0o600}
    assert mode(file.parent) == 0o700


def test_the_state_of_another_job_is_refused(tmp_path: Path) -> None:
    """Both names and the remedy are said, and the state is as it was."""
    file = tmp_path / "state.db"
    with opened(file, job="alpha") as store:
        lineage = store.lineage
    for read_only in (True, False):
        with pytest.raises(LineageMismatch, match=r"state\.db.*'alpha'.*'beta'[^$]*hint"):
            opened(file, job="beta", read_only=read_only)
    with opened(file, job="alpha") as store:
        assert store.lineage == lineage


def test_two_memories_have_two_lineages(tmp_path: Path) -> None:
    """A state made anew is not the one that was there before."""
    with opened(tmp_path / "a.db") as one, opened(tmp_path / "b.db") as other:
        assert one.lineage != other.lineage


def test_a_memory_made_by_several_at_once_is_one(tmp_path: Path) -> None:
    """Whoever comes first founds it; the others find it, whole and with the same lineage."""
    file = tmp_path / "state.db"
    with ThreadPoolExecutor(6) as pool:
        lineages = list(pool.map(lambda _: lineage_of(file), range(6)))
    assert len(set(lineages)) == 1


def lineage_of(file: Path) -> str:
    with open_store(str(file), job="job", ids=SystemIds(), patience=30) as store:
        return store.lineage


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """What a later version wrote is neither read nor touched (F07)."""
    file = tmp_path / "state.db"
    opened(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = file.read_bytes()
    for read_only in (True, False):
        with pytest.raises(StateNewer, match=r"schema 9999[^$]*hint: update"):
            opened(file, read_only=read_only)
    assert file.read_bytes() == before


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """A wrong path does not put our tables into another program's file."""
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE cats (name TEXT)")
    connection.close()
    with pytest.raises(StateError, match="something else"):
        opened(file)
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("cats",)]
    connection.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A text file is called damaged and keeps its text."""
    file = tmp_path / "notes.txt"
    file.write_text("remember the milk\n" * 100)
    with pytest.raises(StateCorrupt, match=r"notes\.txt[^$]*hint"):
        opened(file)
    assert file.read_text().startswith("remember the milk")


def test_an_impossible_place_is_named(tmp_path: Path) -> None:
    """A folder that is a file, and a file that is a folder."""
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "state.db", tmp_path):
        with pytest.raises(StateError, match="hint"):
            opened(path)


def test_a_path_may_be_written_as_a_url(tmp_path: Path) -> None:
    """``sqlite:///`` is a path; another database is refused by name."""
    opened(f"sqlite:///{tmp_path / 'state.db'}").close()
    assert (tmp_path / "state.db").exists()
    with pytest.raises(InputError, match="postgresql"):
        opened("postgresql://db/state")


def test_names_with_every_sign_are_paths(tmp_path: Path) -> None:
    """Question mark, percent and blanks belong to the name."""
    file = tmp_path / "100% sure? it's #1" / "ä b.db"
    opened(file).close()
    assert [path.name for path in file.parent.iterdir()] == ["ä b.db"]


class TestReading:
    def test_reading_what_was_never_written_makes_nothing(self, tmp_path: Path) -> None:
        """Where no job ever ran a reader sees an empty memory, and no file appears."""
        with opened(tmp_path / "state.db", read_only=True) as store:
            assert store.lineage == ""
            assert store.health() == Health()
            assert store.cycles() == ()
        assert list(tmp_path.iterdir()) == []

    def test_a_file_nobody_finished_making_reads_as_empty(self, tmp_path: Path) -> None:
        """Killed before its first commit, a state is an empty file: readers see nothing, a writer begins anew."""
        file = tmp_path / "state.db"
        file.touch()
        with opened(file, read_only=True) as store:
            assert store.cycles() == ()
        with opened(file) as store:
            assert store.lineage

    def test_a_reader_neither_waits_nor_holds_up(self, tmp_path: Path) -> None:
        """In the middle of somebody's transaction a reader sees what was last committed, and the writer goes on."""
        file = tmp_path / "state.db"
        with opened(file) as writer, opened(file, read_only=True) as reader:
            writer.settle(Settlement(USER, "anna", link=Link(USER, "anna", "t1")))
            writer.flush()
            with writer._database.writing() as connection:
                connection.exec_driver_sql("DELETE FROM links")
                links = reader.links(USER)
                assert next(links).source_id == "anna"
            writer.save_health(Health(Schedule.PAUSED))
            assert list(links) == list(reader.links(USER)) == []
            assert reader.health() == Health(Schedule.PAUSED)

    def test_a_reader_leaves_no_trace(self, tmp_path: Path) -> None:
        """Whoever only looks changes no byte and leaves no file behind, neither beside a state at rest nor beside one
        whose writer was killed and left its log; what that wrote is read all the same.
        """
        file, killed = tmp_path / "rest" / "state.db", tmp_path / "killed"
        with opened(file) as writer:
            writer.settle(Settlement(USER, "anna", link=Link(USER, "anna", "t1")))
            writer.flush()
            copytree(file.parent, killed)
        for folder in (file.parent, killed):
            before = contents(folder)
            with opened(folder / "state.db", read_only=True) as reader:
                assert reader.link(USER, "anna") == Link(USER, "anna", "t1")
            assert contents(folder) == before
        assert set(contents(killed)) == {"state.db", "state.db-wal", "state.db-shm"}

    def test_a_reader_that_leaves_takes_nothing_from_others(self, tmp_path: Path) -> None:
        """A run that begins while somebody looks keeps what it needs when that one goes."""
        file = tmp_path / "state.db"
        opened(file).close()
        reader = opened(file, read_only=True)
        with opened(file) as writer:
            writer.save_health(Health(Schedule.PAUSED))
            reader.close()
            assert (tmp_path / "state.db-wal").exists()
            writer.save_health(Health(Schedule.DISABLED))
        with opened(file, read_only=True) as reader:
            assert reader.health() == Health(Schedule.DISABLED)

    def test_a_reader_cannot_write(self, tmp_path: Path) -> None:
        """Opened for reading, nothing can be changed."""
        file = tmp_path / "state.db"
        opened(file).close()
        with pytest.raises(StateError), opened(file, read_only=True) as store:
            store.save_health(Health(Schedule.PAUSED))
        with opened(file, read_only=True) as store:
            assert store.health() == Health()


class TestMigrations:
    def test_they_lead_to_the_tables_the_program_uses(self, tmp_path: Path) -> None:
        """From nothing, the revisions make exactly what the metadata says: table by table, index by index."""
        opened(tmp_path / "migrated.db").close()
        engine = create_engine(f"sqlite:///{tmp_path / 'made.db'}")
        schema.metadata.create_all(engine)
        engine.dispose()
        migrated, made = tables(tmp_path / "migrated.db"), tables(tmp_path / "made.db")
        assert migrated.pop("alembic_version")
        assert migrated == made

    def test_the_newest_revision_is_the_one_expected(self) -> None:
        """Whoever adds a revision names it in the schema, or no state would ever be brought up to date."""
        folder = Path(migrations.__file__).parent
        script = ScriptDirectory(folder)
        assert [revision.revision for revision in script.walk_revisions()][::-1] == list(schema.REVISIONS)

    def test_a_state_of_the_first_revision_is_brought_up_to_date(self, tmp_path: Path) -> None:
        """F07: a file as the first version left it, in the middle of its life: nothing is lost, it is used at once."""
        file = tmp_path / "state.db"
        connection = sqlite3.connect(file)
        connection.executescript((STATES / "0001.sql").read_text())
        connection.close()
        with pytest.raises(StateError, match="run the job once"):
            opened(file, job="real-links", read_only=True)
        with opened(file, job="real-links") as store:
            assert store.lineage == "ae2ab026-0b53-4e7c-ba65-f0407a6e75f5"
            assert (store.watermark().fingerprint, store.watermark().people) == ("f1", None)
            assert list(store.digests(USER)) == [("anna", b"d1"), ("bert", b"d2")]
            assert store.link(USER, "anna") == Link(USER, "anna", "t1")
            assert [escrow.source_id for escrow in store.escrows()] == ["bert"]
            assert [intent.match_value for intent in store.intents()] == ["carl@example.com"]
            assert [record.name for record in store.records()] == ["Anna"]
            assert [approval.digest for approval in store.approvals()] == ["held"]
            assert store.health().quarantine.reason == "TooManyDeletes"
            assert [request.kind for request in store.requests()] == [RequestKind.PAUSE, RequestKind.RESUME]
            store.ask(Request("early by its clock", RequestKind.RESTART, NOON))
            assert [request.kind for request in store.requests()][-1] is RequestKind.RESTART
            assert store.owed() == store.repeats(USER, "anna") == ()
        opened(file, job="real-links", read_only=True).close()

    def test_a_migration_is_whole_or_absent(self, tmp_path: Path) -> None:
        """Tables and the note of their revision are one transaction: interrupted after the last step, none is there."""
        file = tmp_path / "state.db"
        file.touch()
        database = Database(str(file), durability="process", patience=0, read_only=False)
        with pytest.raises(KeyboardInterrupt):
            upgrade_and_stop(database)
        database.close()
        assert tables(file) == {}
        opened(file).close()
        assert "alembic_version" in tables(file)


def upgrade_and_stop(database: Database) -> None:
    with database.writing() as connection:
        migrations.upgrade(connection)
        raise KeyboardInterrupt


def tables(file: Path) -> dict[str, str]:
    """Every table and index with the statement that made it, blanks and quotes apart."""
    connection = sqlite3.connect(file)
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {name: " ".join(sql.replace('"', "").split()) for name, sql in found}
