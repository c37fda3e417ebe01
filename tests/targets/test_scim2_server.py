"""The whole cycle of Real Links against an independent, strict SCIM server in a process of its own."""

from pathlib import Path

import pytest

from tests.command import CONFIG, directory, person, provisioner
from tests.servers import REAL_LINKS, Server, scim2_server


@pytest.fixture
def server(tmp_path):
    (tmp_path / "server").mkdir()
    with scim2_server(tmp_path / "server") as running:
        yield running


class Desk:
    """One administrator's job against one server."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.people = {number: person(number) for number in (1, 2, 3)}
        self.assigned: list[str] | None = None

    def run(self, *more, code=0, **variables):
        snapshot = directory(self.folder / "directory", list(self.people.values()), assigned=self.assigned)
        result = provisioner(
            *("run", CONFIG / "real-links.toml", "--json", "--url", self.server.url, "--snapshot", snapshot),
            *("--state", self.folder / "state.db", *more),
            **variables,
        )
        assert result.code == code, result
        return result.document


@pytest.fixture
def desk(server, tmp_path):
    return Desk(server, tmp_path)


def counted(report):
    return {name: count for name, count in report["counts"].items() if count}


def test_create_then_nothing_to_do(desk):
    """The initial cycle creates everybody with every attribute; the second sends the probe and nothing else."""
    report = desk.run()
    assert (report["job"], report["cycle"], report["status"]) == ("real-links", "initial", "succeeded")
    assert counted(report) == {"create": 3}
    assert report["requests"] == 1 + 3 * 2
    account = desk.server.users()["p1@contoso.example"]
    assert account["active"] is True
    assert account[REAL_LINKS]["firstName"] == "Person"
    assert account[REAL_LINKS]["title"] == "Engineer"
    again = desk.run()
    assert (again["cycle"], again["requests"], counted(again)) == ("incremental", 1, {})


def test_update_sends_only_who_changed(desk):
    """One GET and one PATCH for the one who moved."""
    desk.run()
    desk.people[2] = person(2, jobTitle="Director", department="Board")
    report = desk.run()
    assert counted(report) == {"update": 1}
    assert report["requests"] == 3
    assert desk.server.users()["p2@contoso.example"][REAL_LINKS]["title"] == "Director"


def test_disable_and_restore(desk):
    """A blocked person and an unassigned one are disabled, never deleted, and come back."""
    desk.run()
    desk.people[1]["accountEnabled"] = False
    desk.assigned = [desk.people[1]["id"], desk.people[3]["id"]]
    assert counted(desk.run()) == {"disable": 2}
    users = desk.server.users()
    assert [users[f"p{n}@contoso.example"]["active"] for n in (1, 2, 3)] == [False, False, True]
    desk.people[1]["accountEnabled"] = True
    desk.assigned = None
    assert counted(desk.run()) == {"update": 2}
    assert all(user["active"] for user in desk.server.users().values())


def test_soft_then_hard_delete(desk):
    """Soft deletion renames and disables; the purge deletes; somebody unassigned before is left alone."""
    desk.run()
    desk.people[1].update(deletedDateTime="2026-01-01T00:00:00Z", userPrincipalName="0001p1@contoso.example")
    desk.assigned = [desk.people[3]["id"]]
    assert counted(desk.run()) == {"disable": 2}
    assert desk.server.users()["0001p1@contoso.example"]["active"] is False
    del desk.people[1], desk.people[2]
    assert counted(desk.run()) == {"delete": 1, "skip": 1}
    assert set(desk.server.users()) == {"p2@contoso.example", "p3@contoso.example"}


def test_an_account_that_is_there_is_adopted(desk):
    """Matched by userName, whatever its case, and brought up to date; no second account."""
    desk.server.call(
        "POST",
        "/Users",
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "P1@CONTOSO.example"},
    )
    report = desk.run()
    assert counted(report) == {"create": 2, "update": 1}
    assert len(desk.server.users()) == 3


def test_conflict_is_a_failure_that_waits(desk):
    """409 on the PATCH of a rename: the object fails, the others go on, and it is not tried at every run."""
    desk.run()
    desk.server.call(
        "POST",
        "/Users",
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "taken@contoso.example"},
    )
    desk.people[1]["userPrincipalName"] = "taken@contoso.example"
    desk.people[2]["jobTitle"] = "Director"
    report = desk.run(code=3)
    assert counted(report) == {"update": 1, "fail": 1}
    assert report["status"] == "failed"
    assert report["failures"][0]["errorCode"] == "EntryConflict"
    assert counted(desk.run(code=3)) == {"fail": 1}
    assert desk.run()["requests"] == 1


def test_a_wrong_token_sends_nothing_but_the_probe(desk):
    """Credentials refused: quarantined at once, exit 5, nobody touched; the right token then goes on."""
    report = desk.run(code=5, REAL_LINKS_TOKEN="wrong")
    assert (report["status"], report["requests"]) == ("quarantined", 1)
    assert report["quarantine"]["reason"] == "EncounteredQuarantineException"
    assert desk.server.users() == {}
    assert counted(desk.run()) == {"create": 3}


def test_test_connection(desk):
    """The portal's button: passes, and says what to check when it does not."""
    arguments = ("test-connection", CONFIG / "real-links.toml", "--json", "--url")
    assert provisioner(*arguments, desk.server.url).document["ok"] is True
    wrong = provisioner(*arguments, desk.server.url, REAL_LINKS_TOKEN="wrong")
    assert (wrong.code, wrong.document["probes"][0]["problem"]) == (3, "credentials")
    elsewhere = provisioner(*arguments, desk.server.url + "/nowhere")
    assert (elsewhere.code, elsewhere.document["probes"][0]["problem"]) == (3, "incompatible")
