"""One-time codes: sent only to a phone that the register binds to the person.

Whoever asks gets the same answer after the same statements, whether the person is unknown, the
data do not fit, or everything does.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Row, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Phase
from pb_portal.domain import identity
from pb_portal.domain.coarse_time import next_minute
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.register.identity.base import (
    Caps,
    Desk,
    Proved,
    admitted,
    find_known,
    find_person,
    hold,
)
from pb_portal.register.models import IdentityCode, PhoneUse

LIFE = timedelta(minutes=10)
ATTEMPTS = 5
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Claim:
    """Who a person says they are; the phone as `normal_phone` writes it."""

    iin: str
    born: date
    phone: str


@dataclass(frozen=True)
class Typed:
    """A code as typed, for the question it answers."""

    question: str
    code: str


def ask_code(session: Session, by: Signature, desk: Desk, claim: Claim) -> str:
    """Send a code if the register knows exactly this person with this phone, and there is a ballot
    for them.

    Returns the id of the question in every case.
    """
    phone_key = identity.phone_key(desk.key, desk.cycle_id, claim.phone)
    entry = find_person(session, desk, claim.iin, claim.born)
    fits = identity.same(entry.phone_key if entry else "0" * 64, phone_key)
    votes = entry is not None and entry.area_id not in desk.without_ballot
    voter_key = entry.voter_key if entry and fits and votes else None
    return _send(session, by, desk, voter_key, claim.phone)


def ask_again(session: Session, by: Signature, desk: Desk, code_id: str, phone: str) -> str:
    """Send a new code for the same question; the old one stops working.

    Refuses (`identity.code_old`) when the question is too old.
    """
    row = _live(session, desk.cycle_id, code_id, by.at)
    if not identity.same(row.phone_key, identity.phone_key(desk.key, desk.cycle_id, phone)):
        raise Refusal("identity.code_old")
    voter_key = row.voter_key
    entry = find_known(session, desk, voter_key or "")
    if entry is None or entry.area_id in desk.without_ballot:
        voter_key = None
    row.expires_at, row.voter_key = by.at, None
    return _send(session, by, desk, voter_key, phone)


class PhoneCode:
    """The code that was sent to the phone."""

    code = identity.PHONE

    def prove(
        self, session: Session, by: Signature, desk: Desk, evidence: Typed, rules: RuleBook
    ) -> Proved:
        """The person whose code this is. Every call costs an attempt.

        Refuses an old code (`identity.code_old`), a wrong one (`identity.code_wrong`), the sixth
        attempt (`identity.code_spent`), and people whom the rule book leaves out.
        """
        row = _live(session, desk.cycle_id, evidence.question, by.at)
        phone_key, voter_key = row.phone_key, row.voter_key
        _spend_attempt(session, desk, row, evidence)
        assert voter_key is not None
        session.execute(
            update(IdentityCode)
            .where(IdentityCode.id == evidence.question)
            .values(used_at=next_minute(by.at), voter_key=None, attempts=ATTEMPTS)
        )
        entry = find_known(session, desk, voter_key)
        if entry is None:
            raise Refusal("identity.code_old")
        proved = admitted(entry, rules, self.code, desk.without_ballot)
        _use_phone(session, desk.cycle_id, phone_key, voter_key, rules.voters_per_phone)
        return proved


def _spend_attempt(session: Session, desk: Desk, row: IdentityCode, evidence: Typed) -> None:
    """Count one attempt in the database, so that parallel guesses do not slip through."""
    right = identity.same(
        row.code_hash,
        identity.code_hash(desk.key, evidence.question, evidence.code, row.voter_key or ""),
    )
    right &= row.voter_key is not None
    counted = session.execute(
        update(IdentityCode)
        .where(IdentityCode.id == evidence.question, IdentityCode.attempts < ATTEMPTS)
        .values(attempts=IdentityCode.attempts + 1)
        .returning(IdentityCode.attempts)
    ).scalar_one_or_none()
    if counted is None:
        raise Refusal("identity.code_spent", field="code")
    if not right and counted == ATTEMPTS:
        raise Refusal("identity.code_spent", field="code")
    if not right:
        raise Refusal("identity.code_wrong", field="code", left=ATTEMPTS - counted)


def _live(session: Session, cycle_id: int, code_id: str, at: datetime) -> IdentityCode:
    row = session.get(IdentityCode, code_id, with_for_update=True, populate_existing=True)
    if row is None or row.cycle_id != cycle_id or row.used_at or row.expires_at <= at:
        raise Refusal("identity.code_old", field="code")
    return row


def _send(session: Session, by: Signature, desk: Desk, voter_key: str | None, phone: str) -> str:
    forget_codes(session, by.at)
    phone_key = identity.phone_key(desk.key, desk.cycle_id, phone)
    hold(session, identity.phone_key(desk.key, desk.cycle_id, "codes"))
    allowed = _under_caps(session, desk, phone_key, by.at)
    sent_at = next_minute(by.at)
    code_id, code = secrets.token_urlsafe(24), f"{secrets.randbelow(10**6):06d}"
    hashed = identity.code_hash(desk.key, code_id, code, voter_key or "")
    sent = voter_key is not None and allowed
    session.add(
        IdentityCode(
            id=code_id,
            cycle_id=desk.cycle_id,
            voter_key=voter_key,
            phone_key=phone_key,
            address_key=desk.address_key,
            code_hash=hashed if sent else "",
            sent_at=sent_at,
            expires_at=sent_at + LIFE,
        )
    )
    if sent:
        outbox.post(
            session,
            by,
            "identity_code",
            recipient=phone,
            locale=desk.locale,
            channel="sms",
            expires_at=by.at + LIFE,
            code=code,
            minutes=LIFE // timedelta(minutes=1),
        )
    session.flush()
    return code_id


def any_code_over(session: Session, at: datetime) -> bool:
    """Whether a question about identity should lose its person, or go."""
    over = select(or_(exists().where(_named_too_long(at)), exists().where(_over(at))))
    return bool(session.scalar(over))


def forget_codes(session: Session, at: datetime) -> None:
    """Questions lose their person when they expire, and disappear after a day or at the close."""
    session.execute(delete(IdentityCode).where(_over(at)))
    session.execute(update(IdentityCode).where(_named_too_long(at)).values(voter_key=None))


def _named_too_long(at: datetime) -> ColumnElement[bool]:
    return (IdentityCode.expires_at <= at) & IdentityCode.voter_key.is_not(None)


def _over(at: datetime) -> ColumnElement[bool]:
    closed = select(Phase.cycle_id).where(Phase.kind == PhaseKind.VOTING, Phase.ends_at <= at)
    return or_(IdentityCode.sent_at <= at - DAY, IdentityCode.cycle_id.in_(closed))


def _under_caps(session: Session, desk: Desk, phone_key: str, at: datetime) -> bool:
    """Whether one more message may go out. Only messages that were sent count, so that nobody
    can use up a stranger's share by guessing."""
    sent, caps = IdentityCode.code_hash != "", desk.caps
    to_phone = session.execute(
        select(IdentityCode.address_key, IdentityCode.sent_at).where(
            IdentityCode.phone_key == phone_key, IdentityCode.sent_at > at - DAY, sent
        )
    ).all()
    from_here = [row for row in to_phone if row.address_key == desk.address_key]
    counts = select(func.count()).select_from(IdentityCode)
    by_address = session.scalar(
        counts.where(
            IdentityCode.address_key == desk.address_key, IdentityCode.sent_at > at - HOUR, sent
        )
    )
    in_cycle = session.scalar(
        counts.where(
            # Times are whole minutes: those after this moment belong to the minute that runs.
            IdentityCode.cycle_id == desk.cycle_id,
            IdentityCode.sent_at > at,
            sent,
        )
    )
    return (
        _lately(to_phone, at) < _share(caps, to_phone, fresh=not from_here)
        and _lately(from_here, at) < caps.per_phone_and_address_hour
        and (by_address or 0) < caps.per_address_hour
        and (in_cycle or 0) < caps.per_cycle_minute
    )


def _lately(rows: Sequence[Row[str, datetime]], at: datetime) -> int:
    return sum(row.sent_at > at - HOUR for row in rows)


def _share(caps: Caps, to_phone: Sequence[Row[str, datetime]], *, fresh: bool) -> int:
    """How many messages this hour a phone may get. One is kept for an address that has not asked
    for this phone today: whoever used up the rest from elsewhere cannot keep its owner out."""
    usual = caps.per_phone_hour if len(to_phone) < caps.per_phone_day else 0
    return usual + fresh


def _use_phone(session: Session, cycle_id: int, phone_key: str, voter_key: str, most: int) -> None:
    """Keep the limit of voters per phone; the same voter may come back."""
    hold(session, phone_key)
    served = set(
        session.scalars(
            select(PhoneUse.voter_key).where(
                PhoneUse.cycle_id == cycle_id, PhoneUse.phone_key == phone_key
            )
        )
    )
    if voter_key in served:
        return
    if len(served) >= most:
        raise Refusal("identity.phone_limit", most=most)
    session.add(PhoneUse(cycle_id=cycle_id, phone_key=phone_key, voter_key=voter_key))
    session.flush()
