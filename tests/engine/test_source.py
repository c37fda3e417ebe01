"""Entries of a snapshot become users and groups, in whichever spelling they come (E24, E83)."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.source import (
    canonical_group,
    canonical_user,
    home_name,
    read_app_role,
    read_assignment,
    read_group,
    read_user,
)
from provisioner.model.directory import DEFAULT_ACCESS, AppRole, Assignment
from provisioner.model.errors import SnapshotInvalid


def user(**attributes: Any) -> dict[str, Any]:
    return {"id": "u1", **attributes}


@pytest.mark.parametrize(
    ("service", "graph"),
    [
        ({"mobile": "+1"}, {"mobilePhone": "+1"}),
        ({"facsimileTelephoneNumber": "+2"}, {"faxNumber": "+2"}),
        ({"physicalDeliveryOfficeName": "B1"}, {"officeLocation": "B1"}),
        ({"dirSyncEnabled": True}, {"onPremisesSyncEnabled": True}),
        ({"telephoneNumber": "+3"}, {"businessPhones": ["+3"]}),
        ({"extensionAttribute7": "x"}, {"onPremisesExtensionAttributes": {"extensionAttribute7": "x"}}),
        ({"manager": "u2"}, {"manager": {"id": "u2", "@odata.type": "#microsoft.graph.user"}}),
        ({"manager": None}, {"manager": ""}),
        ({}, {"businessPhones": [], "city": None, "onPremisesExtensionAttributes": None, "accountEnabled": True}),
    ],
)
def test_both_spellings_are_one_user(service: dict[str, Any], graph: dict[str, Any]) -> None:
    """The service's names and Graph's give the same canonical form and so the same digest."""
    assert canonical_user(user(**service)) == canonical_user(user(**graph))
    assert read_user(user(**service)) == read_user(user(**graph))


def test_expressions_find_either_name() -> None:
    """A mapping may be written in the service's names or in Graph's."""
    seen = read_user(user(mobilePhone="+1", officeLocation="B1", businessPhones=["+3", "+4"])).attributes
    assert seen["mobile"] == seen["mobilePhone"] == "+1"
    assert seen["physicalDeliveryOfficeName"] == seen["officeLocation"] == "B1"
    assert (seen["telephoneNumber"], seen["businessPhones"]) == ("+3", ("+3", "+4"))
    assert seen["objectId"] == seen["id"] == "u1"


def test_the_service_spelling_of_the_id() -> None:
    """An export in the service's names says objectId."""
    assert read_user({"objectId": "u9"}).id == "u9"


def test_unknown_properties_are_not_there() -> None:
    """They neither flow nor make a user look changed."""
    assert canonical_user(
        user(shoeSize=44, appRoleAssignments=[{"id": "x"}], **{"@odata.type": "x", "signIn": {"a": 1.5}})
    ) == canonical_user(user())


def test_directory_extensions_flow() -> None:
    """``extension_<appid>_<name>`` is an attribute as it stands."""
    assert read_user(user(extension_abc_costCenter="42")).attributes["extension_abc_costCenter"] == "42"


def test_directory_extensions_may_have_several_values() -> None:
    """Graph gives those defined as multi-valued as lists; an empty list is no value."""
    seen = read_user(user(extension_abc_skills=["a", "b"], extension_abc_floors=[1, 2], extension_abc_none=[]))
    assert seen.attributes["extension_abc_skills"] == ("a", "b")
    assert seen.attributes["extension_abc_floors"] == ("1", "2")
    assert "extension_abc_none" not in seen.attributes


def test_missing_account_enabled_means_enabled() -> None:
    """An export that did not select the property disables nobody."""
    assert read_user(user()).enabled
    assert read_user(user(accountEnabled=None)).enabled
    assert not read_user(user(accountEnabled=False)).enabled


def test_the_date_of_deletion_marks_a_soft_deleted_user() -> None:
    """Whoever still has an entry with a date of deletion is not gone, only deleted softly."""
    assert read_user(user(deletedDateTime="2026-01-01T00:00:00Z")).soft_deleted
    assert not read_user(user(deletedDateTime=None)).soft_deleted


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("alias_theirs.example#EXT#@ours.example", "alias@theirs.example"),
        ("first_last_theirs.example#EXT#@ours.example", "first_last@theirs.example"),
        ("nounderscore#EXT#@ours.example", "nounderscore#EXT#@ours.example"),
        ("plain_name@ours.example", "plain_name@ours.example"),
        ("", ""),
    ],
)
def test_guests_flow_under_their_home_name(name: str, home: str) -> None:
    """The last underscore before #EXT# becomes an at sign (E24)."""
    assert home_name(name) == home


