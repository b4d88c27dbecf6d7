"""The log of every step. Rows are only added; the database refuses to change or delete them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class AuditEntry(Base):
    """Who did what to which thing, when and why. Holds no personal data, only ids."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_kind: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    cycle_id: Mapped[int | None] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
