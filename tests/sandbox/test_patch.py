"""PATCH of users in both dialects, with the exact operations of E46-E51 and E71-E73."""

from datetime import UTC, datetime

import pytest

from provisioner.sandbox import Sandbox, SandboxServer
from tests.sandbox.client import ENTERPRISE, Scim, op


def patched(scim, *operations, **attributes):
    user = scim.create(**attributes)
    response = scim.patch(f"/Users/{user['id']}", *operations)
    assert response.status_code == 200, response.text
    assert scim.http.get(f"/Users/{user['id']}").json() == response.json()
    return response.json()


@pytest.mark.parametrize("kind", ["Replace", "replace", "REPLACE", "Add"])
def test_an_op_is_taken_in_any_case(scim, kind):
    """E47, E71: capital ops and lower-case ones do the same."""
    assert patched(scim, op(kind, "title", "Countess"))["title"] == "Countess"


@pytest.mark.parametrize(("sent", "kept"), [("True", True), ("False", False), ("false", False), (True, True)])
def test_a_boolean_may_be_a_text(scim, sent, kept):
    """E49: "True" and "False" become booleans."""
    assert patched(scim, op("Replace", "active", sent), active=not kept)["active"] is kept


def test_a_value_path_makes_the_element_it_selects(scim):
    """E48: Add of a value path on a missing element creates it with what the selector says."""
    user = patched(
        scim,
        op("Add", 'emails[type eq "work"].value', "ada@example.com"),
        op("Add", 'addresses[type eq "work"].locality', "London"),
        op("Add", 'roles[primary eq "True"].value', "Admin"),
        op("Replace", 'phoneNumbers[type eq "mobile"].value', "+44 1"),
    )

    assert user["emails"] == [{"type": "work", "value": "ada@example.com"}]
    assert user["addresses"] == [{"type": "work", "locality": "London"}]
    assert user["roles"] == [{"primary": True, "value": "Admin"}]
    assert user["phoneNumbers"] == [{"type": "mobile", "value": "+44 1"}]


def test_a_value_path_changes_the_element_it_selects_and_no_other(scim):
    """E48: the other elements and the other parts stay."""
    emails = [{"type": "work", "primary": True, "value": "old"}, {"type": "home", "value": "home"}]

    user = patched(scim, op("Replace", 'emails[type eq "work"].value', "new"), emails=emails)

    assert user["emails"] == [{"type": "work", "primary": True, "value": "new"}, {"type": "home", "value": "home"}]


def test_a_boolean_selector_matches_a_boolean(scim):
    """`[primary eq "True"]` and `[primary eq true]` select the same element."""
    roles = [{"primary": True, "value": "User"}]

    user = patched(scim, op("Replace", 'roles[primary eq "True"].value', "Admin"), roles=roles)
    assert user["roles"] == [{"primary": True, "value": "Admin"}]

    answer = scim.patch(f"/Users/{user['id']}", op("replace", "roles[primary eq true].value", "Owner"))
    assert answer.json()["roles"] == [{"primary": True, "value": "Owner"}]


def test_parts_of_a_name_are_set_one_by_one(scim):
    """E48: a dotted path sets one part."""
    user = patched(scim, op("Replace", "name.familyName", "King"), name={"givenName": "Ada", "familyName": "Byron"})

    assert user["name"] == {"givenName": "Ada", "familyName": "King"}


def test_an_extension_path_reaches_into_the_extension(scim):
    """E48, E50: URN paths, and a manager that is a bare id becomes an object with a value."""
    user = patched(
        scim,
        op("Add", f"{ENTERPRISE}:department", "Mathematics"),
        op("Add", f"{ENTERPRISE}:manager", "the-managers-id"),
    )

    assert user[ENTERPRISE] == {"department": "Mathematics", "manager": {"value": "the-managers-id"}}
    assert ENTERPRISE in user["schemas"]


