"""Accounts: register, confirm, sign in, set a new password, grant roles."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.accounts import queries
from pb_portal.accounts.models import EmailToken, LoginSession, Person, RoleGrant
from pb_portal.audit import service as audit
from pb_portal.domain.permissions import P, Role, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import ANYONE, Signature
from pb_portal.outbox import service as outbox

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id; 19 MiB and two passes, the least OWASP's Password Storage Cheat Sheet names."""

SESSION_LIFE = timedelta(hours=12)
TOKEN_LIFE = {"confirm": timedelta(days=3), "reset": timedelta(hours=1)}
SHORTEST_PASSWORD = 10
MOST_LETTERS = 5
LETTERS_WITHIN = timedelta(hours=1)
_NOBODY = HASHER.hash(secrets.token_hex(16))
_COMMON = frozenset(
    [
        "1234567890",
        "0123456789",
        "0987654321",
        "1111111111",
        "12345678910",
        "123456789012",
        "1q2w3e4r5t",
        "qwertyuiop",
        "qwerty12345",
        "qwerty123456",
        "password12",
        "password123",
        "password1234",
        "йцукенгшщз",
    ]
)


def check_password(password: str, *, email: str = "", name: str = "") -> None:
    """Refuse a short, common or self-naming password (ASVS 6.2: length, no composition rules)."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refusal("account.password_short", field="password", least=SHORTEST_PASSWORD)
    folded = password.casefold()
    if folded in _COMMON or len(set(folded)) < 4:
        raise Refusal("account.password_common", field="password")
    if folded in {email.casefold(), name.casefold()}:
        raise Refusal("account.password_self", field="password")


def hash_password(password: str, *, email: str = "", name: str = "") -> str:
    """The hash of a password that is good enough.

    It costs tens of milliseconds by design: call it before `transaction()`, never inside.
    """
    check_password(password, email=email, name=name)
    return HASHER.hash(password)


def password_fits(person: Person | None, password: str) -> bool:
    """Whether the password is the person's; takes as long when there is no such person.

    As slow as hashing: call it before `transaction()`, never inside.
    """
    stored = person.password_hash if person else _NOBODY
    try:
        HASHER.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return person is not None


def register(
    session: Session, *, email: str, name: str, password_hash: str, locale: str, at: datetime
) -> Person | None:
    """Make an account and send a letter to confirm its address.

    When the address is taken nothing is made and its owner gets a letter saying so; the page
    shows the same to everybody, so that it cannot be used to find out who has an account.
    """
    taken = queries.find_person(session, email)
    if taken is None:
        try:
            with session.begin_nested():
                person = _add(session, email, name, password_hash, locale, at)
        except IntegrityError:
            taken = queries.find_person(session, email)
    if taken is not None:
        _tell_owner(session, taken, at)
        return None
    send_confirmation(session, person, at=at)
    audit.record(session, Signature(ANYONE, at), "account.registered", ("person", person.id))
    return person


def _add(
    session: Session, email: str, name: str, password_hash: str, locale: str, at: datetime
) -> Person:
    person = Person(
        email=email.casefold(), name=name, password_hash=password_hash, locale=locale, created_at=at
    )
    session.add(person)
    session.flush()
    return person


def _tell_owner(session: Session, person: Person, at: datetime) -> None:
    outbox.post(
        session,
        Signature(ANYONE, at),
        "account_exists",
        recipient=person.email,
        locale=person.locale,
        name=person.name,
        path="/login",
    )


def send_confirmation(session: Session, person: Person, *, at: datetime) -> None:
    """Send the letter with the link that confirms the address; at most a few in an hour."""
    token = _issue(session, person, "confirm", at)
    if token is None:
        return
    outbox.post(
        session,
        Signature(ANYONE, at),
        "confirm_address",
        recipient=person.email,
        locale=person.locale,
        name=person.name,
        path=f"/confirm/{token}",
    )


def confirm(session: Session, token: str, *, at: datetime) -> Person:
    """Mark the address as confirmed; refuses (`account.link_dead`) a used or old link."""
    found = _use(session, token, "confirm", at)
    person = found.person
    person.confirmed_at = person.confirmed_at or at
    audit.record(session, Signature(person.actor(), at), "account.confirmed", ("person", person.id))
    return person


def sign_in(session: Session, person_id: int | None, *, fits: bool, at: datetime) -> str | None:
    """Record an attempt to sign in. Opens a session and returns its token when the password was
    found to fit and the account is not blocked; None otherwise, the same for every mistake."""
    if person_id is None:
        return None
    person = queries.get_person(session, person_id)
    if not fits or person.blocked_at is not None:
        audit.record(session, Signature(ANYONE, at), "account.login_failed", ("person", person.id))
        return None
    audit.record(session, Signature(person.actor(), at), "account.login", ("person", person.id))
    return open_session(session, person.id, at=at)


def open_session(session: Session, person_id: int, *, at: datetime) -> str:
    """Open a session and return its token; only the token's hash is stored."""
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=queries.digest(token),
            person_id=person_id,
            created_at=at,
            expires_at=at + SESSION_LIFE,
        )
    )
    return token


