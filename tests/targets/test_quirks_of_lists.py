"""What Entra does to lists, and servers that take it amiss: roles and multi-valued attributes (E51)."""

import json

from tests.targets.company import Company
from tests.targets.rehearsal import ONLY_NAMES, operations, settled

FLAG = "?aadOptscim062020"
ROLE = "11111111-0000-0000-0000-00000000000{}"


class Staffed(Company):
    """A company whose people have roles in the application: numbers, by name."""

    roles: dict[str, list[int]]

    def write(self, folder):
        super().write(folder)
        assignments = [
            {"principalId": self.people[name]["id"], "principalType": "User", "appRoleId": ROLE.format(number)}
            for name, numbers in self.roles.items()
            for number in numbers
        ]
        roles = [{"id": ROLE.format(n), "value": f"role{n}", "displayName": f"Role {n}"} for n in (1, 2)]
        (folder / "assignments.json").write_text(json.dumps(assignments))
        (folder / "appRoles.json").write_text(json.dumps(roles))
        return folder


async def staffed(folder, url):
    """Ada has two roles, and her account is there."""
    company = Staffed()
    company.roles = {"ada": [1]}
    role = '{ target = "roles", source = "AppRoleAssignmentsComplex([appRoleAssignments])" }'
    job = ONLY_NAMES.replace("match = 1 }", f"match = 1 }}, {role}", 1).partition("[groups]")[0]
    return await settled(folder, url, "ada", job=job, company=company)


async def test_roles_as_json_in_a_text_are_named_when_refused(tmp_path, relay, sandbox):
    """Field bug 9: a server wants objects and refuses the default dialect's texts; the flag sends objects (E73)."""
    refusal = (400, b'{"detail":"roles: expected an object"}')
    relay.instead = lambda line, body: refusal if rb'"value":"{\"id\"' in body else None
    rehearsal = await staffed(tmp_path, relay.url)
    rehearsal.company.roles["ada"] = [1, 2]
    (failure,) = (await rehearsal.cycle()).failures
    assert "Read roles from the JSON text" in failure.error.recommended_action
    assert failure.error.exchange.request.count(rb"\"value\":\"role2\"") == 1
    (tmp_path / "flag").mkdir()
    sandbox.load({})
    rehearsal = await staffed(tmp_path / "flag", relay.url + FLAG)
    rehearsal.company.roles["ada"] = [1, 2]
    assert (await rehearsal.cycle()).failures == ()


async def test_a_role_that_is_taken_away_stays_in_the_target(tmp_path, url, sandbox):
    """Field bug 10, E51: roles are added; a removal is sent by the assertive function alone."""
    rehearsal = await staffed(tmp_path, url)
    rehearsal.company.roles["ada"] = [2]
    assert (await rehearsal.cycle()).failures == ()
    assert {operation["op"] for operation in operations(sandbox)} == {"Add"}
    (held,) = sandbox.dump()["Users"]
    assert "role1" in json.dumps(held["roles"])


async def test_lists_of_a_custom_attribute_only_grow(tmp_path, url, sandbox):
    """Field bug 34, E51: what is new is added, what is gone is not taken away."""
    tags = """{ target = "urn:harbour:User:tags", source = 'Split([jobTitle], ",")', multivalued = true }"""
    job = ONLY_NAMES.replace("match = 1 }", f"match = 1 }}, {tags}", 1)
    rehearsal = await settled(tmp_path, url, "ada", job=job)
    rehearsal.company.change("ada", jobTitle="Engineer,Pilot")
    await rehearsal.cycle()
    rehearsal.company.change("ada", jobTitle="Pilot")
    await rehearsal.cycle()
    assert {operation["op"] for operation in operations(sandbox)} == {"Add"}
    (held,) = sandbox.dump()["Users"]
    assert {"Engineer", "Pilot"} <= {each["value"] for each in held["urn:harbour:User"]["tags"]}
