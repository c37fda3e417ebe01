"""The second pass: what it counts, and that references survive a death before it (F02)."""

import pytest

from provisioner.model.answer import Fault, FaultKind, Refused
from provisioner.model.question import Modify
from provisioner.model.schema import ValueType
from provisioner.model.state import Counts
from tests.engine.worlds import ACTIVE, MANAGER, USER_NAME, job, mapping
from tests.runtime.cycles import Company, counted
from tests.runtime.test_plan import compare

BOSS = mapping("urn:ietf:params:scim:schemas:extension:x:2.0:User:boss", "[manager]", type=ValueType.REFERENCE)


def refuse_the_boss(question, act):
    about = question.body["Operations"][0]["path"] if isinstance(question, Modify) else ""
    return Refused(Fault(FaultKind.STATUS, "no", 500)) if about == BOSS.target.text else act()


async def test_an_object_with_two_references_counts_once(tmp_path):
    """Whatever the number of its references, whoever changes in the second pass alone is one who changes: nobody is
    counted twice, and of those skipped nobody too many is taken away.
    """
    company = Company(tmp_path, made=job(USER_NAME, ACTIVE, MANAGER, BOSS))
    await company.cycle()
    company.people[1]["manager"] = {"id": company.people[3]["id"]}
    summary, (planned,) = await compare(company)
    assert summary.counts == Counts(update=1)
    assert summary.skipped == {}
    assert [operation["path"] for operation in planned.operations] == [MANAGER.target.text, BOSS.target.text]
    company.people[1]["manager"] = {"id": company.people[2]["id"]}
    company.target.trouble = refuse_the_boss
    assert counted(await company.cycle()) == {"fail": 1}


class Died(BaseException):
    """The process is gone."""


async def test_a_run_that_dies_before_the_second_pass_leaves_its_objects_due(tmp_path):
    """Everybody is created and nobody has a manager yet; the next cycle sends what is missing, and no more."""
    company = Company(tmp_path, made=job(USER_NAME, ACTIVE, MANAGER))
    company.people[1]["manager"] = {"id": company.people[3]["id"]}
    company.people[2]["manager"] = {"id": company.people[3]["id"]}

    def die(question, act):
        if isinstance(question, Modify):
            raise Died
        return act()

    company.target.trouble = die
    with pytest.raises(Died):
        await company.cycle()
    assert len(company.target.users()) == 3
    company.target.trouble = lambda _, act: act()
    assert counted(await company.cycle())["update"] == 2
    boss = company.target.users()["p3@contoso.example"]["id"]
    users = company.target.users()
    assert all(users[f"p{n}@contoso.example"][MANAGER.target.urn]["manager"] == boss for n in (1, 2))
    assert counted(await company.cycle()) == {}
