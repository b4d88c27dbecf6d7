"""What staff took down: the public reason, the private record, the content out of its rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.accounts.models import Person
from pb_portal.db import Base
from pb_portal.domain.takedowns import CATEGORIES
from pb_portal.files.models import StoredFile

_CODES = ", ".join(f"'{code}'" for code in CATEGORIES)
_ACTIVE = text("restored_at IS NULL")


class TakeDown(Base):
    """One thing taken down. Its content lies in `content` and nowhere else until it is restored."""

    __tablename__ = "takedowns_takedown"
    __table_args__ = (
        CheckConstraint(f"category IN ({_CODES})", name="category"),
        CheckConstraint("category = 'held' OR reason <> ''", name="reason"),
        CheckConstraint("restored_at IS NULL OR erased_at IS NULL", name="erased_stays"),
        CheckConstraint("answered_at IS NULL OR answer <> ''", name="answer"),
        Index("ix_takedowns_takedown_place", "on_type", "on_id"),
        Index(
            "uq_takedowns_takedown_active",
            "subject_type",
            "subject_id",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str]
    """The kind of thing: proposal, proposal_version, comment, …"""
    subject_id: Mapped[str]
    on_type: Mapped[str]
    """Whose page shows the tombstone: a proposal's, a project's, a cycle's."""
    on_id: Mapped[int]
    path: Mapped[str]
    """Address of that page, with its anchor."""
    area_id: Mapped[int | None] = mapped_column(ForeignKey("places_area.id"), index=True)
    category: Mapped[str]
    """A code of `domain.takedowns.CATEGORIES`, told to the public."""
    reason: Mapped[str] = mapped_column(default="")
    """One sentence for the public."""
    note: Mapped[str] = mapped_column(default="")
    """For the record of staff; no public page shows it."""
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """See `service.removal.Removal`; empty once it is erased."""
    authors: Mapped[list[int]] = mapped_column(default=list)
    """Accounts that hear of it and may object."""
    at: Mapped[datetime] = mapped_column(index=True)
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    """None when the list of words held it back."""
    erased_at: Mapped[datetime | None]
    erased_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    restored_at: Mapped[datetime | None]
    restored_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    answer: Mapped[str] = mapped_column(default="")
    """The author's objection; staff alone read it."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"), index=True)
    decision: Mapped[str] = mapped_column(default="")
    """What staff answered to the objection."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))

    files: Mapped[list[TakenFile]] = relationship(cascade="all, delete-orphan")
    person: Mapped[Person | None] = relationship(foreign_keys=taken_by)

    @property
    def active(self) -> bool:
        """Whether the thing is still down."""
        return self.restored_at is None


class TakenFile(Base):
    """A file of something taken down: no page refers to it, and it is kept until it is erased."""

    __tablename__ = "takedowns_file"

    takedown_id: Mapped[int] = mapped_column(
        ForeignKey("takedowns_takedown.id", ondelete="CASCADE"), primary_key=True
    )
    file_id: Mapped[int] = mapped_column(
        ForeignKey("files_stored.id"), primary_key=True, index=True
    )
    was_public: Mapped[bool]
    owner_id: Mapped[int | None]

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)
