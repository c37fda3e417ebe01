"""Questions to the log and to the history of cycles."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, and_, delete, func, or_, select

from provisioner.adapters.store_sql.schema import approvals, cycles, notices, records, requests
from provisioner.adapters.store_sql.shapes import CYCLES, RECORDS, time_text


def newest_cycles(limit: int) -> Select[Any]:
    """The newest cycles, newest first."""
    return CYCLES.every.order_by(None).order_by(cycles.c.number.desc()).limit(limit)


def matching_records(
    *, user: str, action: str, status: str, since: datetime | None, cycle: int | None, limit: int | None
) -> Select[Any]:
    """The log entries that fulfil every condition given, oldest first; with ``limit`` the newest so many of them."""
    earliest = "" if since is None else time_text(since)
    wanted: tuple[tuple[object, ColumnElement[bool]], ...] = (
        (user or None, _about(user.casefold())),
        (action or None, records.c.action == action),
        (status or None, records.c.status == status),
        (since, records.c.at >= earliest),
        (cycle, records.c.cycle == cycle),
    )
    where = [condition for asked, condition in wanted if asked is not None]
    query = RECORDS.every.where(*where)
    if limit is None:
        return query
    newest = select(records.c.number).where(*where).order_by(records.c.number.desc()).limit(limit)
    return RECORDS.every.where(records.c.number.in_(newest))


def _about(folded: str) -> ColumnElement[bool]:
    """Entries of the object that has this id or bore this name: what was purged has no name any more, only its id."""
    bearers = select(records.c.folded_source_id).where(records.c.folded_name == folded)
    return or_(records.c.folded_source_id == folded, records.c.folded_source_id.in_(bearers))


def outdated(before: datetime, keep: int) -> tuple[Delete, ...]:
    """What is forgotten at the end of its time: by age, and the log beyond ``keep`` entries too (0 = no such bound).

    The newest cycle stays whatever its age, because the next one counts on from it.
    """
    limit = time_text(before)
    last = select(func.max(cycles.c.number)).scalar_subquery()
    by_age = (
        delete(records).where(records.c.at < limit),
        delete(cycles).where(cycles.c.started < limit, cycles.c.number < last),
        delete(requests).where(and_(requests.c.at < limit, requests.c.handled == 1)),
        delete(approvals).where(approvals.c.expires < limit),
        delete(notices).where(notices.c.at < limit),
    )
    if not keep:
        return by_age
    oldest = select(records.c.number).order_by(records.c.number.desc()).offset(keep).limit(1).scalar_subquery()
    return (*by_age, delete(records).where(records.c.number <= oldest))
