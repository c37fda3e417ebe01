"""A target that does not keep what it is sent: every cycle stays bounded, nobody fails, and it is told once (F23)."""

from dataclasses import replace

import pytest

from provisioner.engine.convergence import ENOUGH
from provisioner.model.answer import Done
from provisioner.model.directory import ObjectKind
from provisioner.model.question import Modify
from tests.engine.worlds import ACTIVE, MANAGER, TITLE, USER_NAME, job, mapping
from tests.runtime.cycles import Company, counted

DEPARTMENT = mapping("nickName", "[department]")


def forgetful(company, *paths):
    """From now on these paths of a PATCH leave no trace, and the target says that all is done."""

    def half(question, act):
        if not isinstance(question, Modify):
            return act()
        kept = [operation for operation in question.body["Operations"] if operation["path"] not in paths]
        if kept:
            company.target._act(replace(question, body={**question.body, "Operations": kept}))
        return Done()

    company.target.trouble = half


async def restarted(company, number):
    """A cycle in which this person is attended to because another attribute of hers changed: its warnings."""
    company.people[number]["jobTitle"] = f"Title {company.serial}"
    report = await company.cycle()
    assert counted(report) == {"update": 1}
    assert report.exit_code == 0
    return report.warnings


@pytest.fixture
async def company(tmp_path):
    """One person whose nickName the target loses in every PATCH."""
    company = Company(tmp_path, people=1, made=job(USER_NAME, ACTIVE, TITLE, DEPARTMENT))
    await company.cycle()
    company.people[1]["department"] = "Sales"
    forgetful(company, "nickName")
    return company


async def test_what_is_sent_in_vain_is_told_once(company):
    """A warning in the report and one in the log, after the third time in vain; no failure, no noise."""
    warnings = [await restarted(company, 1) for _ in range(ENOUGH + 3)]
    assert [bool(told) for told in warnings] == [False] * (ENOUGH - 1) + [True] + [False] * 3
    assert "nickName 3 times in a row" in warnings[ENOUGH - 1][0]
    with company.memory() as memory:
        told = list(memory.records(status="warning"))
    assert len(told) == 1
    step = told[0].body["provisioningSteps"][0]
    assert (step["status"], step["details"]["attributes"]) == ("warning", ["nickName"])
    assert step["description"].startswith("Not converging")


async def test_another_value_begins_anew(company):
    """What is sent is another difference, and so is what the target shows."""
    await restarted(company, 1)
    await restarted(company, 1)
    company.people[1]["department"] = "Support"
    assert not any([await restarted(company, 1) for _ in range(ENOUGH - 1)])
    assert await restarted(company, 1)


async def test_what_is_kept_in_the_end_is_forgotten(company):
    """A target that was mended starts with a clean slate."""
    await restarted(company, 1)
    await restarted(company, 1)
    company.target.trouble = lambda _, act: act()
    await restarted(company, 1)
    await restarted(company, 1)
    with company.memory() as memory:
        assert [repeat.path for repeat in memory.repeats(ObjectKind.USER, company.people[1]["id"])] == ["title"]


async def test_a_manager_that_is_not_kept_is_told(tmp_path):
    """References are sent in a pass of their own, first in the cycle of the create, and counted all the same."""
    company = Company(tmp_path, people=2, made=job(USER_NAME, ACTIVE, TITLE, MANAGER))
    forgetful(company, MANAGER.target.text)
    company.people[1]["manager"] = {"id": company.people[2]["id"]}
    await company.cycle()
    warnings = [await restarted(company, 1) for _ in range(ENOUGH - 1)]
    assert [bool(told) for told in warnings] == [False, True]
    assert "manager" in warnings[-1][0]


async def test_many_objects_are_one_line(tmp_path):
    """A target that loses an attribute loses it of everybody."""
    company = Company(tmp_path, people=5, made=job(USER_NAME, ACTIVE, TITLE, DEPARTMENT))
    await company.cycle()
    forgetful(company, "nickName")
    for time in range(ENOUGH):
        for person in company.people.values():
            person |= {"department": "Sales", "jobTitle": f"Title {time}"}
        report = await company.cycle()
    assert len(report.warnings) == 1
    assert "on 5 objects" in report.warnings[0]
