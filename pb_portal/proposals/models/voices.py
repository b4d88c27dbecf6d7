"""What residents say about a proposal: comments, supports, follows, reports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.accounts.models import Person
from pb_portal.db import Base, ShownText


class Comment(Base):
    """A resident's words on a proposal; hidden ones say why."""

    __tablename__ = "proposals_comment"
    __table_args__ = (Index("ix_proposals_comment_page", "proposal_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE")
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("proposals_comment.id", ondelete="CASCADE"), index=True
    )
    """The comment it answers; answers are not answered in turn."""
    replies_count: Mapped[int] = mapped_column(default=0, server_default="0")
    body: Mapped[str] = mapped_column(ShownText)
    created_at: Mapped[datetime]
    hidden_at: Mapped[datetime | None]
    hidden_reason: Mapped[str] = mapped_column(default="")
    held_at: Mapped[datetime | None]
    """Kept back by the words list until a moderator has read it."""
    is_sample: Mapped[bool] = mapped_column(default=False)

    author: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Support(Base):
    """A person's support of a proposal, once."""

    __tablename__ = "proposals_support"

    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]


class ProposalFollow(Base):
    """A person who gets letters about a proposal."""

    __tablename__ = "proposals_follow"

    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]


class CommentReport(Base):
    """A resident's word that a comment breaks the rules; a moderator answers it."""

    __tablename__ = "proposals_comment_report"
    __table_args__ = (
        UniqueConstraint("comment_id", "person_id"),
        CheckConstraint(
            "reason IN ('insult', 'personal_data', 'spam', 'off_topic', 'other')", name="reason"
        ),
        CheckConstraint("outcome IN ('', 'hidden', 'kept')", name="outcome"),
        Index("ix_proposals_comment_report_open", "outcome", "comment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("proposals_comment.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), index=True
    )
    reason: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(default="")
    """Empty while it waits, then hidden or kept."""
    answered_at: Mapped[datetime | None]
