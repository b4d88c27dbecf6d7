"""The front door: registering, logging in and out, passwords, one's own account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.accounts import service, views
from pb_portal.accounts.models import LoginSession, Person
from pb_portal.audit.models import AuditEntry
from pb_portal.outbox.models import Letter
from tests.conftest import sign_in
from tests.factories import PASSWORD, make_person, signed
from tests.strict import StrictClient

NEW = "four green lamps"


def with_password(session: Session, *roles: str, **values: Any) -> Person:
    return make_person(session, *roles, password_hash=service.HASHER.hash(PASSWORD), **values)


def log_in(client: StrictClient, email: str, password: str = PASSWORD, **extra: str) -> Any:
    return client.fill("/login", {"email": email, "password": password, **extra})


def register(client: StrictClient, email: str = "aigul@example.kz", **changes: str) -> Any:
    data = {"name": "Айгүл Сәрсенова", "email": email, **changes}
    return client.fill("/register", data)


def link_in_box(client: StrictClient, kind: str) -> str:
    """The newest link of this kind in the letter box."""
    found = re.search(rf'href="http://localhost(/{kind}/[\w-]+)"', client.page("/letters"))
    assert found, f"no link to /{kind} in the letter box"
    return found[1]


def test_a_newcomer_registers_opens_the_letter_confirms_and_is_in(
    client: StrictClient, session: Session
) -> None:
    answer = register(client)
    assert answer.location == "/register/check"
    assert "Open your letter" in client.page("/register/check")
    link = link_in_box(client, "confirm")
    client.page(link)
    assert session.scalars(select(Person)).one().confirmed_at is None, "a robot opened the link"
    assert client.fill(link, {"password": ""}).status_code == 422
    assert client.fill(link, {"password": PASSWORD}).location == "/me"
    assert "aigul@example.kz" in client.page("/me")
    assert session.scalars(select(Person)).one().confirmed_at is not None
    assert "no longer works" in client.page(link)
    assert client.fill(link, at="/me").status_code == 422


def test_a_wrong_form_keeps_what_was_typed_but_not_the_password(client: StrictClient) -> None:
    answer = register(client, email="no address")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#email"' in page and "Айгүл Сәрсенова" in page and "no address" in page
    register(client)
    weak = client.fill(link_in_box(client, "confirm"), {"password": "1234567890"})
    assert weak.status_code == 422
    assert "too easy to guess" in weak.get_data(as_text=True)
    assert "1234567890" not in weak.get_data(as_text=True)


def test_registering_a_taken_address_looks_the_same_and_tells_only_its_owner(
    client: StrictClient, session: Session
) -> None:
    make_person(session, email="taken@example.kz")
    free = register(client, email="free@example.kz")
    taken = register(client, email="Taken@example.kz")
    assert (free.status_code, free.location) == (taken.status_code, taken.location)
    letters = dict(session.execute(select(Letter.recipient, Letter.template)).all())
    assert letters == {
        "free@example.kz": "confirm_address",
        "taken@example.kz": "account_exists",
    }


def test_who_registers_a_strangers_address_keeps_no_password_to_it(
    client: StrictClient, session: Session, app: Flask
) -> None:
    register(client, "victim@example.kz", password=PASSWORD)
    assert log_in(client, "victim@example.kz").status_code == 422
    owner = app.test_client()
    assert isinstance(owner, StrictClient)
    link = link_in_box(client, "confirm")
    owner.set_cookie("language", "en")
    assert owner.fill(link, {"password": NEW}).location == "/me"
    assert log_in(client, "victim@example.kz").status_code == 422
    assert log_in(client, "victim@example.kz", NEW).status_code == 302


def test_wrong_password_and_unknown_address_get_the_same_answer(
    client: StrictClient, session: Session
) -> None:
    with_password(session, email="known@example.kz")
    with_password(session, email="blocked@example.kz", blocked_at=func.now())
    pages = []
    for email, password in [
        ("known@example.kz", "wrong password"),
        ("nobody@example.kz", PASSWORD),
        ("blocked@example.kz", PASSWORD),
    ]:
        answer = log_in(client, email, password)
        assert answer.status_code == 422
        page = answer.get_data(as_text=True).replace(email, "")
        pages.append(re.sub(r'name="csrf_token"[^>]*>', "", page))
    assert pages[0] == pages[1] == pages[2]
    assert "is wrong" in pages[0]
    failed = select(func.count()).where(AuditEntry.action == "account.login_failed")
    assert session.scalar(failed) == 2


def test_logging_in_goes_on_to_the_page_asked_for(client: StrictClient, session: Session) -> None:
    with_password(session, email="known@example.kz")
    asked = client.get("/me")
    assert asked.location == "/login?next=/me"
    page = client.page("/login?next=/me")
    assert 'name="next" value="/me"' in page
    assert log_in(client, "KNOWN@example.kz", next="/me").location == "/me"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
    ],
)
def test_nobody_is_sent_to_another_site(
    client: StrictClient, session: Session, target: str
) -> None:
    with_password(session, email="known@example.kz")
    assert log_in(client, "known@example.kz", next=target).location == "/"
    assert client.get("/language/kk", query_string={"next": target}).location == "/"


def test_staff_land_on_their_desk_and_residents_at_home(
    client: StrictClient, session: Session
) -> None:
    with_password(session, "reviewer", email="staff@example.kz")
    with_password(session, email="resident@example.kz")
    assert log_in(client, "staff@example.kz").location == "/desk"
    assert log_in(client, "resident@example.kz").location == "/"


def test_after_logging_out_a_stolen_cookie_opens_nothing(
    client: StrictClient, session: Session, app: Flask
) -> None:
    with_password(session, email="known@example.kz")
    log_in(client, "known@example.kz")
    stolen = client.get_cookie("portal")
    assert stolen is not None
    thief = app.test_client()
    thief.set_cookie("portal", stolen.value)
    assert thief.get("/me").status_code == 200
    assert client.fill("/logout", at="/me").location == "/"
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
    assert thief.get("/me").status_code == 302


def test_logging_in_again_ends_the_session_before(client: StrictClient, session: Session) -> None:
    with_password(session, email="known@example.kz")
    log_in(client, "known@example.kz")
    log_in(client, "known@example.kz")
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 1


def test_a_forgotten_password_is_set_by_the_letter_and_ends_other_sessions(
    client: StrictClient, session: Session, app: Flask
) -> None:
    person = with_password(session, email="known@example.kz")
    other = app.test_client()
    assert isinstance(other, StrictClient)
    sign_in(other, person)
    assert client.fill("/forgot-password", {"email": "known@example.kz"}).status_code == 302
    link = link_in_box(client, "new-password")
    assert client.fill(link, {"password": "short"}).status_code == 422
    assert client.fill(link, {"password": NEW}).location == "/me"
    assert client.get("/me").status_code == 200
    assert other.get("/me").status_code == 302
    assert "no longer works" in client.page(link)
    client.fill("/logout", at="/me")
    assert log_in(client, "known@example.kz").status_code == 422
    assert log_in(client, "known@example.kz", NEW).status_code == 302


def test_asking_for_a_new_password_tells_nothing_about_the_address(
    client: StrictClient, session: Session
) -> None:
    with_password(session, email="known@example.kz")
    known = client.fill("/forgot-password", {"email": "known@example.kz"})
    unknown = client.fill("/forgot-password", {"email": "nobody@example.kz"})
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert session.scalar(select(func.count()).select_from(Letter)) == 1


def test_a_mailbox_is_not_flooded_whoever_asks(client: StrictClient, session: Session) -> None:
    with_password(session, email="known@example.kz")
    for _ in range(9):
        client.fill("/forgot-password", {"email": "known@example.kz"})
    assert session.scalar(select(func.count()).select_from(Letter)) == service.links.MOST_LETTERS


def test_the_profile_keeps_name_and_language_of_letters(
    client: StrictClient, session: Session
) -> None:
    person = make_person(session)
    sign_in(client, person)
    assert client.fill("/me", {"name": "", "locale": "kk"}).status_code == 422
    assert client.fill("/me", {"name": "Нұрлан", "locale": "xx"}).status_code == 422
    assert client.fill("/me", {"name": "Нұрлан", "locale": "kk"}).location == "/me"
    session.expire_all()
    assert (person.name, person.locale) == ("Нұрлан", "kk")
    page = client.page("/me")
    assert "Saved." in page and "/my/proposals" in page and "/my/following" in page


def test_the_own_password_changes_only_with_the_present_one(
    client: StrictClient, session: Session
) -> None:
    person = with_password(session)
    sign_in(client, person)
    wrong = client.fill("/me/password", {"current": "not it", "password": NEW})
    assert wrong.status_code == 422 and "not your present" in wrong.get_data(as_text=True)
    assert client.fill("/me/password", {"current": PASSWORD, "password": NEW}).location == "/me"
    assert client.get("/me").status_code == 200
    session.expire_all()
    assert service.password_fits(person, NEW)


def test_the_letter_of_confirmation_can_be_sent_again(
    client: StrictClient, session: Session
) -> None:
    person = make_person(session, confirmed=False)
    sign_in(client, person)
    assert "Send the letter again" in client.page("/me")
    assert client.fill("/me/confirmation", at="/me").location == "/register/check"
    link = link_in_box(client, "confirm")
    assert client.fill(link, {"password": NEW}, at="/me").location == "/me"
    assert "Send the letter again" not in client.page("/me")


def test_a_blocked_person_is_out_at_once(client: StrictClient, session: Session) -> None:
    person, administrator = make_person(session), make_person(session, "administrator")
    sign_in(client, person)
    assert client.get("/me").status_code == 200
    service.block(session, signed(administrator), person, reason="Sold an account")
    session.commit()
    assert client.get("/me").status_code == 302


def test_passwords_are_never_hashed_inside_a_transaction(
    client: StrictClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[bool] = []
    hashed: list[bool] = []

    @contextmanager
    def watched() -> Iterator[Session]:
        inside.append(True)
        with real() as work:
            yield work
        inside.pop()

    class Watcher:
        def hash(self, password: str) -> str:
            hashed.append(bool(inside))
            return str(hasher.hash(password))

        def verify(self, stored: str, password: str) -> bool:
            hashed.append(bool(inside))
            return bool(hasher.verify(stored, password))

    real, hasher = views.transaction, service.HASHER
    monkeypatch.setattr(views, "transaction", watched)
    monkeypatch.setattr(service.passwords, "HASHER", Watcher())
    register(client)
    client.fill(link_in_box(client, "confirm"), {"password": PASSWORD})
    client.fill("/logout", at="/me")
    client.fill("/forgot-password", {"email": "aigul@example.kz"})
    client.fill(link_in_box(client, "new-password"), {"password": NEW})
    client.fill("/me/password", {"current": NEW, "password": PASSWORD})
    log_in(client, "aigul@example.kz")
    assert hashed == [False] * 5


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_every_page_of_accounts_speaks_three_languages(
    client: StrictClient, session: Session, locale: str
) -> None:
    for path in ("/register", "/login", "/forgot-password", "/register/check", "/confirm/x"):
        assert f'lang="{locale}"' in client.page(path, locale=locale)
    assert client.page("/new-password/x", locale=locale)
    sign_in(client, make_person(session, confirmed=False))
    for path in ("/me", "/me/password", "/my/following"):
        assert client.page(path, locale=locale)
