"""PATCH bodies in both dialects, and the POST that precedes them (sections 5, 6 and 7b)."""

import pytest

from tests.golden.jobs import ACTIVE, DIALECTS, ENTERPRISE, FLAG, MANAGER, OLD_HEADERS, TITLE, USER_NAME, job
from tests.golden.office import person, story

CUSTOM = "urn:ietf:params:scim:schemas:extension:shop:2.0:User"

EVERY_FORM = (
    USER_NAME,
    ACTIVE,
    '{ target = "nickName", source = "[mailNickname]" }',
    TITLE,
    '{ target = "name.givenName", source = "[givenName]" }',
    '{ target = "name.honorificPrefix", source = "[extensionAttribute1]" }',
    """{ target = 'emails[type eq "work"].value', source = "[mail]" }""",
    """{ target = 'emails[type eq "home"].value', source = "[extensionAttribute2]" }""",
    """{ target = 'addresses[type eq "work"].locality', source = "[city]" }""",
    f'{{ target = "{ENTERPRISE}:department", source = "[department]" }}',
    f'{{ target = "{ENTERPRISE}:costCenter", source = "[extensionAttribute3]" }}',
    f'{{ target = "{CUSTOM}:badge", source = "[employeeId]", type = "Integer" }}',
    f'{{ target = "{CUSTOM}:since", source = "[employeeHireDate]", type = "DateTime" }}',
    f'{{ target = "{CUSTOM}:remote", source = "[extensionAttribute4]", type = "Boolean" }}',
    f'{{ target = "{CUSTOM}:skills", source = "Split([extensionAttribute5], \\",\\")", multivalued = true }}',
    f'{{ target = "{CUSTOM}:size.shoe", source = "[extensionAttribute6]" }}',
)
ADA = {
    "mailNickname": "ada",
    "jobTitle": "Analyst",
    "givenName": "Ada",
    "mail": "ada@contoso.example",
    "city": "London",
    "department": "Computing",
    "employeeId": "1815",
    "employeeHireDate": "2026-01-01T00:00:00Z",
    "onPremisesExtensionAttributes": {
        "extensionAttribute1": "Lady",
        "extensionAttribute2": "ada@home.example",
        "extensionAttribute3": "4130",
        "extensionAttribute4": "True",
        "extensionAttribute5": "algebra,music",
        "extensionAttribute6": "38",
    },
}


@DIALECTS
async def test_every_form_of_path(tmp_path, dialect, query):
    """E39-E43, E46-E49, E51, E71: created at once; created bare and filled later; changed; and left alone."""
    async with story(f"paths-{dialect}", tmp_path, job(*EVERY_FORM, more=OLD_HEADERS), query=query) as office:
        ada, bob = person(1, "ada@contoso.example", **ADA), person(2, "bob@contoso.example")
        office.people = [ada, bob]
        await office.cycle("Ada has everything, Bob nothing but a name")
        office.people[1] = bob | ADA | {"mail": "bob@contoso.example", "mailNickname": "bob"}
        await office.cycle("Bob gets everything: additions")
        extensions = {name: f"{value}1" for name, value in ADA["onPremisesExtensionAttributes"].items()}
        extensions |= {"extensionAttribute4": "False", "extensionAttribute5": "music,poetry"}
        changed = {"mailNickname": "a", "jobTitle": "Countess", "givenName": "Augusta", "mail": "a@contoso.example"}
        changed |= {"city": "Ockham", "department": "Poetry", "employeeId": "1852", "accountEnabled": False}
        office.people[0] = ada | changed | {"onPremisesExtensionAttributes": extensions}
        await office.cycle("All of hers change, and she is blocked: replacements")
        office.people[0] = office.people[0] | {"accountEnabled": True}
        await office.cycle("She is let in again: one boolean")
        office.people[1] = office.people[1] | {"jobTitle": "ANALYST", "city": "LONDON"}
        await office.cycle("Other letters are no difference (E37)")


