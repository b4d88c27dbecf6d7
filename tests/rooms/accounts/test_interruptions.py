"""What was typed outlives the end of a session, for the same person in the same browser."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pb_portal.accounts.models import KeptForm, LoginSession, Person
from pb_portal.domain.permissions import GRANTS
from pb_portal.domain.phases import PhaseKind
from pb_portal.proposals.models import Comment
from pb_portal.web import interruption
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal
from tests.strict import StrictClient

TEXT = "Скамейки у третьего подъезда не хватает, дети стоят"
ROLES = sorted({role for granted in GRANTS.values() for role in granted if role[0] != "*"})


def end_sessions(session: Session) -> None:
    """As after twelve hours, or a weekend."""
    session.execute(update(LoginSession).values(expires_at=datetime.now(UTC) - timedelta(hours=1)))


def token_on(client: StrictClient, path: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.page(path))
    assert found
    return found[1]


def hidden_fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


@pytest.fixture
def writer(session: Session) -> Person:
    return make_person(session)


def proposal_path(session: Session) -> str:
    cycle = make_cycle(session, PhaseKind.REVIEW)
    proposal = make_proposal(session, cycle, status="in_review")
    return f"/c/{cycle.slug}/proposals/{proposal.number}"


def start_comment(client: StrictClient, session: Session, writer: Person) -> tuple[str, str]:
    """The page of a proposal open before somebody signed in, and the token of its form."""
    sign_in(client, writer)
    path = proposal_path(session)
    return path, token_on(client, path)


def test_a_comment_sent_after_the_session_ended_is_sent_after_signing_in(
    client: StrictClient, session: Session, writer: Person
) -> None:
    path, token = start_comment(client, session, writer)
    end_sessions(session)
    answer = client.post(f"{path}/comments", data={"body": TEXT, "csrf_token": token})
    assert answer.status_code == 302 and "/login?next=/continue" in answer.location
    row = session.scalars(select(KeptForm)).one()
    assert TEXT not in row.sealed and row.person_id == writer.id

    sign_in(client, writer)
    for locale in ("kk", "ru", "en"):
        page = client.page("/continue", locale=locale)
    assert TEXT in page and f'action="{path}/comments"' in page
    assert client.post(f"{path}/comments", data=hidden_fields(page)).status_code == 302
    assert session.scalars(select(Comment.body)).one() == TEXT


def test_somebody_else_at_the_same_browser_does_not_see_it(
    client: StrictClient, session: Session, writer: Person
) -> None:
    path, token = start_comment(client, session, writer)
    end_sessions(session)
    client.post(f"{path}/comments", data={"body": TEXT, "csrf_token": token})
    sign_in(client, make_person(session))
    assert client.get("/continue").status_code == 302
    sign_in(client, writer)
    assert TEXT in client.page("/continue")


def test_it_goes_when_it_is_discarded_and_after_two_hours(
    client: StrictClient, session: Session, writer: Person
) -> None:
    path, token = start_comment(client, session, writer)
    end_sessions(session)
    for _ in range(3):
        client.post(f"{path}/comments", data={"body": TEXT, "csrf_token": token})
    assert session.scalar(select(func.count()).select_from(KeptForm)) == 1, "one for a browser"
    sign_in(client, writer)
    assert client.fill("/continue/discard", at="/continue").status_code == 302
    assert client.get("/continue").status_code == 302
    session.execute(update(KeptForm).values(expires_at=datetime.now(UTC)))
    assert session.scalar(select(func.count()).select_from(KeptForm)) == 0


def test_passwords_and_codes_are_never_kept(
    client: StrictClient, session: Session, writer: Person
) -> None:
    sign_in(client, writer)
    token = token_on(client, "/me/password")
    end_sessions(session)
    secret = "correct horse battery"
    data = {"current": secret, "password": secret, "note": TEXT, "csrf_token": token}
    client.post("/me/password", data=data)
    sign_in(client, writer)
    page = client.page("/continue")
    assert TEXT in page and secret not in page


def test_a_stranger_who_was_never_here_leaves_nothing_behind(
    client: StrictClient, session: Session
) -> None:
    token = token_on(client, "/login")
    page = proposal_path(session)
    path = f"{page}/comments"
    answer = client.post(path, data={"body": TEXT, "csrf_token": token})
    assert answer.status_code == 302 and "continue" not in answer.location
    assert session.scalar(select(func.count()).select_from(KeptForm)) == 0
    came_from = {"Referer": f"http://localhost{page}"}
    answer = client.post(path, data={"body": TEXT, "csrf_token": token}, headers=came_from)
    assert answer.location.endswith(f"next={page}")


def test_a_page_open_since_before_another_sign_in_keeps_what_was_typed(
    client: StrictClient, session: Session, writer: Person
) -> None:
    """Its token is worth nothing any more; the browser itself vouches that the page is ours."""
    path, token = start_comment(client, session, writer)
    sign_in(client, writer)
    data = {"body": TEXT, "csrf_token": token}
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.post(f"{path}/comments", data=data, headers=foreign).status_code == 400
    assert client.post(f"{path}/comments", data=data).status_code == 400
    for own in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}):
        answer = client.post(f"{path}/comments", data=data, headers=own)
        assert answer.status_code == 302 and answer.location == "/continue"
        assert TEXT in client.page("/continue")


def test_files_are_asked_for_again(client: StrictClient, session: Session, writer: Person) -> None:
    path, token = start_comment(client, session, writer)
    end_sessions(session)
    data = {"body": TEXT, "csrf_token": token, "photo": (io.BytesIO(b"x"), "a.jpg")}
    client.post(f"{path}/comments", data=data, content_type="multipart/form-data")
    sign_in(client, writer)
    page = client.page("/continue")
    assert 'type="file"' in page and 'name="photo"' in page and "multipart/form-data" in page


def test_a_request_of_a_script_is_not_kept(
    client: StrictClient, session: Session, writer: Person
) -> None:
    path, token = start_comment(client, session, writer)
    end_sessions(session)
    for headers in ({"X-CSRFToken": token}, {"Sec-Fetch-Mode": "cors"}):
        data = {"body": TEXT, "csrf_token": token}
        client.post(f"{path}/comments", data=data, headers=headers)
    assert session.scalar(select(func.count()).select_from(KeptForm)) == 0


def guarded_posts(app: Flask) -> list[tuple[str, bool]]:
    """Every address behind a permission that takes a form, and whether it asks for a factor."""
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if "POST" in (rule.methods or ()) and view.guarded_by != "public":  # type: ignore[attr-defined]
            values: dict[str, Any] = {
                name: 1 if "Row" in type(converter).__name__ else "x"
                for name, converter in rule._converters.items()
            }
            with app.test_request_context():
                path = app.url_map.bind("localhost").build(rule.endpoint, values, method="POST")
            found.append((str(path), bool(getattr(view, "asks_fresh", False))))
    return sorted(found)


def test_every_form_behind_a_permission_keeps_what_was_typed(
    app: Flask, client: StrictClient, session: Session
) -> None:
    person = make_person(session, *ROLES)
    sign_in(client, person)
    token = token_on(client, "/me")
    end_sessions(session)
    addresses = guarded_posts(app)
    assert len(addresses) > 100
    for path, _ in addresses:
        answer = client.post(path, data={"body": TEXT, "csrf_token": token})
        assert answer.status_code == 302, path
        assert answer.location.endswith("/login?next=/continue"), path


def test_every_act_of_two_keeps_what_was_typed_while_the_factor_is_shown(
    app: Flask, client: StrictClient, session: Session
) -> None:
    person = make_person(session, *ROLES)
    sign_in(client, person)
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    session.execute(update(LoginSession).values(factor_at=long_ago, created_at=long_ago))
    token = token_on(client, "/me")
    addresses = [path for path, fresh in guarded_posts(app) if fresh]
    assert addresses
    for path in addresses:
        answer = client.post(path, data={"reason": TEXT, "csrf_token": token})
        assert answer.status_code == 302, path
        assert answer.location.endswith("/login/second?next=/continue"), path
        assert TEXT in client.page("/continue"), path


def test_the_names_of_secret_fields_are_those_of_the_forms() -> None:
    for name in ("password", "current_password", "code", "csrf_token", "app_code", "credential"):
        assert interruption._is_secret(name)
    assert not interruption._is_secret("body")
