"""Letters a voter asked for: one reminder of an unfinished ballot, and one with the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle, Phase
from pb_portal.db import take_turn
from pb_portal.domain import ledger
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.voting.models import LetterAsked, VoterSession
from pb_portal.voting.service.poll import Poll, insert

REMINDER, RESULT = "reminder", "result"
MORNING = time(9)
KEPT = timedelta(days=180)
"""How long after the vote an address waits for a result that is not certified."""
BATCH = 500
MOST_VOTERS = 10
"""How many voters of a cycle may give the same address."""


@dataclass(frozen=True)
class Reader:
    """Whom a letter goes to."""

    channel: str
    address: str
    locale: str


def reminder_day(ends_at: datetime, days: int, at: datetime, zone: tzinfo) -> date | None:
    """On which day a reminder goes: so many days before the last one, else on the last day; None
    when that has begun."""
    last = (ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    today = at.astimezone(zone).date()
    day = last - timedelta(days=days)
    day = day if day > today else last
    return day if day > today else None


def ask_reminder(
    session: Session, poll: Poll, voter: VoterSession, reader: Reader, on: date | None
) -> None:
    """Keep the address for one reminder; asked again, the new one takes its place."""
    if on is None:
        raise Refusal("voting.reminder_late", field="address")
    _keep(session, poll, REMINDER, _reminder_key(poll, voter.voter_key), reader, on)
    _mark_visits(session, poll, voter.voter_key, asked=True)


def drop_reminder(session: Session, poll: Poll, voter_key: str) -> None:
    """Forget the address: the ballot is sent, or the voter wants no letter."""
    session.execute(delete(LetterAsked).where(*_reminder_of(poll, voter_key)))


def take_back_reminder(session: Session, poll: Poll, voter: VoterSession) -> None:
    """The voter wants no reminder after all."""
    drop_reminder(session, poll, voter.voter_key)
    _mark_visits(session, poll, voter.voter_key, asked=False)


def has_reminder(session: Session, poll: Poll, voter_key: str) -> bool:
    """Whether the voter asked to be reminded."""
    found = select(LetterAsked.kind).where(*_reminder_of(poll, voter_key))
    return session.scalar(found) is not None


def ask_result(session: Session, poll: Poll, voter: VoterSession, reader: Reader) -> None:
    """Keep the address for one letter when the result is certified: one for a ballot that was
    sent, while its visit lasts; asked again, the new address takes the place of the old one."""
    if not voter.finished:
        raise Refusal("voting.session_over")
    key = ledger.ballot_key(poll.box, f"{RESULT}:{voter.voter_key}")
    _keep(session, poll, RESULT, key, reader, None)


def _keep(
    session: Session, poll: Poll, kind: str, key: str, reader: Reader, on: date | None
) -> None:
    _refuse_crowded(session, poll, kind, key, reader)
    about = {
        "channel": reader.channel,
        "address": reader.address,
        "locale": reader.locale,
        "on": on,
    }
    session.execute(
        insert(session, LetterAsked)
        .values(cycle_id=poll.cycle_id, kind=kind, key=key, **about)
        .on_conflict_do_update(index_elements=["cycle_id", "kind", "key"], set_=about)
    )


def _refuse_crowded(session: Session, poll: Poll, kind: str, key: str, reader: Reader) -> None:
    """One address serves a family, not a street: strangers are not written to by many hands."""
    take_turn(session, f"vote letters {poll.cycle_id} {kind} {reader.address}")
    others = select(func.count()).where(
        LetterAsked.cycle_id == poll.cycle_id,
        LetterAsked.kind == kind,
        LetterAsked.address == reader.address,
        LetterAsked.key != key,
    )
    if (session.scalar(others) or 0) >= MOST_VOTERS:
        raise Refusal("voting.letters_many", field="address")


def _reminder_key(poll: Poll, voter_key: str) -> str:
    return ledger.ballot_key(poll.box, f"{REMINDER}:{voter_key}")


def _reminder_of(poll: Poll, voter_key: str) -> tuple[ColumnElement[bool], ...]:
    return (
        LetterAsked.cycle_id == poll.cycle_id,
        LetterAsked.kind == REMINDER,
        LetterAsked.key == _reminder_key(poll, voter_key),
    )


def _mark_visits(session: Session, poll: Poll, voter_key: str, *, asked: bool) -> None:
    """Every open visit of the voter knows, so that each of them can take the address away."""
    session.execute(
        update(VoterSession)
        .where(VoterSession.cycle_id == poll.cycle_id, VoterSession.voter_key == voter_key)
        .values(reminder=asked)
    )


def send_reminders(session: Session, by: Signature, zone: tzinfo) -> int:
    """Write the reminders of the day, from the morning on; their addresses go with them.

    A reminder whose day lies behind a vote that now ends sooner goes on the last day.
    """
    today = by.at.astimezone(zone)
    if today.time() < MORNING:
        return 0
    tomorrow = datetime.combine(today.date() + timedelta(days=1), time(), zone).astimezone(UTC)
    rows = session.execute(
        select(LetterAsked, Cycle.slug, Cycle.names, Phase.ends_at)
        .join(Cycle, Cycle.id == LetterAsked.cycle_id)
        .join(Phase, (Phase.cycle_id == Cycle.id) & (Phase.kind == PhaseKind.VOTING))
        .where(LetterAsked.kind == REMINDER)
        .where(or_(LetterAsked.on <= today.date(), Phase.ends_at <= tomorrow))
        .where(Phase.ends_at > by.at)
        .limit(BATCH)
        .with_for_update(of=LetterAsked, skip_locked=True)
    ).all()
    for asked, slug, names, ends_at in rows:
        _post(session, by, "vote_unfinished", asked, slug, names, ends_at=ends_at)
    return len(rows)


def send_results(session: Session, by: Signature, cycle: Cycle) -> int:
    """Write the letters that wait for the result of a cycle; their addresses go with them."""
    rows = session.scalars(
        select(LetterAsked)
        .where(LetterAsked.cycle_id == cycle.id, LetterAsked.kind == RESULT)
        .order_by(LetterAsked.address, LetterAsked.key)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    written: set[tuple[str, str]] = set()
    for asked in rows:
        if (asked.channel, asked.address) in written:
            session.delete(asked)
            continue
        written.add((asked.channel, asked.address))
        _post(session, by, "vote_result", asked, cycle.slug, cycle.names)
    return len(rows)


def _post(
    session: Session,
    by: Signature,
    template: str,
    asked: LetterAsked,
    slug: str,
    names: dict[str, str],
    *,
    ends_at: datetime | None = None,
) -> None:
    outbox.post(
        session,
        by,
        template,
        recipient=asked.address,
        locale=asked.locale,
        channel=asked.channel,
        expires_at=ends_at,
        slug=slug,
        names=names,
        **({"ends_at": ends_at.isoformat()} if ends_at else {}),
    )
    session.delete(asked)


def waiting_for_result(session: Session) -> Sequence[Cycle]:
    """Cycles somebody waits to hear about."""
    waits = exists().where(LetterAsked.cycle_id == Cycle.id, LetterAsked.kind == RESULT)
    return session.scalars(select(Cycle).where(waits).order_by(Cycle.id)).all()


def forget_letters(session: Session, at: datetime) -> None:
    """Remove addresses whose letter will never come: of votes that are over."""
    for kind, before in ((REMINDER, at), (RESULT, at - KEPT)):
        over = select(Phase.cycle_id).where(Phase.kind == PhaseKind.VOTING, Phase.ends_at <= before)
        session.execute(
            delete(LetterAsked).where(LetterAsked.kind == kind, LetterAsked.cycle_id.in_(over))
        )
