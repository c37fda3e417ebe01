"""Notices that are owed, attributes that are sent again and again, people counted, and requests in their order."""

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """From 0001. Rows of tables that get a column are sealed anew."""
    _create_notices()
    _create_repeats()
    _count_people()
    _number_requests()


def _create_notices() -> None:
    """What somebody is still to be told."""
    op.create_table(
        "notices",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )


def _create_repeats() -> None:
    """Differences a target does not let itself be talked out of."""
    op.create_table(
        "repeats",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("difference", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "source_id", "path"),
        sqlite_with_rowid=False,
    )


def _count_people() -> None:
    """How many people the last snapshot held is not known of a cycle that did not count them."""
    before = _rows("SELECT * FROM watermark")
    op.drop_table("watermark")
    watermark = op.create_table(
        "watermark",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("generated_at", sa.String(length=32), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    _insert(watermark, [(*row[:-1], None) for row in before])


def _number_requests() -> None:
    """What was asked is numbered by the clocks of those who asked: nothing else is known of its order."""
    before = _rows("SELECT * FROM requests ORDER BY at, id")
    op.drop_table("requests")
    requests = op.create_table(
        "requests",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("handled", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    _insert(requests, [(*row[:-1], number) for number, row in enumerate(before, 1)])


def _rows(query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in op.get_bind().exec_driver_sql(query)]


def _insert(table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    names = [column.name for column in table.columns]
    sealed = [(*values, crc32(repr(values).encode())) for values in rows]
    op.bulk_insert(table, [dict(zip(names, values, strict=True)) for values in sealed])
