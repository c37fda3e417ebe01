"""Every fault does what it says, and nothing when it is not asked for. Those of the wire stand in test_wire_faults."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from provisioner.model.errors import InputError
from provisioner.sandbox import FAULTS, Sandbox, SandboxServer, parse_fault
from tests.sandbox.client import CORE, ENTERPRISE, MEDIA_TYPE, Scim, op

TWO_USERS = [{"id": "1", "userName": "Ada", "active": True}, {"id": "2", "userName": "Ben", "active": False}]


@pytest.fixture
def faulty(scim):
    """The sandbox with two users and a group of both, misbehaving as told."""

    def set_up(*faults):
        members = [{"value": "1"}, {"value": "2"}]
        scim.sandbox.load({"Users": TWO_USERS, "Groups": [{"id": "g", "displayName": "Staff", "members": members}]})
        scim.sandbox.set_faults(faults)
        return scim

    return set_up


def members(scim):
    return [member["value"] for member in scim.sandbox.groups["g"].get("members", [])]


@pytest.mark.parametrize(
    ("fault", "status", "media_type"),
    [
        ("down", 503, "application/scim+json"),
        ("unauthorized", 401, "application/scim+json"),
        ("forbidden", 403, "application/scim+json"),
        ("throttle", 429, "application/scim+json"),
        ("error-on", 500, "application/scim+json"),
        ("error-on=1:502", 502, "application/scim+json"),
        ("html-success", 200, "text/html; charset=utf-8"),
    ],
)
def test_a_service_that_is_not_there_answers_so(faulty, fault, status, media_type):
    """Instead of the work: this status, and nothing is done."""
    scim = faulty(fault)

    response = scim.send("POST", "/Users", {"userName": "Cyd"})

    assert (response.status_code, response.headers["content-type"]) == (status, media_type)
    assert len(scim.sandbox.users) == 2


def test_error_on_meets_one_request_by_its_number(faulty):
    """Requests are counted from 1 since the faults were set."""
    scim = faulty("error-on=2:503")

    assert [scim.http.get("/Users/1").status_code for _ in range(3)] == [200, 503, 200]


def test_throttle_ends_after_its_seconds():
    """429 with the seconds that are left, by the sandbox's clock."""
    times = iter([datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s) for s in (0, 10, 60)])
    sandbox = Sandbox("scim", faults=["throttle=60"], clock=lambda: next(times))
    with SandboxServer(sandbox) as server, Scim(server) as scim:
        answers = [scim.http.get("/Users") for _ in range(3)]

    assert [(answer.status_code, answer.headers.get("retry-after")) for answer in answers] == [
        (429, "60"),
        (429, "50"),
        (200, None),
    ]


def test_rate_limit_counts_within_a_second():
    """Only what exceeds the limit is refused, and the next second starts anew."""
    times = iter([datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC) for second in (0, 0, 0, 1)])
    sandbox = Sandbox("scim", faults=["rate-limit=2"], clock=lambda: next(times))
    with SandboxServer(sandbox) as server, Scim(server) as scim:
        assert [scim.http.get("/Users").status_code for _ in range(4)] == [200, 200, 429, 200]


def test_firewall_stops_those_who_do_not_name_themselves(faulty):
    """HTML and 403 without User-Agent (E1); everybody else passes."""
    scim = faulty("firewall")
    nameless = scim.http.build_request("GET", "/Users/1")
    del nameless.headers["User-Agent"]

    blocked = scim.http.send(nameless)

    assert (blocked.status_code, blocked.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert scim.http.get("/Users/1").status_code == 200


def test_require_accept_wants_the_header(faulty):
    """406 without Accept (E4)."""
    scim = faulty("require-accept")
    silent = scim.http.build_request("GET", "/Users/1")
    del silent.headers["Accept"]

    assert scim.http.send(silent).status_code == 406
    assert scim.http.get("/Users/1").status_code == 200


def test_refuse_media_type_takes_plain_json_only(faulty):
    """415 to SCIM's own type (E3)."""
    scim = faulty("refuse-media-type")

    assert scim.send("POST", "/Users", {"userName": "Cyd"}).status_code == 415
    assert scim.send("POST", "/Users", {"userName": "Cyd"}, **{"Content-Type": "application/json"}).status_code == 201


@pytest.mark.parametrize(
    ("fault", "location"),
    [("redirect", "http://127.0.0.1:9/"), ("redirect=https://evil.example/x?a=b", "https://evil.example/x?a=b")],
)
def test_redirect_points_elsewhere(faulty, fault, location):
    """302 with Location; an argument may hold an equals sign."""
    response = faulty(fault).http.get("/Users/1")

    assert (response.status_code, response.headers["location"]) == (302, location)


def test_error_after_work_has_done_the_work(faulty):
    """5xx to writes that happened; reading and refusals are as ever."""
    scim = faulty("error-after-work=502")

    assert scim.send("POST", "/Users", {"userName": "Cyd"}).status_code == 502
    assert scim.names('userName eq "Cyd"') == ["Cyd"]
    assert scim.send("POST", "/Users", {"userName": "Cyd"}).status_code == 409


def test_oversized_bodies_are_still_json(faulty):
    """One MiB more than there is to say."""
    response = faulty("oversized=1").http.get("/Users/1")

    assert len(response.content) > 1 << 20
    assert response.json()["userName"] == "Ada"


def test_gzip_comes_unasked(faulty):
    """Content-Encoding although nobody accepts it (F14)."""
    scim = faulty("gzip")

    with scim.http.stream("GET", "/Users/1", headers={"Accept-Encoding": "identity"}) as response:
        raw = b"".join(response.iter_raw())

    assert response.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(raw))["userName"] == "Ada"


