"""What a voter leaves behind while voting: a proved identity for half an hour, and marks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class BallotDraft(Base):
    """Choices being made; removed when the ballot is cast."""

    __tablename__ = "voting_draft"
    __table_args__ = {"sqlite_with_rowid": False}

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    ballot_key: Mapped[str] = mapped_column(primary_key=True)
    choices: Mapped[list[int]] = mapped_column(default=list)
    """Of a ranking in the voter's order."""
    points: Mapped[list[int]] = mapped_column(default=list, server_default="[]")
    other_area_id: Mapped[int | None]
    """The one other area whose proposals lie on the ballot, where the rules let one be picked."""


class VoterSession(Base):
    """A proved identity for the length of one vote. The cookie holds the token, never the key."""

    __tablename__ = "voting_session"
    __table_args__ = (
        Index("ix_voting_session_voter", "cycle_id", "voter_key"),
        {"sqlite_with_rowid": False},
    )

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"))
    voter_key: Mapped[str]
    area_id: Mapped[int] = mapped_column(ForeignKey("places_area.id"))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    """A whole minute; rows go by a job when it has passed, and at the close."""
    how: Mapped[str] = mapped_column(default="phone")
    """By which way the identity was proved: a code of `domain.identity.WAYS`."""
    reminder: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether an address waits to be reminded of this voter's ballot; it goes with the ballot."""
    mac: Mapped[str] = mapped_column(default="", server_default="")
    """`roll.visit_mac`: a row written by anybody else opens no ballot."""
    finished: Mapped[bool] = mapped_column(default=False)
    """The ballot is cast: only the same sending repeated is still answered, with its receipt."""
