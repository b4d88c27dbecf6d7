"""Links of letters die when the account changes; wrong passwords count everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.accounts import by_two, queries, service
from pb_portal.accounts.factors.models import CodeApp
from pb_portal.accounts.models import EmailToken, Person
from pb_portal.accounts.privacy import service as privacy
from pb_portal.accounts.privacy.models import EmailChange
from pb_portal.audit.models import AuditEntry
from pb_portal.domain.guessing import FREE
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import ANYONE, Signature
from pb_portal.outbox.models import Letter
from tests.conftest import sign_in
from tests.factories import make_person, signed
from tests.strict import StrictClient

PASSWORD, NEW = "three blue benches", "four green lamps"
Change = Callable[[Session, Person, datetime], None]


def paths(session: Session) -> dict[str, str]:
    """The newest link of each template."""
    rows = session.scalars(select(Letter).order_by(Letter.id)).all()
    return {row.template: row.data["path"].rsplit("/", 1)[-1] for row in rows if "path" in row.data}


def everything_sent(session: Session, person: Person, at: datetime) -> dict[str, str]:
    """One link of every kind a person can be sent."""
    service.send_confirmation(session, person, at=at)
    service.ask_new_password(session, email=person.email, at=at)
    privacy.ask_new_email(session, signed(person, at), person, "another@example.kz")
    session.flush()
    return paths(session)


def by_link(session: Session, person: Person, at: datetime) -> None:
    service.ask_new_password(session, email=person.email, at=at)
    session.flush()
    service.set_password(session, paths(session)["new_password"], password_hash="x", at=at)


def by_present_password(session: Session, person: Person, at: datetime) -> None:
    service.change_password(session, signed(person, at), person, password_hash="x")


def by_confirmation(session: Session, person: Person, at: datetime) -> None:
    service.send_confirmation(session, person, at=at)
    session.flush()
    service.confirm(session, paths(session)["confirm_address"], password_hash="x", at=at)


def by_new_address(session: Session, person: Person, at: datetime) -> None:
    privacy.ask_new_email(session, signed(person, at), person, "moved@example.kz")
    session.flush()
    privacy.change_email(session, signed(person, at), person, paths(session)["new_email"])


def by_block(session: Session, person: Person, at: datetime) -> None:
    administrator = signed(make_person(session, "administrator"), at)
    service.block(session, administrator, person, reason="strange letters")
    session.flush()
    service.unblock(session, administrator, person, reason="settled")


def by_request_to_block(session: Session, person: Person, at: datetime) -> None:
    request = privacy.ask_about_data(session, signed(person, at), person, "block", "", at.date())
    administrator = signed(make_person(session, "administrator"), at)
    privacy.answer_request(session, administrator, request, done=True, answer="done")
    person.blocked_at = None


def by_reset_of_factors(session: Session, person: Person, at: datetime) -> None:
    one, two = (signed(make_person(session, "administrator"), at) for _ in range(2))
    session.add(CodeApp(person_id=person.id, secret="x", created_at=at, confirmed_at=at))
    session.flush()
    asked = by_two.propose_reset(session, one, person, reason="lost the telephone")
    session.flush()
    by_two.decide(session, two, asked, approve=True)


CHANGES: dict[str, Change] = {
    change.__name__: change
    for change in (
        by_link,
        by_present_password,
        by_confirmation,
        by_new_address,
        by_block,
        by_request_to_block,
        by_reset_of_factors,
    )
}


@pytest.mark.parametrize("name", CHANGES)
def test_no_link_sent_before_opens_the_account_after(
    session: Session, at: datetime, name: str
) -> None:
    person = make_person(session)
    sent = everything_sent(session, person, at)
    CHANGES[name](session, person, at)
    session.flush()
    session.expire_all()
    with pytest.raises(Refusal):
        service.confirm(session, sent["confirm_address"], password_hash="thief", at=at)
    with pytest.raises(Refusal):
        service.set_password(session, sent["new_password"], password_hash="thief", at=at)
    with pytest.raises(Refusal):
        privacy.change_email(session, signed(person, at), person, sent["new_email"])
    assert person.password_hash != "thief" and person.email != "another@example.kz"


def test_every_table_of_links_is_ended(session: Session, at: datetime) -> None:
    person = make_person(session)
    everything_sent(session, person, at)
    service.end_access(session, person.id, at)
    live = select(func.count()).where(EmailToken.used_at.is_(None))
    assert session.scalar(live.where(EmailToken.person_id == person.id)) == 0
    changes = select(func.count()).where(EmailChange.expires_at > at)
    assert session.scalar(changes.where(EmailChange.person_id == person.id)) == 0


def test_a_link_works_for_its_own_purpose_only(session: Session, at: datetime) -> None:
    person = make_person(session)
    sent = everything_sent(session, person, at)
    for purpose, template in (("confirm", "new_password"), ("reset", "confirm_address")):
        assert queries.find_email_token(session, sent[template], purpose, at) is None
        assert queries.find_email_token(session, sent["new_email"], purpose, at) is None
    with pytest.raises(Refusal):
        privacy.change_email(session, signed(person, at), person, sent["new_password"])


FORMS: dict[str, dict[str, str]] = {
    "/me/password": {"current": "{}", "password": NEW},
    "/me/email": {"password": "{}", "email": "another@example.kz"},
    "/me/delete": {"password": "{}"},
}


def typed(path: str, password: str) -> dict[str, str]:
    return {name: value.format(password) for name, value in FORMS[path].items()}


def owner(session: Session, **values: Any) -> Person:
    hashed = service.hash_password(PASSWORD)
    return make_person(session, password_hash=hashed, **values)


@pytest.mark.parametrize("path", FORMS)
def test_wrong_present_passwords_are_counted_and_logged(
    client: StrictClient, session: Session, path: str
) -> None:
    person = owner(session)
    sign_in(client, person)
    for n in range(FREE):
        assert client.fill(path, typed(path, f"not it {n}")).status_code == 422
    logged = select(func.count()).where(
        AuditEntry.action == "account.password_failed", AuditEntry.subject_id == str(person.id)
    )
    assert session.scalar(logged) == FREE
    answer = client.fill(path, typed(path, PASSWORD))
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    assert "too many wrong tries" in answer.get_data(as_text=True)
    session.expire_all()
    assert service.password_fits(person, PASSWORD) and person.deleted_at is None


def test_wrong_passwords_of_an_open_session_and_of_the_door_count_together(
    client: StrictClient, session: Session
) -> None:
    person = owner(session)
    sign_in(client, person)
    for path in FORMS:
        for n in range(FREE // 2):
            client.fill(path, typed(path, f"not it {n}"))
    client.fill("/logout", at="/me")
    wrong = client.fill("/login", {"email": person.email, "password": PASSWORD})
    assert wrong.status_code == 429 and int(wrong.headers["Retry-After"]) > 0


def test_a_blocked_or_unknown_person_is_sent_no_link(session: Session, at: datetime) -> None:
    person = make_person(session, blocked_at=at)
    service.ask_new_password(session, email=person.email, at=at)
    service.ask_new_password(session, email="nobody@example.kz", at=at)
    assert session.scalar(select(func.count()).select_from(EmailToken)) == 0
    assert Signature(ANYONE, at).at == at
