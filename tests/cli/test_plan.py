"""The what-if commands: plan, explain, and on-demand that does it for one."""

import json
from html.parser import HTMLParser

import jsonschema
import pytest

from provisioner.adapters.job_toml import load_job
from provisioner.adapters.schema_graph import to_schema
from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import CONFIG, directory, person, provisioner

FILTER = """
[[users.filter]]
name = "Research only"
clauses = [ { attribute = "department", operator = "EQUALS", value = "Research" } ]
"""


@pytest.fixture
def desk(tmp_path):
    with SandboxServer(Sandbox("real-links", token="s3cret")) as server:
        yield Desk(tmp_path, server)


class Desk:
    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.job = folder / "real-links.toml"
        text = (CONFIG / "real-links.toml").read_text().replace("http://127.0.0.1:8808/scim/v2", server.url)
        self.job.write_text(text)
        self.people = {number: person(number) for number in (1, 2, 3)}
        self.write()

    def write(self, **more):
        directory(self.folder / "directory", list(self.people.values()), **more)

    def do(self, command, *arguments, code=0):
        result = provisioner(command, self.job, *arguments)
        assert result.code == code, result
        return result

    @property
    def writes(self):
        return [request for request in self.server.sandbox.requests if request.method != "GET"]


def test_plan_writes_nothing_and_says_everything(desk):
    """Counts as run has them, every object with operations and changes; target and state are not touched."""
    document = json.loads(desk.do("plan", "--json").out)
    jsonschema.validate(document, json.loads((CONFIG / "plan.schema.json").read_text()))
    assert document["counts"]["create"] == 3
    assert document["version"] == 1
    planned = document["objects"][0]
    assert planned["object"] == {"type": "User", "id": desk.people[1]["id"], "name": "p1@contoso.example"}
    assert (planned["action"], planned["reason"]) == ("create", "initial cycle")
    assert planned["operations"][0]["op"] == "POST"
    assert {"attribute": "userName", "before": None, "after": "p1@contoso.example"} in planned["changes"]
    assert desk.writes == []
    assert not (desk.folder / ".provisioner").exists()
    assert desk.do("run", "--json").document["counts"] == document["counts"]


def test_detailed_exit_codes(desk):
    """As Terraform users expect: 0 nothing to do, 2 changes; usage errors are then 1."""
    desk.do("plan", "--detailed-exitcode", code=2)
    desk.do("plan")
    desk.do("run")
    desk.do("plan", "--detailed-exitcode")
    assert provisioner("plan", desk.folder / "nothing.toml", "--detailed-exitcode").code == 1


def test_plan_offline_asks_nobody(desk):
    """From the stored links; whoever has no link counts as new."""
    desk.do("run")
    desk.people[4] = person(4)
    desk.people[1]["jobTitle"] = "Director"
    desk.write()
    begun = len(desk.server.sandbox.requests)
    document = json.loads(desk.do("plan", "--offline", "--json").out)
    assert len(desk.server.sandbox.requests) == begun
    assert (document["counts"]["create"], document["counts"]["update"]) == (1, 1)


def test_a_terminal_is_told_how_many_objects_it_is_not_shown(desk):
    """The first two hundred objects that something would become of, those that fail included; skipped ones are none."""
    desk.people = {number: person(number) for number in range(1, 206)}
    desk.people[204]["department"] = None
    mapping = '{ target = "nickName", source = \'IIF([department] = "Research", "a", "b")\' }'
    desk.job.write_text(desk.job.read_text().replace("mappings = [", f"mappings = [\n  {mapping},", 1))
    desk.write(assigned=[who["id"] for number, who in desk.people.items() if number != 1])

    counts = json.loads(desk.do("plan", "--offline", "--json", code=3).out)["counts"]
    told = desk.do("plan", "--offline", code=3).out

    assert (counts["create"], counts["fail"], counts["skip"]) == (203, 1, 1)
    assert "... and 4 more objects" in told
    assert told.count(" create ") == 200


def test_plan_names_the_threshold(desk):
    """Exit 4, with the objects that would be held."""
    desk.do("run")
    desk.job.write_text(desk.job.read_text() + "\n[limits]\ndeletion_threshold = 1\n")
    desk.write(assigned=[])
    document = json.loads(desk.do("plan", "--json", code=4).out)
    assert document["deletionThreshold"]["held"] is True
    assert document["counts"]["stagedDelete"] == 3
    assert desk.do("run", "--json", code=4).document["counts"]["stagedDelete"] == 3


def test_the_artefacts_are_written(desk):
    """A JSON file for machines and a page for people, in which a name is text and nothing else (F37)."""
    desk.people[1]["userPrincipalName"] = "<img src=x onerror=alert(1)>@contoso.example"
    desk.write()
    desk.do("plan", "--out", desk.folder / "plan.json", "--html", desk.folder / "plan.html")
    assert len(json.loads((desk.folder / "plan.json").read_text())["objects"]) == 3
    page = (desk.folder / "plan.html").read_text()
    assert "<img" not in page
    assert "&lt;img" in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("option", ["--out", "--html"])
