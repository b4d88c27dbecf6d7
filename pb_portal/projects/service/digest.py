"""Letters once a day or once a week, for those who do not want one at each step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.projects.models import MailFollow, ProjectFollow
from pb_portal.projects.queries.happenings import Happening, happenings
from pb_portal.projects.service.letters import stop_path

PERIODS = {"daily": timedelta(hours=23), "weekly": timedelta(days=7, hours=-1)}
"""A little less than the name says, so that the hour of sending does not wander."""
BATCH = 500
MOST_LINES = 60


@dataclass
class _Parcel:
    """What one address is owed: since when of each project, and how to stop."""

    locale: str
    since: dict[int, datetime] = field(default_factory=dict)
    stops: list[str] = field(default_factory=list)


def send_digests(session: Session, by: Signature, at: datetime) -> int:
    """Send every digest that is due; returns how many letters. Nothing happened, no letter."""
    parcels: dict[str, _Parcel] = {}
    for rhythm, period in PERIODS.items():
        _collect(session, parcels, rhythm, at - period, at)
    if not parcels:
        return 0
    asked = {project for parcel in parcels.values() for project in parcel.since}
    earliest = min(moment for parcel in parcels.values() for moment in parcel.since.values())
    found = happenings(session, sorted(asked), since=earliest, limit=BATCH * 20)
    by_project: dict[int, list[Happening]] = defaultdict(list)
    for one in found:
        by_project[one.project_id].append(one)
    return sum(_post(session, by, email, parcels[email], by_project) for email in sorted(parcels))


def _collect(
    session: Session, parcels: dict[str, _Parcel], rhythm: str, before: datetime, at: datetime
) -> None:
    people = session.execute(
        select(ProjectFollow, Person)
        .join(Person, Person.id == ProjectFollow.person_id)
        .where(
            ProjectFollow.rhythm == rhythm,
            ProjectFollow.stopped.is_(False),
            or_(ProjectFollow.digested_at.is_(None), ProjectFollow.digested_at <= before),
            Person.confirmed_at.is_not(None),
            Person.blocked_at.is_(None),
        )
        .limit(BATCH)
        .with_for_update(of=ProjectFollow, skip_locked=True)
    ).all()
    for follow, person in people:
        parcel = parcels.setdefault(person.email, _Parcel(person.locale))
        parcel.since[follow.project_id] = follow.digested_at or follow.at
        follow.digested_at = at
    for row in _addresses(session, rhythm, before):
        parcel = parcels.setdefault(row.email, _Parcel(row.locale))
        if row.project_id not in parcel.since:
            parcel.since[row.project_id] = row.digested_at or row.asked_at
            parcel.stops.append(stop_path(row))
        row.digested_at = at


def _addresses(session: Session, rhythm: str, before: datetime) -> Iterable[MailFollow]:
    return session.scalars(
        select(MailFollow)
        .where(
            MailFollow.rhythm == rhythm,
            MailFollow.confirmed_at.is_not(None),
            or_(MailFollow.digested_at.is_(None), MailFollow.digested_at <= before),
        )
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()


def _post(
    session: Session,
    by: Signature,
    email: str,
    parcel: _Parcel,
    found: dict[int, list[Happening]],
) -> int:
    lines: list[Happening] = [
        one for project, since in parcel.since.items() for one in found[project] if one.at > since
    ]
    if not lines:
        return 0
    lines.sort(key=lambda one: one.at, reverse=True)
    more: dict[str, Any] = {"stops": parcel.stops} if parcel.stops else {}
    outbox.post(
        session,
        by,
        "project_digest",
        recipient=email,
        locale=parcel.locale,
        touched=len({one.project_id for one in lines}),
        lines=[one.as_data() for one in lines[:MOST_LINES]],
        **more,
    )
    return 1
