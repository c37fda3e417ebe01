"""The service's constants: what Microsoft has published, and ours where nothing is (``config/service.toml``)."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from provisioner.model.frozen import frozen


@frozen
class Ladder:
    """When a failure is tried again, counted from the first failure (E90). ``source`` says who published it.

    The first retry may be the next cycle; then come the ``rungs``, ascending; then one ``every`` so often, unless that
    is None. After ``drop_after`` none follows.
    """

    name: str
    source: str
    next_cycle_first: bool
    rungs: tuple[timedelta, ...]
    every: timedelta | None
    drop_after: timedelta


@frozen
class Thresholds:
    """From when on too many failures are the job's illness (E91). ``share`` is 0..1 of the job's objects.

    ``share`` is looked at from ``minimum`` failures on. References are counted in ``total`` alone.
    """

    minimum: int
    share: float
    failures: int
    total: int


@frozen
class Patience:
    """So many silences, and refusals of the credentials, in a row end a cycle (F11, F24)."""

    silences: int
    refusals: int


@frozen
class ServiceConstants:
    """All of them. ``pace`` is how often a quarantined job is tried, counted from the quarantine's start (E92)."""

    ladders: Mapping[str, Ladder]
    thresholds: Thresholds
    pace: Ladder
    patience: Patience


class QuarantineReason(StrEnum):
    """Why a job is quarantined, in Graph's words (E92)."""

    BASE_ESCROW = "EncounteredBaseEscrowThreshold"
    TOTAL_ESCROW = "EncounteredTotalEscrowThreshold"
    ESCROW_PROPORTION = "EncounteredEscrowProportionThreshold"
    EXCEPTION = "EncounteredQuarantineException"
    ON_DEMAND = "QuarantinedOnDemand"
    TOO_MANY_DELETES = "TooManyDeletes"
    INGESTION = "IngestionInterrupted"
    UNKNOWN = "Unknown"
