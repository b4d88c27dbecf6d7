"""What moderators do: hide a comment with a reason, show it again, answer reports, keep the list
of words."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.db import Missing
from pb_portal.domain.blocked_words import skeleton
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import WORD, clean
from pb_portal.outbox import service as outbox
from pb_portal.proposals.models import BlockedWord, Comment, CommentReport, Proposal
from pb_portal.proposals.service.comment_letters import forget_letters, notify_of_comment
from pb_portal.proposals.service.comments import count_comment
from pb_portal.seals.service import change_rows

LANGUAGES = ("kk", "ru", "en")
EFFECTS = ("refuse", "hold")
SHORTEST_WORD, LONGEST_WORD = 3, 40


def hide_comment(session: Session, by: Signature, comment_id: int, *, reason: str) -> Comment:
    """Hide a comment; residents see the reason instead of the words. Nothing is deleted, and its
    author is told."""
    comment, proposal = _moderated(session, by, comment_id)
    if not reason:
        raise Refusal("comment.reason_missing", field="reason")
    first = comment.hidden_at is None
    comment.hidden_at = by.at
    comment.hidden_reason = reason
    _record(session, by, "comment.hidden", comment, proposal, reason=reason)
    _answer_reports(session, by, comment, "hidden")
    forget_letters(session, proposal, comment.id)
    if first:
        _tell_author(session, by, comment, proposal)
    return comment


def show_comment(session: Session, by: Signature, comment_id: int) -> Comment:
    """Show a hidden comment again, or one that the words list kept back."""
    comment, proposal = _moderated(session, by, comment_id)
    held = comment.held_at is not None
    if comment.hidden_at is None and not held:
        return comment
    comment.hidden_at = None
    comment.hidden_reason = ""
    comment.held_at = None
    _record(session, by, "comment.shown", comment, proposal)
    session.flush()
    if held:
        count_comment(session, comment, 1)
        notify_of_comment(session, by, proposal, comment)
    return comment


def keep_comment(session: Session, by: Signature, comment_id: int) -> Comment:
    """Answer the reports on a comment: it stays."""
    comment, proposal = _moderated(session, by, comment_id)
    _record(session, by, "comment.kept", comment, proposal)
    _answer_reports(session, by, comment, "kept")
    return comment


def add_word(
    session: Session,
    by: Signature,
    *,
    word: str,
    language: str,
    effect: str,
    whole: bool = False,
    reason: str = "",
) -> BlockedWord:
    """Put a word on the list. It applies from the next comment on."""
    demand(by.actor, P.ADMINISTER)
    text = " ".join(clean(word).split())
    if not SHORTEST_WORD <= len(text) <= LONGEST_WORD or not WORD.fullmatch(text):
        raise Refusal("words.wrong", field="word", least=SHORTEST_WORD, most=LONGEST_WORD)
    if language not in LANGUAGES or effect not in EFFECTS:
        raise Refusal("words.choose", field="effect")
    same = [one for one in _listed(session) if skeleton(one.word) == skeleton(text)]
    if same:
        raise Refusal("words.known", field="word", word=same[0].word)
    row = BlockedWord(
        word=text,
        language=language,
        effect=effect,
        whole=whole,
        reason=clean(reason)[:300],
        added_by_id=by.actor.person_id,
        added_at=by.at,
    )
    session.add(row)
    session.flush()
    audit.record(session, by, "words.added", ("blocked_word", row.id), reason=row.reason)
    return row


def remove_word(session: Session, by: Signature, word_id: int) -> BlockedWord:
    """Take a word off the list; its row stays as history."""
    demand(by.actor, P.ADMINISTER)
    row = session.get(BlockedWord, word_id, with_for_update={"of": BlockedWord})
    if row is None or row.removed_at is not None:
        raise Missing("word")
    row.removed_at = by.at
    row.removed_by_id = by.actor.person_id
    session.flush()
    audit.record(session, by, "words.removed", ("blocked_word", row.id))
    return row


def _listed(session: Session) -> list[BlockedWord]:
    return list(session.scalars(select(BlockedWord).where(BlockedWord.removed_at.is_(None))))


def _moderated(session: Session, by: Signature, comment_id: int) -> tuple[Comment, Proposal]:
    comment = session.get(Comment, comment_id, with_for_update={"of": Comment})
    if comment is None:
        raise Missing("comment")
    proposal = session.get_one(Proposal, comment.proposal_id)
    demand(by.actor, P.MODERATE, area_id=proposal.area_id)
    return comment, proposal


def _answer_reports(session: Session, by: Signature, comment: Comment, outcome: str) -> None:
    change_rows(
        session,
        update(CommentReport)
        .where(CommentReport.comment_id == comment.id, CommentReport.outcome == "")
        .values(outcome=outcome, answered_at=by.at)
        .execution_options(synchronize_session=False),
    )


def _record(
    session: Session,
    by: Signature,
    action: str,
    comment: Comment,
    proposal: Proposal,
    reason: str = "",
) -> None:
    audit.record(
        session, by, action, ("comment", comment.id), cycle_id=proposal.cycle_id, reason=reason
    )


def _tell_author(session: Session, by: Signature, comment: Comment, proposal: Proposal) -> None:
    author = comment.author
    if author.confirmed_at is None or author.blocked_at is not None:
        return
    outbox.post(
        session,
        by,
        "comment_hidden",
        recipient=author.email,
        locale=author.locale,
        name=author.name,
        title=proposal.title,
        words=comment.body[:300],
        reason=comment.hidden_reason,
        path=f"/c/{proposal.cycle.slug}/proposals/{proposal.number}#comments",
    )
