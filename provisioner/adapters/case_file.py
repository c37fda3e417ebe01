"""Files of expression cases: unit tests of mappings, in TOML or JSON.

A file holds a list of cases, in TOML as ``[[case]]`` tables; each has ``expression`` and ``expect`` or ``error``.
"""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from provisioner.model.errors import InputError, Place


class Case(BaseModel):
    """One case. ``error`` is true or a part of the message; ``now`` is the time the expression sees."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)

    expression: str
    given: dict[str, Any] = Field(default_factory=dict, alias="with")
    expect: str | list[str] | None = None
    error: str | bool | None = None
    now: AwareDatetime = datetime(2026, 1, 1, tzinfo=UTC)
    name: str = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> "Case":
        said = {"expect", "error"} & self.model_fields_set
        if len(said) != 1:
            raise ValueError("a case has either expect or error")
        return self

    @property
    def title(self) -> str:
        """What the case is called."""
        return self.name or self.expression


_CASES = TypeAdapter(list[Case])


def read_cases(path: str) -> list[Case]:
    """Read a file of cases.

    :raises InputError: with the number of the case and the key that is wrong.
    """
    content = _parsed(path)
    cases = content.get("case", content.get("cases")) if isinstance(content, dict) else content
    try:
        return _CASES.validate_python(cases)
    except ValidationError as error:
        findings = tuple(_finding(path, detail) for detail in error.errors())
        raise InputError(findings[0].message, place=findings[0].place, hint=_HINT, also=findings[1:]) from None


_HINT = "a case looks like {expression = '...', with = {mail = '...'}, expect = '...'}"


def _finding(path: str, detail: Any) -> InputError:
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"])
    message = str(detail["msg"]).removeprefix("Value error, ")
    return InputError(message, place=Place(path, path=f"case{where}"))


def _parsed(path: str) -> Any:
    place = Place(path)
    try:
        data = Path(path).read_bytes()
        if path.endswith(".json"):
            return orjson.loads(data)
        return tomllib.loads(data.decode())
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", place=place) from None
    except orjson.JSONDecodeError as error:
        raise InputError(f"this is not JSON: {error.msg}", place=Place(path, error.lineno, error.colno)) from None
    except UnicodeDecodeError:
        raise InputError("the file is not UTF-8", place=place) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"this is not TOML: {error}", place=place) from None
