"""A second factor: passkeys, codes of an app, recovery codes, showing it again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from pb_portal.accounts import service as accounts
from pb_portal.accounts.factors import queries, sealed, service, tries
from pb_portal.accounts.factors.models import CodeApp, Passkey, RecoveryCode, WrongTries
from pb_portal.accounts.models import LoginSession, Person
from pb_portal.audit.models import AuditEntry
from pb_portal.domain.guessing import FREE, LONGEST_WAIT, wait_after
from pb_portal.domain.refusal import Refusal
from tests.conftest import sign_in
from tests.factories import PASSWORD, make_person, signed
from tests.factories.authenticator import Authenticator
from tests.strict import StrictClient

HERE = "/me/security"
KEY = "sealing"


@pytest.fixture
def moved(app: Flask) -> Iterator[Any]:
    """Moves the portal's clock."""

    def move(**how: float) -> None:
        app.config["CLOCK_OFFSET"] = timedelta(**how)

    yield move
    app.config.pop("CLOCK_OFFSET", None)


@pytest.fixture
def strict(app: Flask) -> Iterator[None]:
    """Staff must have a second factor, as in production."""
    before: Settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(update={"staff_factor": "required"})
    yield
    app.config["SETTINGS"] = before


def staff(session: Session, *roles: str, **values: Any) -> Person:
    hashed = accounts.HASHER.hash(PASSWORD)
    return make_person(session, *roles, password_hash=hashed, **values)


def log_in(client: StrictClient, person: Person, password: str = PASSWORD, **extra: str) -> Any:
    return client.fill("/login", {"email": person.email, "password": password, **extra})


def token_on(client: StrictClient, path: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.page(path))
    assert found
    return found[1]


def key_token(client: StrictClient, path: str) -> dict[str, str]:
    return {"X-CSRFToken": token_on(client, path)}


def add_key(client: StrictClient, key: Authenticator, name: str = "Laptop", **how: Any) -> Any:
    token = token_on(client, HERE)
    headers = {"X-CSRFToken": token}
    options = client.post(f"{HERE}/passkeys/options", headers=headers).get_json()
    data = {"name": name, "credential": key.create(options, **how), "csrf_token": token}
    return client.post(f"{HERE}/passkeys", data=data)


def sign_with(client: StrictClient, key: Authenticator, **how: Any) -> str:
    headers = key_token(client, "/login/second")
    return key.get(client.post("/login/second/options", headers=headers).get_json(), **how)


def use_key(client: StrictClient, answer: str, **extra: str) -> Any:
    token = key_token(client, "/login/second")["X-CSRFToken"]
    data = {"credential": answer, "csrf_token": token, **extra}
    return client.post("/login/second", data=data)


def add_app(client: StrictClient) -> pyotp.TOTP:
    client.fill(f"{HERE}/app/begin", at=HERE)
    page = client.page(f"{HERE}/app")
    found = re.search(r"factor-secret\"><code>([A-Z2-7 ]+)", page)
    assert found and "<svg" in page and "data:" not in page
    totp = pyotp.TOTP(found[1].replace(" ", ""))
    answer = client.fill(f"{HERE}/app", {"code": totp.now()})
    assert answer.location == HERE, answer.get_data(as_text=True)
    return totp


def use_code(client: StrictClient, code: str, **extra: str) -> Any:
    return client.fill("/login/second", {"code": code, **extra})


def recovery_codes(client: StrictClient) -> list[str]:
    page = client.fill(f"{HERE}/recovery-codes", at=HERE).get_data(as_text=True)
    return re.findall(r"<li><code>([\w-]+)</code>", page)


def test_a_passkey_is_made_named_and_asked_for_at_the_next_login(
    client: StrictClient, session: Session
) -> None:
    person = staff(session, "commissioner")
    log_in(client, person)
    key = Authenticator()
    assert add_key(client, key, "Blue key").location == HERE
    assert "Blue key" in client.page(HERE)
    client.fill("/logout", at=HERE)
    assert log_in(client, person, next="/desk/cycles").location == "/login/second?next=/desk/cycles"
    assert client.get("/desk").status_code == 302, "the password alone opens nothing"
    assert client.get("/me").status_code == 302
    answer = use_key(client, sign_with(client, key), next="/desk/cycles")
    assert answer.location == "/desk/cycles"
    assert client.get("/desk/cycles").status_code == 200
    log = session.scalars(
        select(AuditEntry.data).where(AuditEntry.action == "account.login").order_by(AuditEntry.id)
    ).all()
    assert log == [{}, {"factor": "passkey"}]


