"""Cycles one after another: initial, incremental, recovery, escrow, illness."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisioner.model.answer import Fault, FaultKind, Refused, Unknown
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import SnapshotInvalid
from provisioner.model.question import Create, Find, Modify, Read
from tests.engine.worlds import ACTIVE, MANAGER, TITLE, USER_NAME, job, mapping
from tests.runtime.cycles import Company, counted
from tests.simulation.model_target import refused


@pytest.fixture
def company(tmp_path):
    return Company(tmp_path)


def kinds(company, since=0):
    return [type(question) for question in company.target.asked[since:]]


async def test_the_initial_cycle_attends_to_everybody_and_the_next_to_nobody(company):
    """E25: an unchanged object causes no request; only the probe is sent (E14)."""
    report = await company.cycle()
    assert (report.cycle, counted(report), report.requests) == ("initial", {"create": 3}, 7)
    asked = len(company.target.asked)
    report = await company.cycle()
    assert (report.cycle, counted(report)) == ("incremental", {})
    assert kinds(company, asked) == [Find]


async def test_only_who_changed_is_read_and_patched(company):
    """E25, E30."""
    await company.cycle()
    asked = len(company.target.asked)
    company.people[2]["jobTitle"] = "Director"
    assert counted(await company.cycle()) == {"update": 1}
    assert kinds(company, asked) == [Find, Read, Modify]


async def test_a_changed_mapping_makes_the_next_cycle_initial(company):
    """E26: links stay."""
    await company.cycle()
    company.job = job(USER_NAME, ACTIVE, TITLE, mapping("nickName", "[mailNickname]"))
    report = await company.cycle()
    assert (report.cycle, counted(report)) == ("initial", {"skip": 3})


async def test_another_order_of_the_file_changes_nothing(company):
    """F09: an export in another order is no change."""
    await company.cycle()
    company.people = dict(reversed(company.people.items()))
    assert counted(await company.cycle()) == {}


async def test_another_target_is_matched_anew(company):
    """The ids of one server mean nothing to another."""
    await company.cycle()
    company.job = replace(company.job, target=replace(company.job.target, url="http://127.0.0.1:2/scim"))
    company.target.accounts.clear()
    report = await company.cycle()
    assert (report.cycle, counted(report)) == ("initial", {"create": 3})


async def test_a_failed_object_waits_in_escrow(company):
    """E90: tried at the next cycle, then 6 hours after the first failure, though its entry does not change."""
    company.target.trouble = lambda q, act: refused(500) if isinstance(q, Create) and "p2@" in str(q.body) else act()
    assert counted(await company.cycle()) == {"create": 2, "fail": 1}
    assert counted(await company.cycle()) == {"fail": 1}
    assert counted(await company.cycle()) == {}
    company.clock.advance(timedelta(hours=6))
    assert counted(await company.cycle()) == {"fail": 1}
    company.target.trouble = lambda _, act: act()
    company.people[2]["jobTitle"] = "Director"
    assert counted(await company.cycle()) == {"create": 1}
    assert len(company.target.users()) == 3


async def test_a_create_of_unknown_fate_is_looked_up_and_adopted(company):
    """F01, F11: the answer was lost after the account was made; nobody is created twice."""

    def lose(question, act):
        answer = act()
        return Unknown(Fault(FaultKind.CLOSED, "")) if isinstance(question, Create) else answer

    company.target.trouble = lose
    assert counted(await company.cycle()) == {"fail": 3}
    company.target.trouble = lambda _, act: act()
    company.people[1]["userPrincipalName"] = "renamed@contoso.example"
    report = await company.cycle()
    assert counted(report) == {"update": 1, "skip": 2}
    assert set(company.target.users()) == {"renamed@contoso.example", "p2@contoso.example", "p3@contoso.example"}


async def test_a_create_in_doubt_is_adopted_by_the_next_attempt_of_its_object(company):
    """F01, F11: while nobody can say whether the account is there the doubt stays; then it is found and linked."""

    def lose(question, act):
        answer = act()
        return Unknown(Fault(FaultKind.CLOSED, "")) if isinstance(question, Create) else answer

    company.target.trouble = lose
    await company.cycle()
    company.target.trouble = lambda q, act: refused(500) if isinstance(q, Find) and not q.probe else act()
    assert counted(await company.cycle()) == {"fail": 3}
    with company.memory() as memory:
        assert len(list(memory.intents())) == 3
    company.people[1]["userPrincipalName"] = "renamed@contoso.example"
    company.target.trouble = lambda _, act: act()
    company.clock.advance(timedelta(hours=6))
    assert counted(await company.cycle()) == {"update": 1, "skip": 2}
    assert set(company.target.users()) == {"renamed@contoso.example", "p2@contoso.example", "p3@contoso.example"}
    with company.memory() as memory:
        assert list(memory.intents()) == []


async def test_managers_are_resolved_in_the_same_cycle(tmp_path):
    """E27: whatever the order of ids; loops and self-managers end (F30)."""
    company = Company(tmp_path, made=job(USER_NAME, ACTIVE, MANAGER))
    company.people[1]["manager"] = {"id": company.people[3]["id"]}
    company.people[3]["manager"] = {"id": company.people[1]["id"]}
    company.people[2]["manager"] = {"id": company.people[2]["id"]}
    assert counted(await company.cycle()) == {"create": 3}
    users = company.target.users()
    urn = MANAGER.target.urn
    for one, other in ((1, 3), (3, 1), (2, 2)):
        boss = users[f"p{other}@contoso.example"]["id"]
        assert users[f"p{one}@contoso.example"][urn]["manager"] == boss


async def test_a_manager_without_an_account_is_remembered_with_a_warning(tmp_path):
    """E38: the gap is kept by default, and closed by a setting."""
    for late, later in (("gap", {}), ("close", {"update": 1})):
        company = Company(tmp_path / late, made=job(USER_NAME, ACTIVE, MANAGER, fidelity={"late_references": late}))
        company.people[1]["manager"] = {"id": company.people[3]["id"]}
        company.assigned = [company.people[1]["id"]]
        await company.cycle()
        with company.memory() as memory:
            assert [reference.reference_id for reference in memory.references()] == [company.people[3]["id"]]
            assert [record.status for record in memory.records(status="warning")] == ["warning"]
        company.assigned = None
        await company.cycle()
        assert counted(await company.cycle()) == later


async def test_refused_credentials_end_the_cycle_and_quarantine(company):
    """E91, F24: the probe alone was sent; a completed cycle lifts the quarantine."""
    company.target.trouble = lambda _, act: refused(401)
    report = await company.cycle()
    assert (report.status, report.requests, report.exit_code) == ("quarantined", 1, 5)
    company.target.trouble = lambda _, act: act()
    assert (await company.cycle()).quarantine is None


async def test_a_target_that_does_not_answer_ends_the_cycle_early(tmp_path):
    """F11: not one request per person into the void; nobody is forgotten."""
    company = Company(tmp_path, people=50)
    company.target.trouble = lambda _, act: Refused(Fault(FaultKind.NOT_SENT, "refused"))
    report = await company.cycle()
    assert report.status == "failed"
    assert report.requests < 10
    company.target.trouble = lambda _, act: act()
    await company.cycle()
    company.clock.advance(timedelta(days=1))
    await company.cycle()
    assert len(company.target.users()) == 50


async def test_a_defect_on_one_object_leaves_the_others(company):
    """P6, F24: one poisonous object ends alone."""

    def explode(question, act):
        if isinstance(question, Find) and question.value.startswith("p2"):
            raise ZeroDivisionError
        return act()

    company.target.trouble = explode
    report = await company.cycle()
    assert counted(report) == {"create": 2, "fail": 1}
    assert report.failures[0].error.code == "InternalServerError"


async def test_an_unreadable_snapshot_changes_nothing(company):
    """P5: refused before any request."""
    await company.cycle()
    asked = len(company.target.asked)
    company.people.clear()
    with pytest.raises(SnapshotInvalid):
        await company.cycle()
    assert len(company.target.asked) == asked


async def test_several_workers_leave_the_same_records(tmp_path):
    """P10: the log is in the order of the objects, whoever finished first."""
    logs = []
    for workers in (1, 5):
        company = Company(tmp_path / str(workers), people=30, workers=workers)
        await company.cycle()
        assert len(company.target.users()) == 30
        with company.memory() as memory:
            logs.append([(record.id, record.name, record.action) for record in memory.records()])
    assert logs[0] == logs[1]


async def test_two_people_with_one_name_get_one_account(tmp_path):
    """P2, F21: also with several workers at once."""
    for workers in (1, 4):
        company = Company(tmp_path / str(workers), people=4, workers=workers)
        for number in (2, 3):
            company.people[number]["userPrincipalName"] = company.people[1]["userPrincipalName"]
        report = await company.cycle()
        assert counted(report) == {"create": 2, "fail": 2}
        assert {failure.error.code for failure in report.failures} == {"DuplicateSourceEntries"}
        assert len(company.target.users()) == 2


async def test_the_memory_knows_who_is_linked(company):
    """What status shows."""
    await company.cycle()
    with company.memory() as memory:
        assert memory.counts()[ObjectKind.USER] == 3
        assert memory.watermark() is not None
        assert [row.status for row in memory.cycles()] == ["succeeded"]


async def test_another_scope_is_acted_on_at_once_and_said_to_be_unlike_entra(company):
    """E26: it is treated like a changed filter; the cycle after it has nothing more to say."""
    company.assigned = [company.people[1]["id"]]
    company.job = replace(company.job, scope="assigned")
    assert (await company.cycle()).warnings == ()
    company.job = replace(company.job, scope="all")
    report = await company.cycle()
    assert (report.cycle, counted(report)["create"]) == ("initial", 2)
    assert ["Entra would only after a restart" in warning for warning in report.warnings] == [True]
    assert (await company.cycle()).warnings == ()
