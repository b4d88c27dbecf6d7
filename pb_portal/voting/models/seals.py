"""The ledger while the vote is open: leaves that wait, batches that were sealed, their heads.

Which leaf came in which batch is a casting time to some seconds, and the ballot lies beside its
leaf. So nothing here names a sealed leaf in the open: its batch is noted under a keyed mark and the
batch's leaves are enciphered, both under the box's key, which is outside the database.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class PendingLeaf(Base):
    """A leaf no batch holds yet. A trigger writes it with the ballot, so casting takes no
    statement more; sealing takes it away."""

    __tablename__ = "voting_pending"
    __table_args__ = {"sqlite_with_rowid": False}

    cycle_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    leaf: Mapped[str] = mapped_column(primary_key=True)


class SealedLeaf(Base):
    """In which batch a leaf lies, under a mark that only the box's key makes. Only added."""

    __tablename__ = "voting_sealed"
    __table_args__ = {"sqlite_with_rowid": False}

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)
    batch: Mapped[int]


class LedgerBatch(Base):
    """A batch and the signed head over all batches up to it. Rows are only added."""

    __tablename__ = "voting_batch"
    __table_args__ = (CheckConstraint("number >= 1", name="number"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str]
    """Of the batch's own tree."""
    nodes: Mapped[list[str]]
    """Complete subtrees over batches that end with this one, the smallest first: from these any
    proof is read in a few rows."""
    head: Mapped[str]
    """The root over all batches up to this one."""
    previous: Mapped[str]
    """The head before it."""
    blinds: Mapped[str]
    """The commitment to the key of the blinds."""
    sealed_at: Mapped[datetime]
    contents: Mapped[bytes]
    """The leaves, enciphered."""
    public_key: Mapped[str]
    signature: Mapped[str]
    """Ed25519 over `sealing.head_of` without the signature, in hex."""
