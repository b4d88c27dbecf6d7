"""Letters about comments: to those who write the proposal, and to whom an answer is for."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from pb_portal.accounts.models import Person
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.proposals.models import Comment, Proposal


def comment_path(proposal: Proposal, comment_id: int) -> str:
    """Where a comment stands."""
    return f"/c/{proposal.cycle.slug}/proposals/{proposal.number}#comment-{comment_id}"


def notify_of_comment(
    session: Session, by: Signature, proposal: Proposal, comment: Comment
) -> None:
    """Write to the author of the comment that is answered, and to the authors of the proposal;
    never to who wrote it, nor to a blocked account. The words themselves stay on the page."""
    parent = session.get(Comment, comment.parent_id) if comment.parent_id else None
    answered = parent.author_id if parent is not None else None
    wanted = ({answered} | proposal.written_by) - {comment.author_id, None}
    people = session.scalars(
        select(Person)
        .where(Person.id.in_(wanted), Person.confirmed_at.is_not(None), Person.blocked_at.is_(None))
        .options(lazyload(Person.grants))
        .order_by(Person.id)
    )
    for person in people:
        outbox.post(
            session,
            by,
            "comment_reply" if person.id == answered else "comment_new",
            recipient=person.email,
            locale=person.locale,
            name=person.name,
            number=proposal.number,
            title=proposal.title,
            path=comment_path(proposal, comment.id),
        )


def forget_letters(session: Session, proposal: Proposal, comment_id: int) -> None:
    """Letters about a comment that nobody sees any more are not sent."""
    outbox.forget_about(session, [comment_path(proposal, comment_id)])
