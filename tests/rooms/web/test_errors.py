"""Every error is a page that says what happened, what was kept and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal import create_app
from pb_portal.accounts.factors.models import WrongTries
from pb_portal.db import Missing, db, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.outbox.models import Letter
from pb_portal.web import limits
from pb_portal.web.guard import public
from tests.conftest import make_settings, migrated, sign_in
from tests.factories import make_person
from tests.strict import StrictClient

TITLES = {
    400: "could not read this request",
    403: "not for your account",
    404: "no such page",
    405: "cannot be opened like this",
    409: "Somebody was faster",
    413: "too big",
    422: "cannot be done",
    429: "Too many attempts",
    500: "broke on our side",
    503: "resting for a moment",
}


def raiser(error: Exception) -> Any:
    @public
    def view() -> str:
        raise error

    return view


def collide() -> str:
    with transaction() as work:
        work.add(Letter(channel="pigeon", recipient="secret@example.kz", locale="ru", template="x"))
    return ""


@pytest.fixture(scope="module")
def hurt_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation with small uploads, rate limits and views that go wrong."""
    folder = tmp_path_factory.mktemp("hurt")
    made = migrated(make_settings(folder, "hurt", rate_limits=True, upload_limit_mb=1))
    made.test_client_class = StrictClient
    for name, error in {
        "conflict": Conflict("approval.decided"),
        "refusal": Refusal("phase.over"),
        "forbidden": Forbidden(P.REVIEW),
        "missing": Missing("thing"),
        "broken": RuntimeError("secret@example.kz 870101300123"),
    }.items():
        made.add_url_rule(f"/hurt/{name}", name, raiser(error), methods=["GET", "POST"])
    made.add_url_rule("/hurt/collide", "collide", public(collide))
    made.add_url_rule("/hurt/form", "form", public(lambda: str(request.form)), methods=["POST"])
    try:
        yield made
    finally:
        limits.limiter.reset()
        limits.limiter.enabled = False
        with made.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def hurt(hurt_app: Flask) -> StrictClient:
    limits.limiter.enabled = True
    limits.limiter.reset()
    with hurt_app.app_context(), transaction() as work:
        work.execute(delete(WrongTries))
    made = hurt_app.test_client()
    assert isinstance(made, StrictClient)
    made.set_cookie("language", "en")
    return made


def shown(answer: Any, status: int) -> str:
    page = str(answer.get_data(as_text=True))
    assert answer.status_code == status, page[:200]
    assert TITLES[status] in page
    assert 'href="/"' in page and 'href="/help"' in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Traceback" not in page and "secret@example.kz" not in page
    return page


