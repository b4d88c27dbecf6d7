"""Second factors of sign-in: passkeys, codes of an app, one-time recovery codes; wrong tries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pb_portal.db import Base


class Passkey(Base):
    """A WebAuthn credential: only its public key is here. `credential_id` is base64url."""

    __tablename__ = "accounts_passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), index=True
    )
    credential_id: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[str]
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class CodeApp(Base):
    """A secret shared with a code app (TOTP, RFC 6238), sealed with `FACTOR_KEY`.

    `last_step` is the time step of the newest code taken: it and all before it are spent.
    """

    __tablename__ = "accounts_code_app"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), primary_key=True
    )
    secret: Mapped[str]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class RecoveryCode(Base):
    """A code that lets its owner in once when every other factor is lost; only its hash."""

    __tablename__ = "accounts_recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), index=True
    )
    code_hash: Mapped[str] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class WrongTries(Base):
    """Mistakes in a row against one account from one device, or from all unknown devices.

    `name` is a keyed hash, so that the table lists no addresses.
    """

    __tablename__ = "accounts_wrong_tries"

    name: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)
