"""Requests below their meaning: request lines and headers, and the settings they hang on (sections 1 and 2)."""

import pytest

from provisioner.model.directory import ObjectKind
from provisioner.wiring.connection import test_connection as connect
from tests.golden.jobs import ACTIVE, GROUPS, OLD_HEADERS, SCIM, USER_NAME, job
from tests.golden.office import Office, group, person, story

ODD_NAMES = (
    "o'neill@contoso.example",
    'ann "the" \\ smith',
    "jörg & söhne+1@contoso.example",
    "50%=~1/2!*(x)-_.",
    "名前@contoso.example",
)


@pytest.mark.parametrize("escape", ["json", "none"])
async def test_filter_text(tmp_path, escape):
    """E6: form-encoded with + and %22 and %40; the inner escape as in JSON, or by the setting left out."""
    told = job(USER_NAME, more=f'[fidelity]\nfilter_escape = "{escape}"\n')
    # A filter whose quotes are not escaped is no filter any more: such a server then finds nobody (E6).
    async with story(f"filter-text-{escape}", tmp_path, told, faults=("empty-filters",)) as office:
        office.people = [person(number, name) for number, name in enumerate(ODD_NAMES, 1)]
        await office.cycle("Names with letters that mean something in a URL, in a form or in a filter")


@pytest.mark.parametrize("place", ["first", "last"])
async def test_the_tenant_urls_query(tmp_path, place):
    """E7, E70: on every kind of request, letter by letter, unknown keys too; first, or by the setting last."""
    told = job(USER_NAME, ACTIVE, groups=GROUPS, more=f'[fidelity]\ntenant_query = "{place}"\n')
    query = "?aadOptscim062020=yes&region=eu west/1".replace(" ", "%20")
    async with story(f"tenant-query-{place}", tmp_path, told, query=query) as office:
        ada, bob = person(1, "ada@contoso.example"), person(2, "bob@contoso.example")
        office.people = [ada, bob]
        office.groups = [group(1, "Staff", ada)]
        await office.cycle("Find and create a user and a group, add a member")
        office.people = [ada | {"accountEnabled": False}]
        office.groups[0]["members"] = []
        await office.cycle("Read and modify, remove a member, delete a user")


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("2026", ""),
        ("2019", 'adscimversion = "5.0"'),
        ("accept", 'accept = "application/scim+json"'),
    ],
)
async def test_headers(tmp_path, name, settings):
    """E1-E5: Host, Authorization, ADSCIMVersion, a body's type and length, and nothing else; by setting Accept."""
    async with story(f"headers-{name}", tmp_path, job(USER_NAME, ACTIVE, more=f"[fidelity]\n{settings}\n")) as office:
        ada, bob = person(1, "ada@contoso.example"), person(2, "bob@contoso.example")
        office.people = [ada, bob]
        await office.cycle("GET and POST")
        office.people = [ada | {"accountEnabled": False}]
        await office.cycle("GET, PATCH and DELETE")


async def probe(office: Office, title: str) -> list[tuple[ObjectKind, bool]]:
    """Test Connection, as the portal's button does it."""
    office.write()
    with office.telling(title):
        verdicts = await connect(office.job_file, office.options)
    return [(kind, verdict.problem is None) for kind, verdict in verdicts]


async def test_test_connection(tmp_path):
    """E13, E15, E16: one filter for a random value on each endpoint that is mapped, and never a PATCH."""
    told = SCIM + "\n" + 'adscimversion = "5.0"\n'  # [fidelity] stands last in the shipped job
    async with story("test-connection", tmp_path, told) as office:
        both = [(ObjectKind.USER, True), (ObjectKind.GROUP, True)]
        assert await probe(office, "Users and groups") == both
        office.rewrite(told + 'group_probe = "plain"\n')
        assert await probe(office, 'group_probe = "plain"') == both
        mail = """{ target = 'emails[type eq "work"].value', source = "[mail]", match = 1 }"""
        office.rewrite(job(mail, more=OLD_HEADERS))
        assert await probe(office, "No groups, and another matching attribute") == [(ObjectKind.USER, True)]


async def test_every_activity_opens_with_the_probe(tmp_path):
    """E14: a cycle with work, one without, and by the setting not the latter."""
    told = job(USER_NAME, ACTIVE, groups=GROUPS, more=OLD_HEADERS)
    async with story("probe", tmp_path, told) as office:
        office.people = [person(1, "ada@contoso.example")]
        await office.cycle("Work to do")
        await office.cycle("No work to do")
        office.rewrite(told + 'probe_idle = "skip"\n')
        await office.cycle('No work to do, probe_idle = "skip"')
