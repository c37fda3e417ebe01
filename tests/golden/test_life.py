"""People who come, go and come back, in both dialects (sections 3 and 7)."""

import pytest

from tests.golden.jobs import ACTIVE, DIALECTS, GROUPS, OLD_HEADERS, TITLE, USER_NAME, job
from tests.golden.office import group, person, story

HEX = "00000000000000000000000000000001"
FILTER = """
[[users.filter]]
name = "Not the temps"
clauses = [{ attribute = "department", operator = "NOT EQUALS", value = "Temps" }]
"""
DELETED = {"deletedDateTime": "2026-01-31T08:00:00Z", "userPrincipalName": f"{HEX}ada@contoso.example"}


@DIALECTS
async def test_a_life(tmp_path, dialect, query):
    """E22, E54-E57: who was never in is asked about by nobody; every way out is a disable, every way back an enable."""
    told = job(USER_NAME, ACTIVE, TITLE, more=FILTER + OLD_HEADERS)
    async with story(f"life-{dialect}", tmp_path, told, query=query) as office:
        ada = person(1, "ada@contoso.example", jobTitle="Analyst", department="Research")
        blocked = person(2, "bob@contoso.example", accountEnabled=False, department="Research")
        temp = person(3, "cyd@contoso.example", department="Temps")
        office.people = [ada, blocked, temp]
        await office.cycle("Ada joins; Bob is blocked and Cyd filtered out: not a request about them")
        office.people[0] = ada | {"accountEnabled": False}
        await office.cycle("Ada is blocked")
        office.people[0] = ada
        await office.cycle("Ada is let in again")
        office.people[0] = ada | {"department": "Temps"}
        await office.cycle("The filter does not pass any more")
        office.people[0] = ada
        await office.cycle("It passes again")
        office.unassigned = [ada]
        await office.cycle("Ada is unassigned")
        office.people[0] = ada | {"jobTitle": "Countess"}
        office.unassigned = [office.people[0]]
        await office.cycle("She changes, unassigned: nothing")
        ada, office.unassigned = office.people[0], []
        await office.cycle("Ada is assigned again, and is a countess by now")
        office.people[0] = ada | DELETED
        await office.cycle("Deleted for now: the directory renames her, one PATCH carries both")
        office.people[0] = ada
        await office.cycle("Restored, looked up by her link")
        office.people[0] = ada | DELETED
        await office.cycle("Deleted for now once more")
        office.people = [blocked, temp]
        await office.cycle("Deleted for good: she was in scope")


async def test_deletions(tmp_path):
    """E57: from scope a DELETE; unassigned before, nothing; soft and hard between two cycles, only the last state."""
    async with story("deletions", tmp_path, job(USER_NAME, ACTIVE, more=OLD_HEADERS)) as office:
        ada, bob, cyd = (person(n, f"{name}@contoso.example") for n, name in enumerate(("ada", "bob", "cyd"), 1))
        office.people = [ada, bob, cyd]
        await office.cycle("Three accounts")
        office.unassigned = [ada]
        office.people = [ada, bob, cyd]
        await office.cycle("Ada is unassigned")
        office.people = [cyd]
        await office.cycle("Ada and Bob are gone for good; nobody saw Bob deleted for now")


@pytest.mark.parametrize(
    ("name", "mappings", "more"),
    [
        ("unmapped", (TITLE,), OLD_HEADERS),
        ("skipped", (ACTIVE,), "[scope]\nskip_out_of_scope_deletions = true\n" + OLD_HEADERS),
        ("deletes", (ACTIVE,), OLD_HEADERS + 'delete_on_scope_loss = "on"\n'),
    ],
)
async def test_leaving_scope_by_setting(tmp_path, name, mappings, more):
    """E58: IsSoftDeleted unmapped, SkipOutOfScopeDeletions, and the gallery's DELETE on losing scope."""
    async with story(f"scope-loss-{name}", tmp_path, job(USER_NAME, *mappings, more=more)) as office:
        ada, bob = person(1, "ada@contoso.example"), person(2, "bob@contoso.example")
        office.people = [ada, bob]
        await office.cycle("Two accounts")
        office.unassigned = [ada]
        await office.cycle("Ada is unassigned")
        office.people[1] = bob | {"accountEnabled": False}
        await office.cycle("Bob is blocked")
        office.people = [ada]
        await office.cycle("Bob is gone for good")


@pytest.mark.parametrize("left_out", ["create", "update", "delete"])
async def test_target_object_actions(tmp_path, left_out):
    """E58b: without Create nobody new, without Update no change and no disable, without Delete no deletion."""
    actions = ", ".join(f'"{action}"' for action in ("create", "update", "delete") if action != left_out)
    told = job(USER_NAME, ACTIVE, TITLE, more=OLD_HEADERS)
    narrowed = told.replace("[users]\n", f"[users]\nactions = [{actions}]\n")
    async with story(f"actions-without-{left_out}", tmp_path, told) as office:
        ada, bob, cyd = (person(n, f"{name}@contoso.example") for n, name in enumerate(("ada", "bob", "cyd"), 1))
        office.people = [ada, bob, cyd]
        await office.cycle("Three accounts, every action switched on")
        office.rewrite(narrowed)
        await office.cycle(f"{left_out.capitalize()} is switched off: an initial cycle")
        office.people = [ada | {"jobTitle": "Countess"}, bob | {"accountEnabled": False}]
        office.people.append(person(4, "dan@contoso.example"))
        await office.cycle("Ada changes, Bob is blocked, Cyd is gone, Dan is new")


@DIALECTS
async def test_groups(tmp_path, dialect, query):
    """E27, E45, E59-E62, E72: after people, empty; members one by one if they have an account; renamed; gone."""
    told = job(USER_NAME, ACTIVE, groups=GROUPS, more=OLD_HEADERS)
    async with story(f"groups-{dialect}", tmp_path, told, query=query) as office:
        ada, bob, cyd = (person(n, f"{name}@contoso.example") for n, name in enumerate(("ada", "bob", "cyd"), 1))
        office.sandbox.load({"Groups": [{"id": "g-7", "displayName": "old HANDS"}]})
        office.people = [ada, bob, cyd | {"accountEnabled": False}]
        staff, old, all_of_them = group(1, "Staff", ada, bob, cyd), group(2, "Old hands"), group(3, "All")
        all_of_them["members"] = [staff["id"], ada["id"]]
        office.groups = [staff, old, all_of_them]
        await office.cycle("One is made, one was there without externalId, one holds another; Cyd has no account")
        assert len(office.sandbox.users) == 2
        await office.cycle("Nothing happens")
        staff["members"] = [bob["id"]]
        await office.cycle("Ada leaves the staff")
        staff |= {"displayName": "Crew", "members": [bob["id"], ada["id"]]}
        await office.cycle("A new name, and Ada is back")
        office.unassigned = [staff]
        office.groups = [staff, all_of_them]
        await office.cycle("One is unassigned, though still in another; one is gone")


async def test_the_flag_and_a_server_that_lists_members(tmp_path):
    """E72: ``replace`` when the group's GET answered with members; ``add`` when it did not, or none was sent."""
    told = job(USER_NAME, groups=GROUPS, more=OLD_HEADERS)
    faults = ("members-despite-exclusion",)
    async with story("members-listed-flag", tmp_path, told, query="?aadOptscim062020", faults=faults) as office:
        ada, bob = person(1, "ada@contoso.example"), person(2, "bob@contoso.example")
        office.people = [ada, bob]
        staff = group(1, "Staff", ada)
        office.groups = [staff]
        await office.cycle("The group is new: no GET")
        staff["members"] = [ada["id"], bob["id"]]
        await office.cycle("Bob joins")


@DIALECTS
async def test_a_restored_member(tmp_path, dialect, query):
    """E56: nothing is said of memberships, neither on her way out nor back; a restart sends all again."""
    told = job(USER_NAME, ACTIVE, groups=GROUPS, more=OLD_HEADERS)
    async with story(f"restored-member-{dialect}", tmp_path, told, query=query) as office:
        ada, bob = person(1, "ada@contoso.example"), person(2, "bob@contoso.example")
        staff = group(1, "Staff", ada, bob)
        office.people, office.groups = [ada, bob], [staff]
        await office.cycle("Two members")
        office.people[0] = ada | DELETED
        staff["members"] = [bob["id"]]
        await office.cycle("Ada is deleted for now, and the directory shows her in no group")
        office.people[0] = ada
        staff["members"] = [ada["id"], bob["id"]]
        await office.cycle("Restored")
        office.restart()
        await office.cycle("Restarted: every membership again")
        office.people[0] = ada | DELETED
        staff["members"] = [bob["id"]]
        await office.cycle("Ada is deleted for now")
        office.people[0] = ada
        await office.cycle("Restored, but not to the group: she is taken out of it")
