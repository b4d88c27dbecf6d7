"""Attack: staff phished. A false page has taken the password, and asks for more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories.authenticator import Authenticator
from tests.rooms.accounts.test_second_factor import (
    HERE,
    add_app,
    add_key,
    log_in,
    moved,
    sign_with,
    staff,
    strict,
    use_code,
    use_key,
)
from tests.strict import StrictClient

__all__ = ["moved", "strict"]
DESKS = ("/desk", "/desk/people", "/desk/cycles", "/desk/audit", "/me", "/me/security")


@pytest.fixture
def thief(app: Flask, client: StrictClient) -> StrictClient:
    """The false page's own browser."""
    made = app.test_client()
    assert isinstance(made, StrictClient)
    made.set_cookie("language", "en")
    return made


def test_attack_staff_phished_the_password_alone_opens_nothing(
    client: StrictClient, thief: StrictClient, session: Session
) -> None:
    person = staff(session, "commissioner", "administrator")
    log_in(client, person)
    add_key(client, Authenticator())
    assert log_in(thief, person).location == "/login/second"
    for path in DESKS:
        assert thief.get(path).location.startswith("/login"), path


def test_attack_staff_phished_a_false_page_gets_no_signature_it_can_use(
    client: StrictClient, thief: StrictClient, session: Session
) -> None:
    person = staff(session, "commissioner")
    log_in(client, person)
    key = Authenticator()
    add_key(client, key)
    log_in(thief, person)
    for origin, host in (
        ("https://budget-almaty.example", "budget-almaty.example"),
        ("http://localhost.example", "localhost.example"),
        ("http://localhost.example", "localhost"),
    ):
        key.origin, key.host = origin, host
        assert use_key(thief, sign_with(thief, key)).status_code == 422
    assert thief.get("/desk").status_code == 302


def test_attack_staff_phished_a_code_read_yesterday_or_used_is_worth_nothing(
    client: StrictClient, thief: StrictClient, session: Session, moved: object
) -> None:
    person = staff(session, "commissioner")
    log_in(client, person)
    totp = add_app(client)
    now = datetime.now(UTC)
    log_in(thief, person)
    for code in (totp.at(now), totp.at(now - timedelta(days=1)), totp.at(now + timedelta(days=1))):
        assert use_code(thief, code).status_code == 422
    assert thief.get("/desk").status_code == 302


def test_attack_staff_phished_before_a_factor_was_set_up_opens_no_role(
    thief: StrictClient, session: Session, strict: None
) -> None:
    person = staff(session, "commissioner")
    log_in(thief, person)
    for path in ("/desk", "/desk/cycles"):
        assert thief.get(path).location == HERE, path


def test_attack_staff_phished_an_open_session_alone_decides_nothing_for_two(
    client: StrictClient, session: Session, moved: object
) -> None:
    person = staff(session, "commissioner")
    log_in(client, person)
    add_key(client, Authenticator())
    moved(minutes=20)  # type: ignore[operator]
    for path in ("/desk/extensions/1", "/desk/certifications/1", "/desk/register-freezes/1"):
        assert client.get(path).location.startswith("/login/second"), path
