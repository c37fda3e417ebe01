"""Reads one entry of a snapshot: whichever spelling and shape it came in, one canonical form (E24, E83).

Rules
- The canonical form has Graph's names, flat, without nulls (null and missing mean the same, E34) and without properties
  the service does not know, so that equal content gives equal digests whatever the file's format.
- This runs millions of times: the checks look at whole sets of values and search a culprit only when there is one.
"""

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from provisioner.model.directory import (
    DEFAULT_ACCESS,
    DOTTED,
    EXTENSION_ATTRIBUTES,
    GRAPH_PROPERTY,
    GROUP_ATTRIBUTES,
    SAME_NAME,
    AppRole,
    Assignment,
    SourceGroup,
    SourceUser,
)
from provisioner.model.errors import Place, SnapshotInvalid

Entry: TypeAlias = dict[str, Any]

MAX_ID: Final = 512
"""Characters of an id. Directory ids have 36; the rest is room for directories that are not Entra."""

BOOLEANS: Final = frozenset(
    {"accountEnabled", "dirSyncEnabled", "mailEnabled", "onPremisesSyncEnabled", "securityEnabled", "showInAddressList"}
)
LISTS: Final = frozenset({"businessPhones", "groupTypes", "imAddresses", "members", "otherMails", "proxyAddresses"})
PRINCIPAL_TYPES: Final = ("User", "Group", "ServicePrincipal")

_AS_GRAPH: Final = "write it as the Graph API returns it"
_TEXTS: Final = ("displayName", "userPrincipalName")
_PLAIN: Final = frozenset({str, bool, int, tuple})
_EXTENSIONS: Final = frozenset(EXTENSION_ATTRIBUTES)
_KNOWN_OF_USERS: Final = (
    SAME_NAME - {"appRoleAssignments"}  # made from the assignments (E23), whatever an export expands there
    | _EXTENSIONS
    | frozenset(GRAPH_PROPERTY)
    | frozenset(GRAPH_PROPERTY.values())
    | {"deletedDateTime", "onPremisesExtensionAttributes"}
    | frozenset(DOTTED)
)
_KNOWN_OF_GROUPS: Final = GROUP_ATTRIBUTES | {"deletedDateTime"}
_SPELLINGS: Final = tuple(pair for pair in GRAPH_PROPERTY.items() if pair[0] != "telephoneNumber")
_LISTS_OF_USERS: Final = tuple(sorted(LISTS - {"groupTypes", "members"}))
_LISTS_OF_GROUPS: Final = ("groupTypes", "proxyAddresses")


def canonical_user(entry: Entry) -> Entry:
    """The entry of a user in canonical form; ``manager`` is an id.

    Raises SnapshotInvalid with the path of the property inside the entry.
    """
    user = {
        name: value
        for name, value in entry.items()
        if value is not None and (name in _KNOWN_OF_USERS or name.startswith("extension_"))
    }
    if not DOTTED.keys().isdisjoint(user):
        _use_short_names(user)
    _use_graph_names(user)
    if (phone := user.pop("telephoneNumber", None)) is not None:
        user.setdefault("businessPhones", [phone])
    if (nested := user.pop("onPremisesExtensionAttributes", None)) is not None:
        _flatten_extensions(user, nested)
    if "manager" in user:
        _flatten_manager(user)
    for name in _LISTS_OF_USERS:
        if name in user:
            _freeze_list(user, name)
    user.setdefault("accountEnabled", True)
    _check(user)
    return user


def read_user(entry: Entry) -> SourceUser:
    """A user with values under the service's names and Graph's beside them; guests as E24 says."""
    return user_of(canonical_user(entry))


def user_of(user: Entry) -> SourceUser:
    """The same from the canonical form, which becomes the user's attributes."""
    _add_service_names(user)
    if phones := user.get("businessPhones"):
        user["telephoneNumber"] = phones[0]
    if name := user.get("userPrincipalName"):
        user["originalUserPrincipalName"] = name
        user["userPrincipalName"] = home_name(name)
    return SourceUser(user["id"], user, user["accountEnabled"], bool(user.get("deletedDateTime")), user.get("manager"))


def home_name(user_principal_name: str) -> str:
    """``alias_theirdomain#EXT#@yourdomain`` as ``alias@theirdomain``; any other name as it is (E24)."""
    local, mark, _ = user_principal_name.partition("#EXT#")
    alias, underscore, domain = local.rpartition("_")
    return f"{alias}@{domain}" if mark and underscore else user_principal_name


def canonical_group(entry: Entry) -> Entry:
    """The entry of a group in canonical form; ``members`` are ids, each once, in the order given."""
    group = {name: value for name, value in entry.items() if value is not None and name in _KNOWN_OF_GROUPS}
    _use_graph_names(group)
    group["members"] = tuple(dict.fromkeys(_member_ids(group.get("members", []))))
    for name in _LISTS_OF_GROUPS:
        if name in group:
            _freeze_list(group, name)
    group.setdefault("securityEnabled", True)
    _check(group)
    return group


