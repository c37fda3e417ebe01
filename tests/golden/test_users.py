"""Users by the default mapping, from the first filter to the last byte of a PATCH (sections 1, 4, 5 and 6)."""

from tests.golden.jobs import FLAG, SCIM
from tests.golden.office import person, story

ADA = {
    "displayName": "Ada Lovelace",
    "givenName": "Ada",
    "surname": "Lovelace",
    "jobTitle": "Analyst",
    "mail": "ada@contoso.example",
    "mailNickname": "ada",
    "preferredLanguage": "en-GB",
    "officeLocation": "Room 12",
    "streetAddress": "12 St James's Square",
    "city": "London",
    "state": "Greater London",
    "postalCode": "SW1Y 4JH",
    "country": "United Kingdom",
    "businessPhones": ["+44 20 0000 0001"],
    "mobilePhone": "+44 7700 000002",
    "faxNumber": "+44 20 0000 0003",
    "employeeId": "1815",
    "department": "Computing",
}


async def test_the_default_mapping(tmp_path):
    """E1-E3, E5-E7, E9, E13, E25, E27-E30, E39-E43, E46-E50: created whole and bare, left alone, and changed."""
    async with story("default-mapping", tmp_path, SCIM) as office:
        ada, bob = person(1, "ada@contoso.example", **ADA), person(2, "bob@contoso.example")
        office.people = [ada, bob]
        bob["manager"] = {"id": ada["id"]}
        await office.cycle("Ada has everything, Bob has a name and a manager")
        await office.cycle("Nothing happens")
        bob |= {"givenName": "Bob", "surname": "Ünal", "mail": "bob@contoso.example", "department": "Sales"}
        ada |= {"jobTitle": "Countess", "city": "Ockham", "employeeId": "1852", "mobilePhone": None, "surname": "King"}
        await office.cycle("Bob gets values, hers change, and one of hers is emptied")


async def test_the_default_mapping_with_the_flag(tmp_path):
    """E70, E71, E73: POST, GET and probe stay; value paths first and apart, simple ones merged."""
    async with story("default-mapping-flag", tmp_path, SCIM, query=FLAG) as office:
        ada, bob = person(1, "ada@contoso.example", **ADA), person(2, "bob@contoso.example")
        office.people = [ada, bob]
        bob["manager"] = {"id": ada["id"]}
        await office.cycle("Ada has everything, Bob has a name and a manager")
        bob |= {"givenName": "Bob", "surname": "Ünal", "mail": "bob@contoso.example", "department": "Sales"}
        ada |= {"jobTitle": "Countess", "city": "Ockham", "employeeId": "1852", "mobilePhone": None, "surname": "King"}
        await office.cycle("Bob gets values, hers change, and one of hers is emptied")
        ada["jobTitle"] = "Mathematician"
        await office.cycle("One simple attribute")
        ada |= {"jobTitle": "Analyst", "city": "London"}
        await office.cycle("One simple attribute beside a value path")
