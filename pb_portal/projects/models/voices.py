"""What residents say to a project: letters asked for, defects and questions, ratings; and the
documents it shows them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.accounts.models import Person
from pb_portal.db import Base, ShownText
from pb_portal.files.models import StoredFile

RHYTHMS = "'each', 'daily', 'weekly'"


class MailFollow(Base):
    """An address without an account that gets letters about a project, once it is confirmed.

    The token stands in every letter, so it is kept as it is; it can only confirm and stop.
    """

    __tablename__ = "projects_mail_follow"
    __table_args__ = (
        UniqueConstraint("project_id", "email"),
        CheckConstraint(f"rhythm IN ({RHYTHMS})", name="rhythm"),
        CheckConstraint("locale IN ('kk', 'ru', 'en')", name="locale"),
        Index("ix_projects_mail_follow_email", "email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects_project.id", ondelete="CASCADE"))
    email: Mapped[str]
    locale: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    rhythm: Mapped[str] = mapped_column(default="each")
    asked_at: Mapped[datetime]
    """When the letter that asks to confirm was last sent."""
    confirmed_at: Mapped[datetime | None]
    digested_at: Mapped[datetime | None]


class Issue(Base):
    """A defect or a question of a resident. It is answered by its day or stands open in public."""

    __tablename__ = "projects_issue"
    __table_args__ = (
        CheckConstraint("kind IN ('defect', 'question')", name="kind"),
        CheckConstraint("state IN ('open', 'promised', 'closed')", name="state"),
        CheckConstraint("reopened >= 0", name="reopened"),
        CheckConstraint("(hidden_at IS NULL) = (hidden_reason = '')", name="hidden_whole"),
        Index("ix_projects_issue_list", "project_id", "kind", "state"),
        Index("ix_projects_issue_due", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects_project.id", ondelete="CASCADE"))
    kind: Mapped[str]
    body: Mapped[str] = mapped_column(ShownText)
    place: Mapped[str] = mapped_column(default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files_stored.id"), index=True)
    photo_alt: Mapped[str] = mapped_column(default="")
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"), index=True)
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="open")
    """open: waits for an answer; promised: will be put right; closed: put right or explained."""
    due_on: Mapped[date]
    """The day by which it is answered, or put right once that is promised."""
    reopened: Mapped[int] = mapped_column(default=0)
    hidden_at: Mapped[datetime | None]
    hidden_reason: Mapped[str] = mapped_column(default="")
    reminded_on: Mapped[date | None]
    """The due date whose passing the manager was reminded of."""

    reporter: Mapped[Person | None] = relationship()
    file: Mapped[StoredFile | None] = relationship()
    steps: Mapped[list[IssueStep]] = relationship(
        order_by="IssueStep.id", cascade="all, delete-orphan"
    )


class IssueStep(Base):
    """One public step of an issue: answered, put off to a day, put right, reopened."""

    __tablename__ = "projects_issue_step"
    __table_args__ = (
        CheckConstraint("kind IN ('promised', 'fixed', 'explained', 'reopened')", name="kind"),
        CheckConstraint("(kind = 'promised') = (due_on IS NOT NULL)", name="due_whole"),
        CheckConstraint("body <> ''", name="body"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(
        ForeignKey("projects_issue.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    body: Mapped[str] = mapped_column(ShownText)
    due_on: Mapped[date | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files_stored.id"), index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    at: Mapped[datetime] = mapped_column(index=True)

    file: Mapped[StoredFile | None] = relationship()


class Rating(Base):
    """What a resident makes of the finished thing: one to five, once each."""

    __tablename__ = "projects_rating"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        CheckConstraint("(hidden_at IS NULL) = (hidden_reason = '')", name="hidden_whole"),
    )

    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    stars: Mapped[int]
    comment: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    hidden_at: Mapped[datetime | None]
    """Hides the words; the stars count all the same."""
    hidden_reason: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship()


class ProjectDocument(Base):
    """A document residents may download: a scheme, the contract, the act."""

    __tablename__ = "projects_document"
    __table_args__ = (CheckConstraint("title <> ''", name="title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), index=True
    )
    file_id: Mapped[int] = mapped_column(ForeignKey("files_stored.id"), index=True)
    title: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)
