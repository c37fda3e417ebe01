"""The clocks: aware, in UTC, and each at its own pace."""

from datetime import UTC, datetime, timedelta

import pytest

from provisioner.adapters.clock import StartedClock, SystemClock, VirtualClock

START = datetime.fromisoformat("2026-03-29T02:30:00+02:00")
DAY = timedelta(days=1)


def test_the_machines_time_is_utc() -> None:
    """Now is aware, and lies between two readings of the machine's clock."""
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_a_started_clock_begins_where_it_is_told_and_goes_on() -> None:
    """It never shows less than the start, and shows as much more as monotonic seconds have passed."""
    clock = StartedClock(START)
    first, seconds = clock.now(), clock.monotonic()
    assert START <= first < START + DAY
    while clock.monotonic() == seconds:
        pass
    assert clock.now() > first
    assert first.tzinfo is UTC


def test_a_virtual_clock_stands_still_until_it_is_pushed() -> None:
    """Time and monotonic seconds change by what it is pushed, and by nothing else."""
    clock = VirtualClock(START)
    assert clock.now() == clock.now() == START
    clock.advance(40 * DAY)
    clock.advance_to(START + 41 * DAY)
    clock.advance_to(START)
    assert clock.now() == START + 41 * DAY
    assert clock.monotonic() == 41 * DAY.total_seconds()


def test_a_wall_clock_put_back_shortens_no_duration() -> None:
    """Back a day: the wall clock shows it, monotonic seconds do not (F08)."""
    clock = VirtualClock(START)
    clock.advance(-DAY)
    assert clock.now() == START - DAY
    assert clock.monotonic() == 0


@pytest.mark.parametrize("clock", [StartedClock, VirtualClock])
def test_a_time_without_a_zone_starts_no_clock(clock: type[StartedClock] | type[VirtualClock]) -> None:
    """Which moment it would be nobody can say."""
    with pytest.raises(ValueError, match="time zone"):
        clock(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake under test
