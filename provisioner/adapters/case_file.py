"""Files of expression cases: unit tests of mappings, in TOML or JSON.

A file is a list of cases, in TOML as ``[[case]]`` tables. Each has ``expression`` and either ``expect`` or ``error``;
``with`` holds the attributes, ``now`` the time, ``name`` what the case is called.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from provisioner.adapters.job_toml.findings import Findings
from provisioner.adapters.job_toml.units import wrong
from provisioner.adapters.places import locate_json, locate_toml, parse_toml, read_text
from provisioner.model.errors import InputError, Place
from provisioner.runtime.evaluation import attributes_of

_KEY: Final = "case"
_QUOTES: Final = "expressions stand in single quotes: expression = 'Join(\" \", [givenName], [surname])'"
_SHAPE: Final = "a case looks like {expression = '[mail]', with = {mail = 'a@b'}, expect = 'a@b'}"


def _attributes(value: Any) -> Any:
    """Attributes from what is written; a date of TOML becomes the text Graph writes."""
    if not isinstance(value, dict):
        return value
    written = {name: item.isoformat() if isinstance(item, date | time) else item for name, item in value.items()}
    try:
        return attributes_of(written)
    except InputError as error:
        raise wrong(f"{error.place}: {error.message}", error.hint) from None


def _result(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str | dict) for item in value):
        return value
    raise wrong("expect is a text, a list or null", 'results are texts: write "True", "5", ["a", "b"]')


def _reason(value: Any) -> Any:
    if value is True or isinstance(value, str):
        return value
    raise wrong("error is true or a part of the message", "leave it out and write expect when there is to be a value")


def _instant(value: Any) -> datetime:
    """A time as text or as TOML has it; UTC when no zone is given, as for ``--now``."""
    try:
        at = datetime.fromisoformat(value.isoformat() if isinstance(value, date) else value)
    except (TypeError, ValueError):
        raise wrong("this is not a time", "such as 2026-01-31T08:00:00Z") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


class Case(BaseModel):
    """One case. ``error`` is true or a part of the message; ``now`` is the time the expression sees."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    expression: str
    given: Annotated[Mapping[str, Any], BeforeValidator(_attributes)] = Field(default_factory=dict, alias="with")
    expect: Annotated[Any, BeforeValidator(_result)] = None
    error: Annotated[Any, BeforeValidator(_reason)] = None
    now: Annotated[datetime, BeforeValidator(_instant)] = datetime(2026, 1, 1, tzinfo=UTC)
    name: str = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> "Case":
        if len({"expect", "error"} & self.model_fields_set) != 1:
            raise wrong("a case has either expect or error", _SHAPE)
        return self

    @property
    def title(self) -> str:
        """What the case is called."""
        return self.name or self.expression


_CASES: Final = TypeAdapter(dict[str, list[Case]])


def read_cases(path: str) -> list[Case]:
    """Read a file of cases.

    :raises InputError: with everything that is wrong, each with its line and column.
    """
    text, content = _content(path)
    findings = Findings(path, text, kind=InputError, unwritten=() if isinstance(content, dict) else (_KEY,))
    try:
        (cases,) = _CASES.validate_python(_listed(path, content)).values()
    except ValidationError as error:
        findings.add_shape(error, Case)
        findings.refuse()
    return cases


def places_of_cases(path: str) -> list[Place]:
    """Where the expression of each case stands in a file that :func:`read_cases` read."""
    text, content = _content(path)
    locator = (locate_json if path.lower().endswith(".json") else locate_toml)(path, text)
    around = tuple(content) if isinstance(content, dict) else ()
    (cases,) = _listed(path, content).values()
    return [locator.place((*around, index, "expression")) for index in range(len(cases))]


def _content(path: str) -> tuple[str, Any]:
    text = read_text(path, missing="name a file of cases, .toml or .json")
    return text, _json(path, text) if path.lower().endswith(".json") else parse_toml(path, text, hint=_QUOTES)


def _listed(path: str, content: Any) -> dict[str, Any]:
    """The cases under the one name they stand by; JSON needs none."""
    named = content if isinstance(content, dict) else {_KEY: content}
    if len(named) != 1 or not isinstance(cases := next(iter(named.values())), list) or not cases:
        hint = f"write each under [[case]]; {_SHAPE}" if isinstance(content, dict) else _SHAPE
        raise InputError("this is not a list of cases", place=Place(path, 1, 1), hint=hint)
    return named


def _json(path: str, text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        place = Place(path, error.lineno, error.colno)
        raise InputError(f"this is not JSON: {error.msg}", place=place, hint=_SHAPE.replace(" =", ":")) from None
