"""What the administrator asked for: a Job, validated and immutable.

It is built by the adapters that read job files and schema exports; nothing here checks anything again.
"""

from collections.abc import Mapping as MappingOf
from dataclasses import field
from datetime import timedelta
from enum import StrEnum
from typing import Final, Literal

from provisioner.model.directory import ObjectKind
from provisioner.model.errors import NOWHERE, Place
from provisioner.model.fidelity import Fidelity
from provisioner.model.frozen import frozen
from provisioner.model.path import TargetPath
from provisioner.model.schema import ValueType
from provisioner.model.secret import SecretReference

FLAG: Final = "aadOptscim062020"
"""Tenant URL query key that asks for the corrected PATCH dialect (E70)."""
FLAG_BACK: Final = "AzureAdScimPatch2017"
"""Tenant URL query key announced as the way back (E70)."""


class MappingKind(StrEnum):
    """The four kinds of mapping (E80)."""

    DIRECT = "Direct"
    CONSTANT = "Constant"
    EXPRESSION = "Expression"
    NONE = "None"

    @classmethod
    def of_source(cls, text: str) -> "MappingKind":
        """Direct when the text is one attribute in brackets, else an expression."""
        inner = text[1:-1]
        direct = text.startswith("[") and text.endswith("]") and not any(sign in inner for sign in '[]("')
        return cls.DIRECT if direct else cls.EXPRESSION


class Apply(StrEnum):
    """When a mapping applies (E35)."""

    ALWAYS = "always"
    CREATE = "create"


@frozen
class Mapping:
    """One attribute mapping.

    ``source`` is expression text (``[mail]`` for a direct one), the text itself for a constant, None for kind *none*.
    ``match`` is the matching precedence, lowest first, or None. ``default`` flows only on creation when the source
    gives nothing (E34), and for kind *none* into an empty target (E80).
    """

    target: TargetPath
    kind: MappingKind
    source: str | None
    type: ValueType = ValueType.STRING
    multivalued: bool = False
    match: int | None = None
    required: bool = False
    apply: Apply = Apply.ALWAYS
    default: str | None = None
    case_exact: bool = False
    filterable: bool = True
    place: Place = NOWHERE

    @property
    def is_unique_value(self) -> bool:
        """Whether SelectUniqueValue gives the value; it can stand at the top of an expression only (E112)."""
        return self.kind is MappingKind.EXPRESSION and (self.source or "").lstrip().startswith("SelectUniqueValue")


@frozen
class Clause:
    """One comparison of a scoping filter (E82). ``value`` is empty for the operators that take none."""

    attribute: str
    operator: str
    value: str = ""
    place: Place = NOWHERE


@frozen
class ClauseGroup:
    """Clauses that must all hold. Groups of one filter are alternatives."""

    name: str
    clauses: tuple[Clause, ...]


@frozen
class Rules:
    """How one kind of object is provisioned.

    ``filter`` is the scoping filter: groups ORed, clauses ANDed, empty = everybody. ``ignore`` is the schema's
    inputFilterGroups: objects outside it do not exist for the job (E111). ``attributes`` are source attributes that the
    directory is said to have beside those of E83; a snapshot does not hold them, so they are always null.
    """

    kind: ObjectKind
    mappings: tuple[Mapping, ...]
    filter: tuple[ClauseGroup, ...] = ()
    ignore: tuple[ClauseGroup, ...] = ()
    actions: frozenset[Literal["create", "update", "delete"]] = frozenset({"create", "update", "delete"})
    attributes: frozenset[str] = frozenset()

    @property
    def matching(self) -> tuple[Mapping, ...]:
        """The matching attributes in order of precedence (E28)."""
        return tuple(sorted((m for m in self.mappings if m.match is not None), key=lambda m: m.match or 0))


@frozen
class OAuth:
    """OAuth 2.0 client credentials for the target's token endpoint."""

    token_url: str
    client_id: str
    client_secret: SecretReference
    scope: str = ""


@frozen
class TargetSettings:
    """The application's SCIM endpoint. ``url`` is the tenant URL with its query, as typed in the portal."""

    url: str
    token: SecretReference | None = None
    oauth: OAuth | None = None
    allow_plain_http: bool = False
    ca_file: str | None = None
    proxy: str | None = None
    timeout: timedelta = timedelta(seconds=30)


@frozen
class Limits:
    """Bounds; None = off.

    A deletion threshold is a count, a share (0..1) of the active links, or both (E94). So is what a source may lose
    of its people between two cycles; that one is ours.
    """

    deletion_count: int | None = None
    deletion_share: float | None = None
    shrink_count: int | None = None
    shrink_share: float | None = None
    member_patches_in_flight: int = 5
    escrow_ladder: str = "current"
    quarantine: MappingOf[str, float] = field(default_factory=dict)


@frozen
class Smtp:
    """How mail leaves. ``user`` and ``password`` come together, or neither."""

    host: str
    sender: str
    port: int = 25
    tls: Literal["none", "starttls", "tls"] = "none"
    user: str = ""
    password: SecretReference | None = None
    ca_file: str | None = None


@frozen
class Notification:
    """Who hears of a quarantine (E95)."""

    to: tuple[str, ...] = ()
    on_failure: bool = True
    smtp: Smtp | None = None


@frozen
class StateSettings:
    """Where the memory lives. ``url`` empty = ``.provisioner/<name>.db`` beside the job file."""

    url: str = ""
    durability: Literal["power-loss", "process"] = "power-loss"
    keep: timedelta = timedelta(days=30)
    keep_records: int = 0


@frozen
class Job:
    """One provisioning job. ``file`` is the job file's path; ``snapshot`` is absolute.

    ``schema`` is the absolute path of the exported schema the rules came from, or empty.
    """

    name: str
    file: str
    snapshot: str
    target: TargetSettings
    users: Rules
    groups: Rules | None = None
    scope: Literal["assigned", "all"] = "assigned"
    skip_out_of_scope_deletions: bool = False
    allow_empty: bool = False
    limits: Limits = field(default_factory=Limits)
    interval: timedelta = timedelta(minutes=40)
    notification: Notification = field(default_factory=Notification)
    state: StateSettings = field(default_factory=StateSettings)
    fidelity: Fidelity = field(default_factory=Fidelity)
    warnings: tuple[str, ...] = ()
    schema: str = ""

    def rules(self, kind: ObjectKind) -> Rules | None:
        """The rules of one kind of object, or None when it is not provisioned."""
        return self.users if kind is ObjectKind.USER else self.groups
