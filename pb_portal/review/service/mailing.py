"""A letter to the authors of a part of the files: written, looked at, sent once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, lazyload

from pb_portal.accounts.models import Person
from pb_portal.audit import service as audit
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, areas_of, demand
from pb_portal.domain.proposal_states import IN_STAFF_HANDS, ProposalState
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.proposals.models import Proposal
from pb_portal.review.models import Mailing

MOST_RECIPIENTS = 2_000
LANGUAGES = ("kk", "ru")
NAMED = 10
"""Proposals of one author that a letter names."""
SEGMENTS: dict[str, tuple[str, ...]] = {
    "returned": (ProposalState.RETURNED,),
    "in_hands": tuple(sorted(IN_STAFF_HANDS)),
    "admitted": (ProposalState.ADMITTED,),
    "rejected": (ProposalState.REJECTED,),
}


@dataclass(frozen=True)
class Segment:
    """Whose authors are written to: the state of their proposals, a district, a cycle."""

    state: str
    cycle_id: int
    area_id: int | None = None


def write_mailing(
    session: Session,
    by: Signature,
    segment: Segment,
    subjects: Mapping[str, str],
    bodies: Mapping[str, str],
) -> Mailing:
    """Keep a letter to look at; nothing is sent. Both languages must be there."""
    demand(by.actor, P.REVIEW, area_id=segment.area_id)
    if segment.state not in SEGMENTS:
        raise Refusal("mailing.segment", field="state")
    for language in LANGUAGES:
        for name, texts in (("subject", subjects), ("body", bodies)):
            if not texts.get(language):
                raise Refusal("mailing.both", field=f"{name}_{language}")
    assert by.actor.person_id is not None
    mailing = Mailing(
        person_id=by.actor.person_id,
        at=by.at,
        segment={
            "state": segment.state,
            "cycle": segment.cycle_id,
            "area": segment.area_id,
        },
        subjects=dict(subjects),
        bodies=dict(bodies),
    )
    session.add(mailing)
    session.flush()
    return mailing


def get_mailing(session: Session, by: Signature, mailing_id: int, *, lock: bool = False) -> Mailing:
    """A letter that waits for its writer; raises `Missing`."""
    found = session.get(Mailing, mailing_id, with_for_update={"of": Mailing} if lock else None)
    if found is None or found.person_id != by.actor.person_id:
        raise Missing("mailing")
    return found


def count_recipients(session: Session, by: Signature, mailing: Mailing) -> int:
    """How many people the letter would go to now."""
    query = select(func.count(func.distinct(Proposal.author_id))).join(
        Person, Person.id == Proposal.author_id
    )
    return session.scalar(query.where(*_reached(by, mailing))) or 0


def some_recipient(session: Session, by: Signature, mailing: Mailing) -> Proposal | None:
    """The proposal of one of them, to show the letter as it will look."""
    return session.scalars(_files(by, mailing).order_by(Proposal.id).limit(1)).one_or_none()


def send_mailing(session: Session, by: Signature, mailing_id: int) -> int:
    """Put one letter to each author into the outbox, once; returns how many."""
    mailing = get_mailing(session, by, mailing_id, lock=True)
    if mailing.sent_at is not None:
        raise Refusal("mailing.sent")
    files: dict[int, list[Proposal]] = {}
    for file in session.scalars(_files(by, mailing).order_by(Proposal.id)):
        assert file.author_id is not None
        files.setdefault(file.author_id, []).append(file)
    if not files:
        raise Refusal("mailing.nobody")
    if len(files) > MOST_RECIPIENTS:
        raise Refusal("mailing.too_many", most=MOST_RECIPIENTS)
    for own in files.values():
        _post(session, by, mailing, own)
    mailing.sent_at, mailing.recipients = by.at, len(files)
    audit.record(
        session,
        by,
        "mailing.sent",
        ("mailing", mailing.id),
        cycle_id=mailing.segment["cycle"],
        recipients=len(files),
        **mailing.segment,
    )
    return len(files)


def letter_data(mailing: Mailing, own: Sequence[Proposal]) -> tuple[str, dict[str, Any]]:
    """The language of the letter to the author of these proposals, and what stands in it."""
    author = own[0].author
    language = author.locale if author and author.locale in LANGUAGES else "ru"
    return language, {
        "subject": mailing.subjects[language],
        "body": mailing.bodies[language],
        "name": author.name if author else "",
        "files": [
            {
                "number": file.number,
                "title": file.title,
                "path": f"/c/{file.cycle.slug}/proposals/{file.number}",
            }
            for file in own[:NAMED]
        ],
    }


def _post(session: Session, by: Signature, mailing: Mailing, own: Sequence[Proposal]) -> None:
    author = own[0].author
    assert author is not None
    language, data = letter_data(mailing, own)
    outbox.post(session, by, "review_mailing", recipient=author.email, locale=language, **data)


def _reached(by: Signature, mailing: Mailing) -> list[ColumnElement[bool]]:
    """Files of the segment within the writer's districts, whose authors get letters."""
    segment, areas = mailing.segment, areas_of(by.actor, P.REVIEW)
    found = [
        Proposal.status.in_(SEGMENTS[segment["state"]]),
        Proposal.cycle_id == segment["cycle"],
        Person.confirmed_at.is_not(None),
        Person.blocked_at.is_(None),
    ]
    if segment["area"] is not None:
        found.append(Proposal.area_id == segment["area"])
    if areas is not None:
        found.append(Proposal.area_id.in_(areas))
    return found


def _files(by: Signature, mailing: Mailing) -> Any:
    return (
        select(Proposal)
        .join(Person, Person.id == Proposal.author_id)
        .where(*_reached(by, mailing))
        .options(
            joinedload(Proposal.cycle),
            joinedload(Proposal.author).options(lazyload(Person.grants)),
        )
    )
