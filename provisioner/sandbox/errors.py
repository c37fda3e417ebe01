"""What the sandbox refuses, in SCIM's words (RFC 7644 section 3.12)."""

from typing import Any, Final

ERROR_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimError(Exception):
    """A refusal. ``status`` is the HTTP status, ``scim_type`` a detail error keyword or empty."""

    def __init__(self, status: int, detail: str, scim_type: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.scim_type = scim_type

    def body(self) -> dict[str, Any]:
        """The Error resource. ``status`` is a string there."""
        body = {"schemas": [ERROR_SCHEMA], "status": str(self.status), "detail": self.detail}
        return body | {"scimType": self.scim_type} if self.scim_type else body


def invalid_filter(detail: str) -> ScimError:
    """The filter cannot be read or compares what cannot be compared."""
    return ScimError(400, detail, "invalidFilter")


def invalid_path(detail: str) -> ScimError:
    """The path of an operation cannot be read."""
    return ScimError(400, detail, "invalidPath")


def invalid_value(detail: str) -> ScimError:
    """A value is missing or not of its attribute's type."""
    return ScimError(400, detail, "invalidValue")


def invalid_syntax(detail: str) -> ScimError:
    """The body is not what the request needs."""
    return ScimError(400, detail, "invalidSyntax")


def no_target(detail: str) -> ScimError:
    """The path names nothing that is there."""
    return ScimError(400, detail, "noTarget")


def read_only(name: str) -> ScimError:
    """The attribute is the server's own."""
    return ScimError(400, f"{name} is read-only", "mutability")


def not_found(what: str) -> ScimError:
    """Nothing is at this address."""
    return ScimError(404, f"{what} not found")