def test_an_answer_made_for_a_false_page_opens_nothing(
    client: StrictClient, session: Session
) -> None:
    person = staff(session, "commissioner")
    log_in(client, person)
    key = Authenticator()
    add_key(client, key)
    client.fill("/logout", at=HERE)
    log_in(client, person)
    key.origin = "http://1ocalhost"
    assert use_key(client, sign_with(client, key)).status_code == 422
    key.origin, key.host = "http://localhost", "1ocalhost"
    assert use_key(client, sign_with(client, key)).status_code == 422
    key.host = "localhost"
    assert use_key(client, sign_with(client, key, verified=False)).status_code == 422
    assert use_key(client, sign_with(client, Authenticator())).status_code == 422
    assert client.get("/desk").status_code == 302
    failed = select(func.count()).where(AuditEntry.action == "account.factor_failed")
    assert session.scalar(failed) == 4
    assert use_key(client, sign_with(client, key)).status_code == 302


def test_a_signature_works_once_and_only_for_the_challenge_of_this_session(
    client: StrictClient, session: Session, app: Flask
) -> None:
    person = staff(session, "commissioner")
    log_in(client, person)
    key = Authenticator()
    add_key(client, key)
    client.fill("/logout", at=HERE)
    log_in(client, person)
    heard = sign_with(client, key)
    thief = app.test_client()
    assert isinstance(thief, StrictClient)
    log_in(thief, person)
    assert use_key(thief, heard).status_code == 422, "no challenge was asked for there"
    key_token(thief, "/login/second")
    sign_with(thief, key)
    assert use_key(thief, heard).status_code == 422, "another challenge was asked for there"
    assert use_key(client, heard).status_code == 302
    client.fill("/logout", at="/me")
    log_in(client, person)
    assert use_key(client, heard).status_code == 422, "its challenge was spent"


@pytest.mark.parametrize("rubbish", ["", "x", "{}", "[]", '{"id": 5}', "x" * 30_000, '{"id": "a"}'])
def test_rubbish_instead_of_a_passkey_is_refused_politely(
    client: StrictClient, session: Session, rubbish: str
) -> None:
    person = staff(session, "commissioner")
    log_in(client, person)
    add_key(client, Authenticator())
    client.fill("/logout", at=HERE)
    log_in(client, person)
    assert use_key(client, rubbish).status_code == 422
    data = {"name": "Key", "credential": rubbish}
    sign_in(client, person)
    assert client.fill(f"{HERE}/passkeys", data, at=HERE).status_code == 422


def test_a_key_that_did_not_verify_its_owner_is_not_taken(
    client: StrictClient, session: Session
) -> None:
    log_in(client, staff(session, "commissioner"))
    assert add_key(client, Authenticator(), verified=False).status_code == 422
    assert add_key(client, Authenticator(), "").status_code == 422
    assert session.scalar(select(func.count()).select_from(Passkey)) == 0


def test_a_code_app_is_set_up_and_each_of_its_codes_works_once(
    client: StrictClient, session: Session, moved: Any
) -> None:
    person = staff(session, "reviewer")
    log_in(client, person)
    totp = add_app(client)
    client.fill("/logout", at=HERE)
    log_in(client, person)
    now = datetime.now(UTC)
    assert use_code(client, totp.at(now)).status_code == 422, "it was spent when setting up"
    assert use_code(client, "000000").status_code == 422
    assert use_code(client, "٠٠٠٠٠٠").status_code == 422
    fresh = totp.at(now + timedelta(seconds=30))
    assert use_code(client, f"{fresh[:3]} {fresh[3:]}").location == "/desk"
    client.fill("/logout", at="/me")
    log_in(client, person)
    assert use_code(client, fresh).status_code == 422, "replayed"
    moved(minutes=5)
    log_in(client, person)
    assert use_code(client, fresh).status_code == 422, "old"
    assert use_code(client, totp.at(now + timedelta(minutes=5))).status_code == 302


def test_the_secret_of_the_app_is_unreadable_in_the_database(
    client: StrictClient, session: Session
) -> None:
    log_in(client, staff(session, "reviewer"))
    totp = add_app(client)
    stored = session.scalars(select(CodeApp.secret)).one()
    assert totp.secret not in stored
    assert sealed.unseal("another key", stored) is None
    assert sealed.unseal(KEY, sealed.seal(KEY, "ABC")) == "ABC"
    assert sealed.unseal(KEY, "rubbish") is None


