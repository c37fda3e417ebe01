"""Provision on demand, byte for byte (E14, E73, E100)."""

import pytest

from provisioner.model.errors import InputError
from tests.golden.jobs import ACTIVE, DIALECTS, GROUPS, OLD_HEADERS, TITLE, USER_NAME, job
from tests.golden.office import group, person, story
from tests.golden.test_patches import FUNCTIONS, ROLES


@DIALECTS
async def test_on_demand(tmp_path, dialect, query):
    """E14, E73, E100: opens with the probe, and the flag is not applied; by the setting it is."""
    told = job(USER_NAME, ACTIVE, TITLE, groups=GROUPS, more=OLD_HEADERS)
    async with story(f"on-demand-{dialect}", tmp_path, told, query=query) as office:
        ada = person(1, "ada@contoso.example")
        office.people, office.groups = [ada], [group(1, "Staff", ada)]
        await office.on_demand("ada@contoso.example")
        await office.on_demand("Staff")
        office.people = [ada | {"jobTitle": "Analyst"}]
        office.groups[0]["members"] = []
        await office.on_demand("ada@contoso.example")
        await office.on_demand("Staff")
        office.unassigned = office.people
        await office.on_demand("ada@contoso.example")
        office.rewrite(told + 'flag_on_demand = "applied"\n')
        office.unassigned = []
        await office.on_demand("ada@contoso.example")


async def test_what_on_demand_leaves_out(tmp_path):
    """E100: no roles; of a group five members, or those that are named, who may not be more. The next cycle goes on."""
    people = [person(number, f"p{number}@contoso.example") for number in range(1, 9)]
    told = job(USER_NAME, FUNCTIONS["complex"], more=OLD_HEADERS)
    async with story("on-demand-limits", tmp_path, told) as office:
        staff = group(1, "Staff", *people)
        office.people, office.groups, office.roles = people, [staff], ROLES
        office.assignments = [(one, ROLES[0][0]) for one in (*people, staff)]
        await office.on_demand("p1@contoso.example")
        await office.cycle("The others with their roles, and hers after all")
        office.rewrite(job(USER_NAME, groups=GROUPS, more=OLD_HEADERS))
        await office.on_demand("Staff")
        await office.on_demand("Staff", (people[7]["id"],))
        with pytest.raises(InputError, match="at most 5 members"):
            await office.on_demand("Staff", tuple(one["id"] for one in people[:6]))
        await office.cycle("Two members are left to the cycle")
