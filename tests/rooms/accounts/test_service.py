"""Accounts decide who may sign in."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts import queries, service
from pb_portal.domain.refusal import Refusal
from pb_portal.outbox.models import Letter
from tests.factories import PASSWORD


def register(session: Session, at: datetime, email: str = "aigul@example.kz") -> None:
    service.register(session, email=email, name="Aigul", locale="kk", at=at)
    session.flush()


def test_a_new_account_is_confirmed_by_the_link_of_its_letter(
    session: Session, at: datetime
) -> None:
    register(session, at)
    letter = session.scalars(select(Letter)).one()
    token = letter.data["path"].rsplit("/", 1)[1]
    hashed = service.hash_password(PASSWORD)
    person = service.confirm(session, token, password_hash=hashed, at=at)
    assert person.confirmed_at == at and service.password_fits(person, PASSWORD)
    with pytest.raises(Refusal, match="link_dead"):
        service.confirm(session, token, password_hash=hashed, at=at)


def test_before_the_letter_is_opened_no_password_fits(session: Session, at: datetime) -> None:
    register(session, at)
    person = queries.find_person(session, "aigul@example.kz")
    assert person is not None
    assert not any(service.password_fits(person, typed) for typed in ("", PASSWORD))
    letter = session.scalars(select(Letter)).one()
    assert "Aigul" not in str(letter.data), "a stranger's words travel in no letter"


def test_a_taken_address_makes_no_second_account_but_tells_its_owner(
    session: Session, at: datetime
) -> None:
    register(session, at)
    register(session, at, "AIGUL@example.kz")
    letters = session.scalars(select(Letter.template).order_by(Letter.id)).all()
    assert letters == ["confirm_address", "account_exists"]


@pytest.mark.parametrize("password", ["short", "1234567890", "aaaaaaaaaaaaaa", "aigul@example.kz"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(Refusal, match="password"):
        service.hash_password(password, email="aigul@example.kz", name="Aigul")


def test_a_session_ends_with_its_time_and_with_logout(session: Session, at: datetime) -> None:
    register(session, at)
    person = queries.find_person(session, "aigul@example.kz")
    assert person is not None
    token = service.open_session(session, person.id, at=at)
    assert queries.find_session(session, token, at) is not None
    assert queries.find_session(session, token, at + timedelta(hours=13)) is None
    service.close_session(session, token)
    assert queries.find_session(session, token, at) is None
