"""Answers, reports, a hidden and a kept-back comment and co-authors of the sample."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.demo.texts import ANSWERS, HELD, RUDE
from pb_portal.proposals.models import (
    BlockedWord,
    Coauthor,
    Comment,
    CommentReport,
    Proposal,
)

WORDS = (
    ("ru", "дурак", "refuse"),
    ("ru", "идиот", "refuse"),
    ("ru", "жулик", "hold"),
    ("kk", "ақымақ", "refuse"),
    ("kk", "есек", "hold"),
    ("en", "idiot", "refuse"),
)


def load_talk(
    session: Session,
    proposals: list[Proposal],
    people: list[Person],
    resident: Person,
    at: datetime,
    chance: Random,
) -> None:
    """Let people answer one another under some of these proposals and write some together."""
    comments = session.scalars(
        select(Comment)
        .where(Comment.proposal_id.in_([one.id for one in proposals]))
        .order_by(Comment.id)
    ).all()
    by_id = {one.id: one for one in proposals}
    for comment in comments[::4]:
        _answer(session, by_id[comment.proposal_id], comment, people, at, chance)
    _report(session, comments[1], people, RUDE, at)
    _hide(comments[2], at)
    _hold(session, by_id[comments[3].proposal_id], people, at)
    for proposal in proposals[::9]:
        _together(session, proposal, people, at, chance)
    _ask_resident(session, proposals, people, resident, at)
    session.flush()


def load_words(session: Session, administrator: Person, at: datetime) -> None:
    """A short list of words, mild ones."""
    session.add_all(
        BlockedWord(
            language=language,
            word=word,
            effect=effect,
            reason="пример" if language == "ru" else "",
            added_by_id=administrator.id,
            added_at=at - timedelta(days=90),
        )
        for language, word, effect in WORDS
    )


def _answer(
    session: Session,
    proposal: Proposal,
    comment: Comment,
    people: list[Person],
    at: datetime,
    chance: Random,
) -> None:
    words = chance.choice(ANSWERS)[proposal.language]
    session.add(
        Comment(
            proposal_id=proposal.id,
            parent_id=comment.id,
            author_id=proposal.author_id or chance.choice(people).id,
            body=words,
            created_at=min(at, comment.created_at + timedelta(hours=chance.randint(1, 30))),
            is_sample=True,
        )
    )
    comment.replies_count += 1
    proposal.comments_count += 1


def _report(
    session: Session, comment: Comment, people: list[Person], words: dict[str, str], at: datetime
) -> None:
    comment.body = words["ru"]
    for person, reason in zip(people[:2], ("insult", "off_topic"), strict=True):
        session.add(
            CommentReport(
                comment_id=comment.id,
                person_id=person.id,
                reason=reason,
                created_at=at - timedelta(hours=5),
            )
        )


def _hide(comment: Comment, at: datetime) -> None:
    comment.hidden_at = at - timedelta(days=1)
    comment.hidden_reason = "Номер телефона соседа без его согласия"


def _hold(session: Session, proposal: Proposal, people: list[Person], at: datetime) -> None:
    session.add(
        Comment(
            proposal_id=proposal.id,
            author_id=people[3].id,
            body=HELD[proposal.language],
            created_at=at - timedelta(hours=3),
            held_at=at - timedelta(hours=3),
            is_sample=True,
        )
    )


def _together(
    session: Session, proposal: Proposal, people: list[Person], at: datetime, chance: Random
) -> None:
    others = [person for person in people if person.id != proposal.author_id]
    session.add(
        Coauthor(
            proposal_id=proposal.id,
            person_id=chance.choice(others).id,
            kind="invitation",
            state="agreed",
            named=True,
            created_at=proposal.created_at,
            answered_at=proposal.created_at,
        )
    )


def _ask_resident(
    session: Session,
    proposals: list[Proposal],
    people: list[Person],
    resident: Person,
    at: datetime,
) -> None:
    """Somebody waits for the answer of the resident one logs in as."""
    own = next((one for one in proposals if one.author_id == resident.id), None)
    if own is None:
        return
    session.add(
        Coauthor(
            proposal_id=own.id,
            person_id=people[5].id,
            kind="request",
            words="Живу в соседнем доме, могу помочь с фотографиями и обойти жильцов.",
            named=True,
            created_at=at - timedelta(days=1),
        )
    )