@pytest.mark.parametrize("how", ["half", "empty", "nan", "twice", "deep", "bom"])
def test_malformed_bodies_come_with_success(faulty, how):
    """200, and a body that a careful reader refuses (F15)."""
    response = faulty(f"malformed={how}").http.get("/Users/1")

    assert response.status_code == 200
    with pytest.raises((ValueError, RecursionError)):
        json.loads(response.content.decode(), parse_constant=_refuse, object_pairs_hook=_unique)


def _refuse(constant):
    raise ValueError(constant)


def _unique(pairs):
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key appears twice")
    return dict(pairs)


def test_html_errors_replace_scim_errors(faulty):
    """The status stays, the body is a page."""
    response = faulty("html-errors").http.get("/Users/nobody")

    assert (response.status_code, response.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert response.text.startswith("<!DOCTYPE html>")


def test_plain_404_is_no_scim_error(faulty):
    """Text in place of JSON, for 404 only."""
    scim = faulty("plain-404")

    assert scim.http.get("/Users/nobody").text == "Not Found"
    assert scim.http.put("/Users").json()["status"] == "405"


def test_no_id_hides_where_the_new_one_is(faulty):
    """201 without id and Location, and yet it is there."""
    scim = faulty("no-id")

    response = scim.send("POST", "/Users", {"userName": "Cyd"})

    assert response.status_code == 201
    assert "id" not in response.json()
    assert "location" not in response.headers
    assert scim.names('userName eq "Cyd"') == ["Cyd"]


def test_odd_ids_work_when_they_are_encoded(faulty):
    """F22: an id with a slash, a question mark and an umlaut is one path segment."""
    scim = faulty("odd-ids")

    user = scim.create("Cyd")

    assert {"/", "?", "ü"} <= set(user["id"])
    assert httpx.get(user["meta"]["location"]).json()["userName"] == "Cyd"


@pytest.mark.parametrize(
    ("fault", "filter", "found"),
    [
        ("ignore-filters", 'userName eq "nobody"', ["Ada", "Ben"]),
        ("case-sensitive-filters", 'userName eq "ada"', []),
        ("case-sensitive-filters", 'userName eq "Ada"', ["Ada"]),
        ("empty-filters", 'userName eq "Ada"', []),
        ("hide-disabled", 'userName eq "Ben"', []),
        ("hide-disabled", 'userName eq "Ada"', ["Ada"]),
        ("duplicate-entries", 'userName eq "Ada"', ["Ada", "Ada"]),
    ],
)
def test_filters_go_wrong_in_the_ways_they_do(faulty, fault, filter, found):
    """F20, F21: strangers, nobody, case, the hidden, the doubled."""
    assert faulty(fault).names(filter) == found


def test_duplicates_have_ids_of_their_own(faulty):
    """Two entries, not one entry twice."""
    found = faulty("duplicate-entries").find('userName eq "Ada"').json()["Resources"]

    assert len({user["id"] for user in found}) == 2


@pytest.mark.parametrize("fault", ["empty-filters", "hide-disabled"])
def test_a_create_after_an_empty_filter_meets_a_conflict(faulty, fault):
    """E32: the pair that repeats until somebody repairs the target."""
    scim = faulty(fault)

    assert scim.names('userName eq "Ben"') == []
    assert scim.send("POST", "/Users", {"userName": "Ben"}).status_code == 409


def test_refuse_filters_says_invalid_filter(faulty):
    """400, for a filter only."""
    scim = faulty("refuse-filters")

    assert scim.find('userName eq "Ada"').json()["scimType"] == "invalidFilter"
    assert scim.http.get("/Users").status_code == 200


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("wrong-total", {"totalResults": 2, "itemsPerPage": 1}),
        ("wrong-total=5", {"totalResults": 6, "itemsPerPage": 1}),
        ("null-resources", {"totalResults": 1, "Resources": None}),
    ],
)
def test_lists_lie(faulty, fault, answer):
    """F19, E16: the count that is not so, the list that is null."""
    assert faulty(fault).find('userName eq "Ada"').json().items() >= answer.items()


