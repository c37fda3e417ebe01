"""A state that is locked, full or damaged: told as such, never half-written, never silently different (F05-F07)."""

import sqlite3
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import provisioner
from provisioner.adapters.ids import SeededIds, SystemIds
from provisioner.adapters.store_sql import SqlStore, database, open_store
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import RefusedToRun, StateCorrupt, StateError, StateFull
from provisioner.model.outcome import Action
from provisioner.model.record import Record
from provisioner.model.state import (
    Approval,
    CycleRow,
    Escrow,
    Health,
    Intent,
    Link,
    PendingReference,
    Quarantine,
    Request,
    RequestKind,
    Settlement,
    Watermark,
)

USER, GROUP = ObjectKind.USER, ObjectKind.GROUP
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = Path(provisioner.__file__).parent


def opened(path: Path, *, patience: float = 0.05, read_only: bool = False) -> SqlStore:
    return open_store(
        str(path), job="job", ids=SystemIds(), patience=patience, durability="process", read_only=read_only
    )


def settled(number: int, text: str = "") -> Settlement:
    """Everything a created object leaves behind."""
    name = f"user-{number:04}"
    record = Record(f"r-{name}", NOW, 1, "User", name, f"{name}@x", "create", "success", {"n": number, "text": text})
    return Settlement(
        USER, name, digest=b"d" * 16, link=Link(USER, name, f"t-{name}"), intents=(f"i-{name}",), records=(record,)
    )


def intent(number: int) -> Intent:
    name = f"user-{number:04}"
    return Intent(f"i-{name}", USER, name, Action.CREATE, NOW, match_path="userName", match_value=name)


@contextmanager
def write_lock(path: Path) -> Iterator[Callable[[], None]]:
    """Another program in the middle of a write; call the value to let it end."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield lambda: other.execute("COMMIT") and None
    finally:
        other.close()


class TestLocked:
    def test_a_write_waits_for_another_programs_write(self, tmp_path: Path) -> None:
        """Somebody writes for a while: the write succeeds when it is over (F05)."""
        with opened(tmp_path / "state.db", patience=30) as store, write_lock(tmp_path / "state.db") as let_go:
            timer = threading.Timer(0.3, let_go)
            timer.start()
            store.save_health(Health(disabled_reason="written"))
            timer.join()
            assert store.health().disabled_reason == "written"

    def test_a_write_that_waits_in_vain_leaves_nothing_half_done(self, tmp_path: Path) -> None:
        """Somebody writes forever: StateError, nothing of it is visible, and afterwards it can be done again (F05)."""
        with opened(tmp_path / "state.db") as store, opened(tmp_path / "state.db") as other:
            store.settle(settled(1))
            with write_lock(tmp_path / "state.db"):
                with pytest.raises(StateError, match=r"another program is writing[^$]*hint"):
                    store.intend(intent(2))
                assert other.link(USER, "user-0001") is None
            store.flush()
            assert other.link(USER, "user-0001") == Link(USER, "user-0001", "t-user-0001")
            assert list(other.intents()) == []

    def test_opening_a_locked_state_for_reading_works(self, tmp_path: Path) -> None:
        """``status`` looks on while somebody writes."""
        opened(tmp_path / "state.db").close()
        with write_lock(tmp_path / "state.db"), opened(tmp_path / "state.db", read_only=True) as store:
            assert store.health() == Health()

    def test_no_transaction_begins_without_taking_the_write_lock(self) -> None:
        """Every BEGIN in the program is a BEGIN IMMEDIATE: one that reads first fails at once when it writes (F05)."""
        texts = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")]
        begins = [rest for text in texts for rest in text.split('"BEGIN')[1:]]
        assert begins
        assert all(rest.startswith(' IMMEDIATE"') for rest in begins)


class TestFull:
    def test_a_full_disk_stops_at_an_intent_and_goes_on_with_space(self, tmp_path: Path) -> None:
        """StateFull before the question is asked; whatever was committed is whole; with space again nothing is lost."""
        with opened(tmp_path / "state.db") as store:
            limit_pages(store, more=8)
            asked = fill(store, StateFull)
            with opened(tmp_path / "state.db", read_only=True) as other:
                assert all_whole(other)
                assert [i.source_id for i in other.intents()] == [f"user-{asked - 1:04}"]
            limit_pages(store, more=10_000)
            store.flush()
            store.intend(intent(asked))
            assert list(store.intents()) == [intent(asked)]
            assert store.counts()[USER] == asked

    def test_a_file_size_limit_is_a_full_disk(self, tmp_path: Path) -> None:
        """What the system forbids to grow is told as full, in a process of its own because its limit stays (F06)."""
        script = f"""
