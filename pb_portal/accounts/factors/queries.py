"""Reading second factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.accounts.factors.models import CodeApp, Passkey, RecoveryCode
from pb_portal.accounts.models import LoginSession


@dataclass(frozen=True)
class Factors:
    """What a person can show besides the password."""

    passkeys: Sequence[Passkey]
    code_app: CodeApp | None
    codes_left: int

    def __bool__(self) -> bool:
        return bool(self.passkeys) or self.code_app is not None

    @property
    def count(self) -> int:
        """How many ways there are, recovery codes aside."""
        return len(self.passkeys) + (self.code_app is not None)


def factors_of(session: Session, person_id: int) -> Factors:
    """The person's factors that work now."""
    app = find_code_app(session, person_id)
    left = session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    )
    return Factors(
        passkeys_of(session, person_id), app if app and app.confirmed_at else None, left or 0
    )


def has_factors(session: Session, person_id: int) -> bool:
    """Whether the password alone is not enough for this person."""
    passkey = select(Passkey.id).where(Passkey.person_id == person_id).exists()
    app = (
        select(CodeApp.person_id)
        .where(CodeApp.person_id == person_id, CodeApp.confirmed_at.is_not(None))
        .exists()
    )
    return bool(session.scalar(select(passkey | app)))


def passkeys_of(session: Session, person_id: int) -> Sequence[Passkey]:
    """The person's passkeys, the oldest first."""
    query = select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    return session.scalars(query).all()


def find_code_app(session: Session, person_id: int) -> CodeApp | None:
    """The person's code app, also while it is not confirmed."""
    return session.get(CodeApp, person_id)


def sessions_of(session: Session, person_id: int) -> Sequence[LoginSession]:
    """The person's open sessions, the newest first."""
    return session.scalars(
        select(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.stage == "open")
        .order_by(LoginSession.created_at.desc(), LoginSession.id.desc())
    ).all()
