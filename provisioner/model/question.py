"""What can be asked of a target. Five questions; two read, three write."""

from typing import Any, TypeAlias

from provisioner.model.directory import ObjectKind
from provisioner.model.frozen import frozen


@frozen
class Find:
    """Who carries this value? ``GET /Users?filter=path eq "value"`` (E6, E7). The probe asks for a guid (E13)."""

    kind: ObjectKind
    path: str
    value: str
    probe: bool = False
    exclude_members: bool = False


@frozen
class Read:
    """What is at this id? ``GET /Users/{id}`` (E30); a group without its members (E59) unless they are wanted."""

    kind: ObjectKind
    id: str
    exclude_members: bool = False


@frozen
class Create:
    """Make this. ``POST /Users`` with the body in the order of its keys (E39-E45)."""

    kind: ObjectKind
    body: dict[str, Any]


@frozen
class Modify:
    """Change this. ``PATCH /Users/{id}`` with a PatchOp body (E46)."""

    kind: ObjectKind
    id: str
    body: dict[str, Any]


@frozen
class Remove:
    """Take this away. ``DELETE /Users/{id}`` (E57)."""

    kind: ObjectKind
    id: str


Reading: TypeAlias = Find | Read
Writing: TypeAlias = Create | Modify | Remove
Question: TypeAlias = Reading | Writing


def writes(question: Question) -> bool:
    """Whether the question may change the target."""
    return isinstance(question, Create | Modify | Remove)
