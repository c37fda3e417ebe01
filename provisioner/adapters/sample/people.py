"""Invents people, and lets things happen to them."""

from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from unicodedata import combining, normalize

from provisioner.adapters.sample.chance import Chance, guid
from provisioner.adapters.sample.words import COMPANY, DEPARTMENTS, DIVISIONS, DOMAIN, PARTNERS, SITES, Site

Entry: TypeAlias = dict[str, Any]

REPORTS: Final = 8
"""People a manager has; it makes seven levels of a million people."""

KEPT: Final = timedelta(days=30)
"""How long the directory keeps a deleted user."""

GUESTS: Final = 0.03
DISABLED: Final = 0.04
DELETED: Final = 0.01
FROM_ELSEWHERE: Final = 0.2

_DEPARTMENTS: Final = tuple(DEPARTMENTS)
_SITES: Final = {site.city: site for site in SITES}
_LETTERS: Final = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "'": "", " ": ""})


class Cast:
    """The people of one directory. ``people`` is how many it began with: the first of them are the managers."""

    def __init__(self, seed: int, people: int) -> None:
        self._seed = seed
        self._managers = max(1, people // REPORTS)
        self._aliases: dict[str, int] = {}

    def id(self, number: int) -> str:
        """The id of the n-th person."""
        return guid(self._seed, "user", number)

    def person(self, number: int, chance: Chance, now: datetime) -> Entry:
        """The n-th person as the directory first had them: most are ordinary, some guests, disabled or deleted."""
        user = self._ordinary(number, chance)
        if number <= self._managers:
            return user
        fate = chance.random()
        if fate < GUESTS:
            _make_guest(user, chance)
        elif fate < GUESTS + DISABLED:
            user["accountEnabled"] = False
        elif fate < GUESTS + DISABLED + DELETED:
            delete(user, now - KEPT * chance.random())
        return user

    def joiner(self, number: int, chance: Chance) -> Entry:
        """Somebody new, later on."""
        user = self._ordinary(number, chance)
        _name(user, user["givenName"], user["surname"], f".{user['employeeId']}")
        return user

    def move(self, user: Entry, chance: Chance) -> None:
        """Another department, title, site and manager."""
        others = [name for name in _DEPARTMENTS if name != user["department"]]
        _place(user, chance.choice(SITES), chance.choice(others), chance)
        user["manager"] = self._manager(int(user["employeeId"]) - 100_000, chance)

    def _ordinary(self, number: int, chance: Chance) -> Entry:
        site = chance.choice(SITES)
        origin = chance.choice(SITES) if chance.happens(FROM_ELSEWHERE) else site
        given, surname = chance.choice(origin.given), chance.choice(origin.surnames)
        user: Entry = {"id": self.id(number), "accountEnabled": True}
        alias = _ascii(f"{given}.{surname}")
        times = self._aliases[alias] = self._aliases.get(alias, 0) + 1
        _name(user, given, surname, "" if times == 1 else str(times))
        user.update(userType="Member", employeeId=str(100_000 + number), companyName=COMPANY)
        _place(user, site, chance.choice(_DEPARTMENTS), chance)
        self._rank(user, number)
        user["manager"] = {"id": self.id((number - 1) // REPORTS)} if number else None
        return user

    def _rank(self, user: Entry, number: int) -> None:
        if number == 0:
            user["jobTitle"] = "Managing Director"
        elif number <= REPORTS:
            user["jobTitle"] = f"Head of {user['department']}"

    def _manager(self, number: int, chance: Chance) -> Entry | None:
        return {"id": self.id(chance.randrange(min(number, self._managers)))} if number else None


def rename(user: Entry, chance: Chance) -> None:
    """Another surname, and the address with it."""
    others = [name for name in _SITES[user["city"]].surnames if name != user["surname"]]
    _name(user, user["givenName"], chance.choice(others), f".{user['employeeId']}")


def delete(user: Entry, at: datetime) -> None:
    """Soft deletion: the directory puts the id in front of the name (E55)."""
    user["deletedDateTime"] = at.isoformat(timespec="seconds")
    user["userPrincipalName"] = user["id"].replace("-", "") + user["userPrincipalName"]


def restore(user: Entry) -> None:
    """Back within the thirty days, under the clean name (E56)."""
    del user["deletedDateTime"]
    user["userPrincipalName"] = user["userPrincipalName"][32:]


def is_ordinary(user: Entry) -> bool:
    """An enabled member of staff."""
    return user["accountEnabled"] is True and user["userType"] == "Member" and "deletedDateTime" not in user


def _name(user: Entry, given: str, surname: str, suffix: str) -> None:
    alias = _ascii(f"{given}.{surname}") + suffix
    address = f"{alias}@{DOMAIN}"
    user.update(userPrincipalName=address, displayName=f"{given} {surname}", givenName=given, surname=surname)
    user.update(mail=address, mailNickname=alias)


def _place(user: Entry, site: Site, department: str, chance: Chance) -> None:
    user.update(
        jobTitle=chance.choice(DEPARTMENTS[department]),
        department=department,
        officeLocation=f"{site.city}, {site.street}",
        streetAddress=f"{site.street} {chance.randint(1, 99)}",
        city=site.city,
        state=site.state,
        postalCode=chance.number(site.postal),
        country=site.country,
        usageLocation=site.country,
        preferredLanguage=site.language,
        businessPhones=[chance.number(site.phone)],
        mobilePhone=chance.number(site.mobile) if chance.happens(0.6) else None,
        onPremisesExtensionAttributes={"extensionAttribute1": DIVISIONS[department]},
    )


def _make_guest(user: Entry, chance: Chance) -> None:
    partner = chance.choice(PARTNERS)
    alias = f"{user['mailNickname']}_{partner}#EXT#"
    user.update(mail=f"{user['mailNickname']}@{partner}", mailNickname=alias, userPrincipalName=f"{alias}@{DOMAIN}")
    user.update(userType="Guest", companyName=partner, employeeId=None, manager=None, businessPhones=[])


def _ascii(name: str) -> str:
    letters = normalize("NFKD", name.lower().translate(_LETTERS))
    return "".join(letter for letter in letters if not combining(letter))
