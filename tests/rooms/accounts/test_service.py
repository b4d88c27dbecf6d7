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
    hashed = service.hash_password(PASSWORD)
    service.register(session, email=email, name="Aigul", password_hash=hashed, locale="kk", at=at)
    session.flush()


def test_a_new_account_is_confirmed_by_the_link_of_its_letter(
    session: Session, at: datetime
) -> None:
    register(session, at)
    letter = session.scalars(select(Letter)).one()
    token = letter.data["path"].rsplit("/", 1)[1]
    person = service.confirm(session, token, at=at)
    assert person.confirmed_at == at
    with pytest.raises(Refusal, match="link_dead"):
        service.confirm(session, token, at=at)


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
