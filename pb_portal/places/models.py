"""Areas: districts with names in three languages and an outline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base, LocalText


class Area(Base):
    """A district (or a whole unit of an imported election). `city` tells one city's areas apart."""

    __tablename__ = "places_area"
    __table_args__ = (UniqueConstraint("city", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    city: Mapped[str]
    code: Mapped[str]
    names: Mapped[LocalText]
    sort: Mapped[int] = mapped_column(default=0)
    outline: Mapped[dict[str, Any] | None]
    """GeoJSON geometry (Polygon or MultiPolygon, longitude first), if known."""
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
