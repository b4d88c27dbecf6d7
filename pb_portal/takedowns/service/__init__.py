"""Taking something down, restoring it, erasing it for good, and the author's objection."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.accounts.privacy.service import record_access
from pb_portal.audit import service as audit
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.takedowns import CHOSEN, LONGEST_ANSWER, LONGEST_NOTE, LONGEST_REASON
from pb_portal.domain.text import clean
from pb_portal.files.service import all_names
from pb_portal.outbox import service as outbox
from pb_portal.takedowns.models import TakeDown
from pb_portal.takedowns.service.removal import Removal, put_back
from pb_portal.takedowns.service.subjects import (
    KINDS,
    Subject,
    get_subject,
    number_of,
    register_copies,
    register_kind,
)

__all__ = [
    "KINDS",
    "Removal",
    "Subject",
    "answer_take_down",
    "decide_answer",
    "erase",
    "get_subject",
    "hold",
    "number_of",
    "open_content",
    "register_copies",
    "register_kind",
    "restore",
    "take_down",
]


def take_down(
    session: Session,
    by: Signature,
    kind: str,
    subject_id: str,
    *,
    category: str,
    reason: str,
    note: str = "",
) -> TakeDown:
    """Move the thing's content into the private record and leave a tombstone with the reason; its
    authors get a letter and may object."""
    subject = get_subject(session, kind, subject_id)
    demand(by.actor, P.TAKE_DOWN, area_id=subject.area_id)
    sentence = " ".join(clean(reason).split())
    if category not in CHOSEN:
        raise Refusal("takedown.category", field="category")
    if not sentence:
        raise Refusal("takedown.reason", field="reason")
    if len(sentence) > LONGEST_REASON:
        raise Refusal(
            "proposal.too_long", field="reason", most=LONGEST_REASON, length=len(sentence)
        )
    row = _remove(session, by, subject, category, sentence, clean(note)[:LONGEST_NOTE])
    _tell_authors(session, by, row, "taken_down")
    return row


def hold(session: Session, by: Signature, kind: str, subject_id: str) -> TakeDown:
    """Keep back what has a word of the list until a moderator has read it."""
    return _remove(session, by, get_subject(session, kind, subject_id), "held", "", "")


def _remove(
    session: Session, by: Signature, subject: Subject, category: str, reason: str, note: str
) -> TakeDown:
    held = category == "held"
    already = select(TakeDown.id).where(
        TakeDown.subject_type == subject.kind,
        TakeDown.subject_id == subject.id,
        TakeDown.restored_at.is_(None),
    )
    if session.scalar(already) is not None:
        raise Refusal("takedown.already")
    row = TakeDown(
        subject_type=subject.kind,
        subject_id=subject.id,
        on_type=subject.on_type,
        on_id=subject.on_id,
        path=subject.path,
        area_id=subject.area_id,
        category=category,
        reason=reason,
        note=note,
        authors=sorted(set(subject.authors)),
        at=by.at,
        taken_by=None if held else by.actor.person_id,
    )
    removal = Removal(session, by.at)
    for take in KINDS[subject.kind].takes:
        take(session, subject.id, removal)
    if removal.empty:
        raise Refusal("takedown.nothing")
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        raise Refusal("takedown.already") from None
    removal.keep(row)
    session.flush()
    _mend(session, subject)
    outbox.forget_about(session, subject.letters)
    _record(session, by, "takedown.held" if held else "takedown.taken", row, reason)
    return row


def restore(session: Session, by: Signature, takedown_id: int) -> TakeDown:
    """Show the thing again; what its author has written over since stays."""
    row = _locked(session, by, takedown_id)
    if row.erased_at is not None:
        raise Refusal("takedown.erased")
    if not row.active:
        raise Refusal("takedown.restored")
    put_back(session, row)
    row.restored_at, row.restored_by = by.at, by.actor.person_id
    row.content, row.files = {}, []
    session.flush()
    _mend(session, get_subject(session, row.subject_type, row.subject_id))
    _record(session, by, "takedown.restored", row)
    _tell_authors(session, by, row, "taken_down_restored")
    return row


def erase(session: Session, by: Signature, takedown_id: int) -> list[str]:
    """Delete the content for good; returns names of the files' objects, to be removed from the
    store after the commit."""
    row = _locked(session, by, takedown_id)
    if not row.active:
        raise Refusal("takedown.restored")
    if row.erased_at is not None:
        raise Refusal("takedown.erased")
    names = [name for taken in row.files for name in all_names(taken.file)]
    stored = [taken.file for taken in row.files]
    row.content, row.files = {}, []
    row.erased_at, row.erased_by = by.at, by.actor.person_id
    session.flush()
    for file in stored:
        session.delete(file)
    session.flush()
    _record(session, by, "takedown.erased", row)
    return names


def open_content(session: Session, by: Signature, takedown_id: int) -> TakeDown:
    """Let staff or an auditor read what was taken down; it is recorded."""
    row = _get(session, takedown_id)
    demand(by.actor, P.SEE_TAKEN_DOWN, area_id=row.area_id)
    person_id = row.authors[0] if row.authors else None
    record_access(session, by, "taken_down", person_id, ("takedown", row.id))
    return row


def answer_take_down(session: Session, by: Signature, takedown_id: int, words: str) -> TakeDown:
    """An author objects, once; a moderator answers."""
    row = _get(session, takedown_id, lock=True)
    if by.actor.person_id not in row.authors:
        raise Missing("takedown")
    text = clean(words)
    if not text:
        raise Refusal("takedown.answer_missing", field="words")
    if len(text) > LONGEST_ANSWER:
        raise Refusal("proposal.too_long", field="words", most=LONGEST_ANSWER, length=len(text))
    if row.answered_at is not None or not row.active:
        raise Refusal("takedown.answered")
    row.answer, row.answered_at, row.answered_by = text, by.at, by.actor.person_id
    _record(session, by, "takedown.answered", row)
    return row


def decide_answer(session: Session, by: Signature, takedown_id: int, words: str) -> TakeDown:
    """Answer an objection that is not followed; to follow it, restore."""
    row = _locked(session, by, takedown_id)
    text = clean(words)
    if not text:
        raise Refusal("takedown.decision_missing", field="words")
    if row.answered_at is None or row.decided_at is not None:
        raise Refusal("takedown.answered")
    row.decision, row.decided_at, row.decided_by = text, by.at, by.actor.person_id
    _record(session, by, "takedown.decided", row)
    _tell_authors(session, by, row, "taken_down_upheld", words=text)
    return row


def _mend(session: Session, subject: Subject) -> None:
    for after in KINDS[subject.kind].after:
        after(session, subject.id)


def _get(session: Session, takedown_id: int, *, lock: bool = False) -> TakeDown:
    row = session.get(TakeDown, takedown_id, with_for_update={"of": TakeDown} if lock else None)
    if row is None:
        raise Missing("takedown")
    return row


def _locked(session: Session, by: Signature, takedown_id: int) -> TakeDown:
    row = _get(session, takedown_id, lock=True)
    demand(by.actor, P.TAKE_DOWN, area_id=row.area_id)
    return row


def _record(session: Session, by: Signature, action: str, row: TakeDown, reason: str = "") -> None:
    audit.record(
        session,
        by,
        action,
        ("takedown", row.id),
        reason=reason,
        kind=row.subject_type,
        thing=row.subject_id,
        category=row.category,
    )


def _tell_authors(
    session: Session, by: Signature, row: TakeDown, template: str, words: str = ""
) -> None:
    people = session.scalars(
        select(Person).where(
            Person.id.in_(row.authors),
            Person.confirmed_at.is_not(None),
            Person.blocked_at.is_(None),
        )
    )
    for person in people:
        if person.id == by.actor.person_id:
            continue
        outbox.post(
            session,
            by,
            template,
            recipient=person.email,
            locale=person.locale,
            name=person.name,
            kind=row.subject_type,
            category=row.category,
            reason=row.reason,
            words=words,
            page=row.path,
            path=f"/my/taken-down/{row.id}",
        )
