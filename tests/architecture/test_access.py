"""Who may open what: the whole route list, walked as every kind of person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.routing import Rule, UnicodeConverter

from pb_portal.db import db
from pb_portal.domain.permissions import GRANTS, P, Role
from pb_portal.domain.phases import PhaseKind
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal
from tests.strict import StrictClient

EVERYBODY = {P.RESIDENT, P.PROPOSE, P.COMMENT}
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|BEGIN IMMEDIATE)", re.I)
PUBLIC = {
    "accounts.check_letters",
    "accounts.confirm",
    "accounts.consent_text",
    "accounts.forgot",
    "accounts.login",
    "accounts.logout",
    "accounts.new_password",
    "accounts.privacy",
    "accounts.register",
    "accounts.second",
    "accounts.second_options",
    "accounts.stop_letters",
    "files.show",
    "files.size",
    "health.alive",
    "health.ready",
    "pages.help",
    "pages.home",
    "pages.language",
    "pages.letter_box",
    "pages.styleguide",
    "polling.where",
    "static",
}
PUBLIC_ROOMS = {"cycles", "proposals", "results", "projects", "reports", "voting", "review"}
"""Rooms whose own tests say which of their pages are public; none of those is under /desk."""


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def guard_of(app: Flask, rule: Rule) -> Any:
    return app.view_functions[rule.endpoint].guarded_by  # type: ignore[attr-defined]


def address(app: Flask, rule: Rule, **known: Any) -> str:
    """An address of the rule; ids that are not known are 1 and names are `x`."""
    values = {
        name: known.get(name, "x" if isinstance(rule._converters[name], UnicodeConverter) else 1)
        for name in rule.arguments
    }
    with app.test_request_context():
        path = app.url_map.bind("localhost").build(rule.endpoint, values)
    return str(path)


def guarded(app: Flask) -> list[tuple[Rule, P]]:
    return [(rule, guard_of(app, rule)) for rule in rules(app) if guard_of(app, rule) != "public"]


def token_of(client: StrictClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.page("/login"))
    assert found
    return found[1]


def test_what_is_public_is_known_and_nothing_at_the_desk_is(app: Flask) -> None:
    for rule in rules(app):
        if guard_of(app, rule) != "public":
            continue
        room = rule.endpoint.partition(".")[0]
        assert rule.endpoint in PUBLIC or room in PUBLIC_ROOMS, rule
        assert not rule.rule.startswith(("/desk", "/me", "/my")), rule


def test_a_visitor_is_sent_to_log_in_from_every_guarded_page(
    app: Flask, client: StrictClient
) -> None:
    token = token_of(client)
    walked = 0
    for rule, permission in guarded(app):
        path = address(app, rule)
        for method in sorted(rule.methods & {"GET", "POST"}):  # type: ignore[operator]
            answer = client.open(path, method=method, data={"csrf_token": token})
            assert answer.status_code == 302, (method, path, permission)
            assert answer.location.startswith("/login?next=/"), (method, path)
            walked += 1
    assert walked > 10


def test_a_plain_resident_gets_403_from_every_staff_page(
    app: Flask, client: StrictClient, session: Session
) -> None:
    sign_in(client, make_person(session))
    token = token_of(client)
    for rule, permission in guarded(app):
        if permission in EVERYBODY:
            continue
        for method in sorted(rule.methods & {"GET", "POST"}):  # type: ignore[operator]
            answer = client.open(address(app, rule), method=method, data={"csrf_token": token})
            assert answer.status_code == 403, (method, rule, permission)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_only_what_the_one_table_grants(
    app: Flask, client: StrictClient, session: Session, role: Role
) -> None:
    sign_in(client, make_person(session, role))
    token = token_of(client)
    for rule, permission in guarded(app):
        granted = permission in EVERYBODY or permission == P.STAFF or role in GRANTS[permission]
        if granted and "GET" not in rule.methods:  # type: ignore[operator]
            continue
        method = "GET" if "GET" in rule.methods else "POST"  # type: ignore[operator]
        answer = client.open(address(app, rule), method=method, data={"csrf_token": token})
        if granted:
            assert answer.status_code in (200, 302, 404), (role, method, rule, permission)
        else:
            assert answer.status_code == 403, (role, method, rule, permission)


def test_an_unconfirmed_resident_can_neither_propose_nor_comment(
    app: Flask, client: StrictClient, session: Session
) -> None:
    sign_in(client, make_person(session, confirmed=False))
    token = token_of(client)
    for rule, permission in guarded(app):
        if permission in (P.PROPOSE, P.COMMENT):
            method = "POST" if "POST" in rule.methods else "GET"  # type: ignore[operator]
            answer = client.open(address(app, rule), method=method, data={"csrf_token": token})
            assert answer.status_code == 403, rule


def test_every_post_without_its_token_is_refused(
    app: Flask, client: StrictClient, session: Session
) -> None:
    sign_in(client, make_person(session, *Role))
    walked = 0
    for rule in rules(app):
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            answer = client.open(address(app, rule), method=method, data={"a": "b"})
            assert answer.status_code == 400, (method, rule)
            walked += 1
    assert walked > 10


@pytest.fixture
def city(session: Session) -> dict[str, Any]:
    """A cycle with a proposal, for addresses that name something."""
    cycle = make_cycle(session, PhaseKind.VOTING)
    proposal = make_proposal(session, cycle, status="admitted")
    return {
        "slug": cycle.slug,
        "number": proposal.number,
        "proposal_id": proposal.id,
        "code": "kk",
        "person_id": make_person(session).id,
    }


@pytest.fixture
def writes(session: Session) -> Iterator[list[str]]:
    """Statements that change something, while the test runs."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if WRITES.match(text):
            seen.append(text)

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    yield seen
    event.remove(bind, "before_cursor_execute", note)


@pytest.mark.parametrize("staff", [False, True], ids=["visitor", "staff"])
def test_opening_a_page_changes_nothing(
    app: Flask,
    client: StrictClient,
    session: Session,
    city: dict[str, Any],
    writes: list[str],
    staff: bool,
) -> None:
    if staff:
        sign_in(client, make_person(session, *Role))
    db.session.expunge_all()
    writes.clear()
    opened = 0
    for rule in rules(app):
        if "GET" in (rule.methods or set()) and rule.endpoint != "static":
            answer = client.get(address(app, rule, **city))
            assert not writes, (rule, writes)
            opened += answer.status_code == 200
    assert opened >= 10


def test_every_answer_carries_the_headers_of_safety(client: StrictClient) -> None:
    for path in ("/", "/login", "/nothing", "/healthz", "/letters"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "object-src 'none'" in policy and "base-uri 'self'" in policy
        assert "form-action 'self'" in policy
        assert "unsafe" not in policy and "http" not in policy and "*" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store", path


def test_the_session_cookie_is_out_of_reach_of_scripts(
    client: StrictClient, session: Session
) -> None:
    sign_in(client, make_person(session))
    answer = client.fill("/me", {"name": "Нурлан", "locale": "ru"})
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if "portal=" in line)
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
