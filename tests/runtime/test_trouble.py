"""Servers that misbehave as real ones do, and what the failure of a run says of it (E104)."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.target_scim import ScimTarget
from provisioner.engine.probe import probes
from provisioner.model.path import ENTERPRISE_USER
from provisioner.model.secret import Secret
from provisioner.runtime.converse import converse
from provisioner.sandbox import Sandbox, SandboxServer
from provisioner.wiring.options import Options
from provisioner.wiring.running import OpenJob
from tests.engine.worlds import ACTIVE, MANAGER, TITLE, USER_NAME, job, mapping
from tests.runtime.cycles import Company, counted
from tests.runtime.test_groups import Club

SCIM = "SystemForCrossDomainIdentityManagement"
WORK_MAIL = mapping('emails[type eq "work"].value', "[mail]")
PRIMARY_ROLE = mapping('roles[primary eq "True"].value', "[jobTitle]")
DEPARTMENT = mapping(f"{ENTERPRISE_USER}:department", "[department]")
CUSTOM = mapping("urn:ietf:params:scim:schemas:extension:real-links:2.0:User:title", "[jobTitle]")
THERE = {"Users": [{"id": "1", "userName": "p1@contoso.example", "active": False}]}


@pytest.fixture(scope="module")
def scim():
    with SandboxServer(Sandbox("scim", seed=1)) as server:
        yield server


@pytest.fixture(scope="module")
def real_links():
    with SandboxServer(Sandbox("real-links", seed=1)) as server:
        yield server


@asynccontextmanager
async def meeting(company, server, *faults, content=None):
    """A company whose target is a real server that misbehaves so."""
    server.sandbox.set_faults([])
    server.sandbox.load(content or {})
    server.sandbox.set_faults(faults)
    settings = replace(company.job.target, url=server.url)
    company.job = replace(company.job, target=settings)
    ids = SeededIds(0)
    async with ScimTarget(settings, Secret("s3cret"), company.job.fidelity, clock=company.clock, ids=ids) as target:
        company.target = target
        yield company


async def failure(company, server, *faults, content=None):
    """The one failure of a cycle against such a server."""
    async with meeting(company, server, *faults, content=content):
        report = await company.cycle()
    assert len(report.failures) == 1, report
    return report.failures[0].error


CREATES = {
    "empty-filters": (f"{SCIM}ServiceIncompatibleFiltering", "hide disabled accounts", THERE),
    "hide-disabled": (f"{SCIM}ServiceIncompatibleFiltering", "hide disabled accounts", THERE),
    "conflict-on-create": (f"{SCIM}ServiceIncompatibleFiltering", "refuses for another reason", None),
    "no-id": (f"{SCIM}ServiceIncompatible", "its id a text", None),
    "refuse-media-type": (f"{SCIM}BadRequest", "application/scim+json; charset=utf-8", None),
    "duplicate-entries": ("DuplicateTargetEntries", "Leave one of the accounts", THERE),
}


@pytest.mark.parametrize("fault", CREATES)
async def test_trouble_with_a_newcomer_is_named(tmp_path, scim, fault):
    """Field bugs 12, 17, 22, 29: the code of the portal, and what usually causes it."""
    code, advice, content = CREATES[fault]
    error = await failure(Company(tmp_path, people=1), scim, fault, content=content)
    assert error.code == code
    assert advice in error.recommended_action
    assert error.exchange is not None
    assert error.exchange.method in ("GET", "POST")


PATCHES = {
    "refuse-capital-ops": ((TITLE,), "without regard to case"),
    "refuse-string-booleans": ((ACTIVE,), 'the texts "True" and "False"'),
    "refuse-missing-element": ((WORK_MAIL,), "Create the element"),
    "refuse-boolean-selectors": ((PRIMARY_ROLE,), "select by a boolean"),
    "refuse-extension-paths": ((DEPARTMENT,), "begin with a schema's URN"),
}


@pytest.mark.parametrize("fault", PATCHES)
@pytest.mark.parametrize("company_of", ["alone", "among others"])
async def test_what_a_patch_is_refused_for_is_named(tmp_path, scim, fault, company_of):
    """Field bugs 1, 2, 6, 36, 38: of all that one PATCH carries, the target's words choose the suspect."""
    mappings, advice = PATCHES[fault]
    others = (ACTIVE, TITLE, DEPARTMENT) if company_of == "among others" else ()
    wanted = (USER_NAME, *dict.fromkeys((*mappings, *others)))
    error = await failure(Company(tmp_path, people=1, made=job(*wanted)), scim, fault, content=THERE)
    assert error.code == f"{SCIM}BadRequest"
    assert advice in error.recommended_action
    assert error.exchange.method == "PATCH"


async def test_a_refused_manager_is_named(tmp_path, scim):
    """Field bug 7: the manager is a bare id, which some servers want as an object."""
    company = Company(tmp_path, people=2, made=job(USER_NAME, MANAGER))
    company.people[1]["manager"] = {"id": company.people[2]["id"]}
    error = await failure(company, scim, "refuse-string-manager")
    assert "the manager as a bare id" in error.recommended_action


