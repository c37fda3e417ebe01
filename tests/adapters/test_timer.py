"""What wakes the service."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from provisioner.adapters.clock import SystemClock, VirtualClock
from provisioner.adapters.timer import VirtualTimer, WallTimer


class Stopping:
    requested = False


async def test_what_is_woken_may_arm_itself_at_once(caplog):
    """A cycle that is due again when it ends is not skipped for still running; nothing stalls."""
    timer, stop, clock = WallTimer(), Stopping(), SystemClock()
    woken = []

    async def wake():
        woken.append(clock.now())
        if len(woken) == 5:
            stop.requested = True
            return
        timer.arm("job", clock.now(), wake)
        await asyncio.sleep(0.02)

    timer.arm("job", clock.now(), wake)
    await asyncio.wait_for(timer.run(stop), 10)
    assert len(woken) == 5
    assert "skipped" not in caplog.text


async def test_a_name_is_woken_once_by_its_last_arming():
    """Arming again replaces; disarming ends it."""
    for timer in (WallTimer(), VirtualTimer(VirtualClock(datetime.now(UTC)), timedelta(seconds=1))):
        stop, woken = Stopping(), []

        async def first(woken=woken):
            woken.append("first")

        async def second(woken=woken, stop=stop):
            woken.append("second")
            stop.requested = True

        now = datetime.now(UTC)
        timer.arm("job", now + timedelta(seconds=0.1), first)
        timer.arm("job", now + timedelta(seconds=0.2), second)
        timer.arm("other", now + timedelta(seconds=0.05), first)
        timer.disarm("other")
        timer.disarm("nobody")
        await asyncio.wait_for(timer.run(stop), 10)
        assert woken == ["second"]


async def test_a_virtual_clock_jumps_from_one_due_time_to_the_next():
    """Weeks pass without a sleep, and the span ends it."""
    clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    timer, times = VirtualTimer(clock, timedelta(days=10)), []

    async def wake():
        times.append(clock.now())
        timer.arm("job", clock.now() + timedelta(days=1), wake)

    timer.arm("job", clock.now(), wake)
    await timer.run(Stopping())
    assert len(times) == 11
    assert clock.now() == datetime(2026, 1, 11, tzinfo=UTC)


async def test_who_is_awake_when_it_ends_is_waited_for():
    """Asked to stop, it wakes nobody any more, and the object in hand is finished rather than cut off."""
    timer, stop, clock = WallTimer(), Stopping(), SystemClock()
    done = []

    async def wake():
        stop.requested = True
        timer.arm("late", clock.now(), late)
        await asyncio.sleep(0.3)
        done.append("in hand")

    async def late():
        done.append("late")

    timer.arm("job", clock.now(), wake)
    await asyncio.wait_for(timer.run(stop), 10)
    assert done[-1] == "in hand"


@pytest.mark.parametrize("stopping", [False, True])
async def test_cancelled_it_waits_for_nobody_and_says_nothing(caplog, stopping):
    """The second Ctrl-C: who is awake is cut off, whether or not it is being waited for, and no traceback is shown."""
    timer, stop, clock = WallTimer(), Stopping(), SystemClock()
    awake, cut = asyncio.Event(), []

    async def wake():
        awake.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut.append("cut")

    timer.arm("job", clock.now(), wake)
    running = asyncio.create_task(timer.run(stop))
    await awake.wait()
    stop.requested = stopping
    await asyncio.sleep(0.3 if stopping else 0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 10)
    assert cut == ["cut"]
    assert "Traceback" not in caplog.text


async def test_what_a_waking_fails_with_is_raised():
    """A job that is never woken again is not to go unnoticed, on either clock."""
    for timer in (WallTimer(), VirtualTimer(VirtualClock(datetime.now(UTC)), timedelta(seconds=1))):

        async def wake():
            raise RuntimeError("no more")

        timer.arm("job", datetime.now(UTC), wake)
        with pytest.raises(RuntimeError, match="no more"):
            await asyncio.wait_for(timer.run(Stopping()), 10)
