"""Lines of OWASP ASVS 5.0 that are checked by walking the whole route list.

`docs/asvs.md` says which test stands for which line.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import Type
from flask import Flask
from sqlalchemy.orm import Session

from pb_portal import create_app
from pb_portal.accounts import service as accounts
from pb_portal.db import db
from pb_portal.domain.permissions import P, Role
from tests.architecture.test_access import address, city, guard_of, guarded, rules, token_of
from tests.conftest import make_settings, sign_in
from tests.factories import PASSWORD, make_person, make_proposal
from tests.strict import StrictClient

__all__ = ["city"]
ROOT = Path(__file__).resolve().parents[2]
HOSTILE = [
    "' OR 1=1 --",
    "lot; DROP TABLE audit_entry",
    "(SELECT 1)",
    "-1",
    "9" * 40,
    "\u0000",
    "%",
]
QUERIES = ("sort", "order", "q", "page", "before", "after", "status", "area", "view", "cycle")
SHARED = re.compile(r"^(?:public|private), max-age=\d+(, immutable)?$")


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Flask]:
    """The portal as it is served over HTTPS."""
    made = create_app(make_settings(tmp_path, "secure", https=True))
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def answers(
    app: Flask, client: StrictClient, city: dict[str, Any]
) -> Iterator[tuple[Any, str, Any]]:
    """Every page that can be read."""
    for rule in rules(app):
        if "GET" in (rule.methods or set()) and rule.endpoint != "static":
            path = address(app, rule, **city)
            yield rule, path, client.get(path, headers={"Origin": "https://evil.example"})


def test_over_https_cookies_are_bound_to_the_host_and_the_browser_stays_on_https(
    secure: Flask,
) -> None:
    client = secure.test_client()
    answer = client.get("/healthz", base_url="https://localhost")
    seconds = re.search(r"max-age=(\d+)", answer.headers["Strict-Transport-Security"])
    assert seconds and int(seconds[1]) >= 31_536_000
    assert client.get("/healthz", base_url="http://localhost").status_code in (301, 302)
    assert secure.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert secure.config["SESSION_COOKIE_SECURE"] and secure.config["SESSION_COOKIE_HTTPONLY"]
    assert secure.config["SESSION_COOKIE_DOMAIN"] is None
    assert secure.config["SESSION_COOKIE_PATH"] in (None, "/")


def test_every_cookie_the_portal_sets_is_out_of_reach_of_scripts(
    client: StrictClient, session: Session
) -> None:
    hashed = accounts.HASHER.hash(PASSWORD)
    person = make_person(session, "reviewer", password_hash=hashed)
    answer = client.fill("/login", {"email": person.email, "password": PASSWORD})
    cookies = answer.headers.getlist("Set-Cookie")
    assert {line.partition("=")[0] for line in cookies} == {"portal", "portal-device"}
    for line in cookies:
        assert "HttpOnly" in line and "SameSite=Lax" in line and "Path=/" in line
        assert "Domain=" not in line


@pytest.mark.parametrize("staff", [False, True], ids=["visitor", "staff"])
def test_every_page_tells_its_kind_is_kept_by_nobody_and_trusts_no_other_site(
    app: Flask, client: StrictClient, session: Session, city: dict[str, Any], staff: bool
) -> None:
    if staff:
        sign_in(client, make_person(session, *Role))
    opened = 0
    for rule, path, answer in answers(app, client, city):
        headers = answer.headers
        assert answer.status_code < 500, path
        kept = headers["Cache-Control"]
        if guard_of(app, rule) != "public" or answer.mimetype == "text/html":
            assert "no-store" in kept or not answer.data, (path, kept)
        else:
            assert "no-store" in kept or SHARED.match(kept), (path, kept)
        allowed = headers.get("Access-Control-Allow-Origin", "")
        assert "evil" not in allowed and "Access-Control-Allow-Credentials" not in headers, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert "default-src 'self'" in headers["Content-Security-Policy"], path
        if answer.mimetype.startswith("text/"):
            assert "charset=utf-8" in headers["Content-Type"].lower(), path
        opened += answer.status_code == 200
    assert opened > 15


def test_no_page_breaks_on_a_hostile_order_filter_or_page(
    app: Flask, client: StrictClient, session: Session, city: dict[str, Any]
) -> None:
    sign_in(client, make_person(session, *Role))
    walked = 0
    for number, rule in enumerate(rules(app)):
        if "GET" not in (rule.methods or set()) or rule.endpoint == "static":
            continue
        path = address(app, rule, **city)
        hostile = HOSTILE[number % len(HOSTILE)]
        answer = client.get(path, query_string=dict.fromkeys(QUERIES, hostile))
        assert answer.status_code < 500, (path, hostile)
        walked += 1
    for hostile in HOSTILE:
        for name in QUERIES:
            answer = client.get(f"/c/{city['slug']}/proposals", query_string={name: hostile})
            assert answer.status_code < 500, (name, hostile)
    assert walked > 40


def test_methods_a_page_does_not_know_are_refused(
    app: Flask, client: StrictClient, session: Session, city: dict[str, Any]
) -> None:
    sign_in(client, make_person(session, *Role))
    token = token_of(client)
    for rule in rules(app):
        path = address(app, rule, **city)
        for method in {"TRACE", "PUT", "DELETE", "PATCH"} - (rule.methods or set()):
            answer = client.open(path, method=method, headers={"X-CSRFToken": token})
            assert answer.status_code in (400, 404, 405), (method, path)


def test_a_stranger_who_swaps_the_number_of_a_draft_gets_nothing(
    app: Flask, client: StrictClient, session: Session, city: dict[str, Any]
) -> None:
    from pb_portal.cycles.queries import get_cycle

    owner, stranger = make_person(session), make_person(session)
    cycle = get_cycle(session, city["slug"])
    draft = make_proposal(
        session, cycle, status="draft", author_id=owner.id, number=None, title="Жасырын жоба"
    )
    session.commit()
    sign_in(client, stranger)
    token = token_of(client)
    known = {**city, "proposal_id": draft.id, "number": draft.number or 1, "person_id": owner.id}
    walked = 0
    for rule, permission in guarded(app):
        if (
            permission not in (P.RESIDENT, P.PROPOSE, P.COMMENT)
            or "proposal_id" not in rule.arguments
        ):
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            path = address(app, rule, **known)
            answer = client.open(path, method=method, data={"csrf_token": token})
            assert answer.status_code in (302, 403, 404), (method, path, answer.status_code)
            assert "Жасырын жоба" not in answer.get_data(as_text=True), path
            walked += 1
    session.expire_all()
    assert walked > 5 and draft.status == "draft" and draft.author_id == owner.id


def test_personal_data_typed_at_the_front_door_reach_no_log(
    client: StrictClient, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    planted = {"name": "Planted Name", "email": "planted@example.kz", "password": PASSWORD}
    client.fill("/register", planted)
    client.fill("/login", {"email": planted["email"], "password": "wrong planted password"})
    client.fill("/forgot-password", {"email": planted["email"]})
    client.get("/confirm/planted-token-in-an-address")
    client.get("/login?next=/me&email=planted@example.kz")
    for secret in ("planted", "Planted Name", PASSWORD):
        assert secret not in caplog.text


def test_passwords_are_kept_by_argon2id_with_enough_memory() -> None:
    assert accounts.HASHER.type is Type.ID
    assert accounts.HASHER.memory_cost >= 19 * 1024
    assert accounts.HASHER.time_cost >= 2


def test_chance_comes_from_the_system_wherever_it_guards_something() -> None:
    """`random` may draw sample data and the order of a list; tokens come from `secrets`."""
    users = set()
    for path in (ROOT / "pb_portal").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if "random" in names:
                users.add(path.relative_to(ROOT / "pb_portal").parts[0])
    assert not users & {"accounts", "register", "web", "files", "approvals", "audit", "outbox"}


def test_nothing_of_a_debugger_is_on(app: Flask) -> None:
    assert not app.debug and not app.config.get("EXPLAIN_TEMPLATE_LOADING")
    assert not any("console" in rule.rule for rule in rules(app))
    serving = (ROOT / "gunicorn.conf.py").read_text("utf-8")
    assert "reload" not in serving and "debug" not in serving
