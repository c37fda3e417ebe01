"""The applications one can rehearse against, and the schemas they know (RFC 7643 sections 4, 5 and 8.7)."""

from collections.abc import Mapping
from typing import Any, Final

from provisioner.model.errors import InputError
from provisioner.sandbox.schemas import Attribute, ResourceType, Schema, by_name

CORE_USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
REAL_LINKS_USER: Final = "urn:ietf:params:scim:schemas:extension:real-links:2.0:User"
CONFIG_SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"

PAGE_LIMIT: Final = 1000  # resources in one answer, so that one GET of everything stays below a few MiB


def _strings(*names: str) -> tuple[Attribute, ...]:
    return tuple(Attribute(name) for name in names)


def _complex(name: str, *subs: Attribute, multivalued: bool = False) -> Attribute:
    return Attribute(name, "complex", multivalued=multivalued, subs=by_name(subs))


def _list(name: str, value: Attribute | None = None) -> Attribute:
    """A typed list: value, display, type and primary, as most of the core schema's lists are."""
    subs = (value or Attribute("value"), *_strings("display", "type"), Attribute("primary", "boolean"))
    return _complex(name, *subs, multivalued=True)


def _reference(name: str, *types: str) -> Attribute:
    return Attribute(name, "reference", case_exact=True, reference_types=types or ("external",))


_META = Attribute(
    "meta",
    "complex",
    mutability="readOnly",
    subs=by_name(
        (
            *_strings("resourceType"),
            Attribute("created", "dateTime"),
            Attribute("lastModified", "dateTime"),
            _reference("location", "uri"),
        )
    ),
)
_COMMON = by_name(
    (
        Attribute("id", case_exact=True, mutability="readOnly", returned="always", uniqueness="server"),
        Attribute("externalId", case_exact=True),
        _META,
        Attribute("schemas", multivalued=True, case_exact=True),
    )
)
_ADDRESS = _strings("formatted", "streetAddress", "locality", "region", "postalCode", "country", "type")
_USER = Schema(
    CORE_USER,
    "User",
    by_name(
        (
            Attribute("userName", required=True, uniqueness="server"),
            _complex(
                "name",
                *_strings("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"),
            ),
            *_strings("displayName", "nickName"),
            _reference("profileUrl"),
            *_strings("title", "userType", "preferredLanguage", "locale", "timezone"),
            Attribute("active", "boolean"),
            Attribute("password", case_exact=True, mutability="writeOnly", returned="never"),
            *map(_list, ("emails", "phoneNumbers", "ims")),
            _list("photos", _reference("value")),
            _complex("addresses", *_ADDRESS, Attribute("primary", "boolean"), multivalued=True),
            *map(_list, ("entitlements", "roles")),
            _list("x509Certificates", Attribute("value", "binary", case_exact=True)),
        )
    ),
)
_GROUP = Schema(
    CORE_GROUP,
    "Group",
    by_name(
        (
            Attribute("displayName", required=True),
            _complex(
                "members",
                Attribute("value", case_exact=True),
                _reference("$ref", "User", "Group"),
                *_strings("display", "type"),
                multivalued=True,
            ),
        )
    ),
)
_ENTERPRISE = Schema(
    ENTERPRISE_USER,
    "EnterpriseUser",
    by_name(
        (
            *_strings("employeeNumber", "costCenter", "organization", "division", "department"),
            _complex(
                "manager",
                Attribute("value", case_exact=True),
                _reference("$ref", "User"),
                Attribute("displayName", mutability="readOnly"),
            ),
        )
    ),
)
_REAL_LINKS = Schema(
    REAL_LINKS_USER,
    "RealLinksUser",
    by_name(
        _strings(
            "firstName",
            "lastName",
            "emailAddress",
            "phoneNumber",
            "title",
            "preferredLanguage",
            "organization",
            "department",
            "division",
            "location",
            "countryCode",
        )
    ),
)


def _users(*extensions: Schema) -> ResourceType:
    return ResourceType(
        "User",
        "/Users",
        _USER,
        {schema.urn.lower(): schema for schema in extensions},
        _COMMON | dict(_USER.attributes),
        unique="userName",
        indexed=("userName", "externalId"),
    )


_GROUPS = ResourceType(
    "Group", "/Groups", _GROUP, {}, _COMMON | dict(_GROUP.attributes), indexed=("displayName", "externalId")
)

APPLICATIONS: Final[Mapping[str, tuple[ResourceType, ...]]] = {
    "real-links": (_users(_REAL_LINKS),),
    "scim": (_users(_ENTERPRISE), _GROUPS),
}


def application(name: str) -> tuple[ResourceType, ...]:
    """The resource types of an application. Raises InputError when there is none of this name."""
    if name not in APPLICATIONS:
        raise InputError(f"no application {name!r}", hint=f"one of: {', '.join(APPLICATIONS)}")
    return APPLICATIONS[name]


def service_provider_config(base: str) -> dict[str, Any]:
    """What this server can do (RFC 7643 section 5)."""
    return {
        "schemas": [CONFIG_SCHEMA],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": PAGE_LIMIT},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": False},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "The secret token in the Authorization header",
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }
