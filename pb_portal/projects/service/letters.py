"""Letters about a project: to everybody who follows it, with an account or without, each in their
language. Those who asked for a digest get none of these: `digest` writes to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.projects.models import MailFollow, Project, ProjectFollow
from pb_portal.projects.queries.followers import followers_of


@dataclass(frozen=True)
class Reader:
    """Where a letter goes. `stop` is the path of the link that ends them, for those without an
    account."""

    email: str
    locale: str
    person_id: int | None = None
    stop: str = ""


def readers(session: Session, project: Project) -> Sequence[Reader]:
    """Followers with a confirmed address who want a letter at each step; each address once."""
    wish = and_(ProjectFollow.project_id == project.id, ProjectFollow.person_id == Person.id)
    people = session.scalars(
        select(Person)
        .outerjoin(ProjectFollow, wish)
        .where(
            followers_of(project.id),
            Person.confirmed_at.is_not(None),
            Person.blocked_at.is_(None),
            func.coalesce(ProjectFollow.rhythm, "each") == "each",
        )
        .order_by(Person.id)
    ).all()
    found = {person.email: reader_of(person) for person in people}
    without = session.scalars(
        select(MailFollow)
        .where(
            MailFollow.project_id == project.id,
            MailFollow.confirmed_at.is_not(None),
            MailFollow.rhythm == "each",
        )
        .order_by(MailFollow.id)
    )
    for row in without:
        found.setdefault(row.email, Reader(row.email, row.locale, stop=stop_path(row)))
    return list(found.values())


def reader_of(person: Person) -> Reader:
    """A person as a reader."""
    return Reader(person.email, person.locale, person.id)


def stop_path(follow: MailFollow) -> str:
    """Where a letter without an account behind it can be stopped."""
    return f"/follow/{follow.token}"


def tell_followers(
    session: Session,
    by: Signature,
    project: Project,
    template: str,
    *,
    also: Person | None = None,
    **data: Any,
) -> None:
    """Queue the letter for every reader, and for `also`, except the one who acts."""
    found = {reader.email: reader for reader in readers(session, project)}
    if also is not None and also.blocked_at is None:
        found.setdefault(also.email, reader_of(also))
    for reader in found.values():
        if reader.person_id is not None and reader.person_id == by.actor.person_id:
            continue
        more: dict[str, Any] = {"stop": reader.stop} if reader.stop else {}
        outbox.post(
            session,
            by,
            template,
            recipient=reader.email,
            locale=reader.locale,
            number=project.number,
            title=project.title,
            path=f"/projects/{project.number}",
            **data,
            **more,
        )
