"""News of a project: updates, photos, and who gets letters."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pb_portal.accounts.models import Person
from pb_portal.db import Base, ShownText
from pb_portal.files.models import StoredFile

if TYPE_CHECKING:
    from pb_portal.projects.models.project import Project


def _at(context: DefaultExecutionContext) -> datetime:
    """Unless it waits for the head, an update is public at once."""
    return context.get_current_parameters()["at"]  # type: ignore[no-untyped-call,no-any-return]


class ProjectUpdate(Base):
    """News from the site: a few words and the percentage done. Public once `published_at`."""

    __tablename__ = "projects_update"
    __table_args__ = (
        UniqueConstraint("author_id", "sent_key"),
        CheckConstraint("published_at IS NULL OR returned_at IS NULL", name="decided_once"),
        Index("ix_projects_update_waiting", "published_at", "returned_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_person.id"))
    body: Mapped[str] = mapped_column(ShownText)
    progress: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)
    sent_key: Mapped[str | None]
    """Made by the phone, so that a second sending of the same update is known."""
    published_at: Mapped[datetime | None] = mapped_column(default=_at)
    returned_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(default="")
    """The head's words when it was returned."""

    author: Mapped[Person | None] = relationship()
    project: Mapped[Project] = relationship(viewonly=True)
    photos: Mapped[list[ProjectPhoto]] = relationship(order_by="ProjectPhoto.id", viewonly=True)


class ProjectPhoto(Base):
    """A photo of the place before, during or after the works."""

    __tablename__ = "projects_photo"
    __table_args__ = (CheckConstraint("stage IN ('before', 'during', 'after')", name="stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), index=True
    )
    file_id: Mapped[int] = mapped_column(ForeignKey("files_stored.id"))
    update_id: Mapped[int | None] = mapped_column(
        ForeignKey("projects_update.id", ondelete="SET NULL"), index=True
    )
    """The update it was sent with, if any."""
    stage: Mapped[str]
    caption: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    published: Mapped[bool] = mapped_column(default=True)
    """Not while its update waits for the head."""

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class ProjectFollow(Base):
    """A person's own wish about letters. Without a row, the author and the followers of the
    proposals it came from get them."""

    __tablename__ = "projects_follow"
    __table_args__ = (
        CheckConstraint("rhythm IN ('each', 'daily', 'weekly')", name="rhythm"),
        Index("ix_projects_follow_rhythm", "rhythm", "digested_at"),
    )

    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects_project.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]
    stopped: Mapped[bool] = mapped_column(default=False)
    """Wants no letters any more."""
    rhythm: Mapped[str] = mapped_column(default="each")
    """A letter at each step, or one a day or a week with all of them."""
    digested_at: Mapped[datetime | None]
