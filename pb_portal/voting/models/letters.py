"""Letters a voter asked for while voting: a reminder of an unfinished ballot, and the result."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class LetterAsked(Base):
    """One letter to one address; the row goes with the letter.

    `key` is an HMAC under the key of the cycle's box: equal for the same voter (a reminder) or the
    same address (the result), and equal to no name under which a ballot, a draft or a
    participation lies.
    """

    __tablename__ = "voting_letter"
    __table_args__ = (
        CheckConstraint("kind IN ('reminder', 'result')", name="kind"),
        CheckConstraint("channel IN ('email', 'sms')", name="channel"),
        {"sqlite_with_rowid": False},
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    address: Mapped[str]
    locale: Mapped[str]
    on: Mapped[date | None]
    """The day of a reminder; when it was asked for is not kept."""
