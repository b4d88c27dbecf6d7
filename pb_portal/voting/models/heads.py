"""The signed heads of the ballot box."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class LedgerHead(Base):
    """The head of a cycle's ballot box after the close, signed. Rows are only added: a box that
    changed gets a head of its own beside the former one."""

    __tablename__ = "voting_head"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int]
    """How many leaves: every ballot cast, replaced ones included."""
    root: Mapped[str]
    signed_at: Mapped[datetime]
    public_key: Mapped[str]
    signature: Mapped[str]
    """Ed25519 over `heads.statement`, in hex."""
