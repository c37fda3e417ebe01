"""Faults of finding and reading: what is there is not shown, or shown otherwise (F19-F22)."""

import pytest

from tests.sandbox.client import ENTERPRISE, op


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
