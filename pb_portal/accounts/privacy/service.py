"""Commands about personal data: openings by staff, a new address, requests, deletion."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.accounts import queries as accounts
from pb_portal.accounts.models import Person
from pb_portal.accounts.privacy import queries
from pb_portal.accounts.privacy.holdings import PROVIDERS
from pb_portal.accounts.privacy.models import COUNTED, DataAccess, DataRequest, EmailChange
from pb_portal.accounts.service.sessions import end_access
from pb_portal.audit import service as audit
from pb_portal.db import take_turn
from pb_portal.domain.letter_caps import LetterCaps
from pb_portal.domain.permissions import P, demand, is_kept_by_two
from pb_portal.domain.placeholders import DELETED_MARK
from pb_portal.domain.privacy import due_on
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.outbox.choices import move_choices

LINK_LIFE = timedelta(days=1)
MOST_CHANGES = 3
USUAL_CAPS = LetterCaps()


def record_access(
    session: Session,
    by: Signature,
    what: str,
    person_id: int | None = None,
    subject: tuple[str, int | str] = ("", ""),
) -> None:
    """Record that somebody of the staff opened a resident's data; not one's own."""
    if by.actor.person_id is None or by.actor.person_id == person_id:
        return
    session.add(
        DataAccess(
            at=by.at,
            staff_id=by.actor.person_id,
            roles=sorted(by.actor.roles),
            what=what,
            person_id=person_id,
            subject_type=subject[0],
            subject_id=str(subject[1]),
        )
    )


def ask_new_email(
    session: Session,
    by: Signature,
    person: Person,
    email: str,
    caps: LetterCaps = USUAL_CAPS,
) -> None:
    """Send a link to a new address. Says nothing when it is taken: its owner gets a letter."""
    demand(by.actor, P.RESIDENT)
    take_turn(session, f"new address of {person.id}")
    sent = session.scalar(
        select(func.count())
        .select_from(EmailChange)
        .where(EmailChange.person_id == person.id, EmailChange.expires_at > by.at - COUNTED)
    )
    if (sent or 0) >= MOST_CHANGES:
        raise Refusal("privacy.too_many_links", field="email")
    token = secrets.token_urlsafe(24)
    session.add(
        EmailChange(
            person_id=person.id,
            email=email.casefold(),
            token_hash=accounts.digest(token),
            expires_at=by.at + LINK_LIFE,
        )
    )
    owner = accounts.find_reader(session, email)
    taken = owner if owner is not None and owner.id != person.id else None
    recipient = taken.email if taken else email.casefold()
    if not outbox.claim_letter(session, by, "account", recipient=recipient, caps=caps):
        return
    outbox.post(
        session,
        by,
        "account_exists" if taken else "new_email",
        recipient=recipient,
        locale=taken.locale if taken else person.locale,
        name=taken.name if taken else person.name,
        path="/login" if taken else f"/me/email/{token}",
    )


def change_email(session: Session, by: Signature, person: Person, token: str) -> None:
    """Take the new address by its link; the former one is told, other devices are logged out."""
    found = queries.find_email_change(session, token, by.at)
    if found is None or found.person_id != person.id:
        raise Refusal("account.link_dead")
    former, email = person.email, found.email
    try:
        with session.begin_nested():
            person.email, person.confirmed_at = email, by.at
            session.flush()
    except IntegrityError:
        raise Refusal("account.link_dead") from None
    end_access(session, person.id, by.at)
    outbox.post(
        session, by, "email_changed", recipient=former, locale=person.locale, name=person.name
    )
    move_choices(session, former, person.email)
    audit.record(session, by, "account.email_changed", ("person", person.id))


def ask_about_data(
    session: Session, by: Signature, person: Person, kind: str, words: str, today: date
) -> DataRequest:
    """Ask staff to correct, block or delete; one open request of a kind at a time."""
    demand(by.actor, P.RESIDENT)
    request = DataRequest(
        person_id=person.id, kind=kind, words=words, asked_at=by.at, due_on=due_on(today)
    )
    try:
        with session.begin_nested():
            session.add(request)
            session.flush()
    except IntegrityError:
        raise Refusal("privacy.asked_already", field="kind") from None
    audit.record(session, by, "data.asked", ("person", person.id), kind=kind)
    return request


def answer_request(
    session: Session, by: Signature, request: DataRequest, *, done: bool, answer: str
) -> None:
    """Carry a request out or refuse it; the person gets a letter with the answer."""
    demand(by.actor, P.ADMINISTER)
    if request.state != "open":
        raise Refusal("privacy.answered_already")
    if not answer:
        raise Refusal("privacy.answer_missing", field="answer")
    person = request.person
    if person.id == by.actor.person_id:
        raise Refusal("privacy.own_request")
    if done and request.kind == "block" and is_kept_by_two(person.actor().roles):
        raise Refusal("account.needs_two")
    request.state = "done" if done else "refused"
    request.decided_at, request.decided_by, request.answer = by.at, by.actor.person_id, answer
    outbox.post(
        session,
        by,
        "data_answer",
        recipient=person.email,
        locale=person.locale,
        name=person.name,
        done=done,
        answer=answer,
    )
    audit.record(
        session,
        by,
        f"data.{request.state}",
        ("person", person.id),
        kind=request.kind,
    )
    session.flush()
    if done and request.kind == "block":
        person.blocked_at = person.blocked_at or by.at
        end_access(session, person.id, by.at)
    elif done and request.kind == "delete":
        _erase(session, by, person, keep_last_letter=True)


def delete_own(session: Session, by: Signature, person: Person) -> None:
    """Delete one's own account at once. The caller has checked the password."""
    demand(by.actor, P.RESIDENT)
    _erase(session, by, person)


def _erase(
    session: Session, by: Signature, person: Person, *, keep_last_letter: bool = False
) -> None:
    """Every room forgets; the account's row stays empty, since published words point to it."""
    if person.grants:
        raise Refusal("privacy.staff_first")
    email = person.email
    for provider in reversed(PROVIDERS.values()):
        provider.forget_person(session, by, person)
    outbox.forget_recipient(session, email, spare="data_answer" if keep_last_letter else "")
    end_access(session, person.id, by.at)
    person.email, person.name = f"deleted-{person.id}@invalid", DELETED_MARK
    person.password_hash, person.area_id, person.confirmed_at = "", None, None
    person.blocked_at = person.deleted_at = by.at
    for consent in queries.consents(session, person.id):
        consent.withdrawn_at = consent.withdrawn_at or by.at
    audit.record(session, by, "account.deleted", ("person", person.id))
