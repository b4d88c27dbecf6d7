"""The index of words that search looks in."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base

ByBytes = String().with_variant(String(collation="C"), "postgresql")
"""Text compared byte by byte on both engines, so that a beginning is a range of the index."""


class ProposalWord(Base):
    """A stem said in a submitted proposal, kept in step with its `search_text`."""

    __tablename__ = "proposals_word"
    __table_args__ = (
        Index("ix_proposals_word_proposal", "proposal_id", "stem"),
        {"sqlite_with_rowid": False},
    )

    cycle_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stem: Mapped[str] = mapped_column(ByBytes, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )


class SaidWord(Base):
    """A word as people of this cycle write it, folded: for suggestions and corrections."""

    __tablename__ = "proposals_said_word"
    __table_args__ = ({"sqlite_with_rowid": False},)

    cycle_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(ByBytes, primary_key=True)
