"""What every Store promises, whatever it lies in and whatever its commits survive."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.store_sql import SqlStore, open_store
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import StateError
from provisioner.model.notice import Notice
from provisioner.model.outcome import Action
from provisioner.model.record import Record
from provisioner.model.state import (
    Approval,
    Counts,
    CycleRow,
    Escrow,
    Health,
    Intent,
    Link,
    PendingReference,
    Quarantine,
    Repeat,
    Request,
    RequestKind,
    Schedule,
    Settlement,
    Watermark,
)
from provisioner.ports import Store
from tests.simulation.memory_store import MemoryStore

USER, GROUP = ObjectKind.USER, ObjectKind.GROUP
NOW = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
MARK = Watermark(3, NOW, "f1", "r1", "https://target.example/scim", "assigned", NOW - HOUR, 7)


@dataclass(frozen=True)
class Place:
    """Where a store lies, and how it is opened again."""

    path: str
    durability: str

    def open(self) -> AbstractContextManager[SqlStore]:
        return open_store(self.path, job="job", ids=SeededIds(1), durability=self.durability)


@pytest.fixture(params=["power-loss", "process"])
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """A file, at each durability: for promises that outlive the process."""
    return Place(str(tmp_path / "state.db"), request.param)


@pytest.fixture(params=["file, power-loss", "file, process", "memory", "simulated"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "simulated":
        yield MemoryStore(SeededIds(1).guid())
        return
    lies, _, durability = request.param.partition(", ")
    path = str(tmp_path / "state.db") if lies == "file" else ":memory:"
    with Place(path, durability or "process").open() as opened:
        yield opened


def intent(name: str, source_id: str = "anna") -> Intent:
    return Intent(name, USER, source_id, Action.CREATE, NOW, "", "userName", "anna@example.com", "d1")


def escrow(source_id: str, failures: int = 1) -> Escrow:
    return Escrow(USER, source_id, NOW, failures, NOW + HOUR, "Timeout", "silence")


def record(number: int, **what: object) -> Record:
    plain = Record(f"r{number}", NOW + number * HOUR, 1, "User", f"id-{number}", "", "create", "success", {"n": number})
    return replace(plain, **what)  # type: ignore[arg-type]


def linked(source_id: str, target_id: str, kind: ObjectKind = USER) -> Settlement:
    return Settlement(kind, source_id, digest=source_id.encode(), link=Link(kind, source_id, target_id))


def log(store: Store, *records: Record) -> None:
    store.settle(Settlement(USER, "anna", records=records))
    store.flush()


def numbers(records: Iterator[Record]) -> list[int]:
    return [record.body["n"] for record in records]


class TestBeginning:
    def test_a_new_memory_is_empty_and_well(self, store: Store) -> None:
        """Nothing is known before anything was learnt, and the job is active and healthy."""
        assert store.health() == Health()
        assert store.watermark() is None
        assert list(store.digests(USER)) == list(store.links(USER)) == list(store.escrows()) == []
        assert list(store.intents()) == list(store.references()) == list(store.records()) == []
        assert store.cycles() == store.requests() == store.approvals() == ()
        assert store.counts() == {USER: 0, GROUP: 0}

    def test_the_lineage_is_a_guid_of_this_memory(self, store: Store) -> None:
        """The lineage names this memory and comes from the Ids port."""
        assert store.lineage == SeededIds(1).guid()


class TestSettling:
    def test_what_is_settled_is_known_at_once_though_not_committed(self, store: Store) -> None:
        """A link, its owner and an escrow are answered from what is settled, before any flush."""
        store.settle(replace(linked("anna", "t1"), escrow=escrow("anna")))
        assert store.link(USER, "anna") == store.linked_to(USER, "t1") == Link(USER, "anna", "t1")
        assert store.escrow(USER, "anna") == escrow("anna")
        assert store.link(GROUP, "anna") is None
        assert store.linked_to(GROUP, "t1") is None

    def test_the_last_word_about_an_object_counts(self, store: Store) -> None:
        """Settled twice in one transaction, an object ends as it was settled last."""
        store.settle(linked("anna", "t1"))
        store.settle(linked("anna", "t2"))
        assert store.linked_to(USER, "t1") is None
        store.flush()
        assert list(store.links(USER)) == [Link(USER, "anna", "t2")]
        assert store.linked_to(USER, "t1") is None

    def test_a_settlement_leaves_alone_what_it_does_not_mention(self, store: Store) -> None:
        """Only what is given changes: digest, link, escrow and references each stand for themselves."""
        reference = PendingReference(USER, "anna", "manager", "boss")
        store.settle(replace(linked("anna", "t1"), escrow=escrow("anna"), references=(reference,)))
        store.flush()
        store.settle(Settlement(USER, "anna", digest=b"new"))
        store.flush()
        assert list(store.digests(USER)) == [("anna", b"new")]
        assert store.link(USER, "anna") == Link(USER, "anna", "t1")
        assert list(store.escrows()) == [escrow("anna")]
        assert list(store.references()) == [reference]

    def test_a_link_keeps_whether_it_is_in_scope_and_active(self, store: Store) -> None:
        """Out of scope and disabled are remembered with the link (E57)."""
        link = Link(USER, "anna", "t1", in_scope=False, active=False)
        store.settle(Settlement(USER, "anna", link=link))
        store.flush()
        assert store.link(USER, "anna") == link

    def test_links_and_escrows_are_dropped_when_said(self, store: Store) -> None:
        """drop_link and clear_escrow remove, before the flush and after it, and leave what was seen."""
        store.settle(replace(linked("anna", "t1"), escrow=escrow("anna")))
        store.flush()
        store.settle(Settlement(USER, "anna", drop_link=True, clear_escrow=True))
        for _ in ("before the flush", "after it"):
            assert store.link(USER, "anna") is store.linked_to(USER, "t1") is store.escrow(USER, "anna") is None
            store.flush()
        assert list(store.digests(USER)) == [("anna", b"anna")]

    def test_forgetting_an_object_leaves_no_memory_of_it(self, store: Store) -> None:
        """Seen, linked, in escrow, with references and members: after ``forget`` none of it, and others untouched."""
        members = (("anna", "t1"),)
        reference = PendingReference(GROUP, "team", "members", "x")
        store.settle(replace(linked("team", "g1", GROUP), members_added=members, references=(reference,)))
        store.settle(replace(linked("crew", "g2", GROUP), members_added=members))
        store.flush()
        store.settle(Settlement(GROUP, "team", forget=True))
        assert store.link(GROUP, "team") is None
        assert list(store.digests(GROUP)) == [("crew", b"crew")]
        assert list(store.references()) == list(store.memberships("team")) == []
        assert list(store.memberships("crew")) == list(members)

    def test_a_settlement_that_cannot_be_written_is_refused_alone(self, store: Store) -> None:
        """A log entry that is not JSON is an error at once; what was settled before and after it is kept."""
        store.settle(linked("anna", "t1"))
        with pytest.raises(TypeError):
            store.settle(replace(linked("bert", "t2"), records=(record(1), record(2, body={"n": object()}))))
        store.settle(linked("carl", "t3"))
        store.flush()
        assert [link.source_id for link in store.links(USER)] == ["anna", "carl"]
        assert [source_id for source_id, _ in store.digests(USER)] == ["anna", "carl"]
        assert list(store.records()) == []

    def test_two_objects_may_exchange_their_accounts(self, store: Store) -> None:
        """What is dropped and given anew within one transaction never trips over itself."""
        store.settle(linked("anna", "t1"))
        store.settle(linked("bert", "t2"))
        store.flush()
        store.settle(Settlement(USER, "anna", drop_link=True))
        store.settle(linked("bert", "t1"))
        store.settle(linked("anna", "t2"))
        store.flush()
        assert [(link.source_id, link.target_id) for link in store.links(USER)] == [("anna", "t2"), ("bert", "t1")]

    @pytest.mark.parametrize("committed", [True, False])
    def test_one_account_is_never_linked_to_two_objects(self, store: Store, committed: bool) -> None:
        """The second is refused by name, whether the first is committed or only settled, and nothing else is lost."""
        store.settle(linked("anna", "t1"))
        if committed:
            store.flush()
        with pytest.raises(StateError, match=r"bert.*t1.*anna"):
            store.settle(linked("bert", "t1"))
        store.settle(linked("carl", "t3"))
        store.flush()
        assert [link.source_id for link in store.links(USER)] == ["anna", "carl"]

    def test_a_group_and_a_user_may_share_a_target_id(self, store: Store) -> None:
        """Target ids are unique within their kind only."""
        store.settle(linked("anna", "1"))
        store.settle(linked("team", "1", GROUP))
        assert store.counts() == {USER: 1, GROUP: 1}

    def test_many_settlements_are_all_kept(self, store: Store) -> None:
        """More than is held back at once: every one arrives, in the order of ids."""
        names = [f"u{number:05}" for number in range(2_500)]
        for name in reversed(names):
            store.settle(linked(name, f"t-{name}"))
        assert [source_id for source_id, _ in store.digests(USER)] == names
        assert [link.target_id for link in store.links(USER)] == [f"t-{name}" for name in names]

    def test_digests_come_in_the_order_of_ids_and_of_one_kind(self, store: Store) -> None:
        """Order is that of the ids' characters (F09), kinds apart."""
        for name in ("b", "a", "Z", "ä"):
            store.settle(Settlement(USER, name, digest=name.encode()))
        store.settle(Settlement(GROUP, "g", digest=b""))
        assert [source_id for source_id, _ in store.digests(USER)] == ["Z", "a", "b", "ä"]
        assert list(store.digests(GROUP)) == [("g", b"")]

    def test_members_are_added_and_removed_one_by_one(self, store: Store) -> None:
        """What the target was told of a group's members is kept under the ids they have there."""
        store.settle(Settlement(GROUP, "team", members_added=(("bert", "t2"), ("anna", "t1"))))
        store.settle(Settlement(GROUP, "team", members_removed=("bert",), members_added=(("carl", "t3"),)))
        assert list(store.memberships("team")) == [("anna", "t1"), ("carl", "t3")]


