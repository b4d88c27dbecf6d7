"""Consents, openings of personal data by staff, requests about them, changes of an address."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.accounts.models import Person
from pb_portal.db import Base

COUNTED = timedelta(days=1)
"""How long a link that ran out still counts against asking for more."""


class Consent(Base):
    """That a person agreed to a text: which version, in which language, what for, when."""

    __tablename__ = "accounts_consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"), index=True)
    purpose: Mapped[str]
    text_version: Mapped[str]
    locale: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class DataAccess(Base):
    """That somebody of the staff opened a resident's personal data. Rows are only added."""

    __tablename__ = "accounts_data_access"
    __table_args__ = (
        Index("ix_accounts_data_access_subject", "subject_type", "subject_id"),
        CheckConstraint("person_id IS NOT NULL OR subject_id <> ''", name="whose"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"), index=True)
    roles: Mapped[list[str]]
    """The roles held at that moment."""
    what: Mapped[str]
    """A code: search, account, paper."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"), index=True)
    """None for somebody without an account: then the thing is named."""
    subject_type: Mapped[str] = mapped_column(default="")
    subject_id: Mapped[str] = mapped_column(default="")


class DataRequest(Base):
    """A person asks to correct, block or delete their data: due in fifteen days."""

    __tablename__ = "accounts_data_request"
    __table_args__ = (
        CheckConstraint("kind IN ('correct', 'block', 'delete')", name="kind"),
        CheckConstraint("state IN ('open', 'done', 'refused')", name="state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_accounts_data_request_open",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"), index=True)
    kind: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="open")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    answer: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship(foreign_keys=person_id)


class EmailChange(Base):
    """A new address that its owner has still to confirm."""

    __tablename__ = "accounts_email_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
