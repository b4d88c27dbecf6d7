"""Commands on second factors. None of them commits."""

from __future__ import annotations

import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from pb_portal.accounts.factors import passkeys, queries, sealed
from pb_portal.accounts.factors.models import CodeApp, Passkey, RecoveryCode
from pb_portal.accounts.models import LoginSession, Person
from pb_portal.accounts.queries import digest
from pb_portal.accounts.service.sessions import close_other_sessions
from pb_portal.audit import service as audit
from pb_portal.db import Missing, take_turn
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.seals.service import change_rows, delete_rows

RECOVERY_CODES = 10
MOST_PASSKEYS = 10
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Signs nobody confuses when copying by hand: ten of them hold 49 bits."""
STEP = 30


def add_passkey(
    session: Session, by: Signature, entry: LoginSession, made: passkeys.Made, *, name: str
) -> Passkey:
    """Keep a passkey that `passkeys.read_made` found sound; ends the person's other sessions."""
    demand(by.actor, P.RESIDENT)
    take_turn(session, f"factors of {entry.person_id}")
    if len(queries.passkeys_of(session, entry.person_id)) >= MOST_PASSKEYS:
        raise Refusal("factor.too_many", most=MOST_PASSKEYS)
    passkey = Passkey(
        person_id=entry.person_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=name,
        created_at=by.at,
    )
    session.add(passkey)
    _enrolled(session, by, entry, "passkey")
    return passkey


def begin_code_app(session: Session, by: Signature, person_id: int, *, key: str) -> None:
    """Make a fresh secret for a code app; it counts once a code of it was typed."""
    demand(by.actor, P.RESIDENT)
    secret = sealed.seal(key, pyotp.random_base32())
    take_turn(session, f"factors of {person_id}")
    known = queries.find_code_app(session, person_id)
    if known is not None and known.confirmed_at is not None:
        raise Refusal("factor.app_known")
    if known is not None:
        known.secret, known.created_at = secret, by.at
        return
    session.add(CodeApp(person_id=person_id, secret=secret, created_at=by.at))


def confirm_code_app(
    session: Session, by: Signature, entry: LoginSession, code: str, *, key: str
) -> None:
    """The first code typed proves that the app holds the secret; ends the other sessions."""
    demand(by.actor, P.RESIDENT)
    app = queries.find_code_app(session, entry.person_id)
    if app is None or app.confirmed_at is not None:
        raise Refusal("factor.app_missing")
    digits = "".join(sign for sign in code if sign.isalnum())
    _spend_app_code(session, app, digits, by.at, key)
    app.confirmed_at = by.at
    _enrolled(session, by, entry, "code_app")


def _enrolled(session: Session, by: Signature, entry: LoginSession, kind: str) -> None:
    """What holds for every new factor: it counts as shown, and older sessions without it end."""
    entry.factor_at = by.at
    close_other_sessions(session, entry)
    audit.record(session, by, "factor.added", ("person", entry.person_id), kind=kind)


def otpauth_address(app: CodeApp, *, key: str, site: str, email: str) -> tuple[str, str]:
    """The address a code app reads from the picture, and the secret to type by hand."""
    secret = _secret(app, key)
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=site), secret


def _secret(app: CodeApp, key: str) -> str:
    secret = sealed.unseal(key, app.secret)
    if secret is None:
        raise Refusal("factor.sealed_otherwise")
    return secret


def remove_passkey(
    session: Session, by: Signature, person: Person, passkey_id: int, *, needed: bool
) -> None:
    """Take a passkey away. Where a factor is `needed`, the last one stays."""
    demand(by.actor, P.RESIDENT)
    passkey = session.get(Passkey, passkey_id)
    if passkey is None or passkey.person_id != person.id:
        raise Missing("passkey")
    _keep_one(session, person, needed)
    session.delete(passkey)
    _removed(session, by, person, "passkey")


def remove_code_app(session: Session, by: Signature, person: Person, *, needed: bool) -> None:
    """Take the code app away. Where a factor is `needed`, the last one stays."""
    demand(by.actor, P.RESIDENT)
    app = queries.find_code_app(session, person.id)
    if app is None:
        raise Missing("code app")
    if app.confirmed_at is not None:
        _keep_one(session, person, needed)
    session.delete(app)
    _removed(session, by, person, "code_app")


