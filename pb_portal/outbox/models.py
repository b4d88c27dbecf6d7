"""Letters on their way: written in the transaction that causes them, sent by the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class LetterClaim(Base):
    """That a letter was sent to an address somebody typed. `name` is a digest of the kind and of
    the mailbox, or of the account that asked; a row lives for a day."""

    __tablename__ = "outbox_claim"
    __table_args__ = (Index("ix_outbox_claim_name", "name", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


class Letter(Base):
    """One letter or text message. `template` names what to render with `data` in `locale`."""

    __tablename__ = "outbox_letter"
    __table_args__ = (
        CheckConstraint("channel IN ('email', 'sms')", name="channel"),
        CheckConstraint("state IN ('waiting', 'sent', 'failed', 'boxed')", name="state"),
        Index("ix_outbox_letter_waiting", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    recipient: Mapped[str]
    locale: Mapped[str]
    template: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    """From then on it is worth nothing to its reader and no longer sent."""


class LetterChoice(Base):
    """How often an address wants letters of a kind. It is known by its digest alone."""

    __tablename__ = "outbox_choice"
    __table_args__ = (CheckConstraint("rhythm IN ('each', 'daily', 'never')", name="rhythm"),)

    address_digest: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    rhythm: Mapped[str]
    chosen_at: Mapped[datetime]


class KeptLetter(Base):
    """A letter that waits for the one a day its reader wants."""

    __tablename__ = "outbox_kept"
    __table_args__ = (Index("ix_outbox_kept_recipient", "recipient", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    locale: Mapped[str]
    template: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