import resource
from pathlib import Path
from provisioner.model.errors import StateFull
from tests.adapters.store.test_faults import fill, opened
store = opened(Path({str(tmp_path / "state.db")!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
print(fill(store, StateFull))
"""
        asked = subprocess.run(
            [sys.executable, "-c", script], cwd=SOURCE.parent, capture_output=True, check=True
        ).stdout
        with opened(tmp_path / "state.db", read_only=True) as store:
            assert all_whole(store)
            assert [intent.source_id for intent in store.intents()] == [f"user-{int(asked) - 1:04}"]


def limit_pages(store: SqlStore, *, more: int) -> None:
    """Let the file grow by so many pages and no further."""
    connection = store._database._writer
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + more}")


def fill(store: SqlStore, error: type[StateError]) -> int:
    """Create accounts until the state refuses; how many questions were asked."""
    for number in range(10_000):
        try:
            store.intend(intent(number))
        except error:
            return number
        store.settle(settled(number, "x" * 2_000))
    raise AssertionError("the state never refused")


def all_whole(store: SqlStore) -> bool:
    """Whether digest, link and record are there for the same objects."""
    links = [link.source_id for link in store.links(USER)]
    seen = [source_id for source_id, _ in store.digests(USER)]
    return bool(links) and links == seen == [record.source_id for record in store.records()]


@dataclass(frozen=True)
class Damage:
    """One byte of the file, replaced by its complement."""

    page: int
    offset: int


class TestDamaged:
    def test_a_flipped_byte_is_noticed_or_changes_nothing(self, tmp_path: Path) -> None:
        """On every page of the file, in its header and at random places: an error, or the identical reading (F07)."""
        file = tmp_path / "state.db"
        write_everything(file)
        whole, truth = file.read_bytes(), everything(file)
        silent, noticed = [], 0
        for damage in damages(len(whole) // 4096):
            file.write_bytes(flipped(whole, damage))
            try:
                reading = everything(file)
            except (StateError, RefusedToRun):
                noticed += 1
                continue
            if reading != truth:
                silent.append(damage)
        assert silent == []
        assert noticed > 0

    def test_a_changed_value_is_noticed_though_the_file_is_sound(self, tmp_path: Path) -> None:
        """SQLite finds nothing wrong with a link to another account; the row's checksum does, when it is opened."""
        file = tmp_path / "state.db"
        relink(file)
        with pytest.raises(StateCorrupt, match=r"state\.db.*'links'[^$]*hint"):
            opened(file)

    def test_a_changed_value_in_a_large_state_is_noticed_when_it_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Too large to look at every row when it is opened, a state still never gives away a changed one."""
        monkeypatch.setattr(database, "FULLY_CHECKED_BYTES", 0)
        file = tmp_path / "state.db"
        relink(file)
        with opened(file) as store:
            with pytest.raises(StateCorrupt, match=r"'links'[^$]*hint"):
                store.link(USER, "user-0001")
            with pytest.raises(StateCorrupt, match=r"state\.db"):
                list(store.links(USER))

    def test_a_cut_file_is_noticed(self, tmp_path: Path) -> None:
        """Half a state is no state."""
        file = tmp_path / "state.db"
        write_everything(file)
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(StateCorrupt):
            everything(file)

    def test_an_error_tells_nothing_of_what_was_to_be_written(self, tmp_path: Path) -> None:
        """Neither message nor traceback holds a value of the row (F32)."""
        with opened(tmp_path / "state.db") as store:
            store.settle(settled(1, "s3cret"))
            with write_lock(tmp_path / "state.db"), pytest.raises(StateError) as raised:
                store.flush()
        assert "s3cret" not in "".join(traceback.format_exception(raised.value))


def relink(file: Path) -> None:
    """Have another hand link a person to somebody else's account."""
    with opened(file) as store:
        store.settle(settled(1))
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE links SET target_id = 't-user-0002'")
    connection.close()


def damages(pages: int) -> Iterator[Damage]:
    chance = SeededIds(7)
    for page in range(pages):
        header = 100 if page == 0 else 0
        for offset in (header, header + 4, header + 8, *(chance.randbelow(4096) for _ in range(6))):
            yield Damage(page, offset)


def flipped(whole: bytes, damage: Damage) -> bytes:
    at = damage.page * 4096 + damage.offset
    return whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]


def write_everything(file: Path) -> None:
    """A state with rows in every table."""
    with opened(file) as store:
        store.retarget("https://target.example")
        for number in range(40):
            store.settle(settled(number, "x" * 400))
            store.settle(Settlement(USER, f"late-{number}", escrow=Escrow(USER, f"late-{number}", NOW, 1, NOW)))
        reference = PendingReference(USER, "user-0001", "manager", "boss")
        store.settle(Settlement(USER, "user-0001", references=(reference,)))
        store.settle(Settlement(GROUP, "team", link=Link(GROUP, "team", "g1"), members_added=(("user-0001", "t"),)))
        store.intend(intent(99))
        store.save_health(Health(quarantine=Quarantine("Unknown", "ill", NOW, NOW + timedelta(days=1))))
        store.ask(Request("q1", RequestKind.PAUSE, NOW))
        store.approve(Approval("d1", 1, NOW, NOW))
        store.end_cycle(CycleRow(1, "c1", "initial", NOW), Watermark(1, NOW, "f", "r", "t"))


def everything(file: Path) -> tuple[object, ...]:
    """All a state says, by every question there is."""
    with opened(file) as store:
        kinds = [(list(store.digests(kind)), list(store.links(kind))) for kind in ObjectKind]
        owners = [store.linked_to(USER, f"t-user-{number:04}") for number in range(40)]
        own = [(store.link(USER, f"user-{n:04}"), store.escrow(USER, f"late-{n}")) for n in range(40)]
        waiting = (
            list(store.escrows()),
            list(store.references()),
            list(store.intents()),
            list(store.memberships("team")),
        )
        job = (store.lineage, store.health(), store.watermark(), store.requests(), store.approvals(), store.cycles())
        log = (list(store.records()), list(store.records(user="user-0007")), list(store.records(action="create")))
        return (kinds, owners, own, waiting, job, log, store.counts(), store.retarget("https://target.example"))
