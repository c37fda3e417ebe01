"""How the nouns of the state lie in its tables: one Shape each, with the checksum that guards every row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from zlib import crc32

import orjson
from sqlalchemy import Delete, Insert, Select, Table, bindparam, delete, false, insert, select

from provisioner.adapters.store_sql import schema
from provisioner.adapters.store_sql.database import MEND
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import StateCorrupt
from provisioner.model.frozen import frozen
from provisioner.model.notice import Notice
from provisioner.model.outcome import Action
from provisioner.model.record import Record
from provisioner.model.state import (
    Approval,
    Counts,
    CycleRow,
    Escrow,
    Health,
    Intent,
    Link,
    PendingReference,
    Quarantine,
    Repeat,
    Request,
    RequestKind,
    Schedule,
    Watermark,
)

T = TypeVar("T")
Key = tuple[Any, ...]
Values = tuple[Any, ...]


@frozen
class Meta:
    """Whose memory this is. ``target`` is the base URL the links belong to, empty before the first cycle."""

    lineage: str
    job: str
    target: str = ""


@frozen
class Seen:
    """An object and the digest it had when it was last settled; an empty digest makes it due."""

    kind: ObjectKind
    source_id: str
    digest: bytes


@frozen
class Membership:
    """A member the target was told of, under the id it has there."""

    group_id: str
    member_id: str
    member_target_id: str


@dataclass(frozen=True, eq=False)
class Shape(Generic[T]):
    """A noun's table. ``pack`` gives the values of its columns in order and ``unpack`` reads them back.

    ``key`` names the columns that are replaced together; they stand first in the table. Without one, rows are only
    ever added.
    """

    table: Table
    pack: Callable[[T], Values]
    unpack: Callable[[Values], T]
    key: tuple[str, ...] = ()
    insert: Insert = field(init=False)
    delete: Delete = field(init=False)
    every: Select[Any] = field(init=False)
    one: Select[Any] = field(init=False)

    def __post_init__(self) -> None:
        columns = [column for column in self.table.columns if column.name != "number" or self.key]
        where = [self.table.c[name] == bindparam(f"key_{name}") for name in self.key]
        every = select(*columns).order_by(*self.table.primary_key.columns)
        object.__setattr__(self, "insert", insert(self.table).values({c.name: bindparam(c.name) for c in columns}))
        object.__setattr__(self, "delete", delete(self.table).where(*where or [false()]))
        object.__setattr__(self, "every", every)
        object.__setattr__(self, "one", every.where(*where))

    def row(self, value: T) -> Values:
        """A value as a row to insert."""
        values = self.pack(value)
        return (*values, seal(values))

    def read(self, row: Sequence[Any]) -> T:
        """A value from a selected row. Raises StateCorrupt when the row is not as it was written."""
        return self.unpack(self.unsealed(row))

    def unsealed(self, row: Sequence[Any]) -> Values:
        """The values of a selected row. Raises StateCorrupt when the row is not as it was written."""
        values = tuple(row[:-1])
        if seal(values) != row[-1]:
            raise StateCorrupt(f"a row of the state's table {self.table.name!r} is not as it was written", hint=MEND)
        return values

    def where(self, key: Key) -> dict[str, Any]:
        """The parameters that ``one`` and ``delete`` take for a key."""
        return {f"key_{name}": value for name, value in zip(self.key, key, strict=True)}


def seal(values: Values) -> int:
    """The checksum of a row."""
    return crc32(repr(values).encode())


def time_text(moment: datetime) -> str:
    """A time as it lies in the tables: UTC, of fixed width."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _optional_time(moment: datetime | None) -> str | None:
    return None if moment is None else time_text(moment)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _pack_health(health: Health) -> Values:
    ill = health.quarantine
    schedule = (1, health.schedule.value, health.disabled_reason)
    if ill is None:
        return (*schedule, None, "", None, None, 0, "")
    times = (time_text(ill.since), time_text(ill.next_attempt))
    return (*schedule, ill.reason, ill.message, *times, ill.attempts, ill.held)


def _unpack_health(values: Values) -> Health:
    _, schedule, disabled_reason, reason, message, since, next_attempt, attempts, held = values
    quarantine = None
    if reason is not None:
        due = datetime.fromisoformat(next_attempt)
        quarantine = Quarantine(reason, message, datetime.fromisoformat(since), due, attempts, held)
    return Health(Schedule(schedule), quarantine, disabled_reason)


def _pack_watermark(mark: Watermark) -> Values:
    times = (
        time_text(mark.at),
        mark.fingerprint,
        mark.rules,
        mark.target,
        mark.scope,
        _optional_time(mark.generated_at),
    )
    return (1, mark.cycle, *times, mark.people)


def _unpack_watermark(values: Values) -> Watermark:
    _, cycle, at, fingerprint, rules, target, scope, generated_at, people = values
    when, generated = datetime.fromisoformat(at), _moment(generated_at)
    return Watermark(cycle, when, fingerprint, rules, target, scope, generated, people)


def _pack_link(link: Link) -> Values:
    return (link.kind.value, link.source_id, link.target_id, int(link.in_scope), int(link.active))


def _unpack_link(values: Values) -> Link:
    kind, source_id, target_id, in_scope, active = values
    return Link(ObjectKind(kind), source_id, target_id, bool(in_scope), bool(active))


def _pack_intent(intent: Intent) -> Values:
    what = (intent.id, intent.kind.value, intent.source_id, intent.action.value, time_text(intent.at))
    return (*what, intent.target_id, intent.match_path, intent.match_value, intent.payload_digest)


