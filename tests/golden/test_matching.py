"""Who is meant: matching, guests, assignment through a group, and accounts that are not where they were (3 and 4)."""

import pytest

from tests.golden.jobs import ACTIVE, OLD_HEADERS, TITLE, USER_NAME, job
from tests.golden.office import group, person, story

MAIL = """{ target = 'emails[type eq "work"].value', source = "[mail]", match = 2 }"""
EXTERNAL = '{ target = "externalId", source = "[employeeId]", match = 1, case_exact = true }'
LAST = '{ target = "userName", source = "[userPrincipalName]", match = 3 }'
GUEST = "ann_lee_theirs.example#EXT#@contoso.example"


async def test_matching_attributes_in_precedence(tmp_path):
    """E28, E36: in their order, one without value passed over, the next after an empty answer; two are too many."""
    told = job(MAIL, LAST, EXTERNAL, ACTIVE, more=OLD_HEADERS)
    async with story("matching", tmp_path, told) as office:
        there = [
            {"id": "b", "userName": "b@old.example", "emails": [{"type": "work", "value": "BOB@contoso.example"}]},
            {"id": "d-1", "userName": "d1@old.example", "externalId": "4"},
            {"id": "d-2", "userName": "d2@old.example", "externalId": "4"},
        ]
        office.sandbox.load({"Users": there})
        office.people = [
            person(1, "ada@contoso.example", employeeId="1", mail="ada@contoso.example"),
            person(2, "bob@contoso.example", employeeId="2", mail="bob@contoso.example"),
            person(3, "cyd@contoso.example"),
            person(4, "dan@contoso.example", employeeId="4", mail="dan@contoso.example"),
        ]
        report = await office.cycle("Ada is nowhere, Bob is found by the second, Cyd has the third alone, Dan is two")
        assert [failure.error.code for failure in report.failures] == ["DuplicateTargetEntries"]


async def test_nobody_to_match_by(tmp_path):
    """E28, E103: without a value for any matching attribute nothing is asked; the object is skipped."""
    told = job('{ target = "userName", source = "[mail]", match = 1 }', more=OLD_HEADERS)
    async with story("matching-nothing", tmp_path, told) as office:
        office.people = [person(1, "ada@contoso.example")]
        report = await office.cycle("She has no mail address")
        assert report.counts.skip == 1


async def test_guests(tmp_path):
    """E24: under the name of their home, in the filter and in the account; the other attribute keeps the whole name."""
    whole = '{ target = "nickName", source = "[originalUserPrincipalName]" }'
    async with story("guests", tmp_path, job(USER_NAME, whole, more=OLD_HEADERS)) as office:
        office.people = [person(1, GUEST), person(2, "plain_name@contoso.example")]
        await office.cycle("A guest and a member")


async def test_assigned_through_a_group(tmp_path):
    """E19, E20: a group may be assigned for its members alone; direct ones count, of security groups only."""
    async with story("assigned-through-a-group", tmp_path, job(USER_NAME, more=OLD_HEADERS)) as office:
        people = [person(n, f"{name}@contoso.example") for n, name in enumerate(("ada", "bob", "cyd", "dan"), 1)]
        ada, bob, cyd, _ = office.people = people
        inner, mails = group(2, "Inner", bob), group(3, "Mails", cyd, securityEnabled=False)
        outer = group(1, "Outer", ada)
        outer["members"].append(inner["id"])
        office.groups, office.unassigned = [outer, inner, mails], [*people, inner]
        await office.cycle("Ada is a member, Bob a member's member, Cyd on a mailing list, Dan in no group")


async def test_a_conflict_that_nobody_repairs(tmp_path):
    """E32: the filter hides who is disabled, the create is refused; the pair comes again, and nothing is adopted."""
    async with story(
        "conflict", tmp_path, job(USER_NAME, ACTIVE, more=OLD_HEADERS), faults=("hide-disabled",)
    ) as office:
        office.sandbox.load({"Users": [{"id": "7", "userName": "ada@contoso.example", "active": False}]})
        office.people = [person(1, "ada@contoso.example")]
        report = await office.cycle("Not found, and refused")
        assert report.counts.fail == 1
        await office.cycle("And again")
        office.sandbox.set_faults([])
        await office.cycle("The clock of the escrow has not come")
        office.people[0]["jobTitle"] = "Analyst"
        await office.cycle("The server is repaired, and she changes: linked and enabled")


@pytest.mark.parametrize("lost", ["match-again", "fail"])
async def test_a_linked_account_that_is_gone(tmp_path, lost):
    """E31: 404 drops the link; she is matched again at once and made anew, or by the setting at the next attempt."""
    told = job(USER_NAME, TITLE, more=f'{OLD_HEADERS}lost_link = "{lost}"\n')
    async with story(f"lost-link-{lost}", tmp_path, told) as office:
        ada = person(1, "ada@contoso.example")
        office.people = [ada]
        await office.cycle("Created")
        office.sandbox.load({})
        office.people = [ada | {"jobTitle": "Analyst"}]
        report = await office.cycle("Deleted in the target, changed in the directory")
        assert [failure.error.code for failure in report.failures] == (["InvalidAnchor"] if lost == "fail" else [])
        await office.cycle("The next cycle")


@pytest.mark.parametrize("user_type", ["flow", "null"])
async def test_the_user_type(tmp_path, user_type):
    """E83: as a source it flows with a warning, or by the setting is empty as the page says."""
    mapped = '{ target = "userType", source = "[userType]" }'
    told = job(USER_NAME, mapped, more=f'{OLD_HEADERS}user_type = "{user_type}"\n')
    async with story(f"user-type-{user_type}", tmp_path, told) as office:
        office.people = [person(1, "ada@contoso.example", userType="Guest")]
        await office.cycle("A guest by her type")


async def test_a_changed_scope_that_waits_for_a_restart(tmp_path):
    """E26: by the setting, "all" to "assigned" takes effect after a restart only, as in Entra."""
    more = OLD_HEADERS + 'scope_change = "after-restart"\n'
    told = job(USER_NAME, ACTIVE, more='[scope]\nusers = "all"\n' + more)
    async with story("scope-change", tmp_path, told) as office:
        ada, bob = person(1, "ada@contoso.example"), person(2, "bob@contoso.example")
        office.people, office.unassigned = [ada, bob], [bob]
        await office.cycle('users = "all": Bob too, who is not assigned')
        office.rewrite(told.replace('"all"', '"assigned"'))
        await office.cycle('users = "assigned": nothing yet')
        office.restart()
        await office.cycle("After a restart Bob is out of scope")
