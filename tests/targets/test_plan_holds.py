"""The whole of a plan against a real server: what an exported schema would do to a population is what it then does."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.command import CONFIG, provisioner
from tests.servers import scim2_server, scimmy
from tests.targets.relay import Passed, Relay

USUAL = 120
PEOPLE = int(os.environ.get("PLAN_HOLDS_PEOPLE", USUAL))
"""Sample people; more of them take a patient machine, since the server looks through everybody for each filter."""

SERVERS = {"scim2-server": scim2_server, "scimmy": scimmy}
SERVER = os.environ.get("PLAN_HOLDS_SERVER", "scim2-server")

HOURS = 4 * 3600.0

JOB = """
name = "exported"
schema = "export.json"

[source]
snapshot = "directory"

[target]
url = "{url}?aadOptscim062020"
token = "env:REAL_LINKS_TOKEN"

[limits]
member_patches_in_flight = 1 # with more, the wire has no order to compare
"""


class Rehearsal:
    """A job whose rules are a schema in Graph's form, a sample directory, and a server behind a relay."""

    def __init__(self, folder: Path, relay: Relay) -> None:
        self.folder = folder
        self.relay = relay
        self.job = folder / "job.toml"
        self.job.write_text(JOB.format(url=relay.url))
        exported = provisioner("schema", "export", CONFIG / "scim.toml")
        (folder / "export.json").write_text(_without_manager(exported.out))
        self.whose: dict[str, str] = {}
        self.refused: set[str] = set()

    def run(self, *arguments: object) -> Any:
        """A command on the job, which may end with objects that failed; its document."""
        result = provisioner(*arguments, "--json", "--state", self.folder / "state.db", timeout=HOURS)
        assert result.code in (0, 3), (result.code, result.err[-2000:], result.out[-2000:])
        return result.document

    def planned(self) -> tuple[dict[str, Any], list[str], dict[str, list[Any]]]:
        """The plan, who is created in their order, and by object what it says will be sent.

        An account that is not there yet goes by its owner.
        """
        plan = self.run("plan", self.job)
        touched = {_whose(o["object"]): o["operations"] for o in plan["objects"] if o["operations"]}
        created = [owner for owner, operations in touched.items() if operations[0]["op"] == "POST"]
        known = {**self.whose, **{f"virtual-{number}": owner for number, owner in enumerate(created, 1)}}
        told = {owner: _renamed([_bare(o) for o in operations], known) for owner, operations in touched.items()}
        return plan, created, told

    def sent(self, passed: Iterable[Passed], created: Iterable[str]) -> dict[str, list[Any]]:
        """By object what was sent, those in the order given being created."""
        coming = iter(created)
        told: dict[str, list[Any]] = {}
        for each in passed:
            if each.method == "POST":
                owner = self.whose[json.loads(each.answer)["id"]] = next(coming)
                told.setdefault(owner, []).append(["POST", json.loads(each.body)])
            elif each.method in ("PATCH", "DELETE"):
                owner = self.whose[each.target.partition("?")[0].rpartition("/")[2]]
                operations = json.loads(each.body)["Operations"] if each.body else [{"op": "DELETE"}]
                told.setdefault(owner, []).extend(_bare(operation) for operation in operations)
        return {owner: _renamed(operations, self.whose) for owner, operations in told.items()}

    def compare(self) -> dict[str, Any]:
        """Plan and run; the plan must be right to the last operation, though the server may refuse it. Its document."""
        plan, created, expected = self.planned()
        begun = len(self.relay.passed)
        report = self.run("run", self.job)
        passed = self.relay.passed[begun:]
        came, refused = self.sent(passed, created), {each.target for each in passed if each.status >= 400}
        self.refused |= refused
        assert sum(plan["counts"].values()) == sum(report["counts"].values())
        assert refused or plan["counts"] == report["counts"]
        assert report["counts"]["fail"] == len(refused)
        assert plan["cycle"] == report["cycle"]
        assert came.keys() == expected.keys()
        for owner, operations in expected.items():
            assert came[owner] == operations, owner
        return plan


def _without_manager(schema: str) -> str:
    """The schema but for the manager, whom this server takes in no form that the service sends (E50)."""
    document = json.loads(schema)
    for mapping in document["synchronizationRules"][0]["objectMappings"]:
        kept = [m for m in mapping["attributeMappings"] if not m["targetAttributeName"].endswith(":manager")]
        mapping["attributeMappings"] = kept
    return json.dumps(document)


def _whose(planned: dict[str, str]) -> str:
    return f"<{planned['type']} {planned['id']}>"


def _bare(operation: dict[str, Any]) -> list[Any]:
    """An operation without what only one of the two forms spells out."""
    if operation["op"] in ("POST", "DELETE"):
        return [operation["op"], *([operation["value"]] if operation.get("value") else [])]
    return [operation["op"], operation.get("path"), operation.get("value")]


def _renamed(operations: list[Any], known: dict[str, str]) -> Any:
    """Operations with the owner in place of every account's id."""
    if isinstance(operations, str):
        return known.get(operations, operations)
    if isinstance(operations, list):
        return [_renamed(each, known) for each in operations]
    if isinstance(operations, dict):
        return {name: _renamed(value, known) for name, value in operations.items()}
    return operations


@pytest.fixture
def rehearsal(tmp_path):
    """A sample directory and an empty server."""
    (tmp_path / "server").mkdir()
    with SERVERS[SERVER](tmp_path / "server") as server, Relay(server.url) as relay:
        ready = Rehearsal(tmp_path, relay)
        sample = provisioner("init", tmp_path / "sample", "--sample", PEOPLE, "--seed", 5, timeout=HOURS)
        assert sample.code == 0, sample
        (tmp_path / "sample" / "directory").rename(tmp_path / "directory")
        yield ready


def test_a_plan_by_an_exported_schema_is_right_to_the_last_operation(rehearsal):
    """Checked, planned, run: for the initial cycle, for a day of changes, and then nothing is left to do."""
    findings = provisioner("schema", "check", rehearsal.folder / "export.json", "--json")
    assert findings.code == 0, findings
    first = rehearsal.compare()
    assert first["counts"]["create"] > PEOPLE / 4
    assert any(op["op"] != "POST" for o in first["objects"] for op in o["operations"]), "managers and members follow"
    provisioner("sample", "next", rehearsal.folder / "directory", "--seed", 6, timeout=HOURS)
    second = rehearsal.compare()
    assert second["cycle"] == "incremental"
    assert second["counts"]["create"] + second["counts"]["update"] + second["counts"]["disable"]
    assert PEOPLE > USUAL or not rehearsal.refused, "so few people meet nothing that the server does not take"
    refused = {rehearsal.whose[target.rpartition("/")[2].partition("?")[0]] for target in rehearsal.refused}
    assert rehearsal.planned()[2].keys() <= refused, "only what was refused is tried again, when its time has come"
