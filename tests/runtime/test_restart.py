"""What each reset scope of a restart forgets, and what it lets through (E93, E94)."""

from datetime import timedelta

import pytest

from provisioner.adapters.clock import VirtualClock
from provisioner.adapters.ids import SeededIds
from provisioner.adapters.store_sql import open_store
from provisioner.model.answer import Fault, FaultKind, Refused
from provisioner.model.directory import ObjectKind
from provisioner.model.job import Limits
from provisioner.model.question import Remove
from provisioner.model.state import (
    CycleRow,
    Escrow,
    Health,
    Link,
    Quarantine,
    Request,
    RequestKind,
    Settlement,
    Watermark,
)
from provisioner.runtime.steering import BUTTON, SCOPES, heed
from tests.command import person
from tests.engine.worlds import NOON, job
from tests.runtime.cycles import Company, counted

USER = ObjectKind.USER
EVERYTHING = {"links", "escrows", "watermark", "quarantine"}
KEPT = {
    BUTTON: {"links"},
    ("watermark",): EVERYTHING - {"watermark"},
    ("escrows",): EVERYTHING - {"escrows"},
    ("quarantine-state",): EVERYTHING - {"quarantine"},
    ("connector-data-store",): EVERYTHING - {"links"},
    ("full",): set(),
    ("force-deletes",): EVERYTHING,
}


@pytest.fixture
def store(tmp_path):
    """A memory that holds one of everything."""
    with open_store(str(tmp_path / "state.db"), job="test", ids=SeededIds(0)) as store:
        store.settle(Settlement(USER, "ada", digest=b"a", link=Link(USER, "ada", "t1")))
        store.settle(Settlement(USER, "bob", digest=b"b", escrow=Escrow(USER, "bob", NOON, 1, NOON)))
        store.save_health(Health(quarantine=Quarantine("Unknown", "", NOON, NOON)))
        store.end_cycle(CycleRow(1, "c1", "initial", NOON, ended=NOON), Watermark(1, NOON, "print", "rules", "target"))
        yield store


@pytest.mark.parametrize("scopes", KEPT)
def test_a_scope_resets_what_it_names_and_nothing_else(store, scopes):
    """E93: the button keeps the links; Full keeps nothing; ForceDeletes with nothing held changes nothing."""
    store.ask(Request("r", RequestKind.RESTART, NOON, scopes))
    assert heed(store, VirtualClock(NOON))
    there = {
        "links": store.link(USER, "ada") is not None,
        "escrows": any(store.escrows()),
        "watermark": store.watermark() is not None,
        "quarantine": store.health().quarantine is not None,
    }
    assert {name for name, is_there in there.items() if is_there} == KEPT[scopes]
    assert not heed(store, VirtualClock(NOON))


def test_every_scope_is_tried():
    """A new scope must be thought about here."""
    assert {scope for scopes in KEPT for scope in scopes} == set(SCOPES)


async def test_allowing_the_deletes_carries_them_out_and_heals_the_job(tmp_path):
    """E94: held, logged and untouched; then ForceDeletes, and the next cycle deletes them and is well."""
    company = Company(tmp_path, people=4, made=job(limits=Limits(deletion_count=1)))
    await company.cycle()
    company.people = {number: company.people[number] for number in (3, 4)}
    held = await company.cycle()
    assert (counted(held), held.quarantine.reason) == ({"stagedDelete": 2}, "TooManyDeletes")
    assert len(company.target.users()) == 4
    with open_store(str(tmp_path / "state.db"), job=company.job.name, ids=SeededIds(0)) as store:
        assert [record.name for record in store.records(action="stagedDelete")] == ["t1", "t2"]
        store.ask(Request("r", RequestKind.RESTART, company.clock.now(), ("force-deletes",)))
    report = await company.cycle()
    assert (counted(report), report.quarantine) == ({"delete": 2}, None)
    assert len(company.target.users()) == 2


async def held_up(tmp_path):
    """Two of four people are gone, which is more than may be deleted; and what is held."""
    company = Company(tmp_path, people=4, made=job(limits=Limits(deletion_count=1)))
    await company.cycle()
    del company.people[1], company.people[2]
    return company, (await company.cycle()).quarantine.held


def refuse_removal(question, act):
    """A target in trouble with DELETE alone."""
    return Refused(Fault(FaultKind.STATUS, "not now", 500)) if isinstance(question, Remove) else act()


def allow(company, at, digest=""):
    """The administrator allows what is held."""
    with open_store(str(company.folder / "state.db"), job=company.job.name, ids=SeededIds(0)) as store:
        store.ask(Request("r", RequestKind.RESTART, at, ("force-deletes",), digest))


@pytest.mark.parametrize(("hours", "deleted"), [(23, 2), (25, 0)])
async def test_an_approval_expires(tmp_path, hours, deleted):
    """F27: after a day it has to be given anew, also when nobody ran the job meanwhile."""
    company, digest = await held_up(tmp_path)
    allow(company, company.clock.now(), digest)
    company.clock.advance(timedelta(hours=hours))
    report = await company.cycle()
    assert (report.counts.delete, report.counts.staged_delete) == (deleted, 2 - deleted)
    assert (report.quarantine is None) is (deleted == 2)


async def test_an_approval_is_spent_when_it_was_carried_out(tmp_path):
    """E94, P4: the same people come back and vanish again within the day; that needs another word."""
    company, digest = await held_up(tmp_path)
    allow(company, company.clock.now(), digest)
    assert (await company.cycle()).counts.delete == 2
    gone = company.people
    company.people = {**gone, 1: person(1), 2: person(2)}
    assert (await company.cycle()).counts.create == 2
    company.people = gone
    report = await company.cycle()
    assert (report.counts.delete, report.counts.staged_delete, report.exit_code) == (0, 2, 4)


async def test_an_approval_outlives_an_attempt_that_failed(tmp_path):
    """E94: what was allowed and could not be carried out is tried again within the day without another word."""
    company, digest = await held_up(tmp_path)
    allow(company, company.clock.now(), digest)
    company.target.trouble = refuse_removal
    assert (await company.cycle()).counts.fail == 2
    company.target.trouble = lambda _, act: act()
    company.clock.advance(timedelta(hours=1))
    assert (await company.cycle()).counts.delete == 2


async def test_an_approval_is_for_what_was_seen(tmp_path):
    """F27: while it is given a cycle finds more; what was looked at is allowed, and the larger worklist is not."""
    company, seen = await held_up(tmp_path)
    del company.people[3]
    company.clock.advance(timedelta(days=1))
    assert (await company.cycle()).quarantine.held != seen
    allow(company, company.clock.now(), seen)
    report = await company.cycle()
    assert (report.counts.staged_delete, report.exit_code) == (3, 4)