def test_bare_list_is_no_list_response(faulty):
    """E16: an array alone."""
    assert [user["userName"] for user in faulty("bare-list").find('userName eq "Ada"').json()] == ["Ada"]


def test_gone_answers_404_to_ids(faulty):
    """F22: every id, or one, although the filter still finds them."""
    scim = faulty("gone")
    assert [scim.http.get(f"/Users/{user}").status_code for user in "12"] == [404, 404]
    assert scim.patch("/Users/1", op("Replace", "title", "x")).status_code == 404
    assert scim.names('userName eq "Ada"') == ["Ada"]

    scim.sandbox.set_faults(["gone=1"])
    assert [scim.http.get(f"/Users/{user}").status_code for user in "12"] == [404, 200]


def test_no_groups_has_no_groups(faulty):
    """E15: 404."""
    scim = faulty("no-groups")

    assert scim.find('displayName eq "x"', endpoint="/Groups").status_code == 404
    assert scim.http.get("/Users").status_code == 200


@pytest.mark.parametrize(("fault", "missing"), [("omit", "active"), ("omit=userName", "userName")])
def test_omit_never_shows_an_attribute(faulty, fault, missing):
    """E30: neither by id, in lists nor after a write; it is kept all the same."""
    scim = faulty(fault)

    shown = [
        scim.http.get("/Users/1").json(),
        scim.find('userName eq "Ada"').json()["Resources"][0],
        scim.patch("/Users/1", op("Add", "title", "x")).json(),
    ]

    assert not [user for user in shown if missing in user]
    assert missing in scim.sandbox.users["1"]


def test_manager_as_string_returns_a_bare_id(faulty):
    """Stored as an object, shown as it was sent."""
    scim = faulty("manager-as-string")
    scim.patch("/Users/1", op("Add", f"{ENTERPRISE}:manager", "2"))

    assert scim.http.get("/Users/1").json()[ENTERPRISE] == {"manager": "2"}
    assert scim.sandbox.users["1"][ENTERPRISE] == {"manager": {"value": "2"}}


def test_members_despite_exclusion_are_shown(faulty):
    """E72: the members, and [] of an empty group."""
    scim = faulty("members-despite-exclusion")
    empty = scim.create_group("Empty")

    shown = [
        scim.http.get(f"/Groups/{group}?excludedAttributes=members").json()["members"] for group in ("g", empty["id"])
    ]

    assert shown == [[{"value": "1"}, {"value": "2"}], []]


def test_lost_writes_look_like_done_ones(faulty):
    """F23: the answer shows the change, the next GET does not."""
    scim = faulty("lose-writes")

    response = scim.patch("/Users/1", op("Replace", "active", "False"))

    assert (response.status_code, response.json()["active"]) == (200, False)
    assert scim.http.get("/Users/1").json()["active"] is True


def test_lost_creates_look_like_done_ones(faulty):
    """201 with an id nobody has."""
    scim = faulty("lose-creates")

    assert scim.http.get(f"/Users/{scim.create('Cyd')['id']}").status_code == 404
    assert len(scim.sandbox.users) == 2


def test_half_a_patch_is_done(faulty):
    """F23: the first operation, and 200."""
    scim = faulty("half-patch")

    response = scim.patch("/Users/1", op("Replace", "active", "False"), op("Add", "title", "x"))

    assert response.status_code == 200
    assert scim.sandbox.users["1"]["active"] is False
    assert "title" not in scim.sandbox.users["1"]


