"""Uploads: re-encoded pictures in several sizes, and documents, kept under unguessable names."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base

PDF = "application/pdf"


class StoredFile(Base):
    """A stored picture or document. `key` is the unguessable name in addresses and in the store."""

    __tablename__ = "files_stored"
    __table_args__ = (
        Index(
            "ix_files_stored_unsized",
            "id",
            sqlite_where=text("sized_at IS NULL"),
            postgresql_where=text("sized_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    media_type: Mapped[str]
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    """Both 0 for a document."""
    owner_id: Mapped[int | None] = mapped_column(index=True)
    public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(default="")
    """What a document is called when it is downloaded."""
    original: Mapped[str] = mapped_column(default="")
    """Ending of the picture as it was sent, if it is kept; nobody but the city sees that one."""
    sizes: Mapped[list[int]] = mapped_column(default=list)
    """Widths there are smaller pictures of."""
    sized_at: Mapped[datetime | None]
    """When the sizes were made, or were found not to be needed."""
    size_attempts: Mapped[int] = mapped_column(default=0)

    @property
    def is_document(self) -> bool:
        """Whether it is downloaded rather than shown."""
        return self.media_type == PDF
