"""The tables of one job's memory.

Times are UTC text of fixed width, so that they sort as they are. Tables that are looked up by their key alone are kept
in key order without a second index. ``seal`` is the checksum of its row (:mod:`.shapes`): SQLite itself does not notice
a flipped bit inside a value (F07).
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, SmallInteger, String, Table

REVISIONS: Final = ("0001", "0002")
"""Every schema this version of the program knows, oldest first. Anything else was written by a later version."""

metadata = MetaData()


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, String, primary_key=key, nullable=False)


def _time(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, String(32), nullable=optional)


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _flag(name: str) -> Column[int]:
    return Column(name, SmallInteger, nullable=False)


def _table(name: str, *columns: Column[Any]) -> Table:
    return Table(name, metadata, *columns, Column("seal", BigInteger, nullable=False), sqlite_with_rowid=False)


def _single(name: str, *columns: Column[Any]) -> Table:
    """A table of one row."""
    return _table(name, Column("id", SmallInteger, primary_key=True, autoincrement=False), *columns)


meta = _single("meta", _text("lineage"), _text("job"), _text("target"))
serial = Table(
    "serial",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
health = _single(
    "health",
    _text("schedule"),
    _text("disabled_reason"),
    Column("reason", String),
    _text("message"),
    _time("since", optional=True),
    _time("next_attempt", optional=True),
    _number("attempts"),
    _text("held"),
)
watermark = _single(
    "watermark",
    _number("cycle"),
    _time("at"),
    _text("fingerprint"),
    _text("rules"),
    _text("target"),
    _text("scope"),
    _time("generated_at", optional=True),
    Column("people", Integer),
)
seen = _table(
    "seen", _text("kind", key=True), _text("source_id", key=True), Column("digest", LargeBinary, nullable=False)
)
links = _table(
    "links",
    _text("kind", key=True),
    _text("source_id", key=True),
    _text("target_id"),
    _flag("in_scope"),
    _flag("active"),
)
Index("links_target", links.c.kind, links.c.target_id, unique=True)
memberships = _table(
    "memberships", _text("group_id", key=True), _text("member_id", key=True), _text("member_target_id")
)
intents = _table(
    "intents",
    _text("id", key=True),
    _text("kind"),
    _text("source_id"),
    _text("action"),
    _time("at"),
    _text("target_id"),
    _text("match_path"),
    _text("match_value"),
    _text("payload_digest"),
)
escrows = _table(
    "escrows",
    _text("kind", key=True),
    _text("source_id", key=True),
    _time("first_failure"),
    _number("failures"),
    _time("next_attempt"),
    _text("code"),
    _text("reason"),
    _flag("reference"),
)
references = _table(
    "pending_references",
    _text("kind", key=True),
    _text("source_id", key=True),
    _text("path", key=True),
    _text("reference_id", key=True),
)
repeats = _table(
    "repeats",
    _text("kind", key=True),
    _text("source_id", key=True),
    _text("path", key=True),
    _text("difference"),
    _number("times"),
)
cycles = _table(
    "cycles",
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("id"),
    _text("kind"),
    _time("started"),
    _time("ended", optional=True),
    _text("status"),
    Column("counts", LargeBinary, nullable=False),
    _number("requests"),
    _number("total"),
    _number("done"),
    _text("note"),
)
requests = _table(
    "requests",
    _text("id", key=True),
    _text("kind"),
    _time("at"),
    _text("scopes"),
    _text("digest"),
    _flag("handled"),
    Column("number", BigInteger, nullable=False),
)
approvals = _table("approvals", _text("digest", key=True), _number("held"), _time("at"), _time("expires"))
notices = _table("notices", _text("key", key=True), _time("at"), _text("subject"), _text("text"))
records = Table(
    "records",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _text("id"),
    _time("at"),
    _number("cycle"),
    _text("kind"),
    _text("source_id"),
    _text("name"),
    _text("action"),
    _text("status"),
    Column("body", LargeBinary, nullable=False),
    _text("folded_source_id"),
    _text("folded_name"),
    Column("seal", BigInteger, nullable=False),
)
Index("records_at", records.c.at)
Index("records_cycle", records.c.cycle)
Index("records_source_id", records.c.folded_source_id)
Index("records_name", records.c.folded_name)
Index("records_action", records.c.action)
Index("records_status", records.c.status)
