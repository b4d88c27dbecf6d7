"""People who write a proposal together."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.accounts.models import Person
from pb_portal.db import Base

if TYPE_CHECKING:
    from pb_portal.proposals.models.proposal import Proposal

_LIVE = text("person_id IS NOT NULL AND state IN ('waiting', 'agreed')")


class Coauthor(Base):
    """An invitation by the author or a wish to join, and what became of it."""

    __tablename__ = "proposals_coauthor"
    __table_args__ = (
        CheckConstraint("kind IN ('invitation', 'request', 'merge')", name="kind"),
        CheckConstraint(
            "state IN ('waiting', 'agreed', 'declined', 'left', 'removed')", name="state"
        ),
        CheckConstraint("state <> 'agreed' OR person_id IS NOT NULL", name="person"),
        Index(
            "uq_proposals_coauthor_live",
            "proposal_id",
            "person_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    email: Mapped[str] = mapped_column(default="")
    """Where an invitation went; forgotten once it is answered."""
    token_digest: Mapped[str | None] = mapped_column(unique=True)
    named: Mapped[bool] = mapped_column(default=False)
    """Whether the public page may show the name."""
    words: Mapped[str] = mapped_column(default="")
    """What the person who asks to join wrote to the author."""
    offered_at: Mapped[datetime | None]
    """When the author offered to hand the proposal over to this co-author."""
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship(back_populates="coauthors")
    person: Mapped[Person | None] = relationship(foreign_keys=person_id)
