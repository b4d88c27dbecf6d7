"""Published reports. Rows are only ever added: the database refuses to change or delete them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.db import Base


class Report(Base):
    """One edition of a report, with everything it says as canonical JSON."""

    __tablename__ = "reports_report"
    __table_args__ = (
        UniqueConstraint("number", "edition"),
        CheckConstraint("edition > 0", name="edition"),
        CheckConstraint("(edition = 1) = (replaces_id IS NULL)", name="replaces"),
        CheckConstraint("edition = 1 OR reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    edition: Mapped[int] = mapped_column(default=1)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("reports_report.id"), unique=True)
    reason: Mapped[str] = mapped_column(default="")
    """Why a new edition corrects the one before, for the public."""
    title: Mapped[dict[str, str]]
    on_date: Mapped[date] = mapped_column(index=True)
    total: Mapped[int]
    snapshot: Mapped[str] = mapped_column(Text, deferred=True)
    digest: Mapped[str]
    """SHA-256 of the snapshot's UTF-8 bytes."""
    published_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    is_sample: Mapped[bool] = mapped_column(default=False)

    withdrawal: Mapped[ReportWithdrawal | None] = relationship(lazy="joined", viewonly=True)


class ReportFile(Base):
    """A file made when the report was published: PDF, XLSX and CSV by language, pictures."""

    __tablename__ = "reports_file"
    __table_args__ = (UniqueConstraint("report_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports_report.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    digest: Mapped[str]
    content: Mapped[bytes]


class ReportWithdrawal(Base):
    """A report taken back: it stays readable under a notice with the reason."""

    __tablename__ = "reports_withdrawal"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports_report.id"), unique=True)
    reason: Mapped[str]
    at: Mapped[datetime]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
