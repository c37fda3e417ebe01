"""Faults of writing: what was asked is refused, lost, or done otherwise (F23), memberships included."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.client import CORE, ENTERPRISE, op


def members(scim):
    return [member["value"] for member in scim.sandbox.groups["g"].get("members", [])]


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
