"""Residents' words on a proposal, answers to them, and reports that one breaks the rules."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.db import Missing, take_turn
from pb_portal.domain.permissions import P, demand, owns
from pb_portal.domain.proposal_states import PUBLIC
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import clean
from pb_portal.proposals.models import Comment, CommentReport, Proposal
from pb_portal.proposals.service.comment_letters import notify_of_comment
from pb_portal.word_list.service import check_words

LONGEST_COMMENT = 2000
LONGEST_REPORT = 500
REASONS = ("insult", "personal_data", "spam", "off_topic", "other")
TWICE = timedelta(minutes=10)
"""Within which the same words of the same person are one comment."""


def add_comment(
    session: Session, by: Signature, proposal: Proposal, body: str, *, parent_id: int | None = None
) -> Comment:
    """Say something about a proposal, or answer somebody. A word of the list refuses the comment
    or keeps it back until a moderator has read it."""
    demand(by.actor, P.COMMENT)
    if proposal.status not in PUBLIC:
        raise Refusal("proposal.not_public")
    words = _fitting(body)
    parent = _parent(session, proposal, parent_id)
    take_turn(session, f"comments of {by.actor.person_id}")
    _refuse_twice(session, by, proposal, words)
    held = check_words(session, {"body": words}, code="comment.blocked")
    comment = Comment(
        proposal_id=proposal.id,
        author_id=by.actor.person_id,
        parent_id=parent.id if parent else None,
        body=words,
        created_at=by.at,
        held_at=by.at if held else None,
    )
    session.add(comment)
    session.flush()
    if comment.held_at is None:
        count_comment(session, comment, 1)
        notify_of_comment(session, by, proposal, comment)
    audit.record(session, by, "comment.added", ("comment", comment.id), cycle_id=proposal.cycle_id)
    return comment


def count_comment(session: Session, comment: Comment, change: int) -> None:
    """Counts go by statements of their own, so that they never collide with a decision."""
    session.execute(
        update(Proposal)
        .where(Proposal.id == comment.proposal_id)
        .values(comments_count=Proposal.comments_count + change)
        .execution_options(synchronize_session=False)
    )
    if comment.parent_id is not None:
        session.execute(
            update(Comment)
            .where(Comment.id == comment.parent_id)
            .values(replies_count=Comment.replies_count + change)
            .execution_options(synchronize_session=False)
        )
    session.expire_all()


def report_comment(
    session: Session, by: Signature, comment_id: int, *, reason: str, text: str = ""
) -> Comment:
    """Tell a moderator that a comment breaks the rules; telling it twice changes nothing."""
    demand(by.actor, P.COMMENT)
    comment = session.get(Comment, comment_id, with_for_update={"of": Comment})
    if comment is None or comment.hidden_at is not None or comment.held_at is not None:
        raise Missing("comment")
    if owns(by.actor, comment.author_id):
        raise Refusal("comment.own")
    if reason not in REASONS:
        raise Refusal("comment.report_reason", field="reason")
    said = clean(text)
    if len(said) > LONGEST_REPORT:
        raise Refusal("proposal.too_long", field="text", most=LONGEST_REPORT, length=len(said))
    known = session.scalar(
        select(CommentReport.id).where(
            CommentReport.comment_id == comment_id,
            CommentReport.person_id == by.actor.person_id,
        )
    )
    if known is None:
        session.add(
            CommentReport(
                comment_id=comment_id,
                person_id=by.actor.person_id,
                reason=reason,
                text=said,
                created_at=by.at,
            )
        )
        session.flush()
        audit.record(session, by, "comment.reported", ("comment", comment_id))
    return comment


def _fitting(body: str) -> str:
    words = clean(body)
    if not words:
        raise Refusal("comment.empty", field="body")
    if len(words) > LONGEST_COMMENT:
        raise Refusal("proposal.too_long", field="body", most=LONGEST_COMMENT, length=len(words))
    return words


def _parent(session: Session, proposal: Proposal, parent_id: int | None) -> Comment | None:
    """The comment that is answered; an answer to an answer stands beside it."""
    if parent_id is None:
        return None
    parent = session.get(Comment, parent_id)
    if parent is None or parent.proposal_id != proposal.id:
        raise Missing("comment")
    if parent.hidden_at is not None or parent.held_at is not None:
        raise Refusal("comment.parent_hidden", field="body")
    if parent.parent_id is not None:
        return session.get_one(Comment, parent.parent_id)
    return parent


def _refuse_twice(session: Session, by: Signature, proposal: Proposal, words: str) -> None:
    same = session.scalar(
        select(Comment.id).where(
            Comment.proposal_id == proposal.id,
            Comment.author_id == by.actor.person_id,
            Comment.body == words,
            Comment.created_at > by.at - TWICE,
        )
    )
    if same is not None:
        raise Refusal("comment.twice", field="body")