@DIALECTS
async def test_an_account_that_was_there(tmp_path, dialect, query):
    """E28, E30, E47: matched, compared by what the filter returned; null and "" count as absent."""
    mappings = EVERY_FORM[:7]
    async with story(f"matched-{dialect}", tmp_path, job(*mappings, more=OLD_HEADERS), query=query) as office:
        there = {"id": "7", "userName": "ADA@contoso.example", "active": True, "title": "", "nickName": None}
        office.sandbox.load({"Users": [there | {"name": {"givenName": "Ada"}}]})
        office.people = [person(1, "ada@contoso.example", **ADA)]
        await office.cycle("Found, linked and brought up to date")


@pytest.mark.parametrize("additions", ["merge", "replace", "separate"])
@pytest.mark.parametrize("lone", ["merge", "path"])
async def test_what_the_flag_leaves_open(tmp_path, additions, lone):
    """E71: additions among the merged ones, and one simple attribute beside value paths, each by a setting."""
    more = f'{OLD_HEADERS}flag_additions = "{additions}"\nflag_lone_simple = "{lone}"\n'
    mappings = EVERY_FORM[:7]
    name = f"flag-additions-{additions}-lone-{lone}"
    async with story(name, tmp_path, job(*mappings, more=more), query=FLAG) as office:
        bob = person(2, "bob@contoso.example", jobTitle="Analyst")
        office.people = [bob]
        await office.cycle("Bob has a title")
        office.people = [bob | {"jobTitle": "Baker", "givenName": "Bob", "mailNickname": "bob", "mail": "b@a.example"}]
        await office.cycle("Two additions, a replacement and a value path")
        office.people = [office.people[0] | {"jobTitle": "Cook", "mail": "bob@a.example"}]
        await office.cycle("One simple attribute and a value path")


async def test_the_way_back(tmp_path):
    """E70: AzureAdScimPatch2017 asks for the default dialect, also beside the flag."""
    query = "?aadOptscim062020&AzureAdScimPatch2017"
    async with story("way-back", tmp_path, job(USER_NAME, ACTIVE, more=OLD_HEADERS), query=query) as office:
        ada = person(1, "ada@contoso.example")
        office.people = [ada]
        await office.cycle("Created")
        office.people = [ada | {"accountEnabled": False}]
        await office.cycle("Disabled")


async def test_operations_by_name(tmp_path):
    """E52: in the order of the mappings as a rule (every other story), by the setting in the order of the paths."""
    told = job(*EVERY_FORM[:7], more=OLD_HEADERS + 'operation_order = "alphabet"\n')
    async with story("operations-by-name", tmp_path, told) as office:
        bob = person(2, "bob@contoso.example")
        office.people = [bob]
        await office.cycle("A name")
        office.people = [bob | ADA]
        await office.cycle("Everything")


@pytest.mark.parametrize("integers", ["text", "number"])
async def test_an_integer(tmp_path, integers):
    """E49: a text in a PATCH of the default dialect, or by the setting a number; a number in every POST."""
    told = job(USER_NAME, EVERY_FORM[11], more=f'{OLD_HEADERS}integer_patch = "{integers}"\n')
    async with story(f"integer-{integers}", tmp_path, told) as office:
        office.people = [person(1, "ada@contoso.example", employeeId="1815")]
        await office.cycle("Created")
        office.people = [person(1, "ada@contoso.example", employeeId="1852")]
        await office.cycle("Changed")


@pytest.mark.parametrize("schemas", ["unlisted", "listed"])
async def test_a_custom_extension_in_schemas(tmp_path, schemas):
    """E39: core and enterprise are named always, a custom extension only by the setting."""
    told = job(USER_NAME, EVERY_FORM[11], more=f'{OLD_HEADERS}custom_schemas = "{schemas}"\n')
    async with story(f"schemas-{schemas}", tmp_path, told) as office:
        office.people = [person(1, "ada@contoso.example", employeeId="1815"), person(2, "bob@contoso.example")]
        await office.cycle("Ada has a value of the extension, Bob has none")