def test_a_file_that_cannot_be_written_is_said(desk, option):
    """Exit 2 with the path and what is right, before anything is asked when that can be seen; a full disk likewise."""
    for path in (desk.folder / "missing" / "plan", desk.folder):
        said = desk.do("plan", option, path, code=2).err
        assert str(path) in said
        assert "folder that exists" in said
    assert desk.server.sandbox.requests == []
    assert "No space left" in desk.do("plan", option, "/dev/full", code=2).err


class Page(HTMLParser):
    """The tags of a page, and the text of each row of its table's body."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.rows, self.body = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.body = self.body or tag == "tbody"
        if tag == "tr" and self.body:
            self.rows.append("")

    def handle_endtag(self, tag):
        self.body = self.body and tag != "tbody"

    def handle_data(self, data):
        if self.body and self.rows:
            self.rows[-1] += data + " "


def test_the_page_has_all_there_is_to_search_and_filter(desk):
    """Self-contained: nothing is loaded. A row for each object with its id, and filters beside the search."""
    desk.write(assigned=[desk.people[number]["id"] for number in (1, 2)])
    desk.do("plan", "--html", desk.folder / "plan.html")
    page = Page((desk.folder / "plan.html").read_text())
    assert len(page.rows) == 3
    for number, row in zip((1, 2, 3), page.rows, strict=True):
        assert desk.people[number]["id"] in row
        assert f"p{number}@contoso.example" in row
    assert "NotEffectivelyEntitled" in page.rows[2]
    assert {given["id"] for tag, given in page.tags if tag in ("input", "select")} == {
        "search", "type", "action", "attribute", "reason",
    }  # fmt: skip
    assert not [tag for tag, given in page.tags if tag in ("link", "img") or "src" in given or "href" in given]


def test_explain_tells_the_portals_steps(desk):
    """Import, scope, match, action: attributes, assignment, every clause, each mapping, the exact bytes."""
    desk.job.write_text(desk.job.read_text() + FILTER)
    document = json.loads(desk.do("explain", "P1@contoso.example", "--json").out)
    assert document["testConnection"] == {"ok": True}
    assert document["import"]["attributes"]["jobTitle"] == "Engineer"
    assert document["scope"]["assignments"] == [{"through": "direct", "role": "00000000-0000-0000-0000-000000000000"}]
    assert document["scope"]["clauses"][0]["holds"] is True
    assert document["match"]["filters"] == ["userName eq 'p1@contoso.example'"]
    active = next(mapping for mapping in document["mappings"] if mapping["target"] == "active")
    assert (active["expression"], active["inputs"], active["result"]) == (
        "Not([IsSoftDeleted])",
        {"IsSoftDeleted": False},
        True,
    )
    assert document["action"]["action"] == "create"
    write = document["action"]["writes"][0]
    assert desk.writes == []
    desk.do("run")
    sent = next(request for request in desk.writes if b"p1@contoso" in request.body)
    assert (sent.method, sent.path, sent.body.decode()) == (write["method"], write["target"], write["body"])
    assert "Scope" in desk.do("explain", desk.people[1]["id"]).out


def test_explain_says_what_would_be_and_what_was_not(desk):
    """No account is linked that is not there, no request is listed that was not sent, no step claims a write; the
    operations are those of the plan.
    """
    planned = desk.do("plan", "--json").document["objects"][0]
    document = desk.do("explain", "p1@contoso.example", "--json").document
    assert document["match"]["linkedTo"] is None
    (asked,) = document["requests"]
    assert asked["request"].startswith(f"GET {desk.server.url}/Users?filter=userName+eq+")
    assert (asked["status"], json.loads(asked["response"])["totalResults"]) == (200, 0)
    assert document["action"]["operations"] == planned["operations"]
    assert "nothing was" in document["action"]["steps"][-1]["description"]
    assert "totalResults" in desk.do("explain", "p1@contoso.example").out
    assert desk.writes == []


INPUT_FILTER = FILTER.replace("users.filter", "users.input_filter")


@pytest.mark.parametrize("command", ["explain", "on-demand"])
def test_whom_an_input_filter_hides_is_left_alone(desk, command):
    """E111: as for a cycle, she does not exist; she is told which clause hides her, and nothing is asked about her."""
    desk.job.write_text(desk.job.read_text() + INPUT_FILTER)
    desk.people[2]["department"] = "Sales"
    desk.write()
    document = desk.do(command, "p2@contoso.example", "--json").document
    scope = document["scope"]
    assert (scope["inScope"], scope["inputFilterPassed"]) == (False, False)
    assert [(seen["value"], seen["holds"]) for seen in scope["inputFilterClauses"]] == [("Sales", False)]
    assert (document["action"]["action"], desk.writes) == ("skip", [])
    assert "E111" in document["action"]["skipReason"]
    assert "input filter" in desk.do(command, "p2@contoso.example").out
    assert desk.do("plan", "--json").document["counts"]["create"] == 2


def test_explain_tells_namesakes_apart(desk):
    """Exit 2, and the ids to choose from."""
    desk.people[4] = person(4, userPrincipalName="P1@contoso.example")
    desk.write()
    said = desk.do("explain", "p1@CONTOSO.example", code=2).err
    assert all(desk.people[number]["id"] in said for number in (1, 4))


def test_explain_says_why_somebody_is_left_out(desk):
    """The clause that decided, with the value seen."""
    desk.job.write_text(desk.job.read_text() + FILTER)
    desk.people[2]["department"] = "Sales"
    desk.write()
    document = json.loads(desk.do("explain", "p2@contoso.example", "--json").out)
    assert document["scope"]["inScope"] is False
    assert document["scope"]["clauses"] == [
        {"filter": "Research only", "clause": "department EQUALS Research", "value": "Sales", "holds": False}
    ]
    assert document["action"]["skipReason"] == "NotInScope"
    unknown = provisioner("explain", desk.job, "nobody@contoso.example")
    assert unknown.code == 2
    assert "nobody" in unknown.err


def test_on_demand_does_it_for_one(desk):
    """E100: one user now; somebody disabled in the directory is left alone; who lost the assignment is disabled."""
    done = json.loads(desk.do("on-demand", "p1@contoso.example", "--json").out)
    assert done["action"]["action"] == "create"
    assert [user["userName"] for user in desk.server.sandbox.users.values()] == ["p1@contoso.example"]
    desk.people[2]["accountEnabled"] = False
    desk.write()
    done = json.loads(desk.do("on-demand", "p2@contoso.example", "--json").out)
    assert "E100" in done["action"]["skipReason"]
    desk.write(assigned=[])
    done = json.loads(desk.do("on-demand", "p1@contoso.example", "--json").out)
    assert done["action"]["action"] == "disable"
    desk.write()
    report = desk.do("run", "--json").document
    assert (report["counts"]["create"], report["counts"]["update"]) == (1, 1)


def test_members_are_named_with_commas_or_one_by_one(desk):
    """E100: at most five; only a group has some, and nothing is sent before that is seen."""
    several = ("--members", "a,b,c", "--members", "d, e,f")
    assert "at most 5" in desk.do("on-demand", "p1@contoso.example", *several, code=2).err
    assert "only a group" in desk.do("on-demand", "p1@contoso.example", "--members", "p2@contoso.example", code=2).err
    assert not desk.server.sandbox.users


def test_a_change_of_rules_is_shown_over_the_whole_population(desk):
    """--against: who enters and leaves scope, which attributes change for how many, with examples; no target."""
    desk.people[2]["department"] = "Sales"
    desk.write()
    other = desk.folder / "other.toml"
    text = desk.job.read_text() + FILTER
    other.write_text(text.replace('source = "[jobTitle]"', 'source = "ToUpper([jobTitle])"'))
    begun = len(desk.server.sandbox.requests)
    document = json.loads(desk.do("plan", "--against", other, "--json").out)
    assert len(desk.server.sandbox.requests) == begun
    assert document["people"] == 3
    assert document["leavesScope"]["count"] == 1
    assert document["leavesScope"]["examples"][0]["name"] == "p2@contoso.example"
    title = document["attributes"]["urn:ietf:params:scim:schemas:extension:real-links:2.0:User:title"]
    assert title["count"] == 2
    assert title["examples"][0] == {"name": "p1@contoso.example", "before": "Engineer", "after": "ENGINEER"}
    assert "leaves scope" in desk.do("plan", "--against", other).out
    back = json.loads(provisioner("plan", other, "--against", desk.job, "--json").out)
    assert back["entersScope"]["count"] == 1
    schema = desk.folder / "schema.json"
    schema.write_text(json.dumps(to_schema(load_job(str(other)))))
    exported = json.loads(desk.do("plan", "--against", schema, "--json").out)
    assert exported["leavesScope"]["count"] == 1


def test_a_change_is_grouped_by_its_cause(desk):
    """--against: who leaves by the clause that does it, who enters by what kept them out, and the rules themselves,
    of which some show on no value; --detailed-exitcode as for a plan.
    """
    desk.people[2]["department"] = "Sales"
    desk.write(assigned=[desk.people[number]["id"] for number in (1, 2)])
    other = desk.folder / "other.toml"
    text = desk.job.read_text().replace('users = "assigned"', 'users = "all"') + FILTER
    other.write_text(text.replace('source = "[givenName]", type', 'source = "[givenName]", apply = "create", type'))
    document = desk.do("plan", "--against", other, "--detailed-exitcode", "--json", code=2).document
    assert {why: cause["count"] for why, cause in document["leavesScope"]["causes"].items()} == {
        "department EQUALS Research": 1
    }
    assert {why: cause["count"] for why, cause in document["entersScope"]["causes"].items()} == {"not assigned": 1}
    assert document["attributes"] == {
        "active": {"count": 1, "examples": [{"name": "p3@contoso.example", "before": False, "after": True}]}
    }
    rules = {rule["rule"].rpartition(":")[2]: (rule["before"], rule["after"]) for rule in document["rules"]}
    assert rules == {
        "firstName": ({"apply": "always"}, {"apply": "create"}),
        "filter": (None, [["department EQUALS Research"]]),
    }
    assert "until now kept out: not assigned" in desk.do("plan", "--against", other).out
    same = desk.do("plan", "--against", desk.job, "--detailed-exitcode")
    assert "nothing changes" in same.out
    desk.do("plan", "--against", desk.job, "--out", desk.folder / "plan.json", code=2)


def test_a_wrong_schema_is_refused_by_its_places(desk):
    """--against: every error with its line and path in the export, as for a job that names it."""
    document = to_schema(load_job(str(desk.job)))
    mappings = document["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    for number in (2, 3):
        mappings[number]["source"].update(type="Function", expression="Frob([x])")
    schema = desk.folder / "schema.json"
    schema.write_text(json.dumps(document, indent=1))
    said = desk.do("plan", "--against", schema, code=2).err
    assert said.count("no function 'Frob'") == 2
    assert "schema.json:" in said
    assert "attributeMappings[3].source" in said


def test_a_change_of_the_rules_of_groups_is_shown_too(tmp_path):
    """--against: which groups enter and leave scope, and what of them changes; their members as a number."""
    people = [person(number) for number in (1, 2)]
    cooks, sunk = ({"id": "g2", "displayName": "Cooks"}, {"id": "g3", "displayName": "Sunk", "deletedDateTime": "2026"})
    sailors = {"id": "g1", "displayName": "Sailors", "members": [entry["id"] for entry in people]}
    snapshot = directory(tmp_path / "directory", people, groups=[sailors, cooks, sunk])
    old, new, alone = (tmp_path / f"{name}.toml" for name in ("old", "new", "alone"))
    text = (CONFIG / "scim.toml").read_text().replace('users = "assigned"', 'users = "all"')
    old.write_text(text)
    alone.write_text(text[: text.index("[groups]")])
    users, head, rules = text.partition("[groups]")
    lines = [line for line in rules.splitlines() if '"members"' not in line]
    shouting = "\n".join(lines).replace('source = "[displayName]"', 'source = "ToUpper([displayName])"', 1)
    kept = FILTER.replace("users", "groups").replace("department", "displayName").replace("Research", "Sailors")
    new.write_text(users + head + shouting + kept)

    def compared(one, other):
        result = provisioner("plan", one, "--against", other, "--snapshot", snapshot, "--token", "env:REAL_LINKS_TOKEN")
        assert result.code == 0, result
        json_ = provisioner("plan", one, "--against", other, "--snapshot", snapshot, "--json")
        return result.out, json.loads(json_.out)

    text, document = compared(old, new)
    groups = document["groups"]
    assert "2 groups under" in text
    assert groups["count"] == 2
    assert groups["leavesScope"]["examples"] == [
        {"name": "Cooks", "why": "displayName EQUALS Sailors; the value is 'Cooks'"}
    ]
    assert groups["attributes"]["displayName"]["examples"] == [
        {"name": "Sailors", "before": "Sailors", "after": "SAILORS"}
    ]
    assert groups["attributes"]["members"]["examples"] == [{"name": "Sailors", "before": 2, "after": None}]
    assert not document["attributes"]
    assert compared(alone, old)[1]["groups"]["entersScope"]["count"] == 2
    gone = compared(old, alone)[1]["groups"]["leavesScope"]
    assert (gone["count"], gone["examples"][0]["why"]) == (2, "objects of its kind are not provisioned")
    assert "groups" not in compared(alone, alone)[1]


@pytest.mark.parametrize("fault", ["down", "close", "error-on=2:500"])
def test_a_plan_ends_as_the_run_would(desk, fault):
    """Whatever is wrong with the target, both end with one exit code and the same counts."""
    desk.server.sandbox.set_faults([fault])
    plan = provisioner("plan", desk.job, "--json")
    desk.server.sandbox.set_faults([fault])
    run = provisioner("run", desk.job, "--json")
    assert (plan.code, plan.document["counts"]) == (run.code, run.document["counts"])
    assert plan.code != 0
