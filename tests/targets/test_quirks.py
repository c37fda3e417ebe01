"""Servers with quirks, as real ones have them: nothing is decided wrongly, and what cannot be known is told."""

import json

import pytest

from tests.servers import Server
from tests.targets.rehearsal import ONLY_NAMES, TOKEN, Rehearsal, account, operations, settled
from tests.targets.wanted import ENTERPRISE

SCIM = "SystemForCrossDomainIdentityManagement"
FLAG = "?aadOptscim062020"
WORK_MAIL = """{ target = 'emails[type eq "work"].value', source = "[mail]", match = 2 }"""


async def test_booleans_kept_as_texts_are_the_same_booleans(tmp_path, url, sandbox):
    """Field bug 2: the text "False" that a GET returns is false; no PATCH is sent for it again, and enabling works."""
    rehearsal = await settled(tmp_path, url, "ada")
    sandbox.set_faults(["keep-string-booleans"])
    rehearsal.company.change("ada", accountEnabled=False)
    await rehearsal.cycle()
    assert account(sandbox, "ada")["active"] == "False"
    operations(sandbox)
    rehearsal.company.change("ada", jobTitle="Director")
    await rehearsal.cycle()
    assert [operation["path"] for operation in operations(sandbox)] == ["title"]
    rehearsal.company.change("ada", accountEnabled=True)
    await rehearsal.cycle()
    assert operations(sandbox) == [{"op": "Replace", "path": "active", "value": "True"}]


@pytest.mark.parametrize(("in_flight", "all_there"), [(5, False), (1, True)])
async def test_updates_that_are_lost_when_they_come_at_once(tmp_path, url, sandbox, in_flight, all_there):
    """Field bug 5: five in flight lose members, one at a time none; reading the group back tells of it."""
    names = [f"p{number}" for number in range(10)]
    job = ONLY_NAMES + f"[limits]\nmember_patches_in_flight = {in_flight}\n"
    rehearsal = Rehearsal(tmp_path, url, job=job)
    for name in names:
        rehearsal.company.join(name)
    rehearsal.company.found("Rowers", *names)
    sandbox.set_faults(["racy-members=0.01"])
    assert (await rehearsal.cycle()).failures == ()
    (group,) = sandbox.dump()["Groups"]
    assert (len(group["members"]) == 10) is all_there
    rehearsal.company.join("late")
    rehearsal.company.enter("Rowers", "late")
    rehearsal.verify_members = True
    warnings = (await rehearsal.cycle()).warnings
    assert any("loses one of two PATCHes" in warning for warning in warnings) is not all_there


async def test_a_manager_who_is_taken_away_is_not_taken_away_in_the_target(tmp_path, url, sandbox):
    """Field bug 8, E50: no removal in any form is sent, so none can be misread."""
    rehearsal = await settled(tmp_path, url, "ada", "ben")
    rehearsal.company.manage("ada", "ben")
    await rehearsal.cycle()
    operations(sandbox)
    rehearsal.company.change("ada", manager=None)
    assert (await rehearsal.cycle()).failures == ()
    assert operations(sandbox) == []
    assert account(sandbox, "ada")[ENTERPRISE]["manager"]["value"] == account(sandbox, "ben")["id"]


async def test_a_filter_that_finds_nobody_is_no_wrong_address(tmp_path, relay):
    """Field bug 14: a server says 404 to the filter for a random guid; Test Connection says what the guid is for."""
    relay.then = lambda passed: (404, b"") if b'"totalResults":0' in passed.answer else (passed.status, passed.answer)
    error = await Rehearsal(tmp_path, relay.url).probe()
    assert error.code == f"{SCIM}CredentialValidationUnavailable"
    assert "answer a filter that finds nobody with 200 and an empty list" in error.recommended_action
    assert "/Users?filter=userName+eq+%22" in error.exchange.url


