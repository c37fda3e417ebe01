"""When a job's next cycle is due (E25, E92, E96)."""

from datetime import datetime, timedelta

from provisioner.model.state import Health, Schedule


def next_run(health: Health, interval: timedelta, last: datetime | None, now: datetime) -> datetime | None:
    """The time of the next cycle, never before ``now``; None when the job does not run by itself.

    A quarantined job waits for its next attempt, and for its interval when that is due at once.
    Missed runs coalesce into one. A clock that was set back never stalls a job: nothing is due later than one interval,
    or one quarantine step, from now (F08).

    :param last: when the last cycle began; None before the first.
    """
    if health.schedule is not Schedule.ACTIVE:
        return None
    if health.quarantine is not None:
        longest = max(interval, timedelta(days=1))
        earliest = last + interval if last is not None else now
        return max(now, min(max(health.quarantine.next_attempt, earliest), now + longest))
    if last is None:
        return now
    return max(now, min(last + interval, now + interval))
