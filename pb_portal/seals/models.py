"""What seals are kept in. Rows are only added; a record is given its batch once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Table, inspect, text
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class SealRecord(Base):
    """What a row was at one revision; the last record of a row that is gone is a tombstone."""

    __tablename__ = "seals_record"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision"),
        Index(
            "ix_seals_record_waiting",
            "mark",
            sqlite_where=text("batch IS NULL"),
            postgresql_where=text("batch IS NULL"),
        ),
        {"sqlite_with_rowid": False},
    )

    table_name: Mapped[str] = mapped_column(primary_key=True)
    row_key: Mapped[str] = mapped_column(primary_key=True)
    """The row's number, or a keyed hash of its key."""
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    deleted: Mapped[bool]
    reason: Mapped[str]
    """Why a row was deleted, or sealed anew; empty for an ordinary write."""
    contents: Mapped[bytes]
    """MAC over the row; empty when it was deleted."""
    mark: Mapped[bytes]
    """MAC over this record."""
    batch: Mapped[int | None]


class SealBatch(Base):
    """Records that were closed together, and the signed head over all batches up to this one."""

    __tablename__ = "seals_batch"
    __table_args__ = (CheckConstraint("number >= 1", name="number"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str]
    previous: Mapped[str]
    """The head before it."""
    head: Mapped[str]
    sealed_at: Mapped[datetime]
    public_key: Mapped[str]
    signature: Mapped[str]
    """Ed25519 over `batches.statement_of`, in hex."""


class SealShape(Base):
    """Which columns the seals of a table cover. Written by migrations alone."""

    __tablename__ = "seals_shape"

    table_name: Mapped[str] = mapped_column(primary_key=True)
    columns: Mapped[list[str]]


def _table(model: type[Base]) -> Table:
    table = inspect(model).local_table
    assert isinstance(table, Table)
    return table


RECORD, BATCH, SHAPE = map(_table, (SealRecord, SealBatch, SealShape))
