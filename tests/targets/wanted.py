"""What a server should hold of a company, and in what it differs: the default mapping written a second time."""

from typing import Any

from tests.servers import Server
from tests.targets.company import Company

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
AS_IS = ("userName", "active", "displayName", "title", "externalId")
GONE = "somebody gone"
"""A member whose account is no longer in the server."""


def left(company: Company, server: Server) -> dict[str, set[str]]:
    """In what the server differs from the directory, by short name: attributes of people, members of groups.

    An account of somebody who is not in the directory any more differs if it is active.
    """
    users = {_short(user): user for user in server.users().values()}
    groups = server.groups()
    names = {user["id"]: name for name, user in users.items()}
    there = {
        name: groups[other["displayName"]] for name, other in company.groups.items() if other["displayName"] in groups
    }
    names |= {group["id"]: name for name, group in there.items()}
    wanted = {**{name: {"active": False} for name in users}, **wanted_accounts(company)}
    found = {name: _differing(wanted[name], held(users.get(name, {}), names)) for name in wanted}
    for name, members in wanted_members(company).items():
        found[name] = members ^ {names.get(member["value"], GONE) for member in there[name].get("members", ())}
    return {name: what for name, what in found.items() if what}


def _short(user: dict[str, Any]) -> str:
    return str(user.get("externalId") or user["userName"].split("@")[0].lower())


def _differing(wanted: dict[str, Any], found: dict[str, Any]) -> set[str]:
    """Letters alone make no difference (E37)."""
    return {attribute for attribute in wanted if str(found[attribute]).lower() != str(wanted[attribute]).lower()}


def wanted_accounts(company: Company) -> dict[str, dict[str, Any]]:
    """What the target should hold of each person, by short name: the default mapping, written a second time.

    Of somebody out of scope only that they are not active; what the directory does not say is not asked (E34).
    """
    return {
        name: _wanted(company, person) if name in company.assigned else {"active": False}
        for name, person in company.people.items()
    }


def _wanted(company: Company, person: dict[str, Any]) -> dict[str, Any]:
    managers = {other["id"]: name for name, other in company.people.items()}
    wanted = {
        "userName": person["userPrincipalName"],
        "active": person["accountEnabled"],
        "displayName": person["displayName"],
        "title": person["jobTitle"],
        "externalId": person["mailNickname"],
        "familyName": person["surname"],
        "email": person["mail"],
        "mobile": person.get("mobilePhone"),
        "city": person.get("city"),
        "department": person["department"],
        "employeeNumber": person["employeeId"],
        "manager": managers.get((person.get("manager") or {}).get("id")),
    }
    return {attribute: value for attribute, value in wanted.items() if value is not None}


def held(user: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """What a server holds of a person, under the same names. ``names`` are the short names by the server's ids."""
    enterprise = user.get(ENTERPRISE, {})
    manager = enterprise.get("manager")
    return {
        **{attribute: user.get(attribute) for attribute in AS_IS},
        "familyName": user.get("name", {}).get("familyName"),
        "email": _typed(user, "emails", "work").get("value"),
        "mobile": _typed(user, "phoneNumbers", "mobile").get("value"),
        "city": _typed(user, "addresses", "work").get("locality"),
        "department": enterprise.get("department"),
        "employeeNumber": enterprise.get("employeeNumber"),
        "manager": names.get(str(manager.get("value") if isinstance(manager, dict) else manager)),
    }


def _typed(user: dict[str, Any], attribute: str, type: str) -> dict[str, Any]:
    return next((element for element in user.get(attribute, ()) if element.get("type") == type), {})


def wanted_members(company: Company) -> dict[str, set[str]]:
    """The short names of who should be in each assigned group, by the group's."""
    names = {other["id"]: name for name, other in {**company.people, **company.groups}.items()}
    return {
        group: {names[member] for member in company.groups[group]["members"]}
        for group in company.groups
        if group in company.assigned
    }