class TestIntents:
    def test_repeats_stand_for_their_object(self, store: Store) -> None:
        """F23: given anew they replace what was there, none removes it, and other accounts know nothing of it."""
        title, city = (Repeat(USER, "anna", path, "d1", 2) for path in ("title", "city"))
        store.settle(Settlement(USER, "anna", repeats=(title, city)))
        assert set(store.repeats(USER, "anna")) == {title, city}
        store.flush()
        store.settle(Settlement(USER, "anna", digest=b"d"))
        assert set(store.repeats(USER, "anna")) == {title, city}
        assert store.repeats(USER, "bert") == store.repeats(GROUP, "anna") == ()
        store.settle(Settlement(USER, "anna", repeats=(title,)))
        assert store.repeats(USER, "anna") == (title,)
        store.settle(Settlement(USER, "anna", repeats=()))
        store.flush()
        assert store.repeats(USER, "anna") == ()

    @pytest.mark.parametrize("forget", ["links", "target", "object"])
    def test_repeats_belong_to_an_account(self, store: Store, forget: str) -> None:
        """F23: once the account is forgotten nothing is known of what it was sent."""
        store.retarget("https://one.example")
        store.settle(Settlement(USER, "anna", repeats=(Repeat(USER, "anna", "title", "d1"),)))
        store.flush()
        {
            "links": store.forget_links,
            "target": lambda: store.retarget("https://two.example"),
            "object": lambda: store.settle(Settlement(USER, "anna", forget=True)),
        }[forget]()
        assert store.repeats(USER, "anna") == ()

    def test_an_intent_is_settled_with_its_outcome(self, store: Store) -> None:
        """An intent stands from before the question until its outcome is settled."""
        store.intend(intent("i1"))
        assert list(store.intents()) == [intent("i1")]
        store.settle(replace(linked("anna", "t1"), intents=("i1",)))
        assert list(store.intents()) == []

    def test_an_intent_commits_everything_settled_before_it(self, place: Place) -> None:
        """The next object's intent carries the last object's outcome: another reader sees both or neither."""
        with place.open() as store, place.open() as other:
            store.settle(linked("anna", "t1"))
            assert other.link(USER, "anna") is None
            store.intend(intent("i2", "bert"))
            assert other.link(USER, "anna") == Link(USER, "anna", "t1")
            assert list(other.intents()) == [intent("i2", "bert")]

    def test_a_forgotten_group_is_forgotten_in_one_transaction(self, place: Place) -> None:
        """Until the flush another reader sees all of it: members, link and intent; afterwards nothing."""
        with place.open() as store, place.open() as other:
            store.settle(replace(linked("team", "g1", GROUP), members_added=(("anna", "t1"),)))
            store.intend(intent("i1", "team"))
            store.settle(Settlement(GROUP, "team", forget=True, intents=("i1",)))
            assert other.link(GROUP, "team") == Link(GROUP, "team", "g1")
            assert list(other.memberships("team")) == [("anna", "t1")]
            store.flush()
            assert other.link(GROUP, "team") is None
            assert list(other.memberships("team")) == list(other.intents()) == []