async def test_a_match_by_a_typed_value_names_the_value(tmp_path, url, sandbox):
    """Field bug 19: the path of the mapping as it stands, ``.value`` included (E36)."""
    job = ONLY_NAMES.replace("match = 1 }", "match = 1 }, " + WORK_MAIL, 1)
    there = {"userName": "old@harbour.example", "emails": [{"type": "work", "value": "ada@harbour.example"}]}
    sandbox.load({"Users": [{"id": "1", **there}]})
    await settled(tmp_path, url, "ada", job=job)
    asked = [request.path for request in sandbox.requests if "emails" in request.path]
    assert asked == ["/scim/v2/Users?filter=emails%5btype+eq+%22work%22%5d.value+eq+%22ada%40harbour.example%22"]
    assert [account["id"] for account in sandbox.dump()["Users"]] == ["1"]


async def test_a_namesake_gets_an_account_of_her_own(tmp_path, url, sandbox):
    """Field bug 20: the account of somebody deleted softly is renamed and stays hers, whoever takes her name."""
    rehearsal = await settled(tmp_path, url, "ada")
    first = account(sandbox, "ada")["id"]
    gone = rehearsal.company.people["ada"]
    rehearsal.company.soft_delete("ada")
    rehearsal.company.people["tombstone"] = rehearsal.company.people.pop("ada")
    rehearsal.company.join("ada")
    await rehearsal.cycle()
    await rehearsal.cycle()
    held = {account["userName"]: account for account in sandbox.dump()["Users"]}
    assert set(held) == {gone["userPrincipalName"], "ada@harbour.example"}
    assert (held[gone["userPrincipalName"]]["id"], held[gone["userPrincipalName"]]["active"]) == (first, False)
    assert held["ada@harbour.example"]["active"] is True


async def test_a_rename_that_deletes_is_mended(tmp_path, url, relay, sandbox):
    """Field bug 21: a server takes a new userName for a deletion; the account is made again, and that shows (E31)."""
    rehearsal = await settled(tmp_path, relay.url, "ada")

    def delete_instead(line, body):
        if line.startswith("PATCH") and b'"userName"' in body:
            Server(url, TOKEN).call("DELETE", line.split(" ")[1].removeprefix("/scim/v2"))
            return 204, b""
        return None

    relay.instead = delete_instead
    rehearsal.company.change("ada", userPrincipalName="ada.moen@harbour.example")
    assert (await rehearsal.cycle()).failures == ()
    assert sandbox.dump()["Users"] == []
    rehearsal.company.change("ada", jobTitle="Director")
    assert (await rehearsal.cycle()).failures == ()
    assert account(sandbox, "ada")["userName"] == "ada.moen@harbour.example"
    newest = rehearsal.log()[-1]["provisioningSteps"]
    assert "InvalidAnchor" in json.dumps(newest)


async def test_a_disabled_account_that_is_hidden_everywhere_is_named(tmp_path, url, sandbox):
    """Field bug 22: hidden from the GET by id too, so that enabling ends in a 409; nothing is doubled."""
    rehearsal = await settled(tmp_path, url, "ada")
    rehearsal.company.change("ada", accountEnabled=False)
    await rehearsal.cycle()
    sandbox.set_faults(["hide-disabled", f"gone={account(sandbox, 'ada')['id']}"])
    rehearsal.company.change("ada", accountEnabled=True)
    (failure,) = (await rehearsal.cycle()).failures
    assert failure.error.code == f"{SCIM}ServiceIncompatibleFiltering"
    assert "does the filter hide disabled accounts" in failure.error.recommended_action
    assert failure.error.exchange.method == "POST"
    assert len(sandbox.dump()["Users"]) == 1


async def test_emails_that_are_texts_are_no_work_address(tmp_path, url, sandbox):
    """Field bug 25: a list of texts where elements belong is read as having none that matches; nobody fails."""
    sandbox.load({"Users": [{"id": "1", "userName": "ada@harbour.example", "emails": ["ada@harbour.example"]}]})
    await settled(tmp_path, url, "ada")
    sent = {operation["path"]: operation["op"] for operation in operations(sandbox)}
    assert sent['emails[type eq "work"].value'] == "Add"


