"""What people write in ``timeline.toml``, key by key, as pydantic models. Their help stands in the starter."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, WithJsonSchema, model_validator

from provisioner.adapters.job_toml.units import wrong
from provisioner.adapters.job_toml.written import Duration, Written
from provisioner.adapters.scenario.times import When, when
from provisioner.runtime.steering import SCOPES

BEGIN: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
"""When a story begins that does not say it: a Monday morning."""

HAPPENINGS: Final = ("snapshot", "job", "faults", "token", "ask")

_TIME = {"type": "string", "pattern": r"^(day \d+( \d\d:\d\d.*)?|\+.+)$", "examples": ["day 3 09:20", "+40m"]}
At = Annotated[When, BeforeValidator(when), WithJsonSchema(_TIME)]
FileName = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]*$")]


def _scopes(scopes: list[str]) -> list[str]:
    for scope in scopes:
        if scope not in SCOPES:
            raise wrong(f"{scope} is no reset scope", f"there are {', '.join(SCOPES)}")
    return scopes


class WrittenEvent(Written):
    """``[[event]]``: one thing that happens at a time."""

    at: At
    snapshot: FileName | None = None
    job: FileName | None = None
    faults: list[str] | None = None
    lasting: Annotated[Duration | None, Field(alias="for")] = None
    token: Literal["wrong", "right"] | None = None
    ask: Literal["pause", "resume", "restart", "approve"] | None = None
    reset: Annotated[list[str], AfterValidator(_scopes)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_one_thing(self) -> "WrittenEvent":
        if len(self.model_fields_set & set(HAPPENINGS)) != 1:
            raise wrong("an event is one thing that happens", f"write one of {', '.join(HAPPENINGS)}; others follow it")
        if self.lasting is not None and not self.faults:
            raise wrong("only faults last for a time", 'write faults = ["down"] and for = "9h"')
        if self.reset and self.ask != "restart":
            raise wrong("only a restart resets something", 'write ask = "restart"')
        return self


class WrittenTimeline(Written):
    """The whole file."""

    application: Literal["real-links", "scim"] = "scim"
    begin: AwareDatetime = BEGIN
    snapshot: FileName | None = None
    end: At
    event: list[WrittenEvent] = Field(default_factory=list)
