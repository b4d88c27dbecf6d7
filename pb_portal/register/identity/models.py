"""Codes on paper and help at the desk. What names a voter keeps no time finer than a day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class CodePackage(Base):
    """A package of paper codes. Its codes come to be when it is downloaded, which happens once:
    in clear they exist in that file only."""

    __tablename__ = "register_code_package"
    __table_args__ = (
        CheckConstraint("size BETWEEN 1 AND 1000", name="size"),
        CheckConstraint("form IN ('letters', 'sheet')", name="form"),
        CheckConstraint("downloaded_by <> made_by", name="four_eyes"),
        Index("ix_register_code_package_cycle", "cycle_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id", ondelete="CASCADE"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("places_area.id"))
    """The district whose residents may use the codes; None: the whole city."""
    place: Mapped[str]
    """Where the codes are handed out, as staff call it."""
    form: Mapped[str]
    size: Mapped[int]
    made_by: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"))
    made_at: Mapped[datetime]
    downloaded_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    downloaded_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    revoked_at: Mapped[datetime | None]


class PaperCode(Base):
    """One code as its keyed hash; the first person who uses it is the only one who can."""

    __tablename__ = "register_paper_code"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_register_paper_code_package", "package_id"),
        {"sqlite_with_rowid": False},
    )

    cycle_id: Mapped[int] = mapped_column(
        ForeignKey("cycles_cycle.id", ondelete="CASCADE"), primary_key=True
    )
    code_key: Mapped[str] = mapped_column(primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("register_code_package.id"))
    voter_key: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    """How often the code was typed with data that did not fit it."""


class Assistance(Base):
    """That an operator looked at a voter's document and opened the ballot: both, and the day."""

    __tablename__ = "register_assistance"
    __table_args__ = (
        Index("ix_register_assistance_operator", "cycle_id", "operator_id", "on"),
        {"sqlite_with_rowid": False},
    )

    cycle_id: Mapped[int] = mapped_column(
        ForeignKey("cycles_cycle.id", ondelete="CASCADE"), primary_key=True
    )
    voter_key: Mapped[str] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