def test_the_original_name_is_kept() -> None:
    """``originalUserPrincipalName`` is what stands in the directory, for everybody."""
    seen = read_user(user(userPrincipalName="a_b.example#EXT#@c.example"))
    assert seen.attributes["userPrincipalName"] == "a@b.example"
    assert seen.attributes["originalUserPrincipalName"] == "a_b.example#EXT#@c.example"


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({}, "id"),
        ({"id": ""}, "id"),
        ({"id": 7}, "id"),
        ({"id": "x" * 513}, "id"),
        (user(displayName=["a"]), "displayName"),
        (user(displayName=7), "displayName"),
        (user(userPrincipalName=True), "userPrincipalName"),
        (user(city={"a": 1}), "city"),
        (user(employeeId=1.5), "employeeId"),
        (user(accountEnabled="yes"), "accountEnabled"),
        (user(businessPhones="+1"), "businessPhones"),
        (user(proxyAddresses=[1]), "proxyAddresses"),
        (user(extension_abc_skills=[{"a": 1}]), "extension_abc_skills"),
        (user(manager=7), "manager"),
        (user(manager={"displayName": "Ann"}), "manager"),
        (user(onPremisesExtensionAttributes=[]), "onPremisesExtensionAttributes"),
        (user(mobile="+1", mobilePhone="+2"), "mobile"),
    ],
)
def test_a_wrong_property_is_named(entry: dict[str, Any], path: str) -> None:
    """The error says which property and what would be right."""
    with pytest.raises(SnapshotInvalid) as caught:
        read_user(entry)
    assert caught.value.place.path == path
    assert caught.value.hint


def test_one_may_be_ones_own_manager() -> None:
    """Directories contain it; the reference pass deals with it."""
    assert read_user(user(manager="u1")).manager == "u1"


def test_members_are_ids_or_objects_each_once() -> None:
    """The order given stays; a second mention counts for nothing."""
    group = read_group({"id": "g1", "displayName": "All", "members": ["b", {"id": "a"}, "b"]})
    assert group.members == ("b", "a")
    assert (group.name, group.security_enabled, group.soft_deleted) == ("All", True, False)
    assert "members" not in group.attributes


@pytest.mark.parametrize(
    ("members", "path"),
    [("a;b", "members"), ([""], "members[0]"), (["a", None], "members[1]"), ([{"displayName": "x"}], "members[0]")],
)
def test_a_wrong_member_is_named(members: Any, path: str) -> None:
    """The position stands in the error."""
    with pytest.raises(SnapshotInvalid) as caught:
        canonical_group({"id": "g1", "members": members})
    assert caught.value.place.path == path


def test_assignments_without_a_role_are_default_access() -> None:
    """Graph writes zeros; a table leaves the cell empty (E19)."""
    assert read_assignment({"principalId": "u1"}) == Assignment("u1", "", DEFAULT_ACCESS, "")
    entry = {"principalId": "u1", "principalType": "User"}
    assert read_assignment(entry) == Assignment("u1", "User", DEFAULT_ACCESS, "")
    assert read_assignment({**entry, "appRoleId": "r1", "principalDisplayName": "Ann"}) == Assignment(
        "u1", "User", "r1", "Ann"
    )


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({"principalType": "User"}, "principalId"),
        ({"principalId": "u1", "principalType": "user"}, "principalType"),
        ({"principalId": "u1", "principalType": "User", "appRoleId": 7}, "appRoleId"),
    ],
)
def test_a_wrong_assignment_is_named(entry: dict[str, Any], path: str) -> None:
    """Silence would entitle nobody."""
    with pytest.raises(SnapshotInvalid) as caught:
        read_assignment(entry)
    assert caught.value.place.path == path


def test_roles_may_have_no_value() -> None:
    """A role without a value is one nobody can be told apart by, and legal."""
    assert read_app_role({"id": "r1", "value": None, "displayName": "Any"}) == AppRole("r1", None, "Any")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["id", "objectId", "manager", "members", "businessPhones", "mobile", "accountEnabled", "city"])


@given(st.dictionaries(NAMES, JSON))
def test_any_object_is_read_or_refused(entry: dict[str, Any]) -> None:
    """There is no third way out."""
    for read in (read_user, read_group):
        with suppress(SnapshotInvalid):
            assert read(dict(entry)).id
