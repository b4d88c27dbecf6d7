"""How often a reader wants letters of each kind; the one letter a day."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from pb_portal.domain.letter_kinds import DAILY_TEMPLATE, KINDS, Rhythm
from pb_portal.outbox.models import KeptLetter, Letter, LetterChoice

DAY = timedelta(days=1)
BATCH = 200
MOST_LINES = 40


def digest_of(address: str) -> str:
    """How an address is known here."""
    return hashlib.sha256(address.casefold().encode()).hexdigest()


def rhythm_of(session: Session, address: str, kind: str) -> Rhythm:
    """How often letters of the kind go to the address; at once unless chosen otherwise."""
    row = session.get(LetterChoice, (digest_of(address), kind))
    return Rhythm(row.rhythm) if row else Rhythm.EACH


def choices_of(session: Session, address: str) -> dict[str, Rhythm]:
    """What the address has chosen, by kind."""
    rows = session.scalars(
        select(LetterChoice).where(LetterChoice.address_digest == digest_of(address))
    )
    return {row.kind: Rhythm(row.rhythm) for row in rows}


def choose_rhythm(session: Session, address: str, kind: str, rhythm: Rhythm, at: datetime) -> None:
    """Set how often letters of the kind come; what waited for the day goes where it is stopped."""
    if kind not in KINDS:
        return
    key = (digest_of(address), kind)
    row = session.get(LetterChoice, key)
    if row is None:
        session.add(LetterChoice(address_digest=key[0], kind=kind, rhythm=rhythm, chosen_at=at))
    else:
        row.rhythm, row.chosen_at = rhythm, at
    session.flush()


def stop_kind(session: Session, address: str, kind: str, at: datetime) -> None:
    """No more letters of the kind; of `daily`, of every kind that comes once a day."""
    daily = [name for name, rhythm in choices_of(session, address).items() if rhythm == "daily"]
    for name in daily if kind == "daily" else [kind]:
        choose_rhythm(session, address, name, Rhythm.NEVER, at)


def move_choices(session: Session, former: str, address: str) -> None:
    """The choices follow their owner to a new address."""
    forget_choices(session, address)
    session.execute(
        update(LetterChoice)
        .where(LetterChoice.address_digest == digest_of(former))
        .values(address_digest=digest_of(address))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(KeptLetter).where(KeptLetter.recipient == former).values(recipient=address)
    )


def forget_choices(session: Session, address: str) -> None:
    """The address is nobody's any more."""
    session.execute(
        delete(LetterChoice)
        .where(LetterChoice.address_digest == digest_of(address))
        .execution_options(synchronize_session=False)
    )


def drop_kept(session: Session, address: str) -> None:
    """Throw away what waits for the address' letter of the day."""
    session.execute(delete(KeptLetter).where(KeptLetter.recipient == address))


def send_daily_letters(session: Session, at: datetime) -> int:
    """Make one letter of what has waited for a day or longer; returns how many were made."""
    due = session.execute(
        select(KeptLetter.recipient)
        .group_by(KeptLetter.recipient)
        .having(func.min(KeptLetter.created_at) <= at - DAY)
        .order_by(KeptLetter.recipient)
        .limit(BATCH)
    ).scalars()
    made = 0
    for recipient in due.all():
        made += _send_one(session, recipient, at)
    return made


def _send_one(session: Session, recipient: str, at: datetime) -> int:
    rows = session.scalars(
        select(KeptLetter)
        .where(KeptLetter.recipient == recipient)
        .order_by(KeptLetter.id)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0
    session.add(
        Letter(
            channel="email",
            recipient=recipient,
            locale=rows[-1].locale,
            template=DAILY_TEMPLATE,
            data={
                "count": len(rows),
                "letters": [{"template": row.template, **row.data} for row in rows[:MOST_LINES]],
            },
            created_at=at,
            due_at=at,
        )
    )
    for row in rows:
        session.delete(row)
    session.flush()
    return 1
