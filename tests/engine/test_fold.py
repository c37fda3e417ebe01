"""What an outcome changes in the state, and when a failure is tried again (E90)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisioner.adapters.service_constants import service_constants
from provisioner.engine.fold import last_word, settle
from provisioner.engine.retry import next_attempt
from provisioner.engine.triage import GONE
from provisioner.model.directory import ObjectKind
from provisioner.model.outcome import Action, Ending, ErrorInfo, LinkEffect, Outcome
from provisioner.model.state import Link
from tests.engine.worlds import NOON, linked

LADDERS = service_constants().ladders
CURRENT = LADDERS["current"]
HOUR = timedelta(hours=1)
FAILED = Outcome(
    ObjectKind.USER, "u1", Ending.FAILED, Action.CREATE, error=ErrorInfo("Timeout", "TransientFailure", "late", "wait")
)


def folded(outcome, *, digest=b"d", link=None, escrow=None, now=NOON):
    return settle(outcome, digest=digest, link=link, escrow=escrow, intents=("i",), records=(), ladder=CURRENT, now=now)


EVERY_DAY = tuple(range(48, 28 * 24 + 1, 24))
SCHEDULES = {
    "current": (0, 6, 12, 24, *EVERY_DAY),
    "how-provisioning-works": (0, 2, 6, 14, 30, *range(54, 28 * 24 + 1, 24)),
    "quarantine-page": (6, 12, 24, *EVERY_DAY),
    "2022": (0, 6, 12, 24, 48, 96, 168),
}


@pytest.mark.parametrize("name", LADDERS)
def test_every_ladder_tries_again_when_its_source_says(name):
    """E90: hours after the first failure, when each attempt fails at once; then it ends."""
    tried, failures, now = [], 1, NOON
    while (at := next_attempt(LADDERS[name], NOON, failures, now)) is not None:
        tried.append((at - NOON) // HOUR)
        failures, now = failures + 1, at
    assert tuple(tried) == SCHEDULES[name]


@pytest.mark.parametrize("name", LADDERS)
def test_an_attempt_that_comes_late_waits_for_the_next_rung(name):
    """A machine that slept does not work off what it missed: the next attempt is the first that lies ahead."""
    for late in range(1, LADDERS[name].drop_after // HOUR):
        at = next_attempt(LADDERS[name], NOON, 2, NOON + late * HOUR)
        ahead = [hours for hours in SCHEDULES[name] if hours > late]
        assert at == (NOON + ahead[0] * HOUR if ahead else None)


def test_a_failure_goes_to_escrow_and_is_remembered_as_seen():
    """It is the escrow that brings it back, not every run."""
    settlement = folded(FAILED)
    assert settlement.digest == b"d"
    assert settlement.escrow is not None
    assert (settlement.escrow.failures, settlement.escrow.code) == (1, "Timeout")
    again = folded(FAILED, escrow=settlement.escrow, now=NOON + timedelta(minutes=40))
    assert again.escrow.next_attempt == NOON + timedelta(hours=6)


def test_only_the_last_attempt_says_that_it_was_one():
    """E90: nothing is lost in silence; what the record says to do is still there."""
    waiting = folded(FAILED).escrow
    late = NOON + CURRENT.drop_after
    assert last_word(FAILED, waiting, CURRENT, late - HOUR) == FAILED
    last = last_word(FAILED, waiting, CURRENT, late)
    assert folded(last, escrow=waiting, now=late).clear_escrow
    assert last.steps[-1].name == "EntryEscrowRemoved"
    assert last.error.recommended_action.startswith(FAILED.error.recommended_action)


def test_a_failure_without_an_explanation_waits_like_any_other():
    """Nothing is lost for want of words."""
    assert folded(replace(FAILED, error=None)).escrow is not None


def test_a_success_clears_the_escrow_and_sets_the_link():
    """One transaction says it all."""
    outcome = Outcome(ObjectKind.USER, "u1", Ending.CHANGED, Action.CREATE, link=LinkEffect.SET, target_id="t1")
    settlement = folded(outcome)
    assert settlement.clear_escrow
    assert settlement.link == Link(ObjectKind.USER, "u1", "t1")
    assert settlement.intents == ("i",)


def test_an_unknown_ending_keeps_its_intent():
    """F01: the next run asks the target what became of it."""
    assert folded(replace(FAILED, ending=Ending.UNKNOWN)).intents == ()


def test_a_failed_disable_is_still_owed():
    """The link's marks change only with success, so that the next attempt is a disable again."""
    settlement = folded(replace(FAILED, action=Action.DISABLE, in_scope=False, active=False), link=linked())
    assert settlement.link is None
    assert not settlement.drop_link


def test_a_settled_absence_is_forgotten_and_a_failed_one_is_not():
    """Nothing is lost: a deletion that failed stays remembered."""
    done = Outcome(ObjectKind.USER, "u1", Ending.CHANGED, Action.DELETE, link=LinkEffect.DROP)
    assert folded(done, digest=GONE, link=linked()).forget
    assert not folded(replace(FAILED, action=Action.DELETE), digest=GONE, link=linked()).forget


def test_a_skip_remembers_scope_but_not_activity():
    """E57, E58: left alone on leaving scope, the account is still active in the target."""
    skip = Outcome(ObjectKind.USER, "u1", Ending.SKIPPED, Action.OTHER, in_scope=False, active=False)
    assert folded(skip, link=linked()).link == linked(in_scope=False)
