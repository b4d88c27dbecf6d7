"""The resident register and the codes sent to prove identity. Keyed hashes only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
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
    masked_year: Mapped[int | None]
    """The year of birth, masked by the register key; read by the fraud desk alone."""
    mac: Mapped[str] = mapped_column(default="", server_default="")
    """`roll.entry_mac` of the other columns: an altered row opens no ballot."""


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
    """Like the other times here the next whole minute."""
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
    digest: Mapped[str] = mapped_column(default="", server_default="")
    """`roll.RollDigest` of what the last load read; signed with the freeze."""
    set_aside: Mapped[int] = mapped_column(default=0, server_default="0")
    """Lines of the loaded file that two people set aside, and nobody has mended yet."""


class RollHead(Base):
    """The signed digest of a frozen roll: at the freeze and after each correction. Only added."""

    __tablename__ = "register_head"
    __table_args__ = (
        CheckConstraint("act IN ('freeze', 'add', 'change', 'remove')", name="act"),
        CheckConstraint("number >= 1 AND entries >= 0", name="figures"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[str]
    at: Mapped[datetime]
    entries: Mapped[int]
    digest: Mapped[str]
    """`roll.RollDigest`: under a key, so that it tells nothing."""
    previous: Mapped[str]
    """SHA-256 of the head before this one, its signature included; empty for the first."""
    public_key: Mapped[str]
    signature: Mapped[str]
    """Ed25519 over `service.roll.signed_bytes`, in hex."""


class RemovedMark(Base):
    """Stands for a person whom a correction took off a frozen roll, voted or not: a ballot cast
    before stays, and the audit knows that its voter was on the roll. Names nobody. Only added."""

    __tablename__ = "register_removed"
    __table_args__ = {"sqlite_with_rowid": False}

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles_cycle.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)


class RegisterLoad(Base):
    """One file of residents: checked or loaded, watched while it runs, taken up again when its
    worker dies. Keeps figures and the places of mistakes, nothing the file said."""

    __tablename__ = "register_load"
    __table_args__ = (
        CheckConstraint("kind IN ('check', 'load')", name="kind"),
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        Index(
            "uq_register_load_open",
            "cycle_id",
            unique=True,
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(
        ForeignKey("cycles_cycle.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued")
    step: Mapped[str] = mapped_column(default="queued")
    """queued, reading, comparing, saving or done."""
    progress: Mapped[int] = mapped_column(default=0)
    upload: Mapped[str] = mapped_column(default="")
    """Name of the sealed file while it waits; empty once it is gone."""
    asked_by: Mapped[int | None]
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    """Code of the refusal that ended it."""
    error_params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    residents: Mapped[int] = mapped_column(default=0)
    too_young: Mapped[int] = mapped_column(default=0)
    temporary: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    removed: Mapped[int] = mapped_column(default=0)
    faults_total: Mapped[int] = mapped_column(default=0)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """The first mistakes: line, code and figures for a sentence."""
    way: Mapped[str] = mapped_column(default="whole", server_default="whole")
    """whole: nothing is saved where a line is wrong; offered: only read, and kept for two people to
    load its right lines; sound: those lines are loaded; mended: lines are added to what is."""
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approvals_request.id"))
    """The agreement to load the sound lines."""
    sound: Mapped[int] = mapped_column(default=0, server_default="0")
    """Residents that can be loaded although other lines are wrong."""
    set_aside: Mapped[int] = mapped_column(default=0, server_default="0")
    """Lines that cannot, or were set aside."""
    fault_kinds: Mapped[dict[str, int]] = mapped_column(default=dict, server_default="{}")
    """How many lines of each mistake."""
    kept: Mapped[str] = mapped_column(default="", server_default="")
    """Name of a sealed file that stays for a while: the file sent, until two people decide on its
    sound lines; then the lines set aside, until they are mended."""
    kept_until: Mapped[datetime | None]


class RegisterCorrection(Base):
    """One change of a frozen register. The database lets a row of it change only as an approved
    correction says; when it is closed the keys go, so that nothing joins a person with a time."""

    __tablename__ = "register_correction"
    __table_args__ = (
        CheckConstraint("kind IN ('add', 'change', 'remove')", name="kind"),
        CheckConstraint("state IN ('open', 'applied', 'declined')", name="state"),
        CheckConstraint("(state = 'open') = (voter_key <> '')", name="closed_without_keys"),
        Index(
            "uq_register_correction_open",
            "cycle_id",
            "voter_key",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(
        ForeignKey("cycles_cycle.id", ondelete="CASCADE"), index=True
    )
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approvals_request.id"), unique=True)
    """The request of two people that must be approved."""
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    fields: Mapped[list[str]] = mapped_column(default=list)
    """What differs: birth_date, phone, area, permanent."""
    document: Mapped[str]
    """Which document was shown; no number of it and no copy."""
    voter_key: Mapped[str]
    proof: Mapped[str]
    phone_key: Mapped[str]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("places_area.id"))
    permanent: Mapped[bool]
    old_enough: Mapped[bool]


class HelpDesk(Base):
    """Where people get help with the vote: an address and its hours, in three languages."""

    __tablename__ = "register_help_desk"

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("places_area.id"), index=True)
    """None for a desk of the whole city."""
    names: Mapped[dict[str, str]]
    addresses: Mapped[dict[str, str]]
    hours: Mapped[dict[str, str]]
    phone: Mapped[str] = mapped_column(default="")
