"""Due dates are not forgotten: a letter before the day and on the day, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.accounts.queries import holders
from pb_portal.domain.permissions import Role
from pb_portal.domain.proposal_states import IN_STAFF_HANDS
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.proposals.models import Proposal
from pb_portal.review.models import Reminder
from pb_portal.review.queue import is_ready

BEFORE = timedelta(days=2)
MORNING = 8
"""Hour of the city's day before which nobody is reminded."""
NAMED = 20
"""Files that a letter names."""


def remind(session: Session, by: Signature, zone: ZoneInfo) -> int:
    """Write to whoever answers for files that are due in two days or today, and to the heads;
    returns how many letters there are. Nobody is woken: it begins in the morning."""
    if by.at.astimezone(zone).hour < MORNING:
        return 0
    letters: dict[tuple[str, int], tuple[Person, list[Proposal]]] = {}
    heads = _heads(session)
    answering: dict[tuple[int | None, int | None], Sequence[Person]] = {}
    for file, stage in _due(session, by.at, zone):
        whose = (file.reviewer_id, file.area_id)
        if whose not in answering:
            answering[whose] = _answering(session, file)
        for person in {one.id: one for one in (*answering[whose], *heads)}.values():
            letters.setdefault((stage, person.id), (person, []))[1].append(file)
        session.add(
            Reminder(proposal_id=file.id, stage=stage, due_at=file.due_at or by.at, at=by.at)
        )
    for (stage, _), (person, files) in letters.items():
        _post(session, by, person, files, stage)
    session.flush()
    return len(letters)


def _due(session: Session, at: datetime, zone: ZoneInfo) -> list[tuple[Proposal, str]]:
    """Files to remind of, each with its stage: `before` the day, or on it."""
    today = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = today + timedelta(days=1)
    files = session.scalars(
        select(Proposal)
        .where(
            Proposal.status.in_(IN_STAFF_HANDS),
            Proposal.due_at >= today,
            Proposal.due_at < at + BEFORE,
            ~is_ready(),
        )
        .order_by(Proposal.due_at, Proposal.id)
        .with_for_update(of=Proposal, skip_locked=True)
    ).all()
    rows = session.execute(
        select(Reminder.proposal_id, Reminder.stage, Reminder.due_at).where(
            Reminder.proposal_id.in_([file.id for file in files])
        )
    )
    sent = {(row.proposal_id, row.stage, row.due_at) for row in rows}
    found = []
    for file in files:
        assert file.due_at is not None
        stage = "today" if file.due_at < tomorrow else "before"
        if (file.id, stage, file.due_at) not in sent:
            found.append((file, stage))
    return found


def _heads(session: Session) -> Sequence[Person]:
    """Reviewers of the whole city; without any, the secretaries of the council."""
    return holders(session, [Role.REVIEWER], None) or holders(session, [Role.SECRETARY], None)


def _answering(session: Session, file: Proposal) -> Sequence[Person]:
    reviewer = session.get(Person, file.reviewer_id) if file.reviewer_id else None
    if reviewer is not None and reviewer.blocked_at is None:
        return [reviewer]
    return holders(session, [Role.REVIEWER], file.area_id)


def _post(
    session: Session, by: Signature, person: Person, files: Sequence[Proposal], stage: str
) -> None:
    outbox.post(
        session,
        by,
        "review_due",
        recipient=person.email,
        locale=person.locale,
        name=person.name,
        stage=stage,
        count=len(files),
        files=[
            {
                "number": file.number,
                "title": file.title,
                "due": file.due_at.isoformat() if file.due_at else "",
                "path": f"/desk/review/{file.id}",
            }
            for file in files[:NAMED]
        ],
        path="/desk/review?view=due",
    )