def _unpack_intent(values: Values) -> Intent:
    guid, kind, source_id, action, at, *rest = values
    return Intent(guid, ObjectKind(kind), source_id, Action(action), datetime.fromisoformat(at), *rest)


def _pack_escrow(escrow: Escrow) -> Values:
    when = (time_text(escrow.first_failure), escrow.failures, time_text(escrow.next_attempt))
    return (escrow.kind.value, escrow.source_id, *when, escrow.code, escrow.reason, int(escrow.reference))


def _unpack_escrow(values: Values) -> Escrow:
    kind, source_id, first, failures, due, code, reason, reference = values
    times = datetime.fromisoformat(first), failures, datetime.fromisoformat(due)
    return Escrow(ObjectKind(kind), source_id, *times, code, reason, bool(reference))


def _pack_cycle(cycle: CycleRow) -> Values:
    when = (time_text(cycle.started), _optional_time(cycle.ended))
    extent = (orjson.dumps(cycle.counts), cycle.requests, cycle.total, cycle.done)
    return (cycle.number, cycle.id, cycle.kind, *when, cycle.status, *extent, cycle.note)


def _unpack_cycle(values: Values) -> CycleRow:
    number, guid, kind, started, ended, status, counts, *rest = values
    when = datetime.fromisoformat(started), _moment(ended)
    return CycleRow(number, guid, kind, *when, status, Counts(**orjson.loads(counts)), *rest)


def _pack_record(record: Record) -> Values:
    what = (record.id, time_text(record.at), record.cycle, record.kind, record.source_id, record.name)
    body = orjson.dumps(record.body, default=dict)
    return (*what, record.action, record.status, body, record.source_id.casefold(), record.name.casefold())


def _unpack_record(values: Values) -> Record:
    guid, at, cycle, kind, source_id, name, action, status, body, _, _ = values
    when = datetime.fromisoformat(at)
    return Record(guid, when, cycle, kind, source_id, name, action, status, orjson.loads(body))


def _pack_request(request: Request) -> Values:
    what = (request.id, request.kind.value, time_text(request.at), ",".join(request.scopes), request.digest)
    return (*what, int(request.handled), request.number)


def _unpack_request(values: Values) -> Request:
    guid, kind, at, scopes, digest, handled, number = values
    scope = tuple(scopes.split(",")) if scopes else ()
    return Request(guid, RequestKind(kind), datetime.fromisoformat(at), scope, digest, bool(handled), number)


OBJECT = ("kind", "source_id")
SINGLE = ("id",)
THE_ONE: Key = (1,)

META = Shape[Meta](schema.meta, lambda m: (1, m.lineage, m.job, m.target), lambda v: Meta(*v[1:]), SINGLE)
HEALTH = Shape[Health](schema.health, _pack_health, _unpack_health, SINGLE)
WATERMARK = Shape[Watermark](schema.watermark, _pack_watermark, _unpack_watermark, SINGLE)
SEEN = Shape[Seen](
    schema.seen, lambda s: (s.kind.value, s.source_id, s.digest), lambda v: Seen(ObjectKind(v[0]), *v[1:]), OBJECT
)
LINKS = Shape[Link](schema.links, _pack_link, _unpack_link, OBJECT)
MEMBERSHIPS = Shape[Membership](
    schema.memberships,
    lambda m: (m.group_id, m.member_id, m.member_target_id),
    lambda v: Membership(*v),
    ("group_id", "member_id"),
)
INTENTS = Shape[Intent](schema.intents, _pack_intent, _unpack_intent, ("id",))
ESCROWS = Shape[Escrow](schema.escrows, _pack_escrow, _unpack_escrow, OBJECT)
REFERENCES = Shape[PendingReference](
    schema.references,
    lambda r: (r.kind.value, r.source_id, r.path, r.reference_id),
    lambda v: PendingReference(ObjectKind(v[0]), *v[1:]),
    OBJECT,
)
REPEATS = Shape[Repeat](
    schema.repeats,
    lambda r: (r.kind.value, r.source_id, r.path, r.difference, r.times),
    lambda v: Repeat(ObjectKind(v[0]), *v[1:]),
    OBJECT,
)
CYCLES = Shape[CycleRow](schema.cycles, _pack_cycle, _unpack_cycle, ("number",))
REQUESTS = Shape[Request](schema.requests, _pack_request, _unpack_request, ("id",))
APPROVALS = Shape[Approval](
    schema.approvals,
    lambda a: (a.digest, a.held, time_text(a.at), time_text(a.expires)),
    lambda v: Approval(v[0], v[1], datetime.fromisoformat(v[2]), datetime.fromisoformat(v[3])),
    ("digest",),
)
NOTICES = Shape[Notice](
    schema.notices,
    lambda n: (n.key, time_text(n.at), n.subject, n.text),
    lambda v: Notice(v[2], v[3], datetime.fromisoformat(v[1]), v[0]),
    ("key",),
)
RECORDS = Shape[Record](schema.records, _pack_record, _unpack_record)

SHAPES: tuple[Shape[Any], ...] = (
    META,
    HEALTH,
    WATERMARK,
    SEEN,
    LINKS,
    MEMBERSHIPS,
    INTENTS,
    ESCROWS,
    REFERENCES,
    REPEATS,
    CYCLES,
    REQUESTS,
    APPROVALS,
    NOTICES,
    RECORDS,
)