def _keep_one(session: Session, person: Person, needed: bool) -> None:
    if needed and queries.factors_of(session, person.id).count <= 1:
        raise Refusal("factor.last_one")


def _removed(session: Session, by: Signature, person: Person, kind: str) -> None:
    session.flush()
    if not queries.has_factors(session, person.id):
        _drop_recovery_codes(session, person.id)
    audit.record(session, by, "factor.removed", ("person", person.id), kind=kind)


def make_recovery_codes(session: Session, by: Signature, person_id: int) -> list[str]:
    """Ten fresh codes, shown this once; those before them stop working."""
    demand(by.actor, P.RESIDENT)
    _drop_recovery_codes(session, person_id)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(person_id=person_id, code_hash=_code_hash(person_id, code)) for code in codes
    )
    audit.record(session, by, "factor.recovery_made", ("person", person_id))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _drop_recovery_codes(session: Session, person_id: int) -> None:
    theirs = delete(RecoveryCode).where(RecoveryCode.person_id == person_id)
    delete_rows(session, theirs, "worth nothing any more")


def _code_hash(person_id: int, code: str) -> str:
    return digest(f"recovery\x1f{person_id}\x1f{code}")


def prove_passkey(
    session: Session, entry: LoginSession, site: passkeys.Site, answer: str, at: datetime
) -> str:
    """Check a passkey's answer to the session's challenge, which is spent by it."""
    challenge, entry.challenge = entry.challenge, ""
    named = passkeys.answered_by(answer)
    known = queries.passkeys_of(session, entry.person_id)
    passkey = next((one for one in known if one.credential_id == named), None)
    if passkey is None:
        raise Refusal("factor.passkey_unfit")
    passkey.sign_count = passkeys.new_count(site, passkey, answer, challenge)
    passkey.used_at = at
    return "passkey"


def prove_code(session: Session, person_id: int, typed: str, at: datetime, *, key: str) -> str:
    """Spend a code of the app (six digits) or a recovery code; refuses (`factor.code_wrong`)
    others, and every code that was used before."""
    code = "".join(sign for sign in typed.casefold() if sign.isalnum())
    if code.isascii() and code.isdigit() and len(code) == 6:
        app = queries.find_code_app(session, person_id)
        if app is None or app.confirmed_at is None:
            raise Refusal("factor.code_wrong", field="code")
        _spend_app_code(session, app, code, at, key)
        return "code_app"
    spent = change_rows(
        session,
        update(RecoveryCode)
        .where(
            RecoveryCode.code_hash == _code_hash(person_id, code), RecoveryCode.used_at.is_(None)
        )
        .values(used_at=at),
    )
    if not spent:
        raise Refusal("factor.code_wrong", field="code")
    return "recovery"


def _same(left: str, right: str) -> bool:
    return secrets.compare_digest(left.encode(), right.encode())


def _spend_app_code(session: Session, app: CodeApp, code: str, at: datetime, key: str) -> None:
    """A code of this half-minute or one beside it, newer than the last one taken."""
    totp = pyotp.TOTP(_secret(app, key), interval=STEP)
    now = int(at.timestamp()) // STEP
    fitting = [step for step in (now, now - 1, now + 1) if _same(totp.at(step * STEP), code)]
    step = fitting[0] if fitting else 0
    # No step is below zero, so a code that fits none of them is refused here as well.
    spent = session.execute(
        update(CodeApp)
        .where(CodeApp.person_id == app.person_id, CodeApp.last_step < step)
        .values(last_step=step)
        .returning(CodeApp.person_id)
        .execution_options(synchronize_session=False)
    ).first()
    if spent is None:
        raise Refusal("factor.code_wrong", field="code")


def forget_factors(session: Session, person_id: int) -> None:
    """Remove every factor of a person; the room's approvals decide who may."""
    for table in (Passkey, CodeApp, RecoveryCode):
        theirs = delete(table).where(table.person_id == person_id)
        delete_rows(session, theirs, "factors removed")
