"""Reads ``config/service.toml``, the service's constants, once in a process."""

import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator

from provisioner.adapters.shipped import shipped
from provisioner.model.errors import InputError, Place
from provisioner.model.service import Ladder, Patience, ServiceConstants, Thresholds

_WHOLE = "the file is as the program shipped it: install the package again"


def _ascending(hours: list[int]) -> list[int]:
    if hours != sorted(set(hours)):
        raise ValueError("the hours must ascend")
    return hours


Hours = Annotated[list[PositiveInt], Field(min_length=1), AfterValidator(_ascending)]
Source = Annotated[str, Field(min_length=1)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Ladder(_Written):
    source: Source
    next_cycle: bool
    hours: Hours
    every_hours: PositiveInt | None = None
    days: PositiveInt


class _Quarantine(_Written):
    source: Source
    minimum: PositiveInt
    share: float = Field(gt=0, le=1)
    failures: PositiveInt
    total: PositiveInt
    pace: str


class _Patience(_Written):
    source: Source
    silences: PositiveInt
    refusals: PositiveInt


class _Service(_Written):
    ladders: dict[str, _Ladder]
    quarantine: _Quarantine
    patience: _Patience

    @model_validator(mode="after")
    def _names_its_pace(self) -> "_Service":
        if self.quarantine.pace not in self.ladders:
            raise ValueError(f"quarantine.pace names no ladder: {self.quarantine.pace}")
        return self


@cache
def service_constants() -> ServiceConstants:
    """The constants that travel with the program. Raises InputError when the installation is damaged."""
    return load_constants(shipped("config") / "service.toml")


def load_constants(path: Path) -> ServiceConstants:
    """Read and check a file of constants.

    :raises InputError: when it cannot be read or does not hold what it must.
    """
    try:
        written = _Service.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = Place(str(path), path=".".join(map(str, first["loc"])))
        raise InputError(first["msg"], place=place, hint=_WHOLE) from error
    except (OSError, ValueError) as error:
        raise InputError(
            f"the service's constants cannot be read: {error}", place=Place(str(path)), hint=_WHOLE
        ) from error
    return _constants(written)


def _constants(written: _Service) -> ServiceConstants:
    ladders = {name: _ladder(name, ladder) for name, ladder in written.ladders.items()}
    ill = written.quarantine
    return ServiceConstants(
        ladders=ladders,
        thresholds=Thresholds(ill.minimum, ill.share, ill.failures, ill.total),
        pace=ladders[ill.pace],
        patience=Patience(written.patience.silences, written.patience.refusals),
    )


def _ladder(name: str, written: _Ladder) -> Ladder:
    return Ladder(
        name=name,
        source=written.source,
        next_cycle_first=written.next_cycle,
        rungs=tuple(timedelta(hours=hours) for hours in written.hours),
        every=timedelta(hours=written.every_hours) if written.every_hours is not None else None,
        drop_after=timedelta(days=written.days),
    )
