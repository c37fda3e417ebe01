"""What makers of SCIM servers have seen of the service comes out here byte for byte (tests/golden/captures.py)."""

import pytest

from tests.golden.captures import ADA, CAPTURES, META, NAME, PATCH, SCHEMAS, mapped
from tests.golden.jobs import FLAG, GROUPS, MANAGER, USER_NAME, job
from tests.golden.office import Office, group, person, running

DEPARTMENT = mapped("department", "department")
"""No attribute of SCIM: the enterprise extension has one of that name."""


def written(office: Office) -> list[str]:
    """The bodies sent so far."""
    return [line for line in office.text.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.thread.partition(":")[0])
async def test_a_request_about_a_person(tmp_path, capture):
    """E39-E44, E46-E51, E71, E73: method by what is there, and the body byte for byte."""
    async with running(tmp_path, job(*capture.mappings), query=capture.query) as office:
        if capture.there is not None:
            office.sandbox.load({"Users": [{"id": "7", "userName": ADA, **capture.there}]})
        ada = person(1, ADA, **capture.ada)
        office.people, office.roles = [ada], list(capture.roles)
        office.assignments = [(ada, role) for role, _, _ in capture.roles]
        await office.cycle("The request")
        assert written(office) == [capture.sent]


@pytest.mark.parametrize(
    ("query", "addition", "removal"),
    [
        (
            "",
            '[{"op":"Add","path":"members","value":[{"value":"7"}]}]}',
            '[{"op":"Remove","path":"members","value":[{"value":"7"}]}]}',
        ),
        (
            FLAG,
            '[{"op":"add","path":"members","value":[{"value":"7"}]}]}',
            '[{"op":"remove","path":"members[value eq \\"7\\"]"}]}',
        ),
    ],
    ids=["thomaspoignant/scim-patch#959", "scim-compatibility.md"],
)
async def test_requests_about_a_group(tmp_path, query, addition, removal):
    """E45, E59, E61, E72 (rancher/rancher#55776 too): matched and marked, a member added, renamed, a member removed."""
    async with running(tmp_path, job(USER_NAME, groups=GROUPS), query=query) as office:
        office.sandbox.load(
            {"Users": [{"id": "7", "userName": ADA}], "Groups": [{"id": "11", "displayName": "Engineers"}]}
        )
        ada = person(1, ADA)
        office.people, office.groups = [ada], [group(1, "Engineers", ada)]
        await office.cycle("Matched, and a member")
        office.groups = [group(1, "Makers")]
        office.assignments = [(ada, ""), (office.groups[0], "")]
        await office.cycle("Renamed, and she is no member any more")
        add, replace = ("add", "replace") if query else ("Add", "Replace")
        marked = f'[{{"op":"{add}","path":"externalId","value":"{group(1, "")["id"]}"}}]}}'
        renamed = f'[{{"op":"{replace}","path":"displayName","value":"Makers"}}]}}'
        assert written(office) == [PATCH + operations for operations in (marked, addition, renamed, removal)]


async def test_what_was_left_out_follows_in_the_next_cycle(tmp_path):
    """E43: though the source does not change, and then never again."""
    mappings = (USER_NAME, DEPARTMENT, MANAGER)
    async with running(tmp_path, job(*mappings)) as office:
        ada = person(1, ADA, department="Retail")
        office.people = [ada | {"manager": {"id": ada["id"]}}]
        await office.cycle("Created, and her own manager")
        for act in ("Her department follows", "Nothing"):
            office.text = ""
            await office.cycle(act)
            follows = PATCH + '[{"op":"Add","path":"department","value":"Retail"}]}'
            assert written(office) == ([follows] if act.startswith("Her") else [])


async def test_what_is_no_attribute_can_be_sent_at_once(tmp_path):
    """E43: by the setting, with all else in the POST."""
    told = job(USER_NAME, DEPARTMENT, more='[fidelity]\nunknown_on_create = "sent"\n')
    async with running(tmp_path, told) as office:
        office.people = [person(1, ADA, department="Retail")]
        await office.cycle("Created")
        assert written(office) == [f'{SCHEMAS}{NAME},"department":"Retail",{META}}}']
