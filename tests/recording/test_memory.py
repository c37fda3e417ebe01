"""A job's memory as a recording keeps it."""

import dataclasses
from datetime import timedelta

import pytest

from provisioner.adapters.cassette.index import read_json, write_json
from provisioner.adapters.ids import SeededIds
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.store_sql import open_store
from provisioner.model.directory import ObjectKind
from provisioner.model.outcome import Action
from provisioner.model.recording import Memory
from provisioner.model.state import Approval, Escrow, Health, Intent, PendingReference, Quarantine, Repeat, Settlement
from provisioner.runtime.memory import mark_of, recall, remembered
from provisioner.runtime.preparation import prepare
from tests.engine.worlds import NOON
from tests.runtime.cycles import Company

ADA = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
async def company(tmp_path):
    """A job with a memory of every kind."""
    made = Company(tmp_path)
    await made.cycle()
    made.people[1]["jobTitle"] = "Countess"
    kind = ObjectKind.USER
    with open_store(str(tmp_path / "state.db"), job=made.job.name, ids=SeededIds(9)) as store:
        store.settle(Settlement(kind, ADA, escrow=Escrow(kind, ADA, NOON, 2, NOON + timedelta(hours=1), "x", "why")))
        store.settle(Settlement(kind, ADA, references=(PendingReference(kind, ADA, "manager", "boss"),)))
        store.settle(Settlement(kind, ADA, repeats=(Repeat(kind, ADA, "title", "abc", 3),)))
        store.settle(Settlement(ObjectKind.GROUP, "staff", members_added=((ADA, "7"),)))
        store.intend(Intent("i", kind, "2", Action.CREATE, NOON, match_path="userName", match_value="b"))
        store.save_health(Health(quarantine=Quarantine("TooManyDeletes", "…", NOON, NOON, 1, "held")))
        store.approve(Approval("held", 3, NOON, NOON + timedelta(days=1)))
    return made


def prepared(company, snapshot, store, watermark):
    """What a cycle would know."""
    return prepare(company.job, snapshot, store, SeededIds(0), NOON, flag=False, watermark=watermark)


async def test_a_memory_comes_back_as_it_was(company, tmp_path):
    """Through its file, into a store of this version."""
    source = open_source(str(company.write()))
    with source.open() as snapshot, company.memory() as store:
        memory = remembered(store, prepared(company, snapshot, store, store.watermark()))
    assert {seen.likeness for seen in memory.seen} == {"same", "other"}
    write_json(tmp_path / "memory.json", memory)
    read = read_json(tmp_path / "memory.json", Memory)
    assert read == memory
    with source.open() as snapshot, open_store(":memory:", job=company.job.name, ids=SeededIds(1)) as store:
        now = prepared(company, snapshot, store, mark_of(read))
        recall(read, store, now, "https://other.example")
        again = remembered(store, prepared(company, snapshot, store, store.watermark()))
    assert again == memory


def test_what_a_newer_version_remembers_beside_has_a_default():
    """An older recording says nothing of it."""
    assert all(
        field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        for field in dataclasses.fields(Memory)
    )
