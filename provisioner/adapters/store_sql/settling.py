"""What a settlement changes, noun by noun, and the steps that change many rows at once."""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Executable, Select, bindparam, delete, select

from provisioner.adapters.store_sql import schema
from provisioner.adapters.store_sql.database import run_many
from provisioner.adapters.store_sql.journal import Journal, Step
from provisioner.adapters.store_sql.pending import Pending
from provisioner.adapters.store_sql.shapes import (
    ESCROWS,
    INTENTS,
    LINKS,
    MEMBERSHIPS,
    RECORDS,
    REFERENCES,
    REPEATS,
    REQUESTS,
    SEEN,
    Membership,
    Seen,
    Shape,
)
from provisioner.model.directory import ObjectKind
from provisioner.model.state import Request, Settlement

RESEALED_ROWS: Final = 10_000
"""Rows in memory at once when every digest is emptied."""

_NEXT_IDS = (
    select(schema.seen.c.source_id)
    .where(schema.seen.c.kind == bindparam("kind"), schema.seen.c.source_id > bindparam("after"))
    .order_by(schema.seen.c.source_id)
    .limit(RESEALED_ROWS)
)


def settle(settlement: Settlement, journal: Journal) -> None:
    """Put all that an object's end changes into the journal's pending changes.

    What may commit comes before the first change, and what may be refused first of the changes: they stay together.
    """
    members = _members_to_forget(settlement, journal)
    pending = journal.pending
    pending.add(RECORDS, *settlement.records)
    for member in members:
        pending.put(MEMBERSHIPS, (member.group_id, member.member_id))
    if settlement.forget:
        _forget(settlement, pending)
    key = (settlement.kind.value, settlement.source_id)
    if settlement.digest is not None:
        pending.put(SEEN, key, Seen(settlement.kind, settlement.source_id, settlement.digest))
    if settlement.link is not None or settlement.drop_link:
        pending.put(LINKS, key, *_given(settlement.link))
    if settlement.escrow is not None or settlement.clear_escrow:
        pending.put(ESCROWS, key, *_given(settlement.escrow))
    if settlement.references is not None:
        pending.put(REFERENCES, key, *settlement.references)
    if settlement.repeats is not None:
        pending.put(REPEATS, key, *settlement.repeats)
    for intent in settlement.intents:
        pending.put(INTENTS, (intent,))
    _settle_members(settlement, pending)


def _given(value: Any) -> tuple[Any, ...]:
    return () if value is None else (value,)


def _members_to_forget(settlement: Settlement, journal: Journal) -> tuple[Membership, ...]:
    if not settlement.forget or settlement.kind is not ObjectKind.GROUP:
        return ()
    return tuple(journal.stream(MEMBERSHIPS, members_of(settlement.source_id)))


def _forget(settlement: Settlement, pending: Pending) -> None:
    shapes: tuple[Shape[Any], ...] = (SEEN, LINKS, ESCROWS, REFERENCES, REPEATS)
    for shape in shapes:
        pending.put(shape, (settlement.kind.value, settlement.source_id))


def _settle_members(settlement: Settlement, pending: Pending) -> None:
    group = settlement.source_id
    for member in settlement.members_removed:
        pending.put(MEMBERSHIPS, (group, member))
    for member, target_id in settlement.members_added:
        pending.put(MEMBERSHIPS, (group, member), Membership(group, member, target_id))


def members_of(group_id: str) -> Select[Any]:
    """Everybody the target was told is in the group."""
    return MEMBERSHIPS.every.where(schema.memberships.c.group_id == group_id)


def carry_out(statement: Executable) -> Step:
    """A step that is one statement."""
    return lambda connection: connection.execute(statement)


def clear(*shapes: Shape[Any]) -> Step:
    """A step that forgets everything of some nouns."""

    def step(connection: Connection) -> None:
        for shape in shapes:
            connection.execute(delete(shape.table))

    return step


def enter(request: Request) -> Step:
    """A step that enters a request behind all that were made before it, whatever their clocks said."""

    def step(connection: Connection) -> None:
        number = connection.execute(select(schema.serial.c.value)).scalar_one() + 1
        run_many(connection, REQUESTS.insert, [REQUESTS.row(replace(request, number=number))])

    return step


def empty_digests(connection: Connection) -> None:
    """A step that makes every object due. Row by row, because the checksum covers the digest."""
    for kind in ObjectKind:
        after = ""
        while ids := connection.execute(_NEXT_IDS, {"kind": kind.value, "after": after}).scalars().all():
            run_many(connection, SEEN.delete, [(kind.value, source_id) for source_id in ids])
            run_many(connection, SEEN.insert, [SEEN.row(Seen(kind, source_id, b"")) for source_id in ids])
            after = ids[-1]
