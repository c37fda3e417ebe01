"""A state that is full or old, in whole cycles: the target is never ahead of what is written down (F06, F07)."""

import shutil

import pytest

from provisioner.model.directory import ObjectKind
from provisioner.model.errors import StateFull
from provisioner.model.question import Create
from tests.command import person
from tests.runtime import cycles
from tests.runtime.cycles import Company, counted


def full_after(monkeypatch, pages):
    """From now on a state that is opened may grow by so many pages and no more."""
    open_store = cycles.open_store

    def limited(*arguments, **more):
        store = open_store(*arguments, **more)
        ask = store._database._writer.exec_driver_sql
        ask(f"PRAGMA max_page_count = {ask('PRAGMA page_count').scalar() + pages}")
        return store

    monkeypatch.setattr(cycles, "open_store", limited)


async def test_a_disk_that_is_full_stops_before_the_target_is_asked(tmp_path, monkeypatch):
    """P1, P3, F06: exit 7 at an intent, before its question; with space again nobody is missing or double."""
    company = Company(tmp_path, people=200)
    with monkeypatch.context() as patch:
        full_after(patch, pages=30)
        with pytest.raises(StateFull) as refusal:
            await company.cycle()
    assert refusal.value.exit_code == 7
    created = [question.body["userName"] for question in company.target.asked if isinstance(question, Create)]
    with company.memory() as memory:
        intended = {intent.match_value for intent in memory.intents()}
        linked = {record.name for record in memory.records(action="create")}
    assert 0 < len(created) < 200
    assert set(created) <= intended | linked
    assert counted(await company.cycle())["create"] > 0
    assert len(company.target.users()) == 200
    with company.memory() as memory:
        assert len(list(memory.links(ObjectKind.USER))) == 200
        assert list(memory.intents()) == []


async def test_a_backup_of_the_state_is_safe_to_put_back(tmp_path):
    """P2, F07: the state of the third cycle at the ninth. Links are a cache: who is missing is matched."""
    company = Company(tmp_path, people=4)
    for cycle in range(1, 9):
        if cycle == 3:
            shutil.copy(tmp_path / "state.db", tmp_path / "backup.db")
        if cycle > 3:
            company.people[cycle + 10] = person(cycle + 10)
            company.people[1]["userPrincipalName"] = f"renamed{cycle}@contoso.example"
        if cycle == 6:
            company.people[2]["accountEnabled"] = False
            del company.people[3]
        await company.cycle()
    accounts = company.target.users()
    shutil.copy(tmp_path / "backup.db", tmp_path / "state.db")
    for _ in range(3):
        await company.cycle()
    assert company.target.users() == accounts
    assert {name for name, body in accounts.items() if body["active"] is True} == {
        *(f"p{number}@contoso.example" for number in (4, *range(14, 19))),
        "renamed8@contoso.example",
    }
    with company.memory() as memory:
        assert list(memory.escrows()) == []