def test_a_manager_may_be_an_object_too(scim):
    """The RFC's own form of the same."""
    user = patched(scim, op("replace", f"{ENTERPRISE}:manager", {"value": "m"}))

    assert user[ENTERPRISE] == {"manager": {"value": "m"}}


def test_a_removed_manager_leaves_nothing_behind(scim):
    """Remove of the last attribute takes the extension with it."""
    user = patched(scim, op("Remove", f"{ENTERPRISE}:manager"), **{ENTERPRISE: {"manager": {"value": "m"}}})

    assert ENTERPRISE not in user
    assert ENTERPRISE not in user["schemas"]


def test_a_replace_without_path_takes_dotted_and_urn_keys(scim):
    """E71: the merged replace of the flag's dialect; every key is a path."""
    user = patched(
        scim,
        op("add", 'emails[type eq "work"].value', "ada@example.com"),
        op(
            "replace",
            value={
                "active": False,
                "name.givenName": "Ada",
                "displayName": "Ada King",
                f"{ENTERPRISE}:department": "Mathematics",
                f"{ENTERPRISE}:manager": "m",
            },
        ),
        active=True,
        name={"familyName": "King"},
    )

    assert user["active"] is False
    assert user["name"] == {"familyName": "King", "givenName": "Ada"}
    assert user["displayName"] == "Ada King"
    assert user[ENTERPRISE] == {"department": "Mathematics", "manager": {"value": "m"}}
    assert not [key for key in user if "." in key and not key.startswith("urn:")]


def test_a_replace_without_path_takes_nested_objects(scim):
    """RFC 7644 section 3.5.2.3: parts not named stay."""
    user = patched(
        scim,
        op("replace", value={"name": {"givenName": "Ada"}, ENTERPRISE: {"department": "B"}}),
        name={"familyName": "King"},
        **{ENTERPRISE: {"division": "A"}},
    )

    assert user["name"] == {"familyName": "King", "givenName": "Ada"}
    assert user[ENTERPRISE] == {"division": "A", "department": "B"}


def test_an_extension_path_is_not_taken_for_an_extension(scim):
    """An object for `urn:...:User:manager` belongs under the extension, not beside it."""
    user = patched(scim, op("add", f"{ENTERPRISE}:manager", {"value": "m"}), **{ENTERPRISE: {"division": "A"}})

    assert user[ENTERPRISE] == {"division": "A", "manager": {"value": "m"}}
    assert [key for key in user if key.startswith("urn:")] == [ENTERPRISE]


def test_roles_in_json_text_are_kept_as_texts(scim):
    """E51: the server sees values that are JSON texts and adds them to what is there."""
    text = '{"id":"1","value":"Admin","displayName":"Administrator"}'

    user = patched(scim, op("Add", "roles", [{"value": text}]), roles=[{"value": "old"}])

    assert user["roles"] == [{"value": "old"}, {"value": text}]


def test_full_role_objects_replace_the_list(scim):
    """E51, E73: the assertive form."""
    roles = [{"primary": False, "type": "WindowsAzureActiveDirectoryRole", "display": "A", "value": "a"}]

    assert patched(scim, op("replace", "roles", roles), roles=[{"value": "old"}])["roles"] == roles


def test_a_custom_list_grows(scim):
    """E51: Add to a multi-valued attribute of an unknown extension appends, without repeating."""
    path = "urn:example:custom:2.0:User:badges"
    user = scim.create()

    for value in ("a", "b", "a"):
        scim.patch(f"/Users/{user['id']}", op("Add", path, [{"value": value}]))

    after = scim.sandbox.users[user["id"]]
    assert after["urn:example:custom:2.0:User"] == {"badges": [{"value": "a"}, {"value": "b"}]}