def read_group(entry: Entry) -> SourceGroup:
    """A group with values under the service's names and Graph's beside them."""
    return group_of(canonical_group(entry))


def group_of(group: Entry) -> SourceGroup:
    """The same from the canonical form, which becomes the group's attributes."""
    _add_service_names(group)
    members = group.pop("members")
    return SourceGroup(group["id"], group, members, group["securityEnabled"], bool(group.get("deletedDateTime")))


def read_assignment(entry: Entry) -> Assignment:
    """One of Graph's ``appRoleAssignedTo``; no role means default access (E19).

    Whom it is to is told by the id alone; the type may be left out.
    """
    kind = _text(entry, "principalType", default="")
    if kind and kind not in PRINCIPAL_TYPES:
        raise _wrong("principalType", f"{kind!r} is no kind of principal", f"one of {', '.join(PRINCIPAL_TYPES)}")
    name = _text(entry, "principalDisplayName", default="")
    return Assignment(_text(entry, "principalId"), kind, _text(entry, "appRoleId", default=DEFAULT_ACCESS), name)


def read_app_role(entry: Entry) -> AppRole:
    """One of the application's ``appRoles``."""
    value = _text(entry, "value", default="")
    return AppRole(_text(entry, "id"), value or None, _text(entry, "displayName", default=value))


def _use_short_names(entry: Entry) -> None:
    for dotted in DOTTED.keys() & entry.keys():
        value = entry.pop(dotted)
        if entry.setdefault(DOTTED[dotted], value) != value:
            raise _wrong(
                dotted, f"contradicts {DOTTED[dotted]}, which is the same attribute (E83)", "keep one of the two"
            )


def _use_graph_names(entry: Entry) -> None:
    for service, graph in _SPELLINGS:
        if service in entry:
            value = entry.pop(service)
            if entry.setdefault(graph, value) != value:
                raise _wrong(service, f"contradicts {graph}, which is the same attribute (E83)", "keep one of the two")


def _add_service_names(entry: Entry) -> None:
    for service, graph in _SPELLINGS:
        if graph in entry:
            entry[service] = entry[graph]


def _flatten_extensions(user: Entry, nested: object) -> None:
    if not isinstance(nested, dict):
        raise _wrong("onPremisesExtensionAttributes", "is not an object", '{"extensionAttribute1": "…"}')
    for name, value in nested.items():
        if value is not None and name in _EXTENSIONS:
            user[name] = value


def _flatten_manager(user: Entry) -> None:
    manager = user["manager"]
    if isinstance(manager, dict):
        manager = manager.get("id")
    if not isinstance(manager, str):
        raise _wrong("manager", "names nobody", 'an id, {"id": "…"} or null')
    if manager:
        user["manager"] = manager
    else:
        del user["manager"]


def _member_ids(members: object) -> Iterable[str]:
    if not isinstance(members, list):
        raise _wrong("members", "is not a list", 'a list of ids or of {"id": "…"}')
    for position, member in enumerate(members):
        named = member.get("id") if isinstance(member, dict) else member
        if not isinstance(named, str) or not named:
            raise _wrong(f"members[{position}]", "names nobody", 'an id or {"id": "…"}')
        yield named


def _freeze_list(entry: Entry, name: str) -> None:
    values = entry[name]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _wrong(name, "is not a list of texts", '["…"]')
    if values:
        entry[name] = tuple(values)
    else:
        del entry[name]


def _freeze_extensions(entry: Entry) -> None:
    """A directory extension may be defined with several values, which Graph gives as a list of texts or numbers."""
    for name in [name for name, value in entry.items() if name.startswith("extension_") and type(value) is list]:
        entry[name] = [str(value) if type(value) is int else value for value in entry[name]]
        _freeze_list(entry, name)


def _check(entry: Entry) -> None:
    own = entry.get("id")
    if not isinstance(own, str) or not 0 < len(own) <= MAX_ID:
        raise _wrong("id", "is missing or no id", f"the object's id as a text of at most {MAX_ID} characters")
    if not _PLAIN.issuperset(map(type, entry.values())):
        _freeze_extensions(entry)
    if not _PLAIN.issuperset(map(type, entry.values())):
        culprit = next(name for name, value in entry.items() if type(value) not in _PLAIN)
        raise _wrong(culprit, "is neither text, true, false nor a whole number", _AS_GRAPH)
    for name in BOOLEANS & entry.keys():
        if type(entry[name]) is not bool:
            raise _wrong(name, "is neither true nor false", _AS_GRAPH)
    for name in _TEXTS:
        if type(entry.get(name, "")) is not str:
            raise _wrong(name, "is not a text", _AS_GRAPH)


def _text(entry: Entry, name: str, *, default: str | None = None) -> str:
    value = entry.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or (not value and default is None):
        raise _wrong(name, "is missing or not a text", f'"{name}": "…"')
    return value


def _wrong(path: str, message: str, hint: str) -> SnapshotInvalid:
    return SnapshotInvalid(message, place=Place(path=path), hint=hint)
