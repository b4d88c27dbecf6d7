"""Reading consents, openings and requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.accounts.privacy.models import Consent, DataAccess, DataRequest, EmailChange
from pb_portal.accounts.queries import digest
from pb_portal.db import Missing


def consents(session: Session, person_id: int) -> Sequence[Consent]:
    """What a person agreed to, the newest first."""
    return session.scalars(
        select(Consent).where(Consent.person_id == person_id).order_by(Consent.id.desc())
    ).all()


def find_consent(session: Session, person_id: int, purpose: str) -> Consent | None:
    """The consent in force for a purpose."""
    return session.scalars(
        select(Consent)
        .where(
            Consent.person_id == person_id,
            Consent.purpose == purpose,
            Consent.withdrawn_at.is_(None),
        )
        .order_by(Consent.id.desc())
        .limit(1)
    ).one_or_none()


def newest_consents(
    session: Session, before_id: int | None = None, limit: int = 50
) -> Sequence[Consent]:
    """Consents of everybody, the newest first, keyset by id."""
    query = select(Consent).order_by(Consent.id.desc()).limit(limit)
    return session.scalars(query.where(Consent.id < before_id) if before_id else query).all()


def consent_totals(session: Session) -> Sequence[tuple[str, str, int, int]]:
    """(purpose, version, given, of these withdrawn)."""
    rows = session.execute(
        select(
            Consent.purpose, Consent.text_version, func.count(), func.count(Consent.withdrawn_at)
        )
        .group_by(Consent.purpose, Consent.text_version)
        .order_by(Consent.purpose, Consent.text_version)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def openings(
    session: Session, person_id: int, subjects: Sequence[tuple[str, str]] = ()
) -> Sequence[tuple[DataAccess, str]]:
    """Who of the staff opened a person's data, with their names, the newest first; `subjects` are
    things that were the person's before they had an account."""
    about = DataAccess.person_id == person_id
    for kind, name in subjects:
        about |= (DataAccess.subject_type == kind) & (DataAccess.subject_id == name)
    rows = session.execute(
        select(DataAccess, Person.name)
        .join(Person, Person.id == DataAccess.staff_id)
        .where(about)
        .order_by(DataAccess.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def requests(session: Session, *, open_only: bool = False) -> Sequence[DataRequest]:
    """Requests about personal data: open ones by due day, then the others."""
    query = select(DataRequest).order_by(
        DataRequest.state != "open", DataRequest.due_on, DataRequest.id
    )
    if open_only:
        query = query.where(DataRequest.state == "open")
    return session.scalars(query.limit(200)).all()


def requests_of(session: Session, person_id: int) -> Sequence[DataRequest]:
    """A person's own requests, the newest first."""
    mine = DataRequest.person_id == person_id
    return session.scalars(select(DataRequest).where(mine).order_by(DataRequest.id.desc())).all()


def get_request(session: Session, request_id: int) -> DataRequest:
    """The request; raises `Missing`."""
    found = session.get(DataRequest, request_id)
    if found is None:
        raise Missing("data request")
    return found


def find_email_change(session: Session, token: str, at: datetime) -> EmailChange | None:
    """The change of this link, while it lives."""
    return session.scalars(
        select(EmailChange).where(
            EmailChange.token_hash == digest(token), EmailChange.expires_at > at
        )
    ).one_or_none()
