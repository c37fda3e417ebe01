"""A job whose objects fail: in and out of quarantine, to its end, and what becomes of objects nobody tries any more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisioner.model.job import Limits
from provisioner.model.question import Create, Modify
from provisioner.model.state import Schedule
from tests.engine.worlds import ACTIVE, MANAGER, USER_NAME, job
from tests.runtime.cycles import Company, counted
from tests.runtime.test_groups import Club
from tests.simulation.model_target import refused

SMALL = {"minimum": 2, "share": 0.4, "failures": 3, "total": 4}
HOUR = timedelta(hours=1)


def failing(company, *numbers):
    """Creates of these people fail from now on, and of nobody else."""
    names = tuple(f"p{number}@" for number in numbers)
    company.target.trouble = lambda question, act: (
        refused(500) if isinstance(question, Create) and question.body["userName"].startswith(names) else act()
    )


def reason(report):
    return report.quarantine.reason if report.quarantine is not None else None


@pytest.fixture
def company(tmp_path):
    return Company(tmp_path, people=5, made=job(limits=Limits(quarantine=SMALL)))


async def test_a_share_of_failures_quarantines_and_a_success_lifts_it(company):
    """E91, E92: the others are provisioned all the same, and nobody is read again for it."""
    failing(company, 1, 2, 3)
    report = await company.cycle()
    assert (reason(report), report.status, report.exit_code) == (
        "EncounteredEscrowProportionThreshold",
        "quarantined",
        5,
    )
    assert (counted(report), report.complete) == ({"create": 2, "fail": 3}, True)
    failing(company)
    report = await company.cycle()
    assert (report.cycle, counted(report), reason(report)) == ("incremental", {"create": 3}, None)


async def test_few_failures_are_the_objects_own(company):
    """Below the minimum, and below the share, nothing is evaluated or passed."""
    failing(company, 1)
    assert reason(await company.cycle()) is None
    company.people[6] = company.people[5] | {"id": "6", "userPrincipalName": "p6@contoso.example"}
    failing(company, 1, 6)
    assert reason(await company.cycle()) is None


async def test_retries_that_fail_are_not_everybody(tmp_path):
    """A cycle in which only two of twenty are due, and fail, is not a job of which all fail."""
    company = Company(tmp_path, people=20, made=job(limits=Limits(quarantine=SMALL)))
    failing(company, 1, 2)
    for expected in ({"create": 18, "fail": 2}, {"fail": 2}):
        report = await company.cycle()
        assert (counted(report), reason(report)) == (expected, None)


async def test_the_reason_follows_what_is_worst(company):
    """E92: the reason may change while the quarantine lasts; it began when it began."""
    failing(company, 1, 2, 3)
    since = (await company.cycle()).quarantine.since
    company.people |= {6: company.people[5] | {"id": "6", "userPrincipalName": "p6@contoso.example"}}
    failing(company, 1, 2, 3, 6)
    worse = await company.cycle()
    assert (reason(worse), worse.quarantine.since) == ("EncounteredBaseEscrowThreshold", since)


async def test_a_quarantined_job_is_tried_less_and_less_and_disabled_after_four_weeks(company):
    """E92: the next cycle, then 6, 12 and 24 hours after the start, then once a day, then no more."""
    failing(company, 1, 2, 3)
    start = company.clock.now()
    tried = []
    while (report := await company.cycle()).status != "disabled":
        if report.cycle != "none":
            tried.append((report.started - start) // HOUR)
        company.clock.advance((1 if len(tried) < 5 else 12) * HOUR - timedelta(minutes=40))
    assert tried == [0, 1, 6, 12, *range(24, 28 * 24 + 1, 24)]
    with company.memory() as memory:
        assert memory.health().schedule is Schedule.DISABLED
    asked = len(company.target.asked)
    company.clock.advance(timedelta(days=2))
    assert ((await company.cycle()).status, len(company.target.asked)) == ("disabled", asked)


async def test_references_that_fail_count_apart(tmp_path):
    """E91: a manager that cannot be set is no failure of the person; it counts towards the total alone."""
    company = Company(tmp_path, people=5, made=job(USER_NAME, ACTIVE, MANAGER, limits=Limits(quarantine=SMALL)))
    for number in range(1, 5):
        company.people[number]["manager"] = {"id": company.people[5]["id"]}
    company.target.trouble = lambda question, act: refused(500) if isinstance(question, Modify) else act()
    report = await company.cycle()
    assert (counted(report), reason(report)) == ({"create": 1, "fail": 4}, None)
    with company.memory() as memory:
        assert [escrow.reference for escrow in memory.escrows()] == [True] * 4
    company.job = replace(company.job, limits=Limits(quarantine=SMALL | {"total": 3}))
    assert reason(await company.cycle()) == "EncounteredTotalEscrowThreshold"


async def test_a_member_that_fails_is_a_reference(tmp_path):
    """E91: the group itself is well."""
    club = Club(tmp_path)
    club.target.trouble = lambda question, act: refused(500) if isinstance(question, Modify) else act()
    await club.cycle()
    with club.memory() as memory:
        assert [(escrow.source_id, escrow.reference) for escrow in memory.escrows()] == [("g1", True)]


async def test_the_last_attempt_says_that_it_was(company):
    """E90: the object leaves escrow with a record that says so, and a change of its entry brings it back."""
    company.job = replace(company.job, limits=Limits(escrow_ladder="2022"))
    failing(company, 1)
    for hours in (1,) * 6 + (6,) * 28:
        await company.cycle()
        company.clock.advance(hours * HOUR - timedelta(minutes=40))
    with company.memory() as memory:
        assert not list(memory.escrows())
        records = list(memory.records(user="p1@contoso.example"))
    last = [body["provisioningStatusInfo"]["errorInformation"]["reason"] for body in (r.body for r in records)]
    assert len(last) == 8
    assert ["the last attempt" in reason for reason in last] == [False] * 7 + [True]
    assert records[-1].body["provisioningSteps"][-1]["name"] == "EntryEscrowRemoved"
    failing(company)
    company.people[1]["jobTitle"] = "Director"
    assert counted(await company.cycle()) == {"create": 1}


async def test_the_log_is_kept_for_its_time(company):
    """E101: thirty days, or what the job says; the newest cycle stays."""
    company.job = replace(company.job, state=replace(company.job.state, keep=timedelta(days=10)))
    start = company.clock.now()
    for day in range(15):
        company.people[1]["jobTitle"] = f"Title {day}"
        await company.cycle()
        company.clock.advance(timedelta(days=1) - timedelta(minutes=40))
    with company.memory() as memory:
        assert [(record.at - start).days for record in memory.records()] == list(range(4, 15))
        assert [row.number for row in memory.cycles()] == list(range(15, 4, -1))


async def test_the_log_is_kept_to_its_size(company):
    """Of a day's many entries the newest stay once the next day begins."""
    company.job = replace(company.job, state=replace(company.job.state, keep_records=3))
    for title in range(6):
        company.people[1]["jobTitle"] = f"Title {title}"
        await company.cycle()
    with company.memory() as memory:
        assert len(list(memory.records())) == 10
    company.clock.advance(timedelta(days=1))
    await company.cycle()
    with company.memory() as memory:
        changed = [record.body["modifiedProperties"][0]["newValue"] for record in memory.records()]
    assert changed == ["Title 3", "Title 4", "Title 5"]