class TestForgetting:
    def test_forgetting_links_keeps_what_was_seen(self, store: Store) -> None:
        """ConnectorDataStore (E93): accounts are forgotten, objects are not."""
        store.settle(linked("anna", "t1"))
        store.forget_links()
        assert store.link(USER, "anna") is store.linked_to(USER, "t1") is None
        assert list(store.digests(USER)) == [("anna", b"anna")]

    def test_forgetting_escrows_makes_their_objects_due(self, store: Store) -> None:
        """Escrows (E93): nobody waits any more, and whoever waited has an empty digest."""
        store.settle(linked("anna", "t1"))
        store.settle(Settlement(USER, "bert", digest=b"b", escrow=escrow("bert")))
        store.forget_escrows()
        assert list(store.escrows()) == []
        assert list(store.digests(USER)) == [("anna", b"anna"), ("bert", b"")]

    def test_forgetting_the_watermark_makes_everybody_due_and_keeps_links(self, store: Store) -> None:
        """Watermark (E93): the next cycle is initial, and accounts are still known (E26)."""
        store.end_cycle(CycleRow(1, "c1", "initial", NOW), MARK)
        store.settle(linked("anna", "t1"))
        store.settle(linked("team", "g1", GROUP))
        store.forget_watermark()
        assert store.watermark() is None
        assert list(store.digests(USER)) == [("anna", b"")]
        assert list(store.digests(GROUP)) == [("team", b"")]
        assert store.link(USER, "anna") == Link(USER, "anna", "t1")

    def test_another_target_makes_the_old_ones_accounts_unknown(self, store: Store) -> None:
        """The first target is bound, the same again changes nothing, another one forgets what belonged to the first."""
        assert not store.retarget("https://one.example")
        store.settle(replace(linked("anna", "t1"), escrow=escrow("anna")))
        store.intend(intent("i1"))
        store.end_cycle(CycleRow(1, "c1", "initial", NOW), MARK)
        assert not store.retarget("https://one.example")
        assert store.counts()[USER] == 1
        assert store.retarget("https://two.example")
        assert store.counts()[USER] == 0
        assert list(store.intents()) == list(store.escrows()) == []
        assert store.watermark() is None
        assert list(store.digests(USER)) == [("anna", b"")]
        assert not store.retarget("https://two.example")


