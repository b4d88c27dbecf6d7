"""Putting letters into the outbox. Sending is the mailer's work, never the request's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import String, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from pb_portal.db import take_turn
from pb_portal.domain.addresses import canonical_address
from pb_portal.domain.letter_caps import LetterCaps
from pb_portal.domain.letter_kinds import Rhythm, kind_of
from pb_portal.domain.signature import Signature
from pb_portal.outbox.choices import drop_kept, forget_choices, rhythm_of
from pb_portal.outbox.models import KeptLetter, Letter, LetterClaim

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def post(
    session: Session,
    by: Signature,
    template: str,
    *,
    recipient: str,
    locale: str,
    channel: str = "email",
    expires_at: datetime | None = None,
    **data: Any,
) -> Letter | None:
    """Queue a letter: `post(session, by, "proposal_returned", recipient=email, locale="kk", …)`.

    `template` names `templates/emails/<template>.txt`; `data` must be JSON. Paths in `data` are
    relative; the mailer makes them absolute. After `expires_at` it is no longer sent. A reader who
    stopped letters of its kind gets none (None), and one who wants a letter a day gets it there.
    """
    kind = kind_of(template) if channel == "email" else ""
    rhythm = rhythm_of(session, recipient, kind) if kind else Rhythm.EACH
    if rhythm is Rhythm.NEVER:
        return None
    if rhythm is Rhythm.DAILY:
        session.add(
            KeptLetter(
                recipient=recipient, locale=locale, template=template, data=data, created_at=by.at
            )
        )
        return None
    letter = Letter(
        channel=channel,
        recipient=recipient,
        locale=locale,
        template=template,
        data=data,
        created_at=by.at,
        due_at=by.at,
        expires_at=expires_at,
    )
    session.add(letter)
    return letter


def claim_letter(
    session: Session,
    by: Signature,
    kind: str,
    *,
    recipient: str,
    caps: LetterCaps,
    from_account: bool = False,
) -> bool:
    """Whether one more letter of this kind may go to an address that somebody typed; it counts
    when it may. With `from_account` the account that asks has a cap as well.

    Requests for the same mailbox wait for each other here, so the caps are exact.
    """
    names = {_digest("to", kind, canonical_address(recipient)): caps.per_recipient_day}
    if from_account:
        names[_digest("from", kind, str(by.actor.person_id))] = caps.per_account_day
    take_turn(session, *names)
    to_mailbox = next(iter(names))
    if _claimed(session, to_mailbox, by.at, HOUR) >= caps.per_recipient_hour:
        return False
    if any(_claimed(session, name, by.at, DAY) >= most for name, most in names.items()):
        return False
    session.add_all(LetterClaim(name=name, at=by.at) for name in names)
    return True


def _digest(*parts: str) -> str:
    return sha256("\x1f".join(("letter", *parts)).encode()).hexdigest()


def _claimed(session: Session, name: str, at: datetime, within: timedelta) -> int:
    """What was sent within this time; also what somebody faster has sent a moment later."""
    query = select(func.count()).where(
        LetterClaim.name == name, LetterClaim.at > at - within, LetterClaim.at <= at + HOUR
    )
    return session.scalar(query) or 0


def forget_claims(session: Session, at: datetime) -> None:
    """Forget what no cap counts any more."""
    session.execute(delete(LetterClaim).where(LetterClaim.at <= at - DAY))


def forget_recipient(session: Session, recipient: str, *, spare: str = "") -> None:
    """Stop letters to an address that still wait, except one template, and forget the address of
    those that went out."""
    theirs = (Letter.recipient == recipient) & (Letter.template != spare)
    session.execute(update(Letter).where(theirs, Letter.state == "waiting").values(state="failed"))
    session.execute(update(Letter).where(theirs).values(recipient="", data={}))
    drop_kept(session, recipient)
    forget_choices(session, recipient)


def forget_about(session: Session, paths: Sequence[str]) -> None:
    """Empty letters that lead to these pages and may quote what was taken down from them; those
    that still wait are not sent."""
    if not paths:
        return
    addresses = [f'"{path}{end}' for path in paths for end in ('"', "#")]
    kept, said = (cast(table.data, String) for table in (KeptLetter, Letter))
    quoted = or_(*(kept.contains(address, autoescape=True) for address in addresses))
    session.execute(delete(KeptLetter).where(quoted).execution_options(synchronize_session=False))
    about = or_(*(said.contains(address, autoescape=True) for address in addresses))
    session.execute(
        update(Letter)
        .where(about, Letter.state == "waiting")
        .values(state="failed")
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Letter)
        .where(about)
        .values(recipient="", data={})
        .execution_options(synchronize_session=False)
    )