def test_a_form_without_its_token_is_400_and_gives_back_what_was_typed(hurt: StrictClient) -> None:
    data = {"solution": "Посадить клёны <b>", "password": "three blue benches", "code": "482913"}
    answer = hurt.post("/login", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400 and "open for too long" in page
    assert "Посадить клёны &lt;b&gt;</textarea>" in page
    assert "three blue benches" not in page and "482913" not in page


def test_the_typed_text_is_given_back_from_a_form_with_files_too(hurt: StrictClient) -> None:
    import io

    data = {"title": "Скамейки", "photo": (io.BytesIO(b"x" * 200_000), "a.jpg")}
    page = hurt.post("/login", data=data, content_type="multipart/form-data")
    assert page.status_code == 400
    assert "Скамейки</textarea>" in page.get_data(as_text=True)


def test_a_resident_at_the_desk_is_403(client: StrictClient, session: Session) -> None:
    sign_in(client, make_person(session))
    page = shown(client.get("/desk"), 403)
    assert 'href="/me"' in page


def test_an_unknown_address_and_a_missing_row_are_404(hurt: StrictClient) -> None:
    shown(hurt.get("/nothing/here"), 404)
    shown(hurt.get("/hurt/missing"), 404)


def test_a_wrong_method_is_405_and_names_the_right_one(hurt: StrictClient) -> None:
    answer = hurt.get("/logout")
    shown(answer, 405)
    assert "POST" in answer.headers["Allow"]


def test_a_conflict_is_409_with_its_sentence(hurt: StrictClient) -> None:
    page = hurt.get("/hurt/conflict").get_data(as_text=True)
    assert "already decided on this request" in page


def test_a_constraint_of_the_database_is_409_and_leaves_no_personal_data_in_the_log(
    hurt: StrictClient, caplog: pytest.LogCaptureFixture
) -> None:
    shown(hurt.get("/hurt/collide"), 409)
    assert "constraint refused" in caplog.text and "secret@example.kz" not in caplog.text


def test_a_refusal_outside_a_form_is_422_with_its_sentence(hurt: StrictClient) -> None:
    page = hurt.get("/hurt/refusal").get_data(as_text=True)
    assert "cannot be done" in page and "This phase is over" in page


def test_too_big_a_body_is_413(hurt: StrictClient) -> None:
    shown(hurt.post("/hurt/form", data={"text": "x" * 2_000_000}), 413)


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_too_many_attempts_are_429_in_three_languages(hurt: StrictClient, locale: str) -> None:
    hurt.set_cookie("language", locale)
    data = {"email": "a@example.kz", "password": "wrong password"}
    answers = [hurt.fill("/login", data) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    page = answers[-1].get_data(as_text=True)
    assert f'<html lang="{locale}"' in page and "a@example.kz" in page
    assert (TITLES[429] in page) == (locale == "en")
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert hurt.get("/login").status_code == 200, "reading is not limited"


LIMITED = {
    "/register": ({"name": "A", "email": "", "password": ""}, 10),
    "/login": ({"email": "", "password": ""}, 10),
    "/forgot-password": ({"email": ""}, 10),
    "/confirm/nothing": ({}, 10),
    "/new-password/nothing": ({"password": "x"}, 10),
}


@pytest.mark.parametrize("path", LIMITED)
def test_every_post_before_the_login_is_limited(hurt: StrictClient, path: str) -> None:
    data, most = LIMITED[path]
    codes = [hurt.fill(path, data, at="/login").status_code for _ in range(most + 1)]
    assert 429 not in codes[:-1] and codes[-1] == 429


def test_failed_logins_to_one_account_are_limited_from_many_addresses(hurt: StrictClient) -> None:
    codes = []
    for number in range(42):
        place = {"REMOTE_ADDR": f"10.0.0.{number}"}
        data = {"email": "victim@example.kz", "password": f"guess {number}"}
        codes.append(hurt.fill("/login", data, environ_overrides=place).status_code)
    assert codes[0] == 422 and codes[-1] == 429


def test_a_broken_view_is_500_without_a_trace(hurt_app: Flask) -> None:
    browser = FlaskClient(hurt_app, hurt_app.response_class)  # the strict one refuses any 500
    browser.set_cookie("language", "en")
    page = shown(browser.get("/hurt/broken"), 500)
    assert "not your fault" in page


def test_a_database_that_is_away_is_503_even_for_somebody_signed_in(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    gone = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/gone/x.sqlite3"})
    app = create_app(gone)
    browser = app.test_client()
    browser.set_cookie("language", "en")
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = "token-of-somebody"
    for path in ("/", "/me", "/desk", "/cycles"):
        answer = browser.get(path)
        shown(answer, 503)
        assert answer.headers["Retry-After"] == "5"
    browser.delete_cookie("language")
    assert browser.get("/", headers={"Accept-Language": "kk"}).status_code == 503
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 503
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_when_even_the_error_page_breaks_a_plain_one_is_shown(
    hurt: StrictClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*args: Any, **kwargs: Any) -> str:
        raise RuntimeError

    monkeypatch.setattr("pb_portal.web.errors.render_template", fall)
    page = hurt.get("/nothing").get_data(as_text=True)
    assert "404" in page and "портал" in page.casefold() and 'lang="kk"' in page


def test_statements_in_errors_hide_their_values(app: Flask, session: Session) -> None:
    session.add(Letter(channel="pigeon", recipient="secret@example.kz", locale="ru", template="x"))
    with pytest.raises(IntegrityError) as refused:
        session.flush()
    session.rollback()
    assert "secret@example.kz" not in str(refused.value)


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_error_pages_speak_three_languages(client: StrictClient, locale: str) -> None:
    page = client.page("/nothing", 404, locale)
    assert f'<html lang="{locale}"' in page
    assert (TITLES[404] in page) == (locale == "en")