class TestJob:
    @pytest.mark.parametrize(
        "health",
        [
            Health(Schedule.PAUSED),
            Health(Schedule.DISABLED, disabled_reason="28 days"),
            Health(quarantine=Quarantine("TooManyDeletes", "30 of 25", NOW, NOW + HOUR, 2)),
        ],
    )
    def test_health_is_kept(self, store: Store, health: Health) -> None:
        """Schedule and quarantine come back as they were saved."""
        store.save_health(health)
        assert store.health() == health

    def test_requests_wait_in_order_until_they_are_handled(self, store: Store) -> None:
        """What was asked is read in the order in which it was asked, and once."""
        pause = Request("q1", RequestKind.PAUSE, NOW)
        restart = Request("q2", RequestKind.RESTART, NOW + HOUR, ("watermark", "escrows"))
        approve = Request("q3", RequestKind.APPROVE, NOW + HOUR, digest="d1")
        for request in (pause, restart, approve):
            store.ask(request)
        assert [replace(request, number=0) for request in store.requests()] == [pause, restart, approve]
        store.handled(store.requests()[0])
        assert [request.id for request in store.requests()] == ["q2", "q3"]

    def test_no_clock_changes_the_order_of_requests(self, store: Store) -> None:
        """F08: a pause and then a resume, by a clock put back an hour in between, are a pause and then a resume.

        A request that is handled and forgotten leaves its place in the order to nobody.
        """
        store.ask(Request("old", RequestKind.PAUSE, NOW - 9 * HOUR))
        store.handled(store.requests()[0])
        store.ask(Request("b", RequestKind.PAUSE, NOW))
        store.prune(NOW, 0)
        store.ask(Request("a", RequestKind.RESUME, NOW - HOUR))
        assert [request.kind for request in store.requests()] == [RequestKind.PAUSE, RequestKind.RESUME]

    def test_a_notice_is_owed_until_it_is_told(self, store: Store) -> None:
        """E95: it is written down with the health it tells of, once however often it is, oldest first."""
        first, second = (Notice("ill", "why", NOW + n * HOUR, key) for n, key in enumerate(("job.z", "job.a")))
        ill = Health(quarantine=Quarantine("Unknown", "", NOW, NOW))
        for notice in (second, first, first):
            store.save_health(ill, notice)
        assert store.owed() == (first, second)
        store.save_health(ill)
        store.told(first)
        assert store.owed() == (second,)

    def test_a_notice_nobody_could_be_told_is_forgotten_with_the_log(self, store: Store) -> None:
        """A mail server that never comes back does not fill the memory."""
        store.save_health(Health(), Notice("ill", "why", NOW, "job.a"))
        store.prune(NOW + HOUR, 0)
        assert store.owed() == ()

    def test_an_approval_stands_until_it_is_withdrawn(self, store: Store) -> None:
        """An approval names a held worklist and says until when it holds (E94)."""
        approval = Approval("d1", 30, NOW, NOW + HOUR)
        store.approve(approval)
        assert store.approvals() == (approval,)
        store.forget_approvals()
        assert store.approvals() == ()