def close_session(session: Session, token: str) -> None:
    """End the session of this token."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == queries.digest(token)))


def ask_new_password(session: Session, *, email: str, at: datetime) -> None:
    """Send a link to set a new password, if the address has an account; say nothing otherwise."""
    person = queries.find_person(session, email)
    if person is None or person.blocked_at is not None:
        return
    token = _issue(session, person, "reset", at)
    if token is None:
        return
    outbox.post(
        session,
        Signature(ANYONE, at),
        "new_password",
        recipient=person.email,
        locale=person.locale,
        name=person.name,
        path=f"/new-password/{token}",
    )


def set_password(session: Session, token: str, *, password_hash: str, at: datetime) -> Person:
    """Set a new password by a link; closes every session and kills every other link."""
    person = _use(session, token, "reset", at).person
    person.confirmed_at = person.confirmed_at or at
    _replace_password(session, person, password_hash, at)
    audit.record(session, Signature(person.actor(), at), "account.password", ("person", person.id))
    return person


def change_password(session: Session, by: Signature, person: Person, *, password_hash: str) -> None:
    """Change one's own password (the caller has checked the present one); closes every session."""
    demand(by.actor, P.RESIDENT)
    _replace_password(session, person, password_hash, by.at)
    audit.record(session, by, "account.password", ("person", person.id))


def _replace_password(session: Session, person: Person, password_hash: str, at: datetime) -> None:
    person.password_hash = password_hash
    session.execute(
        update(EmailToken)
        .where(EmailToken.person_id == person.id, EmailToken.purpose == "reset")
        .where(EmailToken.used_at.is_(None))
        .values(used_at=at)
    )
    close_all_sessions(session, person.id)


def close_all_sessions(session: Session, person_id: int) -> None:
    """End every session of the person, on every device."""
    session.execute(delete(LoginSession).where(LoginSession.person_id == person_id))


def block(session: Session, by: Signature, person: Person, *, reason: str) -> None:
    """Block an account: its sessions end at once and nobody can sign in to it."""
    demand(by.actor, P.ADMINISTER)
    if person.id == by.actor.person_id:
        raise Refusal("account.own_block")
    if not reason:
        raise Refusal("account.reason_missing", field="reason")
    if person.blocked_at is not None:
        return
    person.blocked_at = by.at
    close_all_sessions(session, person.id)
    audit.record(session, by, "account.blocked", ("person", person.id), reason=reason)


def unblock(session: Session, by: Signature, person: Person, *, reason: str = "") -> None:
    """Let a blocked account in again."""
    demand(by.actor, P.ADMINISTER)
    if person.blocked_at is None:
        return
    person.blocked_at = None
    audit.record(session, by, "account.unblocked", ("person", person.id), reason=reason)


def tidy(session: Session, at: datetime) -> None:
    """Remove sessions and links that have run out."""
    session.execute(delete(LoginSession).where(LoginSession.expires_at <= at))
    session.execute(delete(EmailToken).where(EmailToken.expires_at <= at))


def change_profile(
    session: Session, by: Signature, person: Person, *, name: str, locale: str
) -> None:
    """Change one's own name and the language of letters."""
    demand(by.actor, P.RESIDENT)
    person.name = name
    person.locale = locale
    audit.record(session, by, "account.profile", ("person", person.id))


def grant_role(
    session: Session, by: Signature, person: Person, role: Role, area_id: int | None = None
) -> None:
    """Give a staff role for the city or one area; giving it again changes nothing."""
    demand(by.actor, P.ADMINISTER)
    if any(held.role == role and held.area_id == area_id for held in person.grants):
        return
    person.grants.append(RoleGrant(role=role, area_id=area_id))
    audit.record(
        session, by, "account.role_granted", ("person", person.id), role=role, area=area_id
    )


def revoke_role(session: Session, by: Signature, person: Person, grant_id: int) -> None:
    """Take a staff role away. Administrators cannot take their own last one."""
    demand(by.actor, P.ADMINISTER)
    grant = next((held for held in person.grants if held.id == grant_id), None)
    if grant is None:
        return
    if person.id == by.actor.person_id and grant.role == Role.ADMINISTRATOR:
        raise Refusal("account.own_role")
    person.grants.remove(grant)
    audit.record(
        session,
        by,
        "account.role_revoked",
        ("person", person.id),
        role=grant.role,
        area=grant.area_id,
    )


def _issue(session: Session, person: Person, purpose: str, at: datetime) -> str | None:
    """A fresh link's token; None when the person was sent enough of them in the last hour."""
    recent = at + TOKEN_LIFE[purpose] - LETTERS_WITHIN
    sent = session.scalar(
        select(func.count())
        .select_from(EmailToken)
        .where(EmailToken.person_id == person.id, EmailToken.purpose == purpose)
        .where(EmailToken.expires_at > recent)
    )
    if (sent or 0) >= MOST_LETTERS:
        return None
    token = secrets.token_urlsafe(24)
    session.add(
        EmailToken(
            token_hash=queries.digest(token),
            person=person,
            purpose=purpose,
            expires_at=at + TOKEN_LIFE[purpose],
        )
    )
    return token


def _use(session: Session, token: str, purpose: str, at: datetime) -> EmailToken:
    found = queries.find_email_token(session, token, purpose, at)
    if found is None or found.person.blocked_at is not None:
        raise Refusal("account.link_dead")
    spent = session.execute(
        update(EmailToken)
        .where(EmailToken.id == found.id, EmailToken.used_at.is_(None))
        .values(used_at=at)
        .returning(EmailToken.id)
    ).first()
    if spent is None:
        raise Refusal("account.link_dead")
    return found