async def test_an_unlisted_schema_is_named(tmp_path, real_links):
    """E39: strict servers want every extension in schemas; the setting that lists it is in the advice."""
    made = job(USER_NAME, CUSTOM)
    error = await failure(Company(tmp_path, people=1, made=made), real_links, "refuse-unlisted-schemas")
    assert 'custom_schemas = "listed"' in error.recommended_action
    listed = job(USER_NAME, CUSTOM, fidelity={"custom_schemas": "listed"})
    async with meeting(
        Company(tmp_path / "2", people=1, made=listed), real_links, "refuse-unlisted-schemas"
    ) as company:
        assert (await company.cycle()).failures == ()


async def test_an_unknown_attribute_is_named(tmp_path, scim):
    """A mapping that writes what the application does not know."""
    error = await failure(Company(tmp_path, people=1, made=job(USER_NAME, CUSTOM)), scim, "refuse-unknown-attributes")
    assert "leave its mapping out" in error.recommended_action


MEMBERS = {
    "unknown-member=404": ("InvalidAnchor", "knows the group and the member"),
    "unknown-member=400": (f"{SCIM}BadRequest", "knows the group and the member"),
}


@pytest.mark.parametrize("fault", MEMBERS)
async def test_an_unknown_member_is_named(tmp_path, scim, fault):
    """Field bug 33: a member deleted in the target alone; the group is tried again, its failure says why."""
    code, advice = MEMBERS[fault]
    club = Club(tmp_path, people=2)
    club.groups["g1"]["members"] = []
    async with meeting(club, scim, fault):
        assert (await club.cycle()).failures == ()
        scim.sandbox.load({"Groups": scim.sandbox.dump()["Groups"]})
        club.groups["g1"]["members"] = club.ids(1)
        error = (await club.cycle()).failures[0].error
    assert error.code == code
    assert advice in error.recommended_action


async def test_a_refused_removal_is_named(tmp_path, scim):
    """Field bug 3: removal by value; the flag names the member in the path."""
    club = Club(tmp_path, people=2)
    club.groups["g1"]["members"] = club.ids(1)
    async with meeting(club, scim, "refuse-legacy-removal"):
        assert (await club.cycle()).failures == ()
        club.groups["g1"]["members"] = []
        error = (await club.cycle()).failures[0].error
    assert "Remove with path members" in error.recommended_action
    assert "aadOptscim062020" in error.recommended_action


async def test_a_refused_deletion_is_named(tmp_path, scim):
    """Field bug 27: no DELETE; the action can be switched off."""
    async with meeting(Company(tmp_path, people=2), scim, "refuse-delete") as company:
        await company.cycle()
        company.people.pop(1)
        error = (await company.cycle()).failures[0].error
    assert "Implement DELETE" in error.recommended_action


PROBES = {
    "firewall": ("InsufficientRights", "without a User-Agent"),
    "require-accept": (f"{SCIM}BadRequest", "[fidelity]"),
    "refuse-filters": (f"{SCIM}BadRequest", "filter by this attribute"),
    "null-resources": (f"{SCIM}ServiceIncompatible", "null is no list"),
    "bare-list": (f"{SCIM}ServiceIncompatible", "ListResponse"),
    "html-success": (f"{SCIM}ServiceIncompatible", "Check the tenant URL"),
    "redirect": (f"{SCIM}ServiceIncompatible", "final URL"),
    "unauthorized": (f"{SCIM}CredentialValidationUnavailable", "secret token"),
    "forbidden": ("InsufficientRights", "token's account"),
    "ignore-filters": (f"{SCIM}BadResponse", "apply the filter"),
    "wrong-total": (f"{SCIM}BadResponse", "agree with itself"),
    "gzip": (f"{SCIM}ServiceIncompatible", "ListResponse"),
    "oversized": (f"{SCIM}ServiceIncompatible", "what matches it only"),
    "down": (f"{SCIM}ServerError", "own log"),
    "close": ("WebExceptionProtocolError", "hung up"),
}


@pytest.mark.parametrize("fault", PROBES)
async def test_trouble_with_the_whole_endpoint_is_named_by_the_probe(tmp_path, scim, fault):
    """Field bugs 11, 12, 16, 18, 25: Test Connection says what was seen and what to look at (E16)."""
    code, advice = PROBES[fault]
    async with meeting(Company(tmp_path, people=1), scim, fault, content=THERE) as company:
        (flow,) = probes(company.job, SeededIds(1))
        verdict = await converse(flow, company.target)
    assert verdict.error.code == code
    assert advice in verdict.error.recommended_action


async def test_missing_groups_are_named(tmp_path, scim):
    """Field bug 15: a job with groups meets an endpoint without them; the cycle ends in quarantine."""
    async with meeting(Club(tmp_path, people=2), scim, "no-groups") as club:
        _, flow = probes(club.job, SeededIds(1))
        verdict = await converse(flow, club.target)
        report = await club.cycle()
    assert "Implement /Groups" in verdict.error.recommended_action
    assert report.quarantine.reason == "EncounteredQuarantineException"


