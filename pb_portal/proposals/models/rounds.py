"""What each round of review leaves behind: sent versions, remarks, the reviewed estimate."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base, ShownText
from pb_portal.domain.money import line_sum


class ProposalVersion(Base):
    """The proposal as it was sent; number 1 is the first submission."""

    __tablename__ = "proposals_version"
    __table_args__ = (UniqueConstraint("proposal_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE")
    )
    number: Mapped[int]
    at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    """See `service.versions.content_of`."""
    changed: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """Fields that differ from the version before."""


class Remark(Base):
    """What the reviewer asks to change in one field. Open until the author sends again."""

    __tablename__ = "proposals_remark"
    __table_args__ = (
        UniqueConstraint("proposal_id", "round", "field"),
        CheckConstraint(
            "field IN ('title', 'problem', 'solution', 'category', 'place', 'estimate',"
            " 'photos', 'other')",
            name="field",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE")
    )
    round: Mapped[int]
    """Number of the version it is about."""
    field: Mapped[str]
    text: Mapped[str]
    author_person_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class ReviewedLine(Base):
    """A line of the estimate as the reviewer sees it. Quantity in thousandths, price in tenge."""

    __tablename__ = "proposals_reviewed_line"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("proposals_proposal.id", ondelete="CASCADE"), index=True
    )
    line_id: Mapped[int | None] = mapped_column(
        ForeignKey("proposals_estimate_line.id", ondelete="SET NULL"), index=True
    )
    """The author's line it corrects; none for a line the reviewer adds."""
    text: Mapped[str] = mapped_column(ShownText, default="")
    unit: Mapped[str]
    quantity: Mapped[int] = mapped_column(BigInteger)
    """Zero strikes the author's line out."""
    unit_price: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(default="")
    sort: Mapped[int] = mapped_column(default=0)

    @property
    def sum(self) -> int:
        """Price of the line in tenge."""
        return line_sum(self.unit_price, self.quantity)
