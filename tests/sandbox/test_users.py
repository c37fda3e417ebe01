"""Users: created, read, found, replaced, deleted (E28-E31, E39-E44, E57)."""

import pytest

from tests.sandbox.client import CORE, ENTERPRISE, REAL_LINKS

FULL = {
    "schemas": [CORE, ENTERPRISE],
    "externalId": "ada",
    "userName": "Ada@example.com",
    "active": True,
    "addresses": [{"primary": False, "type": "work", "locality": "London"}],
    "displayName": "Ada Lovelace",
    "emails": [{"primary": True, "type": "work", "value": "ada@example.com"}],
    "meta": {"resourceType": "User"},
    "name": {"formatted": "Ada Lovelace", "familyName": "Lovelace", "givenName": "Ada"},
    "roles": [{"primary": True, "type": "WindowsAzureActiveDirectoryRole", "value": "Admin"}],
    ENTERPRISE: {"department": "Mathematics"},
}


def test_a_created_user_comes_back_as_it_was_sent(scim):
    """E39-E44: everything in the body is kept, with an id, times, a place, and only the schemas that have values."""
    response = scim.send("POST", "/Users", FULL)

    user = response.json()
    assert response.status_code == 201
    assert response.headers["content-type"] == "application/scim+json"
    assert {key: user[key] for key in FULL if key != "meta"} == {key: FULL[key] for key in FULL if key != "meta"}
    assert user["meta"]["resourceType"] == "User"
    assert user["meta"]["location"] == response.headers["location"] == f"{scim.http.base_url}Users/{user['id']}"
    assert scim.http.get(f"/Users/{user['id']}").json() == user


def test_a_boolean_may_be_a_text_in_a_create(scim):
    """Entra's strings are taken for booleans wherever a boolean belongs (E49)."""
    assert scim.create(active="False")["active"] is False


def test_what_is_null_or_empty_is_absent(scim):
    """RFC 7643 section 2.5: null, an empty list and no value are the same."""
    user = scim.create(title=None, emails=[], name={"givenName": None})

    assert user.keys() == {"schemas", "id", "userName", "meta"}


def test_a_name_is_taken_once_whatever_its_case(scim):
    """E32: 409 with scimType uniqueness, as SCIM Error."""
    scim.create("ada@example.com")

    response = scim.send("POST", "/Users", {"schemas": [CORE], "userName": "ADA@example.com"})

    assert response.status_code == 409
    assert response.json()["scimType"] == "uniqueness"
    assert response.json()["status"] == "409"
    assert len(scim.sandbox.users) == 1


def test_nobody_is_renamed_to_a_name_that_is_taken(scim):
    """The rule holds for updates too, and the refused one changes nothing."""
    scim.create("ada@example.com")
    ben = scim.create("ben@example.com")

    response = scim.send("PUT", f"/Users/{ben['id']}", {"userName": "Ada@example.com"})

    assert response.status_code == 409
    assert scim.sandbox.users[ben["id"]]["userName"] == "ben@example.com"


@pytest.mark.parametrize("body", [{}, {"userName": ""}, {"userName": None}, {"userName": 7}, {"userName": ["a"]}])
def test_a_user_needs_a_name(scim, body):
    """Without a userName that is a text: 400 invalidValue."""
    response = scim.send("POST", "/Users", body)

    assert (response.status_code, response.json()["scimType"]) == (400, "invalidValue")
    assert not scim.sandbox.users


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"text"', b'{"userName": NaN}', b"\xff"])
def test_a_body_that_is_not_a_json_object_is_refused(scim, content):
    """400 invalidSyntax, whatever the bytes."""
    response = scim.http.post("/Users", content=content)

    assert (response.status_code, response.json()["scimType"]) == (400, "invalidSyntax")


def test_ids_and_times_are_the_servers_own(scim):
    """What a body says of id, meta and password is not kept."""
    user = scim.create(id="mine", meta={"created": "1815-12-10T00:00:00Z"}, password="secret")

    assert user["id"] != "mine"
    assert not user["meta"]["created"].startswith("1815")
    assert "password" not in scim.sandbox.users[user["id"]]


def test_attribute_names_ignore_case(scim):
    """RFC 7643 section 2.1: whatever the case of a name, the answer spells it as the schema does."""
    response = scim.send("POST", "/Users", {"USERNAME": "ada@example.com", "name": {"GIVENNAME": "Ada"}})

    assert response.json()["userName"] == "ada@example.com"
    assert response.json()["name"] == {"givenName": "Ada"}


def test_an_extension_no_schema_knows_is_kept(scim):
    """A mapping to a custom URN can be rehearsed before its schema is written."""
    user = scim.create(**{"urn:example:custom:2.0:User": {"badge": "7"}})

    assert user["urn:example:custom:2.0:User"] == {"badge": "7"}
    assert "urn:example:custom:2.0:User" in user["schemas"]


def test_a_replaced_user_keeps_its_id_and_age(scim):
    """PUT: what the body leaves out is gone."""
    user = scim.create(title="Countess")

    after = scim.send("PUT", f"/Users/{user['id']}", {"userName": "ada@example.com", "nickName": "Ada"}).json()

    assert after["id"] == user["id"]
    assert after["meta"]["created"] == user["meta"]["created"]
    assert after["nickName"] == "Ada"
    assert "title" not in after


def test_a_deleted_user_is_gone(scim):
    """DELETE: 204 without a body, then 404, and the name is free again."""
    user = scim.create()

    response = scim.send("DELETE", f"/Users/{user['id']}")

    assert (response.status_code, response.content) == (204, b"")
    assert scim.http.get(f"/Users/{user['id']}").status_code == 404
    assert scim.send("DELETE", f"/Users/{user['id']}").status_code == 404
    assert scim.names('userName eq "ada@example.com"') == []
    scim.create()


def test_an_unknown_id_is_a_scim_error(scim):
    """E31: 404 in SCIM's own shape."""
    response = scim.http.get("/Users/nobody")

    assert response.status_code == 404
    assert response.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PUT", "/Users", 405), ("POST", "/Users/1", 405), ("GET", "/", 404), ("GET", "/Users/1/2", 404)],
)
def test_other_verbs_and_paths_are_refused_in_scims_words(scim, method, path, status):
    """Even what SCIM has no verb or place for is a SCIM Error."""
    response = scim.http.request(method, path)

    assert (response.status_code, response.json()["status"]) == (status, str(status))


def test_real_links_has_users_with_its_extension_and_no_groups(real_links):
    """The eleven attributes of Real Links stand under their URN; /Groups is 404."""
    names = ["firstName", "lastName", "emailAddress", "phoneNumber", "title", "preferredLanguage"]
    names += ["organization", "department", "division", "location", "countryCode"]
    extension = {name: name.upper() for name in names}

    user = real_links.create(active=True, **{REAL_LINKS: extension})

    assert user[REAL_LINKS] == extension
    assert user["schemas"] == [CORE, REAL_LINKS]
    assert real_links.http.get("/Groups").status_code == 404
    described = real_links.http.get(f"/Schemas/{REAL_LINKS}").json()["attributes"]
    assert [(each["name"], each["type"]) for each in described] == [(name, "string") for name in names]