@pytest.mark.parametrize("fault", ["plain-404", "html-errors"])
async def test_a_404_without_scim_is_a_404(tmp_path, scim, fault):
    """Field bug 24: somebody deleted in the target alone is made again (E31), whatever page says that they are gone."""
    async with meeting(Company(tmp_path, people=1), scim, fault) as company:
        await company.cycle()
        scim.sandbox.load({})
        company.people[1]["jobTitle"] = "Director"
        assert counted(await company.cycle()) == {"create": 1}
    assert len(scim.sandbox.users) == 1


async def test_a_case_sensitive_filter_is_named(tmp_path, scim):
    """Field bug 17: the account is there in other letters; nothing is doubled or adopted, and the advice says why."""
    there = {"Users": [{"id": "1", "userName": "P1@Contoso.example"}]}
    error = await failure(Company(tmp_path, people=1), scim, "case-sensitive-filters", content=there)
    assert error.code == f"{SCIM}ServiceIncompatibleFiltering"
    assert "case-sensitively" in error.recommended_action
    assert len(scim.sandbox.users) == 1


def patches(server):
    """The bodies of the PATCHes the server was sent, as text."""
    return [request.body for request in server.sandbox.requests if request.method == "PATCH"]


async def test_a_manager_returned_as_a_string_is_the_same_manager(tmp_path, scim):
    """Field bug 7: sent as a bare id, returned as one or as an object; no second PATCH follows."""
    company = Company(tmp_path, people=2, made=job(USER_NAME, TITLE, MANAGER))
    company.people[1]["manager"] = {"id": company.people[2]["id"]}
    async with meeting(company, scim, "manager-as-string"):
        await company.cycle()
        scim.sandbox.requests.clear()
        company.people[1]["jobTitle"] = "Director"
        assert counted(await company.cycle()) == {"update": 1}
    assert len(patches(scim)) == 1
    assert "manager" not in str(patches(scim)[0])


async def test_an_attribute_that_is_never_returned_is_sent_whenever_its_owner_is_attended_to(tmp_path, scim):
    """Field bug 23, E30: without ``active`` in the GET every PATCH carries it; nobody fails, nothing loops."""
    async with meeting(Company(tmp_path, people=1), scim, "omit=active") as company:
        await company.cycle()
        scim.sandbox.requests.clear()
        company.people[1]["jobTitle"] = "Director"
        assert counted(await company.cycle()) == {"update": 1}
        assert counted(await company.cycle()) == {}
    (patch,) = patches(scim)
    assert "active" in str(patch)
    assert "title" in str(patch)


@pytest.mark.parametrize(("flag", "named"), [("?aadOptscim062020", True), ("", False)])
async def test_dotted_keys_kept_as_they_stand_are_named(tmp_path, scim, flag, named):
    """Field bug 37, E71: only the flag's operation without path has such keys. Nobody fails, and the run warns once."""
    company = Company(tmp_path, people=2, made=job(USER_NAME, mapping("name.givenName", "[givenName]"), DEPARTMENT))
    async with meeting(company, scim, "literal-dotted-keys"):
        company.job = replace(company.job, target=replace(company.job.target, url=scim.url + flag))
        await company.cycle()
        for person in company.people.values():
            person |= {"givenName": "Ada", "department": "Computing"}
        report = await company.cycle()
        assert (counted(report), report.failures) == ({"update": 2}, ())
        with company.memory() as memory:
            steps = [step for record in memory.records(cycle=2) for step in record.body["provisioningSteps"]]
    held = [user["name"]["givenName"] for user in scim.sandbox.users.values()]
    assert held == (["Person", "Person"] if named else ["Ada", "Ada"])
    assert [step["status"] for step in steps if step["name"] == "EntryExportReadBack"] == ["warning"] * (2 * named)
    assert len(report.warnings) == named
    assert all("name.givenName" in told and f"{ENTERPRISE_USER}:department" in told for told in report.warnings)


CLUB = """
name = "club"
[source]
snapshot = "directory"
[target]
url = "{url}"
[users]
mappings = [{{ target = "userName", source = "[userPrincipalName]", match = 1 }}]
[groups]
mappings = [
  {{ target = "displayName", source = "[displayName]", match = 1 }},
  {{ target = "members", source = "[members]" }},
]
"""


@pytest.mark.parametrize(("faults", "told"), [((), 0), (("wipe-members",), 1)])
async def test_a_removal_that_empties_the_group_is_reported(tmp_path, scim, faults, told):
    """Field bug 3: the target says 204 and takes everybody out; reading the group back shows it."""
    club = Club(tmp_path)
    club.groups["g1"]["members"] = club.ids(1, 2, 3)
    (tmp_path / "job.toml").write_text(CLUB.format(url=scim.url))
    options = Options(verify_members=True)
    async with meeting(club, scim, *faults):
        club.write()
        with OpenJob(str(tmp_path / "job.toml"), options, clock=club.clock) as opened:
            assert (await opened.run()).warnings == ()
            club.groups["g1"]["members"] = club.ids(1, 2)
            club.write()
            warnings = (await opened.run()).warnings
    assert len(warnings) == told
    assert all("'Engineers'" in warning and "lost" in warning for warning in warnings)
