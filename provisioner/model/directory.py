"""What the directory holds: users, groups, assignments and app roles, in the service's own attribute names (E83)."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from provisioner.model.frozen import frozen

DEFAULT_ACCESS: Final = "00000000-0000-0000-0000-000000000000"
"""The app role id of an assignment without a role; it entitles like any other (E19)."""

GRAPH_PROPERTY: Final[Mapping[str, str]] = {
    "objectId": "id",
    "mobile": "mobilePhone",
    "telephoneNumber": "businessPhones",
    "facsimileTelephoneNumber": "faxNumber",
    "physicalDeliveryOfficeName": "officeLocation",
    "dirSyncEnabled": "onPremisesSyncEnabled",
}
"""Service name -> Graph property where they differ (E83). ``telephoneNumber`` is the first business phone;
``extensionAttribute1``..``15`` stand inside ``onPremisesExtensionAttributes``; ``manager`` is ``manager.id``."""

EXTENSION_ATTRIBUTES: Final = tuple(f"extensionAttribute{n}" for n in range(1, 16))

DOTTED: Final[Mapping[str, str]] = {
    "manager.id": "manager",
    "businessPhones[0]": "telephoneNumber",
    **{f"onPremisesExtensionAttributes.{name}": name for name in EXTENSION_ATTRIBUTES},
}
"""What stands inside another of Graph's properties, as a table's columns and people call it -> the service's name."""

SAME_NAME: Final = frozenset({
    "accountEnabled", "ageGroup", "appRoleAssignments", "city", "companyName", "consentProvidedForMinor", "country",
    "createdDateTime", "creationType", "department", "displayName", "employeeHireDate", "employeeId",
    "employeeLeaveDateTime", "employeeType", "externalUserState", "externalUserStateChangeDateTime", "givenName",
    "imAddresses", "jobTitle", "legalAgeGroupClassification", "mail", "mailNickname", "manager",
    "onPremisesDistinguishedName", "onPremisesDomainName", "onPremisesImmutableId", "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier", "onPremisesUserPrincipalName", "otherMails", "passwordPolicies", "postalCode",
    "preferredLanguage", "preferredName", "proxyAddresses", "securityIdentifier", "showInAddressList", "state",
    "streetAddress", "surname", "usageLocation", "userPrincipalName", "userType",
})  # fmt: skip
"""Attributes that carry one name in both."""

DERIVED: Final = frozenset({"IsSoftDeleted", "originalUserPrincipalName"})
"""Attributes the service makes itself (E21, E24)."""

GROUP_ATTRIBUTES: Final = frozenset({
    "classification", "createdDateTime", "description", "dirSyncEnabled", "displayName", "groupTypes", "id",
    "isAssignableToRole", "mail", "mailEnabled", "mailNickname", "members", "membershipRule", "objectId",
    "onPremisesDomainName", "onPremisesNetBiosName", "onPremisesSamAccountName", "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled", "preferredDataLocation", "preferredLanguage", "proxyAddresses", "securityEnabled",
    "securityIdentifier", "visibility",
})  # fmt: skip

USER_ATTRIBUTES: Final = (
    SAME_NAME
    | DERIVED
    | frozenset(GRAPH_PROPERTY)
    | frozenset(GRAPH_PROPERTY.values())
    | frozenset(EXTENSION_ATTRIBUTES)
)


def is_source_attribute(name: str, *, group: bool = False) -> bool:
    """Whether an expression may name this attribute: the service's spelling or Graph's, or a directory extension."""
    return name in (GROUP_ATTRIBUTES if group else USER_ATTRIBUTES) or name.startswith("extension_")


class ObjectKind(StrEnum):
    """The two kinds of object the service provisions; the value is the SCIM resource type."""

    USER = "User"
    GROUP = "Group"

    @property
    def endpoint(self) -> str:
        """What is appended to the tenant URL's path (E7)."""
        return "/Users" if self is ObjectKind.USER else "/Groups"


@frozen
class AppRole:
    """A role the application defines."""

    id: str
    value: str | None
    display_name: str


@frozen
class Assignment:
    """A user or group assigned to the application, with a role."""

    principal_id: str
    principal_type: str
    app_role_id: str = DEFAULT_ACCESS
    principal_name: str = ""


@frozen
class SourceUser:
    """One user as the snapshot has it.

    ``attributes`` holds values under the service's names (E83) with Graph's spelling beside them: str, bool, int,
    tuples of str, or None. ``soft_deleted`` is the directory's own mark (``deletedDateTime``), not IsSoftDeleted.
    """

    id: str
    attributes: Mapping[str, Any]
    enabled: bool = True
    soft_deleted: bool = False
    manager: str | None = None

    @property
    def name(self) -> str:
        """What people call it: the user principal name, or the id when there is none."""
        return str(self.attributes.get("userPrincipalName") or self.id)


@frozen
class SourceGroup:
    """One group as the snapshot has it, with its direct members' ids in the snapshot's order, each once."""

    id: str
    attributes: Mapping[str, Any]
    members: tuple[str, ...] = ()
    security_enabled: bool = True
    soft_deleted: bool = False

    @property
    def name(self) -> str:
        """What people call it."""
        return str(self.attributes.get("displayName") or self.id)


@frozen
class SnapshotCounts:
    """How many objects of each kind a snapshot holds."""

    users: int
    groups: int
    assignments: int


@frozen
class SnapshotSummary:
    """What can be said of a snapshot as a whole. ``fingerprint`` digests every byte of its files."""

    fingerprint: str
    counts: SnapshotCounts
    generated_at: datetime | None = None
    warnings: tuple[str, ...] = field(default=())
