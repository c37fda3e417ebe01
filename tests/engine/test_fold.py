"""What an outcome changes in the state, and when a failure is tried again (E90)."""

from dataclasses import replace
from datetime import timedelta

from provisioner.engine.fold import settle
from provisioner.engine.retry import LADDERS
from provisioner.engine.triage import GONE
from provisioner.model.directory import ObjectKind
from provisioner.model.outcome import Action, Ending, ErrorInfo, LinkEffect, Outcome
from provisioner.model.state import Link
from tests.engine.worlds import NOON, linked

CURRENT = LADDERS["current"]
FAILED = Outcome(
    ObjectKind.USER, "u1", Ending.FAILED, Action.CREATE, error=ErrorInfo("Timeout", "TransientFailure", "late", "wait")
)


def folded(outcome, *, digest=b"d", link=None, escrow=None, now=NOON):
    return settle(outcome, digest=digest, link=link, escrow=escrow, intents=("i",), records=(), ladder=CURRENT, now=now)


def test_the_current_ladder():
    """E90: the next cycle, 6, 12, 24 h after the first failure, then every 24 h, dropped after 28 days."""
    hours = lambda n: NOON + timedelta(hours=n)  # noqa: E731
    assert CURRENT.next_attempt(NOON, 1, NOON) == NOON
    assert CURRENT.next_attempt(NOON, 2, hours(1)) == hours(6)
    assert CURRENT.next_attempt(NOON, 3, hours(6)) == hours(12)
    assert CURRENT.next_attempt(NOON, 4, hours(13)) == hours(24)
    assert CURRENT.next_attempt(NOON, 5, hours(24)) == hours(48)
    assert CURRENT.next_attempt(NOON, 6, hours(50)) == hours(72)
    assert CURRENT.next_attempt(NOON, 31, NOON + timedelta(days=27, hours=1)) == NOON + timedelta(days=28)
    assert CURRENT.next_attempt(NOON, 32, NOON + timedelta(days=28)) is None


def test_a_failure_goes_to_escrow_and_is_remembered_as_seen():
    """It is the escrow that brings it back, not every run."""
    settlement = folded(FAILED)
    assert settlement.digest == b"d"
    assert settlement.escrow is not None
    assert (settlement.escrow.failures, settlement.escrow.code) == (1, "Timeout")
    again = folded(FAILED, escrow=settlement.escrow, now=NOON + timedelta(minutes=40))
    assert again.escrow.next_attempt == NOON + timedelta(hours=6)


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
