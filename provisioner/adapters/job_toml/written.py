"""What people write in a job file, key by key, as pydantic models.

A key that is not here is refused with the closest one that is. The help of each key stands in ``config/scim.toml`` and
``config/real-links.toml``, where people look for it.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from provisioner.adapters.job_toml.units import (
    Threshold,
    address,
    duration,
    interval,
    job_name,
    proxy,
    secret,
    share,
    text,
    threshold,
    url,
    wrong,
)
from provisioner.engine.tenant_url import is_loopback
from provisioner.model.secret import SecretReference

_SPAN = WithJsonSchema(
    {
        "type": "string",
        "pattern": r"^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$",  # no look-ahead, which not every editor's engine knows
        "minLength": 2,
        "examples": ["40m", "1h30m"],
    }
)
_PERCENTAGE = {"type": "string", "pattern": r"^\d+(\.\d+)?%$", "examples": ["20%"]}
_COUNT = {"type": "integer", "minimum": 0}
_BOUND = {"anyOf": [_COUNT, _PERCENTAGE, {"type": "array", "items": {"anyOf": [_COUNT, _PERCENTAGE]}, "maxItems": 2}]}
_SECRET = {"type": "string", "pattern": "^(env|file):.+$", "examples": ["env:SCIM_TOKEN", "file:token"]}

Text = Annotated[str, BeforeValidator(text), WithJsonSchema({"type": ["string", "boolean", "integer"]})]
Duration = Annotated[timedelta, BeforeValidator(duration), _SPAN]
Interval = Annotated[timedelta, BeforeValidator(interval), _SPAN]
Share = Annotated[float, BeforeValidator(share), WithJsonSchema(_PERCENTAGE)]
Reference = Annotated[SecretReference, BeforeValidator(secret), WithJsonSchema(_SECRET)]
Bound = Annotated[Threshold, BeforeValidator(threshold), WithJsonSchema(_BOUND)]
Name = Annotated[str, AfterValidator(job_name), Field(json_schema_extra={"pattern": "^[a-z0-9][a-z0-9-]{0,62}$"})]
Proxy = Annotated[str, AfterValidator(proxy)]
Address = Annotated[str, AfterValidator(address)]
FilePath = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]*$")]
TypeName = Literal["String", "Boolean", "Integer", "Reference", "DateTime", "Binary"]
ActionName = Literal["create", "update", "delete"]


class Written(BaseModel):
    """A table of the job file: known keys only, TOML's own types only."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)


class WrittenSource(Written):
    """``[source]``."""

    snapshot: FilePath
    allow_empty: bool = False


class WrittenOAuth(Written):
    """``[target] oauth``."""

    token_url: Annotated[str, AfterValidator(url)]
    client_id: str
    client_secret: Reference
    scope: str = ""


class WrittenTarget(Written):
    """``[target]``. A validator sees the fields above its own, so ``allow_plain_http`` comes first."""

    allow_plain_http: bool = False
    url: str
    token: Reference | None = None
    oauth: WrittenOAuth | None = None
    ca_file: FilePath | None = None
    proxy: Proxy | None = None
    timeout: Duration = timedelta(seconds=30)

    @field_validator("url")
    @classmethod
    def _may_be_sent_to(cls, value: str, info: ValidationInfo) -> str:
        return url(value, allow_plain_http=info.data.get("allow_plain_http", False))

    @field_validator("oauth")
    @classmethod
    def _is_the_only_credential(cls, value: WrittenOAuth | None, info: ValidationInfo) -> WrittenOAuth | None:
        if value is not None and info.data.get("token") is not None:
            raise wrong("token and oauth exclude each other", "keep one of them")
        return value


class WrittenScope(Written):
    """``[scope]``."""

    users: Literal["assigned", "all"] = "assigned"
    skip_out_of_scope_deletions: bool = False


class WrittenMapping(Written):
    """One line of ``mappings``."""

    target: str
    source: str | None = None
    constant: Text | None = None
    default: Text | None = None
    match: PositiveInt | None = None
    type: TypeName | None = None
    multivalued: bool | None = None
    required: bool = False
    apply: Literal["always", "create"] = "always"
    case_exact: bool | None = None
    filterable: bool = True


class WrittenClause(Written):
    """One comparison of a filter."""

    attribute: str
    operator: str
    value: Text = ""


class WrittenClauseGroup(Written):
    """``[[users.filter]]``."""

    name: str = ""
    clauses: list[WrittenClause] = Field(min_length=1)


class WrittenRules(Written):
    """``[users]`` or ``[groups]``."""

    mappings: list[WrittenMapping] | None = None
    filter: list[WrittenClauseGroup] | None = None
    input_filter: list[WrittenClauseGroup] | None = None
    attributes: list[str] | None = None
    actions: list[ActionName] | None = None


class WrittenQuarantine(Written):
    """``[limits] quarantine``: E91's figures, to be lowered for rehearsals."""

    minimum: int | None = Field(default=None, ge=1)
    share: Share | None = None
    failures: int | None = Field(default=None, ge=1)
    total: int | None = Field(default=None, ge=1)


class WrittenLimits(Written):
    """``[limits]``."""

    deletion_threshold: Bound | None = None
    max_shrink: Bound | None = None
    escrow: str = "current"
    member_patches_in_flight: int = Field(default=5, ge=1, le=64)
    quarantine: WrittenQuarantine = WrittenQuarantine()


class WrittenSchedule(Written):
    """``[schedule]``."""

    interval: Interval = timedelta(minutes=40)


class WrittenSmtp(Written):
    """``[notification] smtp``. A validator sees the fields above its own, so ``password`` comes last."""

    host: str = Field(min_length=1)
    sender: Address = Field(alias="from")
    port: int = Field(default=25, ge=1, le=65535)
    tls: Literal["none", "starttls", "tls"] = "none"
    ca_file: FilePath | None = None
    user: str = ""
    password: Reference | None = Field(default=None, validate_default=True)

    @field_validator("password")
    @classmethod
    def _comes_with_a_user_and_stays_secret(
        cls, value: SecretReference | None, info: ValidationInfo
    ) -> SecretReference | None:
        if (value is None) != (not info.data.get("user")):
            raise wrong("user and password come together", 'write both, the password as "env:NAME" or "file:PATH"')
        if value is not None and info.data.get("tls") == "none" and not is_loopback(info.data.get("host", "")):
            raise wrong("the password would travel unencrypted", 'write tls = "starttls" or tls = "tls"')
        return value


class WrittenNotification(Written):
    """``[notification]``."""

    to: list[Address] = []
    on_failure: bool = True
    smtp: WrittenSmtp | None = None


class WrittenState(Written):
    """``[state]``."""

    url: str = ""
    durability: Literal["power-loss", "process"] = "power-loss"
    keep: Duration = timedelta(days=30)
    keep_records: int = Field(default=0, ge=0)


class WrittenJob(Written):
    """The whole file. ``fidelity`` is checked against :class:`provisioner.model.fidelity.Fidelity`."""

    name: Name
    schema_file: FilePath | None = Field(default=None, alias="schema")
    source: WrittenSource
    target: WrittenTarget
    scope: WrittenScope = WrittenScope()
    users: WrittenRules = WrittenRules()
    groups: WrittenRules | None = None
    limits: WrittenLimits = WrittenLimits()
    schedule: WrittenSchedule = WrittenSchedule()
    notification: WrittenNotification = WrittenNotification()
    state: WrittenState = WrittenState()
    fidelity: dict[str, object] = {}
