"""How one object ended, with the steps that led there in the words of the provisioning log (E101-E104)."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, Final

from provisioner.model.answer import Exchange
from provisioner.model.directory import ObjectKind
from provisioner.model.frozen import frozen


class Ending(StrEnum):
    """The five ways an object can end."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """``provisioningAction`` of the log (E101)."""

    CREATE = "create"
    UPDATE = "update"
    DISABLE = "disable"
    DELETE = "delete"
    STAGED_DELETE = "stagedDelete"
    OTHER = "other"


class StepType(StrEnum):
    """``provisioningStepType`` (E102)."""

    IMPORT = "import"
    SCOPING = "scoping"
    MATCHING = "matching"
    PROCESSING = "processing"
    REFERENCES = "referenceResolution"
    EXPORT = "export"


class StepStatus(StrEnum):
    """A step's or a record's status (E102)."""

    SUCCESS = "success"
    FAILURE = "failure"
    SKIPPED = "skipped"
    WARNING = "warning"


@frozen
class Step:
    """One provisioning step."""

    name: str
    type: StepType
    status: StepStatus
    description: str
    details: Mapping[str, Any] = field(default_factory=dict)


@frozen
class AttributeChange:
    """One attribute, before and after, as the log shows it (``modifiedProperties``). None = absent."""

    attribute: str
    before: Any
    after: Any


@frozen
class ErrorInfo:
    """``errorInformation`` (E101, E104), with the evidence beside the portal's code."""

    code: str
    category: str
    reason: str
    recommended_action: str
    details: str = ""
    exchange: Exchange | None = None


@frozen
class Reference:
    """A reference attribute wanted for an object, to be resolved in the second pass (E27).

    ``source_id`` is the directory id referred to, ``before`` the target id the target holds now (None = none).
    """

    path: str
    source_id: str
    before: str | None = None


class LinkEffect(StrEnum):
    """What an outcome does to the link."""

    KEEP = "keep"
    SET = "set"
    DROP = "drop"


_FAILURES: Final = (Ending.FAILED, Ending.UNKNOWN)


@frozen
class Outcome:
    """How one object ended.

    ``target_id`` is the id in the target where one is known. ``in_scope`` and ``active`` are what the
    link is to remember (E57).
    ``skip_reason`` is one of E103. ``references`` wait for the second pass.
    ``reference`` is whether what failed is a reference of an object that is well otherwise (E91).
    ``lists_members`` is whether the target returned a group with its members, even none, though they were excluded.
    ``again`` is whether the next cycle owes the object another look, though its source does not change (E43).
    """

    kind: ObjectKind
    source_id: str
    ending: Ending
    action: Action
    steps: tuple[Step, ...] = ()
    link: LinkEffect = LinkEffect.KEEP
    target_id: str = ""
    in_scope: bool = True
    active: bool = True
    changes: tuple[AttributeChange, ...] = ()
    skip_reason: str = ""
    error: ErrorInfo | None = None
    references: tuple[Reference, ...] = ()
    reference: bool = False
    lists_members: bool = False
    again: bool = False
    name: str = ""
    target_name: str = ""

    @property
    def failed(self) -> bool:
        """Whether another attempt is owed."""
        return self.ending in _FAILURES
