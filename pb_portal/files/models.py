"""Uploads: re-encoded pictures kept under their digest in the instance folder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class StoredFile(Base):
    """A stored picture. `key` is the unguessable name in addresses and on disk."""

    __tablename__ = "files_stored"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    media_type: Mapped[str]
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    owner_id: Mapped[int | None] = mapped_column(index=True)
    public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
