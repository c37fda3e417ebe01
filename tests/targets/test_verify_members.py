"""``run --verify-members`` against servers that change more than they were asked to, or hide what they do."""

import pytest

from tests.command import CONFIG, provisioner
from tests.servers import scim2_server, scimmy
from tests.targets.rehearsal import Rehearsal

FLAG = "?aadOptscim062020"


async def club(folder, url):
    """A group of four whose first cycle is over."""
    rehearsal = Rehearsal(folder, url, verify_members=True)
    for name in ("ada", "ben", "cleo", "dan"):
        rehearsal.company.join(name)
    rehearsal.company.found("Rowers", "ada", "ben", "cleo", "dan")
    report = await rehearsal.cycle()
    assert (report.warnings, report.failures) == ((), ())
    return rehearsal


def members(sandbox):
    """Who is in the one group, by user name."""
    held = sandbox.dump()
    names = {user["id"]: user["userName"].split("@")[0] for user in held["Users"]}
    (group,) = held["Groups"]
    return sorted(names[member["value"]] for member in group.get("members", ()))


@pytest.mark.parametrize("query", ["", FLAG])
async def test_a_server_that_keeps_to_what_it_is_asked_is_not_accused(tmp_path, url, sandbox, query):
    """Joining and leaving, in both dialects."""
    rehearsal = await club(tmp_path, url + query)
    rehearsal.company.leave("Rowers", "ada", "ben")
    rehearsal.company.join("eve")
    rehearsal.company.enter("Rowers", "eve")
    assert (await rehearsal.cycle()).warnings == ()
    assert members(sandbox) == ["cleo", "dan", "eve"]


async def test_a_removal_that_empties_the_group_is_told(tmp_path, url, sandbox):
    """One was to leave; the server answers with success and takes everybody out."""
    rehearsal = await club(tmp_path, url)
    sandbox.set_faults(["wipe-members"])
    rehearsal.company.leave("Rowers", "ada")
    report = await rehearsal.cycle()
    (warning,) = report.warnings
    assert warning.startswith("group 'Rowers': ")
    assert "was to be removed, but the target lost " in warning
    assert report.failures == ()
    assert members(sandbox) == []


async def test_an_addition_that_drops_the_others_is_told(tmp_path, url, sandbox):
    """With the flag a group that shows its members is sent ``replace`` (E72), taken at its word."""
    rehearsal = await club(tmp_path, url + FLAG)
    sandbox.set_faults(["members-despite-exclusion"])
    rehearsal.company.join("eve")
    rehearsal.company.enter("Rowers", "eve")
    (warning,) = (await rehearsal.cycle()).warnings
    assert "was to be added, but the target lost " in warning
    assert members(sandbox) == ["eve"]


BEFORE, AFTER = 4, 6
"""Which requests of the second cycle read the group back: after two probes, and the group's own GET, and the PATCH."""


@pytest.mark.parametrize("number", [BEFORE, AFTER])
async def test_a_reading_that_fails_is_no_empty_group(tmp_path, url, sandbox, number):
    """Nothing is known of who is in it, so nobody is said to be lost."""
    rehearsal = await club(tmp_path, url)
    begun = len(sandbox.requests)
    sandbox.set_faults([f"error-on={number}:503"])
    rehearsal.company.leave("Rowers", "ada")
    report = await rehearsal.cycle()
    failed = [request for request in list(sandbox.requests)[begun:] if request.status == 503]
    assert [(request.method, "excludedAttributes" in request.path) for request in failed] == [("GET", False)]
    (warning,) = report.warnings
    assert "1 change of its members could not be verified: The target answered 503" in warning
    assert "lost" not in warning
    assert report.failures == ()
    assert members(sandbox) == ["ben", "cleo", "dan"]


async def test_a_server_that_never_shows_members_is_not_accused(tmp_path, url, sandbox):
    """Its groups look empty before and after; that is said, once for each group."""
    rehearsal = Rehearsal(tmp_path, url, verify_members=True)
    sandbox.set_faults(["omit=members"])
    for name in ("ada", "ben"):
        rehearsal.company.join(name)
    rehearsal.company.found("Rowers", "ada", "ben")
    (warning,) = (await rehearsal.cycle()).warnings
    assert "2 changes of its members could not be verified" in warning
    assert "never returns members" in warning
    assert members(sandbox) == ["ada", "ben"]


async def test_a_removal_that_is_refused_changes_nothing_and_is_no_surprise(tmp_path, url, sandbox):
    """The failure of the group says it; the reading back has nothing to add."""
    rehearsal = await club(tmp_path, url)
    sandbox.set_faults(["refuse-legacy-removal"])
    rehearsal.company.leave("Rowers", "ada")
    report = await rehearsal.cycle()
    assert report.warnings == ()
    assert [failure.name for failure in report.failures] == ["Rowers"]


@pytest.mark.parametrize("started", [scim2_server, scimmy])
async def test_independent_servers_keep_to_what_they_are_asked(tmp_path, started):
    """With the flag a removal names its member in the path, and takes away nobody else."""
    (tmp_path / "server").mkdir()
    with started(tmp_path / "server") as real:
        rehearsal = await club(tmp_path, real.url + FLAG)
        rehearsal.company.leave("Rowers", "ada")
        report = await rehearsal.cycle()
        assert (report.warnings, report.failures) == ((), ())
        assert len(real.groups()["Rowers"]["members"]) == 3


async def test_members_that_a_server_lost_between_cycles_are_told(tmp_path, url, sandbox):
    """Before anything is sent: who should be there and is not, but nobody who was to leave or whose account is gone."""
    rehearsal = await club(tmp_path, url)
    rehearsal.company.leave("Rowers", "cleo", "dan")
    rehearsal.company.purge("cleo")
    held = sandbox.dump()
    ada = held["Groups"][0]["members"].pop(0)["value"]
    sandbox.load(held)
    report = await rehearsal.cycle()
    (warning,) = report.warnings
    assert f"the target does not hold {ada}, added before" in warning
    assert members(sandbox) == ["ben"]


@pytest.mark.parametrize("form", [(), ("--json",)])
async def test_the_command_tells_what_it_saw(tmp_path, url, sandbox, form):
    """A warning on the terminal, and in the one document of ``--json``."""
    rehearsal = await club(tmp_path, url)
    rehearsal.company.leave("Rowers", "ada")
    snapshot = rehearsal.company.write(tmp_path / "directory")
    sandbox.set_faults(["wipe-members"])
    told = provisioner(
        *("run", CONFIG / "scim.toml", "--verify-members", *form, "--url", url, "--snapshot", snapshot),
        *("--token", f"file:{tmp_path / 'token'}", "--state", tmp_path / "state.db"),
    )
    assert told.code == 0
    warning = told.document["warnings"][0] if form else told.out
    assert "group 'Rowers': " in warning
    assert "was to be removed, but the target lost " in warning
