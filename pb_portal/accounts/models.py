"""People with accounts, their staff roles and their sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from pb_portal.db import Base, ShownText
from pb_portal.domain.addresses import canonical_address
from pb_portal.domain.placeholders import translate_placeholder
from pb_portal.domain.signature import Actor


class Person(Base):
    """An account. `email` is kept folded to lower case and is the login."""

    __tablename__ = "accounts_person"
    __table_args__ = (
        CheckConstraint("locale IN ('kk', 'ru', 'en')", name="locale"),
        Index("uq_accounts_person_mailbox", "mailbox", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    mailbox: Mapped[str | None]
    """The address as `canonical_address` writes it: two ways of writing one are one account.
    Accounts made twice before this was known keep their own address here."""
    stored_name: Mapped[str] = mapped_column("name", ShownText)
    password_hash: Mapped[str]
    locale: Mapped[str] = mapped_column(default="ru")
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    """When the account was deleted: the row stays empty, since published words point to it."""
    is_sample: Mapped[bool] = mapped_column(default=False)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("places_area.id"))
    """The district the person says they live in."""

    grants: Mapped[list[RoleGrant]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @hybrid_property
    def name(self) -> str:
        """The name; of a deleted account what the reader's language says instead."""
        return translate_placeholder(self.stored_name, ShownText.language())

    @name.inplace.setter
    def _set_name(self, value: str) -> None:
        self.stored_name = value

    @name.inplace.expression
    @classmethod
    def _name_column(cls) -> ColumnElement[str]:
        return cls.stored_name.expression

    @validates("email")
    def _name_mailbox(self, _key: str, email: str) -> str:
        self.mailbox = canonical_address(email)
        return email

    def actor(self) -> Actor:
        """This person as the rules see them."""
        held = frozenset((grant.role, grant.area_id) for grant in self.grants)
        return Actor(self.id, held, self.confirmed_at is not None)


class RoleGrant(Base):
    """A staff role, for the whole city (no area) or for one area."""

    __tablename__ = "accounts_role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role", "area_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id", ondelete="CASCADE"))
    role: Mapped[str]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("places_area.id"))


class LoginSession(Base):
    """A session on the server: the cookie carries only a token, and logging out deletes the row.

    `half`: the password fitted and the second factor is still to be shown; it opens no page.
    """

    __tablename__ = "accounts_login_session"
    __table_args__ = (
        CheckConstraint("stage IN ('half', 'open')", name="stage"),
        CheckConstraint("stage = 'open' OR factor_at IS NULL", name="half_has_no_factor"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    stage: Mapped[str] = mapped_column(default="open")
    factor_at: Mapped[datetime | None]
    """When a second factor was last shown in this session."""
    challenge: Mapped[str] = mapped_column(default="")
    """What a passkey must sign next; spent by the first answer."""
    device: Mapped[str] = mapped_column(default="")
    """Browser and system in two words, for the list of one's sessions."""

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class EmailToken(Base):
    """A one-time token sent by letter, to confirm an address or set a new password."""

    __tablename__ = "accounts_email_token"
    __table_args__ = (
        CheckConstraint("purpose IN ('confirm', 'reset')", name="purpose"),
        Index("ix_accounts_email_token_person", "person_id", "purpose"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("accounts_person.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class KeptForm(Base):
    """A form that was sent after its session had ended, sealed with the name in the browser's
    cookie; of that name only a hash is stored, so the row alone cannot be read."""

    __tablename__ = "accounts_kept_form"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("accounts_person.id", ondelete="CASCADE"), index=True
    )
    sealed: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