def test_ignore_attribute_leaves_one_alone(faulty):
    """F23: by PATCH and POST, while the others are taken."""
    scim = faulty("ignore-attribute")

    response = scim.patch("/Users/1", op("Add", f"{ENTERPRISE}:manager", "2"), op("Add", "title", "x"))

    assert (response.status_code, response.json()["title"]) == (200, "x")
    assert ENTERPRISE not in response.json()
    assert scim.create("Cyd", **{ENTERPRISE: {"manager": {"value": "1"}, "department": "D"}})[ENTERPRISE] == {
        "department": "D"
    }


def test_conflict_on_create_has_its_own_reasons(faulty):
    """409 although nobody has the name."""
    assert faulty("conflict-on-create").send("POST", "/Users", {"userName": "Cyd"}).status_code == 409


def test_refuse_delete_keeps_everybody(faulty):
    """405, and the user stays."""
    scim = faulty("refuse-delete")

    assert scim.send("DELETE", "/Users/1").status_code == 405
    assert "1" in scim.sandbox.users


@pytest.mark.parametrize(
    ("fault", "operation", "scim_type", "right"),
    [
        ("refuse-capital-ops", op("Replace", "active", False), "invalidSyntax", op("replace", "active", False)),
        ("refuse-string-booleans", op("Replace", "active", "False"), "invalidValue", op("Replace", "active", False)),
        (
            "refuse-missing-element",
            op("Add", 'emails[type eq "work"].value', "x"),
            "noTarget",
            op("Add", "emails", [{"type": "work", "value": "x"}]),
        ),
        (
            "refuse-boolean-selectors",
            op("Add", 'roles[primary eq "True"].value', "x"),
            "invalidFilter",
            op("Add", 'roles[type eq "a"].value', "x"),
        ),
        (
            "refuse-extension-paths",
            op("Add", f"{ENTERPRISE}:department", "x"),
            "invalidPath",
            op("Add", value={ENTERPRISE: {"department": "x"}}),
        ),
        (
            "refuse-string-manager",
            op("Add", f"{ENTERPRISE}:manager", "2"),
            "invalidValue",
            op("Add", f"{ENTERPRISE}:manager", {"value": "2"}),
        ),
        ("refuse-unknown-attributes", op("Add", "shoeSize", "9"), "invalidPath", op("Add", "title", "x")),
    ],
)
def test_strict_servers_refuse_what_entra_sends(faulty, fault, operation, scim_type, right):
    """400 with a keyword and no change; the form such servers want is taken; and without the fault both are."""
    scim = faulty(fault)
    before = scim.sandbox.users["1"]

    refused = scim.patch("/Users/1", operation)
    assert (refused.status_code, refused.json()["scimType"]) == (400, scim_type)
    assert scim.sandbox.users["1"] == before
    assert scim.patch("/Users/1", right).status_code == 200

    scim.sandbox.set_faults([])
    assert scim.patch("/Users/1", operation).status_code == 200


def test_unknown_attributes_are_refused_in_creates_too(faulty):
    """400 invalidValue, at the top, in an extension and in a complex value."""
    scim = faulty("refuse-unknown-attributes")

    for extra in ({"shoeSize": 9}, {ENTERPRISE: {"shoeSize": 9}}, {"name": {"shoeSize": 9}}):
        assert scim.send("POST", "/Users", {"userName": "Cyd"} | extra).json()["scimType"] == "invalidValue"


def test_unlisted_schemas_are_refused(faulty):
    """E39: an extension whose URN is not in schemas."""
    scim = faulty("refuse-unlisted-schemas")
    body = {"schemas": [CORE], "userName": "Cyd", ENTERPRISE: {"department": "D"}}

    assert scim.send("POST", "/Users", body).status_code == 400
    assert scim.send("POST", "/Users", body | {"schemas": [CORE, ENTERPRISE]}).status_code == 201


def test_string_booleans_may_be_kept_as_texts(faulty):
    """What was sent as "False" comes back as "False"."""
    scim = faulty("keep-string-booleans")

    assert scim.patch("/Users/1", op("Replace", "active", "False")).json()["active"] == "False"


def test_dotted_keys_may_be_kept_literally(faulty):
    """E71: the keys of a replace without path become attributes of that name."""
    scim = faulty("literal-dotted-keys")
    keys = {"name.givenName": "Ada", f"{ENTERPRISE}:department": "D"}

    after = scim.patch("/Users/1", op("replace", value={"displayName": "A"} | keys)).json()

    assert after.items() >= ({"displayName": "A"} | keys).items()
    assert "name" not in after