class TestCycles:
    def test_the_watermark_is_written_with_the_end_of_a_completed_cycle(self, store: Store) -> None:
        """A cycle that ends without one leaves the last watermark, and one that completes replaces it (E26)."""
        row = CycleRow(3, "c3", "initial", NOW, NOW + HOUR, "succeeded", Counts(create=2, fail=1), 9, 3, 3, "note")
        store.end_cycle(row, MARK)
        assert store.watermark() == MARK
        assert store.cycles() == (row,)
        store.end_cycle(replace(row, number=4), None)
        assert store.watermark() == MARK

    def test_a_cycle_that_began_is_not_taken_for_finished(self, store: Store) -> None:
        """From its beginning to its end the watermark's fingerprint is empty; the rest of it stays."""
        store.end_cycle(CycleRow(3, "c3", "initial", NOW), MARK)
        store.begin_cycle(CycleRow(4, "c4", "incremental", NOW))
        assert store.watermark() == replace(MARK, fingerprint="")

    def test_the_newest_cycles_come_first(self, store: Store) -> None:
        """Progress replaces a cycle's row, and the limit keeps the newest."""
        for number in range(1, 12):
            store.begin_cycle(CycleRow(number, f"c{number}", "incremental", NOW))
            store.update_cycle(CycleRow(number, f"c{number}", "incremental", NOW, done=number))
        assert [(row.number, row.done) for row in store.cycles(limit=2)] == [(11, 11), (10, 10)]


