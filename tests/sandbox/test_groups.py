"""Groups and their members (E45, E59-E62, E72)."""

from concurrent.futures import ThreadPoolExecutor

from tests.sandbox.client import GROUP, op


def members(scim, group):
    held = scim.sandbox.groups[group["id"]]
    return [member["value"] for member in held.get("members", [])]


def test_a_group_is_created_empty(scim):
    """E45: members [] in the body; none in the answer."""
    group = scim.create_group(externalId="obj-1")

    assert group["schemas"] == [GROUP]
    assert (group["displayName"], group["externalId"]) == ("Staff", "obj-1")
    assert "members" not in group


def test_two_groups_may_have_one_name(scim):
    """Only userName is unique."""
    first, second = scim.create_group(), scim.create_group()

    found = scim.find('displayName eq "staff"', endpoint="/Groups").json()
    assert [group["id"] for group in found["Resources"]] == [first["id"], second["id"]]


def test_members_come_and_go_one_by_one(scim):
    """E61: the default dialect's requests; 204, and adding or removing twice changes nothing more."""
    group = scim.create_group()
    ada, ben = scim.create("ada")["id"], scim.create("ben")["id"]
    path = f"/Groups/{group['id']}"

    for user in (ada, ben, ada):
        assert scim.patch(path, op("Add", "members", [{"value": user}])).status_code == 204
    assert members(scim, group) == [ada, ben]

    for _ in range(2):
        assert scim.patch(path, op("Remove", "members", [{"value": ada}])).status_code == 204
    assert members(scim, group) == [ben]


def test_members_are_removed_by_filter(scim):
    """E72: the flag's dialect; somebody who is no member is already gone."""
    group = scim.create_group(members=[{"value": "a"}, {"value": "b"}])

    for user in ("a", "nobody"):
        response = scim.patch(f"/Groups/{group['id']}", op("remove", f'members[value eq "{user}"]'))
        assert response.status_code == 204

    assert members(scim, group) == ["b"]


def test_a_replace_of_members_replaces_them_all(scim):
    """E72: what the flag's dialect sends when a GET showed members does what the RFC says."""
    group = scim.create_group(members=[{"value": "a"}, {"value": "b"}])

    scim.patch(f"/Groups/{group['id']}", op("replace", "members", [{"value": "c"}]))

    assert members(scim, group) == ["c"]


def test_a_removal_without_value_empties_the_group(scim):
    """RFC 7644 section 3.5.2.2."""
    group = scim.create_group(members=[{"value": "a"}])

    scim.patch(f"/Groups/{group['id']}", op("Remove", "members"))

    assert members(scim, group) == []


def test_excluded_members_are_not_shown(scim):
    """E59: in the list and by id."""
    group = scim.create_group(members=[{"value": "a"}])

    found = scim.find('displayName eq "Staff"', endpoint="/Groups", extra="excludedAttributes=members&").json()
    read = scim.http.get(f"/Groups/{group['id']}?excludedAttributes=members").json()

    assert found["totalResults"] == 1
    assert "members" not in found["Resources"][0]
    assert "members" not in read
    assert read["displayName"] == "Staff"
    assert scim.http.get(f"/Groups/{group['id']}").json()["members"] == [{"value": "a"}]


def test_a_renamed_group_is_found_by_its_new_name(scim):
    """E62: Replace displayName; the old name finds nobody."""
    group = scim.create_group()

    scim.patch(f"/Groups/{group['id']}", op("Replace", "displayName", "Crew"), op("Add", "externalId", "x"))

    assert scim.find('displayName eq "Staff"', endpoint="/Groups").json()["totalResults"] == 0
    assert scim.find('displayName eq "crew"', endpoint="/Groups").json()["totalResults"] == 1
    assert scim.find('externalId eq "x"', endpoint="/Groups").json()["totalResults"] == 1


def test_a_deleted_user_is_a_member_of_nothing(scim):
    """No membership points at somebody who is gone, and other members stay."""
    ada, ben = scim.create("ada")["id"], scim.create("ben")["id"]
    both = scim.create_group(members=[{"value": ada}, {"value": ben}])
    alone = scim.create_group(members=[{"value": ada}])

    scim.send("DELETE", f"/Users/{ada}")

    assert members(scim, both) == [ben]
    assert "members" not in scim.sandbox.groups[alone["id"]]


def test_a_deleted_group_is_gone(scim):
    """E62: DELETE, 204."""
    group = scim.create_group()

    assert scim.send("DELETE", f"/Groups/{group['id']}").status_code == 204
    assert scim.sandbox.groups == {}


def test_no_concurrent_membership_is_lost(scim):
    """E8: five PATCHes of one group at once all take effect."""
    group = scim.create_group()
    ids = [f"user-{number}" for number in range(50)]

    with ThreadPoolExecutor(5) as pool:
        adding = [
            pool.submit(scim.patch, f"/Groups/{group['id']}", op("Add", "members", [{"value": user}])) for user in ids
        ]
    assert {added.result().status_code for added in adding} == {204}

    assert sorted(members(scim, group)) == sorted(ids)
