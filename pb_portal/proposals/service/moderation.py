"""Hiding a comment with a reason that stands in its place, and showing it again."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import Comment, Proposal


def hide_comment(session: Session, by: Signature, comment_id: int, *, reason: str) -> Comment:
    """Hide a comment; residents see the reason instead of the words. Nothing is deleted."""
    comment, proposal = _moderated(session, by, comment_id)
    if not reason:
        raise Refusal("comment.reason_missing", field="reason")
    comment.hidden_at = by.at
    comment.hidden_reason = reason
    audit.record(
        session,
        by,
        "comment.hidden",
        ("comment", comment.id),
        cycle_id=proposal.cycle_id,
        reason=reason,
    )
    return comment


def show_comment(session: Session, by: Signature, comment_id: int) -> Comment:
    """Show a hidden comment again."""
    comment, proposal = _moderated(session, by, comment_id)
    if comment.hidden_at is not None:
        comment.hidden_at = None
        comment.hidden_reason = ""
        audit.record(
            session, by, "comment.shown", ("comment", comment.id), cycle_id=proposal.cycle_id
        )
    return comment


def _moderated(session: Session, by: Signature, comment_id: int) -> tuple[Comment, Proposal]:
    comment = session.get(Comment, comment_id, with_for_update={"of": Comment})
    if comment is None:
        raise Missing("comment")
    proposal = session.get_one(Proposal, comment.proposal_id)
    demand(by.actor, P.MODERATE, area_id=proposal.area_id)
    return comment, proposal
