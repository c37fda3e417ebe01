"""References survive a death between the passes (F02)."""

import pytest

from provisioner.model.question import Modify
from tests.engine.worlds import ACTIVE, MANAGER, USER_NAME, job
from tests.runtime.cycles import Company, counted


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
