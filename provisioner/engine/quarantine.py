"""Whether so many objects fail that it is the job that is ill (E91)."""

from collections.abc import Mapping
from dataclasses import asdict

from provisioner.model.frozen import frozen
from provisioner.model.service import QuarantineReason, Thresholds


@frozen
class Standing:
    """How many objects a job has, and how many of them fail. ``references`` are failures of references alone."""

    objects: int
    failures: int
    references: int = 0

    @property
    def total(self) -> int:
        """All that fails."""
        return self.failures + self.references


@frozen
class Breach:
    """A threshold that was passed, with the figures."""

    reason: QuarantineReason
    message: str


def lowered(thresholds: Thresholds, figures: Mapping[str, float]) -> Thresholds:
    """The thresholds with the figures a job sets for itself, by name."""
    return Thresholds(**{**asdict(thresholds), **figures})


def evaluate(standing: Standing, thresholds: Thresholds) -> Breach | None:
    """The gravest threshold that is passed, or None.

    The share is looked at from a minimum of failures on; references count towards the total alone.
    """
    if standing.total > thresholds.total:
        said = f"{standing.total} objects fail, references included; more than {thresholds.total} are too many"
        return Breach(QuarantineReason.TOTAL_ESCROW, said)
    if standing.failures > thresholds.failures:
        said = f"{standing.failures} objects fail; more than {thresholds.failures} are too many"
        return Breach(QuarantineReason.BASE_ESCROW, said)
    if standing.failures >= thresholds.minimum and standing.failures > thresholds.share * standing.objects:
        said = f"{standing.failures} of {standing.objects} objects fail; more than {thresholds.share:.0%} are too many"
        return Breach(QuarantineReason.ESCROW_PROPORTION, said)
    return None
