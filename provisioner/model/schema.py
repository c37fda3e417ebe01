"""What is known of SCIM's own attributes (RFC 7643 sections 4 and 8.7.1), as mappings need it.

A mapping to one of them need not say its type; a mapping to a custom attribute says it or is a String.
"""

from enum import StrEnum

from provisioner.model.frozen import frozen
from provisioner.model.path import CORE_GROUP, CORE_USER, ENTERPRISE_USER, TargetPath


class ValueType(StrEnum):
    """The types of a target attribute, in the words of the synchronization schema (E110)."""

    STRING = "String"
    BOOLEAN = "Boolean"
    INTEGER = "Integer"
    REFERENCE = "Reference"
    DATETIME = "DateTime"
    BINARY = "Binary"


@frozen
class AttributeFacts:
    """Type and traits of a known attribute."""

    type: ValueType = ValueType.STRING
    multivalued: bool = False
    case_exact: bool = False


_STRING = AttributeFacts()
_BOOLEAN = AttributeFacts(ValueType.BOOLEAN)
_LIST = AttributeFacts(multivalued=True)
_EXACT = AttributeFacts(case_exact=True)

_CORE_USER = {
    "id": _EXACT,
    "externalid": _EXACT,
    "username": _STRING,
    "active": _BOOLEAN,
    "displayname": _STRING,
    "nickname": _STRING,
    "profileurl": AttributeFacts(ValueType.REFERENCE, case_exact=True),
    "title": _STRING,
    "usertype": _STRING,
    "preferredlanguage": _STRING,
    "locale": _STRING,
    "timezone": _STRING,
    "password": _EXACT,
    "name": _STRING,
    "emails": _LIST,
    "phonenumbers": _LIST,
    "ims": _LIST,
    "photos": _LIST,
    "addresses": _LIST,
    "groups": _LIST,
    "entitlements": _LIST,
    "roles": _LIST,
    "x509certificates": AttributeFacts(ValueType.BINARY, multivalued=True, case_exact=True),
}
_CORE_GROUP = {
    "id": _EXACT,
    "externalid": _EXACT,
    "displayname": _STRING,
    "members": AttributeFacts(ValueType.REFERENCE, multivalued=True),
}
_ENTERPRISE = {
    "employeenumber": _STRING,
    "costcenter": _STRING,
    "organization": _STRING,
    "division": _STRING,
    "department": _STRING,
    "manager": AttributeFacts(ValueType.REFERENCE),
}
_BY_URN = {CORE_USER.lower(): _CORE_USER, CORE_GROUP.lower(): _CORE_GROUP, ENTERPRISE_USER.lower(): _ENTERPRISE}


def known_attribute(path: TargetPath, *, group: bool = False) -> AttributeFacts | None:
    """The facts of an attribute SCIM itself defines, or None when the path names a custom one.

    A sub-attribute is a String that ignores case, but for ``primary`` (Boolean); one element of a typed list is
    single-valued.
    """
    attributes = _BY_URN.get(path.urn.lower()) if path.urn else (_CORE_GROUP if group else _CORE_USER)
    facts = attributes.get(path.attribute.lower()) if attributes is not None else None
    if facts is None:
        return None
    if path.sub.lower() == "primary":
        return _BOOLEAN
    if path.selector is not None or path.sub:
        return _STRING if facts.type is not ValueType.REFERENCE else AttributeFacts(ValueType.REFERENCE)
    return facts


def is_external(path: TargetPath) -> bool:
    """Whether SCIM's own reference is to a page of the web and not to another account (RFC 7643 section 4.1.1)."""
    return path.urn.lower() in ("", CORE_USER.lower()) and path.attribute.lower() == "profileurl"
