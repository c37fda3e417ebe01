"""Filters, paging, sorting, what is shown (RFC 7644 section 3.4.2 and 3.9), and the probe (E13, E16)."""

import pytest

from tests.sandbox.client import CORE, ENTERPRISE

PEOPLE = [
    {
        "id": "1",
        "userName": "ada@example.com",
        "externalId": "Ada",
        "active": True,
        "title": "Countess",
        "emails": [{"type": "work", "value": "ada@work", "primary": True}, {"type": "home", "value": "ada@home"}],
        "meta": {"resourceType": "User", "created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-01T00:00:00Z"},
        ENTERPRISE: {"department": "Mathematics", "employeeNumber": "10", "manager": {"value": "3"}},
    },
    {
        "id": "2",
        "userName": "Ben@example.com",
        "active": False,
        "emails": [{"type": "work", "value": "ben@work"}],
        "name": {"familyName": "Babbage"},
        "meta": {"resourceType": "User", "created": "2026-02-01T00:00:00Z", "lastModified": "2026-02-01T00:00:00Z"},
    },
    {
        "id": "3",
        "userName": 'o"brien\\x',
        "title": "Ärztin",
        "age": 7,
        "meta": {"resourceType": "User", "created": "2026-03-01T00:00:00Z", "lastModified": "2026-03-01T00:00:00Z"},
    },
]
ADA, BEN, OBRIEN = (person["userName"] for person in PEOPLE)


@pytest.fixture
def people(scim):
    scim.sandbox.load({"Users": PEOPLE})
    return scim


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ('userName eq "ada@example.com"', [ADA]),
        ('userName eq "ADA@EXAMPLE.COM"', [ADA]),
        ('USERNAME EQ "ada@example.com"', [ADA]),
        (f'{CORE}:userName eq "ben@example.com"', [BEN]),
        (r'userName eq "o\"brien\\x"', [OBRIEN]),
        (r'userName eq "\u0061da@example.com"', [ADA]),
        ('externalId eq "Ada"', [ADA]),
        ('externalId eq "ada"', []),
        ('id eq "2"', [BEN]),
        ('title eq "ärztin"', [OBRIEN]),
        ('userName ne "ada@example.com"', [BEN, OBRIEN]),
        ('userName co "EXAMPLE"', [ADA, BEN]),
        ('userName sw "b"', [BEN]),
        ('userName ew ".com"', [ADA, BEN]),
        ('userName gt "b"', [BEN, OBRIEN]),
        ('userName le "b"', [ADA]),
        ("title pr", [ADA, OBRIEN]),
        ("not (title pr)", [BEN]),
        ("title eq null", [BEN]),
        ("active eq true", [ADA]),
        ('active eq "False"', [BEN]),
        ("active ne true", [BEN, OBRIEN]),
        ("age ge 7", [OBRIEN]),
        ("age lt 7", []),
        ("age gt 6.5", [OBRIEN]),
        ('emails eq "ada@home"', [ADA]),
        ('emails.value eq "ben@work"', [BEN]),
        ('emails[type eq "work"]', [ADA, BEN]),
        ('emails[type eq "work" and value eq "ada@home"]', []),
        ('emails[type eq "home" or value eq "ben@work"]', [ADA, BEN]),
        ('emails[type eq "work"].value eq "ben@work"', [BEN]),
        ('emails[type eq "home"].value eq "ada@work"', []),
        ('emails[primary eq "True"].value eq "ada@work"', [ADA]),
        ('emails[not (type eq "work")].value pr', [ADA]),
        ('name.familyName eq "babbage"', [BEN]),
        (f'{ENTERPRISE}:department eq "mathematics"', [ADA]),
        (f'{ENTERPRISE}:manager eq "3"', [ADA]),
        (f'{ENTERPRISE}:manager.value eq "3"', [ADA]),
        ('urn:example:unknown:1.0:User:badge eq "7"', []),
        ('meta.created gt "2026-01-15T00:00:00Z"', [BEN, OBRIEN]),
        ('meta.lastModified le "2026-02-01T01:00:00+01:00"', [ADA, BEN]),
        ('title pr and active eq true or userName sw "b"', [ADA, BEN]),
        ('title pr and (active eq true or userName sw "b")', [ADA]),
        ('(userName sw "a") or (userName sw "b")', [ADA, BEN]),
        ('not (userName sw "a" or userName sw "b")', [OBRIEN]),
        ('userName eq "and"', []),
        ('userName eq "(]"', []),
        ('unknown eq "x"', []),
        ('userName eq "4d2b9f1e-6f8b-4a93-8d27-0d6a1c1f2b34"', []),
    ],
)
def test_a_filter_finds_whom_it_describes(people, filter, found):
    """The whole grammar: operators, precedence, value paths, URNs, types, case by the schema's caseExact."""
    assert people.names(filter) == found


@pytest.mark.parametrize(
    "filter",
    [
        "",
        "userName",
        "userName eq",
        "userName is x",
        "userName eq ada",
        'userName eq "ada',
        'userName eq "a" or',
        'userName eq "a" title pr',
        'userName eq "a")',
        '(userName eq "a"',
        'emails[type eq "work"',
        "emails[]",
        "not title pr",
        'eq "x"',
        '1st eq "x"',
        "active gt true",
        "age co 7",
        "(" * 500 + "title pr" + ")" * 500,
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(people, filter):
    """400 invalidFilter, never everybody and never a crash."""
    response = people.find(filter)

    assert (response.status_code, response.json()["scimType"]) == (400, "invalidFilter")


def test_the_form_encoding_of_entra_is_understood(people):
    """E6: spaces as +, quotes as %22, @ as %40, with foreign keys beside (E70)."""
    response = people.http.get("/Users?aadOptscim062020&filter=userName+eq+%22ada%40example.com%22")

    assert response.json()["totalResults"] == 1


def test_a_probe_finds_nobody_in_a_list_response(scim):
    """E13, E16: 200, a ListResponse, totalResults 0 and an empty list that is not null."""
    response = scim.find('userName eq "4d2b9f1e-6f8b-4a93-8d27-0d6a1c1f2b34"')

    assert response.status_code == 200
    assert response.json() == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
    }


@pytest.mark.parametrize(
    ("query", "start", "ids"),
    [
        ("", 1, "123"),
        ("?count=2", 1, "12"),
        ("?startIndex=2&count=1", 2, "2"),
        ("?startIndex=0&count=1", 1, "1"),
        ("?startIndex=9", 9, ""),
        ("?count=0", 1, ""),
        ("?count=-1", 1, ""),
    ],
)
def test_pages_say_where_they_are(people, query, start, ids):
    """RFC 7644 section 3.4.2.4: startIndex from 1, totalResults of all pages."""
    page = people.http.get(f"/Users{query}").json()

    assert [user["id"] for user in page["Resources"]] == list(ids)
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, start, len(ids))


def test_a_page_that_is_no_number_is_refused(people):
    """400 invalidValue."""
    response = people.http.get("/Users?count=many")

    assert (response.status_code, response.json()["scimType"]) == (400, "invalidValue")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("sortBy=userName", "123"),
        ("sortBy=userName&sortOrder=descending", "321"),
        ("sortBy=title", "132"),
        ("sortBy=title&sortOrder=descending", "231"),
        ("sortBy=name.familyName", "213"),
        ("sortBy=meta.created&sortOrder=descending", "321"),
    ],
)
def test_hits_can_be_sorted(people, query, ids):
    """RFC 7644 section 3.4.2.3: those without a value come last, or first when descending."""
    assert [user["id"] for user in people.http.get(f"/Users?{query}").json()["Resources"]] == list(ids)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("attributes=userName", {"userName": ADA}),
        ("attributes=USERNAME,title", {"userName": ADA, "title": "Countess"}),
        ("attributes=emails.value", {"emails": [{"value": "ada@work"}, {"value": "ada@home"}]}),
        (f"attributes={ENTERPRISE}:department", {ENTERPRISE: {"department": "Mathematics"}}),
        (f"attributes={ENTERPRISE}", {ENTERPRISE: PEOPLE[0][ENTERPRISE]}),
        (
            f"excludedAttributes=emails.value,meta,title,externalId,active,userName,id,{ENTERPRISE}:manager",
            {
                "emails": [{"type": "work", "primary": True}, {"type": "home"}],
                ENTERPRISE: {"department": "Mathematics", "employeeNumber": "10"},
            },
        ),
        (f"excludedAttributes=emails,meta,active,externalId,title,{ENTERPRISE}", {"userName": ADA}),
    ],
)
def test_only_what_was_asked_for_is_shown(people, query, shown):
    """RFC 7644 section 3.9: in the list and by id; id and schemas always."""
    always = {"schemas": [CORE, ENTERPRISE], "id": "1"}

    assert people.http.get(f"/Users/1?{query}").json() == always | shown
    assert people.find('id eq "1"', extra=query + "&").json()["Resources"] == [always | shown]
