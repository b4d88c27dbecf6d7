"""Reading what people say: threads of a proposal, what waits for moderators, the words list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from pb_portal.accounts.models import Person
from pb_portal.proposals.models import BlockedWord, Comment, CommentReport, Proposal

COMMENTS = 30
MOST_ROWS = 600
"""Comments and answers of one page together; answers beyond wait on a page of their thread."""
ORDERS = ("new", "old", "replied")
VIEWS = ("reported", "held", "newest", "hidden")


@dataclass(frozen=True)
class Thread:
    """A comment and its answers, oldest first."""

    comment: Comment
    replies: list[Comment]


def threads(
    session: Session,
    proposal_id: int,
    *,
    person_id: int | None = None,
    order: str = "new",
    after: str = "",
    thread_id: int | None = None,
) -> tuple[list[Thread], str | None]:
    """A page of threads and the key of the next page, in one statement. What is kept back is seen
    by its own author alone."""
    seen = or_(Comment.held_at.is_(None), Comment.author_id == person_id)
    top = select(Comment.id).where(
        Comment.proposal_id == proposal_id, Comment.parent_id.is_(None), seen
    )
    if thread_id is not None:
        top = top.where(Comment.id == thread_id)
    columns, following = _order(order, after)
    if following is not None:
        top = top.where(following)
    page = top.order_by(*columns).limit(COMMENTS + 1).subquery()
    chosen = select(page.c.id)
    rows = session.scalars(
        select(Comment)
        .where(seen, or_(Comment.id.in_(chosen), Comment.parent_id.in_(chosen)))
        .options(joinedload(Comment.author, innerjoin=True).options(lazyload(Person.grants)))
        .order_by(Comment.parent_id.is_not(None), Comment.id)
        .limit(MOST_ROWS)
    ).all()
    return _threads(rows, order)


def _threads(rows: Sequence[Comment], order: str) -> tuple[list[Thread], str | None]:
    found = {row.id: Thread(row, []) for row in rows if row.parent_id is None}
    for row in rows:
        if row.parent_id in found:
            found[row.parent_id].replies.append(row)
    listed = list(found.values())
    if order == "new":
        listed.reverse()
    if order == "replied":
        listed.sort(key=lambda one: (-one.comment.replies_count, -one.comment.id))
    more = len(listed) > COMMENTS
    return listed[:COMMENTS], _key(order, listed[COMMENTS - 1].comment) if more else None


def _order(order: str, after: str) -> tuple[list[Any], ColumnElement[bool] | None]:
    key = [int(part) for part in after.split("-") if part.isascii() and part.isdigit()]
    key = [part for part in key if part < 2**31]
    if order == "old":
        return [Comment.id], Comment.id > key[0] if len(key) == 1 else None
    if order == "replied":
        count = Comment.replies_count
        columns = [count.desc(), Comment.id.desc()]
        if len(key) != 2:
            return columns, None
        return columns, or_(count < key[0], and_(count == key[0], Comment.id < key[1]))
    return [Comment.id.desc()], Comment.id < key[0] if len(key) == 1 else None


def _key(order: str, last: Comment) -> str:
    return f"{last.replies_count}-{last.id}" if order == "replied" else str(last.id)


def get_comment(session: Session, proposal_id: int, comment_id: int) -> Comment | None:
    """A comment of this proposal that everybody sees."""
    return session.scalars(
        select(Comment).where(
            Comment.id == comment_id,
            Comment.proposal_id == proposal_id,
            Comment.hidden_at.is_(None),
            Comment.held_at.is_(None),
        )
    ).one_or_none()


@dataclass(frozen=True)
class Moderated:
    """A comment on a moderator's list, with what residents reported about it."""

    comment: Comment
    proposal: Proposal
    reports: list[CommentReport]


def to_moderate(
    session: Session,
    areas: frozenset[int] | None,
    view: str,
    *,
    only: int | None = None,
    before_id: int | None = None,
    limit: int = 30,
) -> list[Moderated]:
    """Comments of the areas with their proposals and open reports, the newest first; `only` is
    one of them, whatever the view."""
    query = (
        select(Comment, Proposal)
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .options(joinedload(Comment.author).lazyload(Person.grants), joinedload(Proposal.cycle))
        .where(_in(areas), _view(view) if only is None else Comment.id == only)
        .order_by(Comment.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(Comment.id < before_id)
    rows = session.execute(query).all()
    reports: dict[int, list[CommentReport]] = {}
    for report in session.scalars(
        select(CommentReport)
        .where(
            CommentReport.comment_id.in_([comment.id for comment, _ in rows]),
            CommentReport.outcome == "",
        )
        .order_by(CommentReport.id)
    ):
        reports.setdefault(report.comment_id, []).append(report)
    return [Moderated(comment, proposal, reports.get(comment.id, [])) for comment, proposal in rows]


def moderation_counts(session: Session, areas: frozenset[int] | None) -> Counter[str]:
    """How many comments wait: reported ones and those kept back."""
    found = session.execute(
        select(*(func.count().filter(_view(name)).label(name) for name in VIEWS[:2]))
        .select_from(Comment)
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .where(_in(areas), or_(_view("reported"), _view("held")))
    ).one()
    return Counter(dict(zip(VIEWS[:2], map(int, found), strict=True)))


def comments_waiting(areas: frozenset[int] | None) -> Any:
    """How many comments wait for a moderator, as a part of another statement."""
    return (
        select(func.count())
        .select_from(Comment)
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .where(_in(areas), or_(_view("reported"), _view("held")))
        .scalar_subquery()
    )


def blocked_words(session: Session, *, removed: bool = False) -> Sequence[BlockedWord]:
    """The list as it is, or what was taken off it, the newest first."""
    gone = BlockedWord.removed_at.is_not(None) if removed else BlockedWord.removed_at.is_(None)
    order = [BlockedWord.removed_at.desc()] if removed else []
    return session.scalars(
        select(BlockedWord)
        .where(gone)
        .order_by(*order, BlockedWord.language, BlockedWord.word)
        .limit(1000)
    ).all()


def _in(areas: frozenset[int] | None) -> ColumnElement[bool]:
    return Proposal.id.is_not(None) if areas is None else Proposal.area_id.in_(areas)


def _view(name: str) -> ColumnElement[bool]:
    reported = (
        select(CommentReport.id)
        .where(CommentReport.comment_id == Comment.id, CommentReport.outcome == "")
        .correlate(Comment)
        .exists()
    )
    conditions: dict[str, ColumnElement[bool]] = {
        "reported": and_(reported, Comment.hidden_at.is_(None)),
        "held": and_(Comment.held_at.is_not(None), Comment.hidden_at.is_(None)),
        "newest": Comment.id.is_not(None),
        "hidden": Comment.hidden_at.is_not(None),
    }
    return conditions[name]
