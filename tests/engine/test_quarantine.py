"""When too many failures are the job's own illness (E91)."""

from dataclasses import replace

import pytest

from provisioner.adapters.service_constants import service_constants
from provisioner.engine.quarantine import Standing, evaluate, lowered
from provisioner.model.service import QuarantineReason as Reason

PUBLISHED = service_constants().thresholds


def reason(standing, thresholds=PUBLISHED):
    breach = evaluate(standing, thresholds)
    return breach.reason if breach is not None else None


@pytest.mark.parametrize(
    ("failures", "successes", "references", "expected"),
    [
        (45_000, 1_000_000, 0, Reason.BASE_ESCROW),
        (30_000, 5_000, 0, Reason.ESCROW_PROPORTION),
        (20_000, 100_000, 0, None),
        (40_000, 1_000_000, 21_000, Reason.TOTAL_ESCROW),
        (4_000, 0, 0, None),
        (5_000, 0, 0, Reason.ESCROW_PROPORTION),
    ],
)
def test_the_published_examples(failures, successes, references, expected):
    """Every example of the quarantine page comes out as it says."""
    assert reason(Standing(failures + successes, failures, references)) is expected


@pytest.mark.parametrize(
    ("at", "beyond", "expected"),
    [
        (Standing(9, 1), Standing(2, 2), Reason.ESCROW_PROPORTION),  # the minimum itself is evaluated
        (Standing(10, 5), Standing(9, 5), Reason.ESCROW_PROPORTION),
        (Standing(90, 6), Standing(90, 7), Reason.BASE_ESCROW),
        (Standing(90, 0, 8), Standing(90, 0, 9), Reason.TOTAL_ESCROW),
    ],
)
def test_a_threshold_is_passed_not_met(at, beyond, expected):
    """More than the share, more than the count; only the minimum counts from itself on."""
    small = lowered(PUBLISHED, {"minimum": 2, "share": 0.5, "failures": 6, "total": 8})
    assert reason(at, small) is None
    assert reason(beyond, small) is expected


def test_references_count_towards_the_total_alone():
    """E91: reference failures apart."""
    assert reason(Standing(100_000, 0, 60_000)) is None
    assert reason(Standing(100_000, 0, 60_001)) is Reason.TOTAL_ESCROW


def test_a_job_lowers_only_what_it_names():
    """The others stay as they are published."""
    assert lowered(PUBLISHED, {"minimum": 3}) == replace(PUBLISHED, minimum=3)


def test_what_is_said_holds_the_figures():
    """Whoever reads it need not look them up."""
    assert "30000 of 35000" in evaluate(Standing(35_000, 30_000), PUBLISHED).message
