"""Pauses for a target that is asked too much (F10)."""

from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.throttle import SHORTEST, UNSAID, Throttle


def test_nothing_waits_at_first() -> None:
    """Without a 429 there is no pause."""
    throttle = Throttle()
    assert throttle.wait(5.0) == 0.0
    assert not throttle.holds(5.0)


def test_a_pause_is_everybodys() -> None:
    """The time of the next question is the job's, not the object's."""
    throttle = Throttle(100)
    assert throttle.slow_down(30, 1000.0)
    assert throttle.wait(1000.0) == 30.0
    assert throttle.wait(1020.0) == 10.0
    assert throttle.wait(1040.0) == 0.0


def test_overlapping_pauses_are_paid_once() -> None:
    """Five connections that hear the same 429 do not use five pauses up."""
    throttle = Throttle(100)
    assert all(throttle.slow_down(60, 1000.0) for _ in range(5))
    assert throttle.slow_down(10, 1000.0)
    assert throttle.wait(1000.0) == 60.0
    assert throttle.slow_down(40, 1060.0)
    assert not throttle.slow_down(1, 1100.0)


def test_pauses_unsaid_and_too_short() -> None:
    """A target that says nothing gets ten seconds; one that says zero, one."""
    throttle = Throttle()
    throttle.slow_down(None, 0.0)
    assert throttle.wait(0.0) == UNSAID
    throttle = Throttle()
    throttle.slow_down(0.0, 0.0)
    assert throttle.wait(0.0) == SHORTEST


def test_beyond_the_budget_the_target_is_left_alone_as_long_as_it_wants() -> None:
    """The pause is kept, but nobody waits for it; afterwards questions may be asked."""
    throttle = Throttle(100)
    assert not throttle.slow_down(3600, 0.0)
    assert throttle.holds(10.0)
    assert not throttle.holds(3600.0)


@given(st.lists(st.tuples(st.none() | st.floats(0, 3600), st.floats(0, 100)), max_size=50), st.floats(0, 2000))
def test_waiting_never_exceeds_the_budget(refusals: list[tuple[float | None, float]], budget: float) -> None:
    """Whatever the target asks for, and however long work takes in between."""
    throttle, now, waited = Throttle(budget), 0.0, 0.0
    for asked, work in refusals:
        if not throttle.slow_down(asked, now):
            break
        waited += throttle.wait(now)
        now += throttle.wait(now) + work
    assert waited <= budget + 1e-6
    assert waited >= SHORTEST * len(refusals) - 1e-6 or throttle.holds(now) or not refusals