def test_a_recovery_code_lets_in_once_and_new_ones_end_the_old(
    client: StrictClient, session: Session
) -> None:
    person = staff(session, "reviewer")
    log_in(client, person)
    assert client.fill(f"{HERE}/recovery-codes", at=HERE).location == HERE, "nothing to recover"
    add_app(client)
    first = recovery_codes(client)
    codes = recovery_codes(client)
    assert len(set(codes)) == 10 and not set(first) & set(codes)
    stored = session.scalars(select(RecoveryCode.code_hash)).all()
    assert not any(code.replace("-", "") in kept for code in codes for kept in stored)
    client.fill("/logout", at=HERE)
    log_in(client, person)
    assert use_code(client, first[0]).status_code == 422
    assert use_code(client, codes[3].upper().replace("-", " ")).location == "/desk"
    assert "9 codes are left" in client.page(HERE)
    client.fill("/logout", at="/me")
    log_in(client, person)
    assert use_code(client, codes[3]).status_code == 422


def test_where_a_factor_is_required_staff_open_nothing_without_one(
    client: StrictClient, session: Session, strict: None
) -> None:
    person = staff(session, "commissioner", "administrator")
    log_in(client, person)
    for path in ("/desk", "/desk/people", "/desk/cycles"):
        assert client.get(path).location == HERE, path
    page = client.page(HERE)
    assert "Your role opens only after that" in page
    assert "/desk" not in re.sub(r"<main.*", "", page, flags=re.S), "no way to the desk is shown"
    add_key(client, Authenticator())
    assert client.get("/desk").status_code == 200
    passkey = session.scalars(select(Passkey)).one()
    kept = client.fill(f"{HERE}/passkeys/{passkey.id}/remove", at=HERE)
    assert kept.status_code == 422 and "last second factor" in kept.get_data(as_text=True)


def test_residents_never_need_one(client: StrictClient, session: Session, strict: None) -> None:
    log_in(client, staff(session))
    assert client.get("/me").status_code == 200
    assert client.get("/desk").status_code == 403


def test_a_letter_with_a_new_password_does_not_go_round_the_factor(
    client: StrictClient, session: Session
) -> None:
    person = staff(session, "commissioner")
    log_in(client, person)
    key = Authenticator()
    add_key(client, key)
    client.fill("/logout", at=HERE)
    client.fill("/forgot-password", {"email": person.email})
    link = re.search(r'href="http://localhost(/new-password/[\w-]+)"', client.page("/letters"))
    assert link
    assert client.fill(link[1], {"password": "four green lamps"}).location == "/login/second"
    assert client.get("/me").status_code == 302
    assert use_key(client, sign_with(client, key)).status_code == 302


def test_a_new_factor_ends_sessions_opened_without_it(
    client: StrictClient, session: Session, app: Flask
) -> None:
    person = staff(session, "commissioner")
    thief = app.test_client()
    assert isinstance(thief, StrictClient)
    log_in(thief, person)
    log_in(client, person)
    add_key(client, Authenticator())
    assert client.get("/desk").status_code == 200
    assert thief.get("/desk").status_code == 302


def test_factors_are_changed_only_just_after_showing_who_one_is(
    client: StrictClient, session: Session, moved: Any
) -> None:
    person = staff(session, "commissioner")
    log_in(client, person)
    moved(minutes=16)
    assert client.fill(f"{HERE}/app/begin", at=HERE).location == "/login?next=/continue"
    moved()
    totp = add_app(client)
    moved(minutes=16)
    assert client.fill(f"{HERE}/app/remove", at=HERE).location == "/login/second?next=/continue"
    later = datetime.now(UTC) + timedelta(minutes=16)
    assert use_code(client, totp.at(later), next=HERE).location == HERE
    assert client.fill(f"{HERE}/app/remove", at=HERE).location == HERE
    assert session.scalar(select(func.count()).select_from(CodeApp)) == 0


def test_nobody_touches_a_strangers_key_or_session(client: StrictClient, session: Session) -> None:
    owner, stranger = staff(session, "commissioner"), staff(session, "commissioner")
    log_in(client, owner)
    add_key(client, Authenticator())
    passkey = session.scalars(select(Passkey)).one()
    entry = session.scalars(select(LoginSession)).one()
    client.fill("/logout", at=HERE)
    accounts.open_session(session, owner.id, at=datetime.now(UTC))
    session.commit()
    entry = session.scalars(select(LoginSession)).one()
    log_in(client, stranger)
    for path in (f"passkeys/{passkey.id}/remove", f"sessions/{entry.id}/end"):
        assert client.fill(f"{HERE}/{path}", at=HERE).status_code == 404
    session.expire_all()
    assert queries.has_factors(session, owner.id)


