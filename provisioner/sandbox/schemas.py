"""What an attribute, a schema and a resource type are (RFC 7643 sections 2, 6 and 7)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from provisioner.model.frozen import frozen

SCHEMA_SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:Schema"
RESOURCE_TYPE_SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"


@frozen
class Attribute:
    """One attribute with its characteristics. ``subs`` holds the sub-attributes by lower-case name."""

    name: str
    type: str = "string"
    multivalued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: str = "readWrite"
    returned: str = "default"
    uniqueness: str = "none"
    reference_types: tuple[str, ...] = ()
    subs: Mapping[str, "Attribute"] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The attribute as ``/Schemas`` shows it."""
        described: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "multiValued": self.multivalued,
            "description": f"{self.name} of the resource",
            "required": self.required,
            "mutability": self.mutability,
            "returned": self.returned,
        }
        if self.type == "complex":
            return described | {"subAttributes": [sub.as_json() for sub in self.subs.values()]}
        described |= {"caseExact": self.case_exact, "uniqueness": self.uniqueness}
        return described | {"referenceTypes": list(self.reference_types)} if self.type == "reference" else described


def by_name(attributes: Iterable[Attribute]) -> dict[str, Attribute]:
    """The attributes by lower-case name, in their order."""
    return {attribute.name.lower(): attribute for attribute in attributes}


@frozen
class Schema:
    """A schema: its URN and its attributes by lower-case name."""

    urn: str
    name: str
    attributes: Mapping[str, Attribute]

    def as_json(self, base: str) -> dict[str, Any]:
        """The schema as ``/Schemas`` shows it below the URL ``base``."""
        return {
            "schemas": [SCHEMA_SCHEMA],
            "id": self.urn,
            "name": self.name,
            "description": self.name,
            "attributes": [attribute.as_json() for attribute in self.attributes.values()],
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{self.urn}"},
        }


@frozen
class ResourceType:
    """A kind of resource: where it lives, what it may hold, and by which attributes it is looked up at once."""

    name: str
    endpoint: str
    core: Schema
    extensions: Mapping[str, Schema]
    common: Mapping[str, Attribute]
    unique: str = ""
    indexed: tuple[str, ...] = ()

    def schemas(self) -> Iterator[Schema]:
        """The core schema, then the extensions."""
        yield self.core
        yield from self.extensions.values()

    def extension(self, urn: str) -> Schema | None:
        """The extension of this URN, case ignored."""
        return self.extensions.get(urn.lower())

    def attributes(self, urn: str) -> Mapping[str, Attribute]:
        """What may stand under this URN; the core and common attributes under the empty one. Unknown: nothing."""
        if not urn:
            return self.common
        extension = self.extension(urn)
        return extension.attributes if extension else {}

    def as_json(self, base: str) -> dict[str, Any]:
        """The resource type as ``/ResourceTypes`` shows it below the URL ``base``."""
        return {
            "schemas": [RESOURCE_TYPE_SCHEMA],
            "id": self.name,
            "name": self.name,
            "description": self.name,
            "endpoint": self.endpoint,
            "schema": self.core.urn,
            "schemaExtensions": [{"schema": schema.urn, "required": False} for schema in self.extensions.values()],
            "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{self.name}"},
        }