@DIALECTS
async def test_the_manager(tmp_path, dialect, query):
    """E27, E29, E34, E50, E73: alone, after everybody is there, a bare id; replaced; never removed."""
    told = job(USER_NAME, ACTIVE, MANAGER, more=OLD_HEADERS)
    async with story(f"manager-{dialect}", tmp_path, told, query=query) as office:
        ada, bob, cyd = (person(n, f"{name}@contoso.example") for n, name in enumerate(("ada", "bob", "cyd"), 1))
        ada["manager"] = {"id": cyd["id"]}
        cyd["manager"] = {"id": cyd["id"]}
        office.people = [ada, bob, cyd]
        await office.cycle("Ada's manager comes after her, Cyd is her own")
        ada["manager"] = {"id": bob["id"]}
        await office.cycle("Another manager")
        ada["manager"] = None
        await office.cycle("None any more: nothing is sent but what is read")
        office.people.append(person(4, "dan@contoso.example", manager={"id": bob["id"]}))
        await office.cycle("Somebody new whose manager is there already")


async def test_the_manager_in_the_post(tmp_path):
    """E29: by the setting, a manager who has an account is an object in the POST, and no PATCH follows."""
    told = job(USER_NAME, MANAGER, more=OLD_HEADERS + 'manager_on_create = "in-post"\n')
    async with story("manager-in-post", tmp_path, told) as office:
        ada, bob = person(2, "ada@contoso.example"), person(3, "bob@contoso.example")
        bob["manager"] = {"id": ada["id"]}
        ada["manager"] = {"id": bob["id"]}
        office.people = [ada, bob]
        await office.cycle("Bob comes after Ada, whose manager he is and who is his")


ROLES = [
    ("11111111-0000-0000-0000-000000000001", "editor", "Editor"),
    ("11111111-0000-0000-0000-000000000002", "reader", "Reader"),
]
FUNCTIONS = {
    "single": (
        """{ target = 'roles[primary eq "True"].value', source = "SingleAppRoleAssignment([appRoleAssignments])" }"""
    ),
    "complex": '{ target = "roles", source = "AppRoleAssignmentsComplex([appRoleAssignments])" }',
    "assertive": '{ target = "roles", source = "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])" }',
}


@DIALECTS
@pytest.mark.parametrize("function", FUNCTIONS)
async def test_roles(tmp_path, function, dialect, query):
    """E44, E51, E73: one role by value path, all of them added as JSON texts or as objects, or all replaced."""
    told = job(USER_NAME, FUNCTIONS[function], more=OLD_HEADERS)
    await _roles(f"roles-{function}-{dialect}", tmp_path, told, query)


async def test_a_single_role_as_json(tmp_path):
    """E51: by the setting a single role is the documented JSON in a string; its parts make one operation."""
    display = FUNCTIONS["single"].replace("].value", "].display")
    told = job(USER_NAME, FUNCTIONS["single"], display, more=OLD_HEADERS + 'single_role_patch = "json"\n')
    await _roles("roles-single-json", tmp_path, told, "")


async def test_roles_when_everybody_is_in_scope(tmp_path):
    """E51: assignments are not read with scope all, so no role flows."""
    told = job(USER_NAME, FUNCTIONS["complex"], more='[scope]\nusers = "all"\n' + OLD_HEADERS)
    await _roles("roles-all", tmp_path, told, "")


async def _roles(name, folder, told, query):
    async with story(name, folder, told, query=query) as office:
        ada, bob = person(1, "ada@contoso.example"), person(2, "bob@contoso.example")
        editor, reader = (role for role, _, _ in ROLES)
        office.people, office.roles = [ada, bob], ROLES
        office.assignments = [(ada, editor), (bob, reader)]
        await office.cycle("Ada is an editor, Bob a reader")
        office.assignments = [(ada, reader), (bob, reader), (bob, editor)]
        await office.cycle("Ada becomes a reader, Bob an editor too")
