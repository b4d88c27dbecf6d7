"""What staff hand in before it is saved, how updates are published, and the nightly check."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class SheetUpload(Base):
    """A spreadsheet that was read and found clean, waiting for its owner to confirm it."""

    __tablename__ = "projects_sheet_upload"
    __table_args__ = (CheckConstraint("kind IN ('projects', 'updates')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"), index=True)
    rows: Mapped[list[dict[str, Any]]]
    at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class ManagerSetting(Base):
    """Whether the head reads this manager's updates before the public does."""

    __tablename__ = "projects_manager_setting"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), primary_key=True
    )
    needs_approval: Mapped[bool]


class LedgerCheck(Base):
    """One nightly comparison of the figures shown with the rows they come from."""

    __tablename__ = "projects_ledger_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    projects: Mapped[int]
    faults: Mapped[list[dict[str, Any]]]
    """{number, what, shown, found} of each figure that is off."""