class TestLog:
    def test_records_come_back_whole_and_oldest_first(self, store: Store) -> None:
        """The body is Graph's entry, key by key in its order, and nothing of the record is lost."""
        body = {"n": 2, "zeta": [{"b": None, "a": "Müller\u0000"}], "alpha": 1.5}
        written = [record(1), replace(record(2), body=body)]
        log(store, *written)
        assert list(store.records()) == written
        assert list(next(iter(store.records(limit=1))).body) == ["n", "zeta", "alpha"]

    @pytest.mark.parametrize(
        ("conditions", "found"),
        [
            ({"user": "ID-2"}, [2]),
            ({"user": "ÄNNE@Example.com"}, [3]),
            ({"action": "disable"}, [2, 4]),
            ({"status": "failure"}, [3]),
            ({"since": NOW + 3 * HOUR}, [3, 4]),
            ({"cycle": 7}, [4]),
            ({"limit": 2}, [3, 4]),
            ({"limit": 0}, []),
            ({"action": "disable", "limit": 1}, [4]),
            ({"action": "disable", "status": "failure"}, []),
            ({"user": "' OR 1=1 --"}, []),
        ],
    )
    def test_the_log_answers_every_condition(
        self, store: Store, conditions: dict[str, object], found: list[int]
    ) -> None:
        """Conditions hold together; names and ids ignore case; a limit means the newest so many."""
        log(
            store,
            record(1),
            record(2, action="disable"),
            record(3, name="Änne@example.com", status="failure"),
            record(4, action="disable", cycle=7),
        )
        assert numbers(store.records(**conditions)) == found  # type: ignore[arg-type]

    def test_a_name_finds_the_whole_life_of_who_bore_it(self, store: Store) -> None:
        """Renamed, then purged: the entry of the deletion has no name any more, and is found by the old ones."""
        born, renamed, purged = (
            replace(record(number), source_id="id-7", name=name)
            for number, name in ((1, "ann@example.com"), (2, "ann.b@example.com"), (3, "target-id"))
        )
        log(store, born, renamed, purged, record(4))
        for name in ("Ann@example.com", "ann.b@example.com", "ID-7"):
            assert numbers(store.records(user=name)) == [1, 2, 3]

    def test_times_are_compared_as_times(self, store: Store) -> None:
        """``since`` in another zone is the same moment."""
        log(store, record(1), record(2))
        elsewhere = (NOW + 2 * HOUR).astimezone(datetime.fromisoformat("2026-01-01T00:00+05:30").tzinfo)
        assert numbers(store.records(since=elsewhere)) == [2]

    def test_the_log_is_pruned_by_age(self, store: Store) -> None:
        """What is older is gone, with handled requests and expired approvals; the newest cycle always stays."""
        log(store, *map(record, range(1, 6)))
        store.end_cycle(CycleRow(1, "c1", "initial", NOW), None)
        store.end_cycle(CycleRow(2, "c2", "incremental", NOW + HOUR), None)
        done, waiting = (Request(name, RequestKind.PAUSE, NOW) for name in ("done", "waiting"))
        store.ask(done)
        store.ask(waiting)
        store.handled(done)
        store.approve(Approval("d1", 1, NOW, NOW + HOUR))
        store.prune(NOW + 4 * HOUR, keep=0)
        assert numbers(store.records()) == [4, 5]
        assert [row.number for row in store.cycles()] == [2]
        assert [request.id for request in store.requests()] == [waiting.id]
        assert store.approvals() == ()

    @pytest.mark.parametrize(("keep", "left"), [(0, [1, 2, 3]), (2, [2, 3]), (3, [1, 2, 3]), (9, [1, 2, 3])])
    def test_the_log_is_pruned_by_size(self, store: Store, keep: int, left: list[int]) -> None:
        """The newest so many stay; zero means any number."""
        log(store, *map(record, range(1, 4)))
        store.prune(NOW, keep=keep)
        assert numbers(store.records()) == left


def test_everything_outlives_the_process(place: Place) -> None:
    """What was settled, saved and asked is there when the memory is opened again, with the same lineage."""
    with place.open() as store:
        lineage = store.lineage
        store.settle(replace(linked("anna", "t1"), escrow=escrow("anna"), records=(record(1),)))
        store.save_health(Health(Schedule.PAUSED))
        store.end_cycle(CycleRow(1, "c1", "initial", NOW), MARK)
        store.settle(linked("bert", "t2"))
    with place.open() as store:
        assert store.lineage == lineage
        assert [link.source_id for link in store.links(USER)] == ["anna", "bert"]
        assert list(store.escrows()) == [escrow("anna")]
        assert store.health() == Health(Schedule.PAUSED)
        assert store.watermark() == MARK
        assert numbers(store.records()) == [1]


def test_the_serial_rises_with_every_commit(place: Place) -> None:
    """An older copy of a memory is known by its lower serial."""
    with place.open() as store:
        before = store.serial
        store.save_health(Health())
        store.intend(intent("i1"))
        store.flush()
        assert store.serial == before + 2