def test_wipe_members_empties_the_group(faulty):
    """A legacy removal of one takes all; the removal by filter takes one."""
    scim = faulty("wipe-members")

    assert scim.patch("/Groups/g", op("Remove", "members", [{"value": "1"}])).status_code == 204
    assert members(scim) == []

    scim = faulty("wipe-members")
    scim.patch("/Groups/g", op("remove", 'members[value eq "1"]'))
    assert members(scim) == ["2"]


def test_refuse_legacy_removal_keeps_the_group(faulty):
    """400 noTarget."""
    scim = faulty("refuse-legacy-removal")

    assert scim.patch("/Groups/g", op("Remove", "members", [{"value": "1"}])).json()["scimType"] == "noTarget"
    assert members(scim) == ["1", "2"]


@pytest.mark.parametrize(("fault", "status"), [("unknown-member", 404), ("unknown-member=400", 400)])
def test_unknown_members_are_refused(faulty, fault, status):
    """An id that is nobody's; users and groups that are there are taken."""
    scim = faulty(fault)

    assert scim.patch("/Groups/g", op("Add", "members", [{"value": "nobody"}])).status_code == status
    assert members(scim) == ["1", "2"]
    child = scim.create_group("Child")
    assert scim.patch("/Groups/g", op("Add", "members", [{"value": child["id"]}])).status_code == 204


def test_racy_members_lose_an_update(faulty):
    """E8: of five PATCHes at once at least one leaves no trace, though all say they are done."""
    scim = faulty("racy-members=0.2")

    with ThreadPoolExecutor(5) as pool:
        adding = [pool.submit(scim.patch, "/Groups/g", op("Add", "members", [{"value": name}])) for name in "abcde"]

    assert {added.result().status_code for added in adding} == {204}
    assert len(members(scim)) < 7


def test_faults_add_up(faulty):
    """Several at once, each doing its part; the first that answers instead of the work wins."""
    scim = faulty("hide-disabled", "plain-404", "error-on=3")

    assert scim.names('userName eq "Ben"') == []
    assert scim.http.get("/Users/nobody").text == "Not Found"
    assert scim.http.get("/Users/nobody").status_code == 500


def test_faults_end_when_others_are_set(faulty):
    """Yesterday's misbehaviour is over."""
    scim = faulty("down")
    assert scim.http.get("/Users").status_code == 503

    scim.sandbox.set_faults([])
    assert scim.http.get("/Users").status_code == 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dwon", "did you mean down?"),
        ("qqq", "the faults are"),
        ("down=5", "takes no argument"),
        ("throttle=", "throttle[=SECONDS]"),
        ("throttle=soon", "throttle[=SECONDS]"),
        ("throttle=-1", "throttle[=SECONDS]"),
        ("throttle=inf", "throttle[=SECONDS]"),
        ("throttle=nan", "throttle[=SECONDS]"),
        ("rate-limit=0", "rate-limit[=N]"),
        ("error-on=1:200", "error-on[=N[:STATUS]]"),
        ("error-on=x", "error-on[=N[:STATUS]]"),
        ("malformed=badly", "half|empty|nan|twice|deep|bom"),
        ("redirect=", "redirect[=URL]"),
        ("unknown-member=200", "unknown-member[=STATUS]"),
    ],
)
def test_an_unknown_fault_or_argument_says_what_would_be_right(text, said):
    """InputError with the nearest name, the list, or the usage."""
    with pytest.raises(InputError) as caught:
        parse_fault(text)

    assert said in str(caught.value)
    with pytest.raises(InputError):
        Sandbox("scim", faults=[text])


def test_every_fault_is_described_in_one_line():
    """The table is what `sandbox --faults` prints: unique, short descriptions, and about thirty of them at least."""
    descriptions = [spec.description for spec in FAULTS.values()]

    assert len(FAULTS) >= 30
    assert len(set(descriptions)) == len(descriptions)
    assert all(0 < len(text) <= 90 and "\n" not in text for text in descriptions)


def test_every_fault_has_a_test():
    """A fault nobody shows is a promise nobody checks."""
    from pathlib import Path

    folder = Path(__file__).parent
    shown = "".join((folder / name).read_text() for name in ("test_faults.py", "test_wire_faults.py"))

    assert not [name for name in FAULTS if f'"{name}"' not in shown and f'"{name}=' not in shown]


def test_without_faults_the_media_type_is_scims(faulty):
    """The control: nothing above happens by itself."""
    response = faulty().send("POST", "/Users", {"userName": "Cyd"}, **{"Content-Type": MEDIA_TYPE})

    assert (response.status_code, response.headers["content-type"]) == (201, "application/scim+json")
