"""Letters about a project: to its author and everybody who follows it, each in their language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.projects.models import Project, ProjectFollow
from pb_portal.proposals.models import Proposal


def readers(session: Session, project: Project) -> Sequence[Person]:
    """The author and the followers whose address is confirmed."""
    following = select(ProjectFollow.person_id).where(ProjectFollow.project_id == project.id)
    author = select(Proposal.author_id).where(Proposal.id == project.proposal_id)
    return session.scalars(
        select(Person)
        .where(
            or_(Person.id.in_(following), Person.id.in_(author)),
            Person.confirmed_at.is_not(None),
            Person.blocked_at.is_(None),
        )
        .order_by(Person.id)
    ).all()


def tell_followers(
    session: Session, by: Signature, project: Project, template: str, **data: Any
) -> None:
    """Queue the letter for every reader except the one who acts."""
    for person in readers(session, project):
        if person.id == by.actor.person_id:
            continue
        outbox.post(
            session,
            by,
            template,
            recipient=person.email,
            locale=person.locale,
            number=project.number,
            title=project.title,
            path=f"/projects/{project.number}",
            **data,
        )