async def test_references_of_null_are_neither_needed_nor_sent(tmp_path, relay, sandbox):
    """Field bug 28: old jobs sent ``$ref: null`` in every element; now none does, and a server may return them."""
    nulls = (b'"value":', b'"$ref":null,"value":')
    relay.then = lambda passed: (passed.status, passed.answer.replace(*nulls))
    rehearsal = await settled(tmp_path, relay.url + FLAG, "ada", "ben")
    rehearsal.company.manage("ada", "ben")
    rehearsal.company.found("Rowers", "ada", "ben")
    await rehearsal.cycle()
    rehearsal.company.change("ada", jobTitle="Director")
    rehearsal.company.leave("Rowers", "ben")
    operations(sandbox)
    assert (await rehearsal.cycle()).failures == ()
    assert [operation["path"].partition("[")[0] for operation in operations(sandbox)] == ["title", "members"]
    assert all(b"$ref" not in passed.body for passed in relay.passed)


async def test_a_switch_to_lower_case_changes_nothing_on_the_wire(tmp_path, url, sandbox):
    """Field bug 30: the target is a Boolean, so its text is Entra's whatever the mapping writes (E49, E81)."""
    switch = """{ target = "active", source = 'Switch([IsSoftDeleted], , "False", "true", "True", "false")' }"""
    job = ONLY_NAMES.replace("match = 1 }", f"match = 1 }}, {switch}", 1)
    rehearsal = await settled(tmp_path, url, "ada", job=job)
    assert operations(sandbox) == []
    rehearsal.company.change("ada", accountEnabled=False)
    await rehearsal.cycle()
    assert [operation["value"] for operation in operations(sandbox)] == ["False"]


async def test_drift_among_members_stays(tmp_path, url, sandbox):
    """Field bug 32, E60: whom somebody takes out in the target alone stays out, whatever else the group does."""
    rehearsal = await settled(tmp_path, url, "ada", "ben", "cleo")
    rehearsal.company.found("Rowers", "ada", "ben")
    await rehearsal.cycle()
    held = sandbox.dump()
    held["Groups"][0]["members"].pop(0)
    sandbox.load(held)
    rehearsal.company.enter("Rowers", "cleo")
    assert (await rehearsal.cycle()).failures == ()
    members = {member["value"] for member in sandbox.dump()["Groups"][0]["members"]}
    assert members == {account(sandbox, "ben")["id"], account(sandbox, "cleo")["id"]}


async def test_values_that_are_taken_away_stay_in_the_target(tmp_path, url, sandbox):
    """Field bug 35, E34: null or empty in the directory sends nothing."""
    rehearsal = await settled(tmp_path, url, "ada")
    rehearsal.company.change("ada", jobTitle=None, department="", mail=None)
    assert (await rehearsal.cycle()).failures == ()
    assert operations(sandbox) == []
    assert account(sandbox, "ada")["title"] == "Engineer"


async def test_dotted_keys_that_are_kept_as_they_stand_are_told(tmp_path, url, sandbox):
    """Field bug 37: with the flag such a server says 200 and changes nothing that is read; it is told after a while."""
    rehearsal = await settled(tmp_path, url + FLAG, "ada")
    sandbox.set_faults(["literal-dotted-keys"])
    warnings = []
    for number in range(4):
        rehearsal.company.change("ada", surname="Moen", department="Sales", jobTitle=f"Title {number}")
        report = await rehearsal.cycle()
        assert report.failures == ()
        warnings += report.warnings
    assert account(sandbox, "ada")["name.familyName"] == "Moen"
    assert any("name.familyName" in warning for warning in warnings)


async def test_a_server_that_refuses_the_flag_is_shown_the_request(tmp_path, relay):
    """Field bug 39: an endpoint that knows no such key; the address that was asked stands beside its answer."""
    relay.instead = lambda line, _: (400, b'{"detail":"unknown parameter"}') if FLAG[1:] in line else None
    error = await Rehearsal(tmp_path, relay.url + FLAG).probe()
    assert error.code == f"{SCIM}BadRequest"
    assert "unknown parameter" in error.reason
    assert f"/Users{FLAG}&filter=" in error.exchange.url
    assert await Rehearsal(tmp_path, relay.url).probe() is None