def test_only_one_element_is_primary(scim):
    """RFC 7644 section 3.5.2: the newest primary element takes the mark from the others."""
    emails = [{"type": "work", "primary": True, "value": "w"}]

    user = patched(scim, op("add", "emails", [{"type": "home", "primary": True, "value": "h"}]), emails=emails)

    assert [element["primary"] for element in user["emails"]] == [False, True]


def test_remove_takes_an_attribute_an_element_or_a_part(scim):
    """RFC 7644 section 3.5.2.2; an element of which only its selector would be left goes too."""
    user = patched(
        scim,
        op("remove", "title"),
        op("remove", 'emails[type eq "work"]'),
        op("remove", 'phoneNumbers[type eq "work"].value'),
        op("remove", "name.familyName"),
        title="Countess",
        emails=[{"type": "work", "value": "w"}, {"type": "home", "value": "h"}],
        phoneNumbers=[{"type": "work", "value": "1"}],
        name={"familyName": "King", "givenName": "Ada"},
    )

    assert "title" not in user
    assert user["emails"] == [{"type": "home", "value": "h"}]
    assert "phoneNumbers" not in user
    assert user["name"] == {"givenName": "Ada"}


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        (op("Move", "title", "x"), "invalidSyntax"),
        ("text", "invalidSyntax"),
        (op("Remove"), "noTarget"),
        (op("Add", "title"), "invalidValue"),
        (op("Replace", "active", "maybe"), "invalidValue"),
        (op("Replace", "title", {"a": 1}), "invalidValue"),
        (op("Replace", value="text"), "invalidValue"),
        (op("Remove", "userName"), "invalidValue"),
        (op("Replace", "id", "x"), "mutability"),
        (op("Replace", "meta.created", "x"), "mutability"),
        (op("Replace", "userName.first", "x"), "invalidPath"),
        (op("Replace", "name.first", "x"), "invalidPath"),
        (op("Replace", "emails[type eq", "x"), "invalidPath"),
        (op("Replace", "emails[type eq work].value", "x"), "invalidPath"),
        (op("Replace", 'userName[type eq "x"].value', "x"), "invalidPath"),
        (op("Replace", 'name[type eq "work"]', "x"), "invalidValue"),
        (op("Replace", 'emails[type ne "work"].value', "x"), "noTarget"),
    ],
    ids=str,
)
def test_a_refused_operation_undoes_the_whole_request(scim, operation, scim_type):
    """RFC 7644 section 3.5.2: all operations or none, and an error with its keyword."""
    user = scim.create(title="Countess")
    kept = dict(scim.sandbox.users[user["id"]])

    response = scim.patch(f"/Users/{user['id']}", op("Replace", "title", "Lady"), operation)

    assert (response.status_code, response.json()["scimType"]) == (400, scim_type)
    assert scim.sandbox.users[user["id"]] == kept


@pytest.mark.parametrize("body", [{}, {"Operations": []}, {"Operations": {}}, []])
def test_a_message_without_operations_is_refused(scim, body):
    """400 invalidSyntax."""
    response = scim.send("PATCH", f"/Users/{scim.create()['id']}", body)

    assert (response.status_code, response.json()["scimType"]) == (400, "invalidSyntax")


def test_a_changed_user_says_when():
    """meta.lastModified moves with the sandbox's clock, created stays."""
    times = iter([datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2)])
    with SandboxServer(Sandbox("scim", clock=lambda: next(times))) as server, Scim(server) as scim:
        meta = patched(scim, op("Replace", "title", "Lady"))["meta"]

    assert (meta["created"], meta["lastModified"]) == ("2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z")


def test_a_patch_may_answer_204():
    """E53: as an option, a PATCH answers without a body and has done its work."""
    with SandboxServer(Sandbox("scim", patch_answers_204=True)) as server, Scim(server) as scim:
        user = scim.create()
        response = scim.patch(f"/Users/{user['id']}", op("Replace", "title", "Lady"))

        assert (response.status_code, response.content) == (204, b"")
        assert scim.sandbox.users[user["id"]]["title"] == "Lady"