def test_the_second_step_shows_the_factor_again_and_changes_the_token(
    client: StrictClient, session: Session, moved: Any
) -> None:
    person = staff(session, "commissioner")
    log_in(client, person)
    key = Authenticator()
    add_key(client, key)
    before = session.scalars(select(LoginSession.token_hash)).one()
    moved(minutes=30)
    assert "Show that it is you" in client.page("/login/second")
    assert use_key(client, sign_with(client, key), next="/desk/cycles").location == "/desk/cycles"
    after = session.scalars(select(LoginSession.token_hash)).one()
    assert before != after


def test_an_act_of_two_people_asks_for_the_factor_anew(
    client: StrictClient, session: Session, moved: Any
) -> None:
    log_in(client, staff(session, "commissioner", "registrar"))
    moved(minutes=30)
    assert client.get("/desk/extensions/999").status_code == 404, "without a factor none is asked"
    moved()
    totp = add_app(client)
    assert client.get("/desk/extensions/999").status_code == 404
    moved(minutes=12)
    assert client.get("/desk/extensions/999").location == "/login/second?next=/desk/extensions/999"
    token = token_on(client, "/me")
    data = {"csrf_token": token, "decision": "approve"}
    assert client.post("/desk/extensions/999", data=data).status_code == 404, "still time to press"
    moved(minutes=16)
    assert client.post("/desk/extensions/999", data=data).location.startswith("/login/second")
    signing = "/desk/cycles/x/certification"
    pressed = client.post(signing, data=data, headers={"Referer": "http://localhost/desk/x"})
    assert pressed.location == "/login/second?next=/continue"
    assert client.post(signing, data=data).location == "/login/second?next=/continue"
    now = datetime.now(UTC) + timedelta(minutes=16)
    assert use_code(client, totp.at(now), next="/desk/extensions/999").status_code == 302
    data["csrf_token"] = token_on(client, "/me")
    assert client.post("/desk/extensions/999", data=data).status_code == 404


def test_wrong_codes_wait_longer_and_longer_but_the_owners_browser_does_not(
    client: StrictClient, session: Session, app: Flask
) -> None:
    person = staff(session, "commissioner")
    log_in(client, person)
    totp = add_app(client)
    client.fill("/logout", at=HERE)
    thief = app.test_client()
    assert isinstance(thief, StrictClient)
    thief.set_cookie("language", "en")
    log_in(thief, person)
    answers = [use_code(thief, f"{n:06d}") for n in range(FREE + 2)]
    assert [answer.status_code for answer in answers] == [422] * FREE + [429] * 2
    assert "too many wrong tries" in answers[-1].get_data(as_text=True)
    log_in(client, person)
    fresh = totp.at(datetime.now(UTC) + timedelta(seconds=30))
    assert use_code(client, fresh).status_code == 302


def test_a_strangers_wrong_passwords_do_not_keep_the_owner_out(
    client: StrictClient, session: Session, app: Flask, moved: Any
) -> None:
    person = staff(session)
    assert log_in(client, person).status_code == 302
    client.fill("/logout", at="/me")
    thief = app.test_client()
    assert isinstance(thief, StrictClient)
    thief.set_cookie("language", "en")
    codes = [log_in(thief, person, f"guess {n}").status_code for n in range(60)]
    assert codes == [422] * FREE + [429] * (60 - FREE)
    assert log_in(thief, person).status_code == 429, "even the right one waits there"
    assert log_in(client, person).status_code == 302, "the owner's browser is known"
    moved(minutes=1)
    assert log_in(thief, person).status_code == 302, "nothing is locked for good"


def test_tries_at_the_same_moment_are_all_counted(own_app: Flask) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from pb_portal.db import db, transaction

    at = datetime.now(UTC)

    def one(_number: int) -> bool:
        with own_app.app_context():
            try:
                with transaction() as work:
                    tries.claim(work, "somebody", at)
                return True
            except Refusal:
                return False
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        let_through = sum(pool.map(one, range(40)))
    assert let_through == FREE


def test_the_wait_grows_to_a_quarter_of_an_hour_and_is_forgotten_after_a_day(
    session: Session, at: datetime
) -> None:
    assert not wait_after(FREE - 1)
    waits = [wait_after(FREE + n) for n in range(9)]
    assert waits == sorted(waits) and waits[0] == timedelta(seconds=10)
    assert waits[-1] == LONGEST_WAIT == wait_after(10**6)
    for _ in range(FREE):
        tries.claim(session, "x", at)
    with pytest.raises(Refusal, match="slow_down"):
        tries.claim(session, "x", at)
    tries.claim(session, "x", at + timedelta(days=1))
    assert session.get_one(WrongTries, "x").failures == 1
    tries.tidy(session, at + timedelta(days=3))
    assert session.scalar(select(func.count()).select_from(WrongTries)) == 0


