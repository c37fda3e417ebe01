"""App roles as the role functions hand them on, marked with how they are to be written (E44, E51, E73)."""

from collections.abc import Iterator
from typing import Any, Final, Literal, Self

from provisioner.model.directory import AppRole
from provisioner.model.frozen import frozen

ROLE_TYPE: Final = "WindowsAzureActiveDirectoryRole"
"""The ``type`` of every role the service writes."""


class RoleName(str):
    """One role's value, made by SingleAppRoleAssignment; it knows the whole role."""

    __slots__ = ("role",)
    role: AppRole

    @classmethod
    def of(cls, role: AppRole) -> Self:
        """The value of a role."""
        made = cls(name_of(role))
        made.role = role
        return made


@frozen
class RoleList:
    """Several roles. ``style`` is ``complex`` (a PATCH adds) or ``assertive`` (a PATCH replaces)."""

    style: Literal["complex", "assertive"]
    roles: tuple[AppRole, ...]

    def __len__(self) -> int:
        return len(self.roles)

    def __iter__(self) -> Iterator[AppRole]:
        return iter(self.roles)

    def objects(self) -> list[dict[str, Any]]:
        """The roles as SCIM elements. The two functions name the display name differently, as the page shows it."""
        label = "display" if self.style == "assertive" else "displayName"
        return [
            {"primary": False, "type": ROLE_TYPE, label: role.display_name, "value": name_of(role)}
            for role in self.roles
        ]

    def raw(self) -> list[dict[str, Any]]:
        """The roles as the directory has them: id, value and displayName."""
        return [{"id": role.id, "value": name_of(role), "displayName": role.display_name} for role in self.roles]


def name_of(role: AppRole) -> str:
    """What a role is called in the target: its value, or its name where it has none."""
    return role.value or role.display_name or role.id
