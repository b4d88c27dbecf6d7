"""The resident register and the codes sent to prove identity. Keyed hashes only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class RegisterEntry(Base):
    """One resident of one cycle's register.

    `voter_key` = HMAC(register key, cycle ‖ IIN), `proof` = HMAC(… IIN ‖ birth date),
    `phone_key` = HMAC(… phone). The key is outside the database. Rows lie in the order of their
    keys (no hidden row number), so that the order of the loaded file tells nothing.
    """

    __tablename__ = "register_entry"
    __table_args__ = {"sqlite_with_rowid": False}

    cycle_id: Mapped[int] = mapped_column(
        ForeignKey("cycles_cycle.id", ondelete="CASCADE"), primary_key=True
    )
    voter_key: Mapped[str] = mapped_column(primary_key=True)
    proof: Mapped[str]
    phone_key: Mapped[str]
    area_id: Mapped[int] = mapped_column(ForeignKey("places_area.id"))
    permanent: Mapped[bool]
    old_enough: Mapped[bool]


class IdentityCode(Base):
    """A one-time code sent to a phone; only its keyed hash is kept, and only for minutes."""

    __tablename__ = "register_identity_code"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_register_identity_code_phone", "phone_key", "sent_at"),
        Index("ix_register_identity_code_address", "address_key", "sent_at"),
        Index("ix_register_identity_code_sent", "cycle_id", "sent_at"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """Random; carried by the browser between the two steps."""
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id", ondelete="CASCADE"))
    voter_key: Mapped[str | None]
    """None when nobody matched (the page goes on the same way, and no code fits), and again as
    soon as the code is used or old."""
    phone_key: Mapped[str]
    address_key: Mapped[str]
    """Keyed hash of the network address that asked; rows are deleted after a day."""
    code_hash: Mapped[str]
    """Empty when no message was sent."""
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PhoneUse(Base):
    """Which voters a phone has served in a cycle, to keep the limit of voters per phone."""

    __tablename__ = "register_phone_use"
    __table_args__ = {"sqlite_with_rowid": False}

    cycle_id: Mapped[int] = mapped_column(
        ForeignKey("cycles_cycle.id", ondelete="CASCADE"), primary_key=True
    )
    phone_key: Mapped[str] = mapped_column(primary_key=True)
    voter_key: Mapped[str] = mapped_column(primary_key=True)


class RegisterState(Base):
    """Whether a cycle's register is loaded and frozen."""

    __tablename__ = "register_state"

    cycle_id: Mapped[int] = mapped_column(
        ForeignKey("cycles_cycle.id", ondelete="CASCADE"), primary_key=True
    )
    entries: Mapped[int] = mapped_column(default=0)
    loaded_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]