def test_sessions_are_listed_and_ended_one_by_one_or_all_others(
    client: StrictClient, session: Session, app: Flask
) -> None:
    person = staff(session)
    agent = "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36"
    others = []
    for _ in range(3):
        other = app.test_client()
        assert isinstance(other, StrictClient)
        data = {"email": person.email, "password": PASSWORD}
        other.fill("/login", data, headers={"User-Agent": agent})
        others.append(other)
    log_in(client, person)
    page = client.page(HERE)
    assert page.count("Chrome · Android") >= 3 and "this device" in page
    newest = session.scalars(select(LoginSession.id).order_by(LoginSession.id)).all()[2]
    client.fill(f"{HERE}/sessions/{newest}/end", at=HERE)
    assert [other.get("/me").status_code for other in others] == [200, 200, 302]
    client.fill(f"{HERE}/sessions/end", at=HERE)
    assert [other.get("/me").status_code for other in others] == [302] * 3
    assert client.get("/me").status_code == 200


def test_staff_who_do_nothing_are_signed_out_and_residents_are_not(
    client: StrictClient, session: Session, app: Flask, moved: Any
) -> None:
    clerk, resident = staff(session, "reviewer"), staff(session)
    other = app.test_client()
    assert isinstance(other, StrictClient)
    log_in(client, clerk)
    log_in(other, resident)
    for minutes in (50, 100, 150):
        moved(minutes=minutes)
        assert client.get("/desk").status_code == 200, "somebody at work stays"
    moved(minutes=205)
    background = {"Sec-Fetch-Mode": "cors"}
    assert client.get("/desk", headers=background).status_code == 200
    moved(minutes=215)
    assert client.get("/desk").status_code == 302, "a page asking by itself is nobody at work"
    assert other.get("/me").status_code == 200


def test_staff_sign_in_again_after_the_hours_of_the_settings(
    client: StrictClient, session: Session, app: Flask, moved: Any
) -> None:
    before: Settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = before.model_copy(update={"staff_hours": 1})
    log_in(client, staff(session, "reviewer"))
    moved(minutes=40)
    assert client.get("/desk").status_code == 200
    moved(minutes=61)
    assert client.get("/desk").status_code == 302
    app.config["SETTINGS"] = before


def test_a_half_session_runs_out_in_ten_minutes(
    client: StrictClient, session: Session, moved: Any
) -> None:
    person = staff(session, "reviewer")
    log_in(client, person)
    totp = add_app(client)
    client.fill("/logout", at=HERE)
    log_in(client, person)
    moved(minutes=11)
    late = totp.at(datetime.now(UTC) + timedelta(minutes=11))
    assert use_code(client, late).status_code == 302
    assert client.get("/desk").status_code == 302, "it led back to the password"


def test_only_so_many_keys_fit_and_another_app_needs_the_first_removed(
    session: Session, at: datetime
) -> None:
    person = staff(session, "reviewer")
    by = signed(person)
    service.begin_code_app(session, by, person.id, key=KEY)
    service.begin_code_app(session, by, person.id, key=KEY)
    app = session.get_one(CodeApp, person.id)
    app.confirmed_at = at
    with pytest.raises(Refusal, match="app_known"):
        service.begin_code_app(session, by, person.id, key=KEY)
    with pytest.raises(Refusal, match="sealed_otherwise"):
        service.otpauth_address(app, key="other", site="P", email="a@b.kz")


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_every_page_of_the_second_factor_speaks_three_languages(
    client: StrictClient, session: Session, locale: str
) -> None:
    person = staff(session, "commissioner")
    log_in(client, person)
    client.fill(f"{HERE}/app/begin", at=HERE)
    pages = [client.page(HERE, locale=locale), client.page(f"{HERE}/app", locale=locale)]
    add_key(client, Authenticator())
    client.set_cookie("language", locale)
    pages.append(client.fill(f"{HERE}/recovery-codes", at=HERE).get_data(as_text=True))
    pages.append(client.page("/login/second", locale=locale))
    client.fill("/logout", at=HERE)
    log_in(client, person)
    pages.append(client.page("/login/second", locale=locale))
    assert all(f'<html lang="{locale}"' in page for page in pages)
