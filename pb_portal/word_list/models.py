"""The city's list of words that public text by residents may not have."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class BlockedWord(Base):
    """A word that stops a text. Rows are closed, never deleted: they are the list's history."""

    __tablename__ = "proposals_blocked_word"
    __table_args__ = (
        CheckConstraint("effect IN ('refuse', 'hold')", name="effect"),
        CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str]
    word: Mapped[str]
    effect: Mapped[str]
    """refuse: the text is not taken; hold: a moderator reads it first."""
    whole: Mapped[bool] = mapped_column(default=False)
    """Only as a whole word; else also as a word's beginning."""
    reason: Mapped[str] = mapped_column(default="")
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    added_at: Mapped[datetime]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    removed_at: Mapped[datetime | None]
