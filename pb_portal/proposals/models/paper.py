"""Applications that came on paper."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.db import Base
from pb_portal.files.models import StoredFile
from pb_portal.proposals.models.proposal import Proposal


class PaperApplication(Base):
    """Whose paper became a proposal. The name and the contacts go once an account claims it."""

    __tablename__ = "proposals_paper"
    __table_args__ = (UniqueConstraint("cycle_id", "paper_number"),)

    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), primary_key=True
    )
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"))
    paper_number: Mapped[str]
    received_on: Mapped[date]
    registrar_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    at: Mapped[datetime]
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="ru")
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("files_stored.id"), index=True)
    claim_hash: Mapped[str | None] = mapped_column(unique=True)
    claimed_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship()
    scan: Mapped[StoredFile | None] = relationship()
