"""Four eyes: a request by one person that another must approve."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class ApprovalRequest(Base):
    """One proposed act. The database itself refuses the proposer as approver."""

    __tablename__ = "approvals_request"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="four_eyes"),
        CheckConstraint(
            "concerns IS NULL OR (concerns <> proposed_by AND"
            " (decided_by IS NULL OR concerns <> decided_by))",
            name="not_about_oneself",
        ),
        CheckConstraint("state IN ('open', 'approved', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'open') = (decided_by IS NULL)", name="decided"),
        Index(
            "uq_approvals_request_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(default="")
    cycle_id: Mapped[int | None] = mapped_column(index=True)
    concerns: Mapped[int | None]
    """The person the act is about, who may neither propose nor approve it."""
    proposed_by: Mapped[int]
    proposed_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="open", index=True)
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
