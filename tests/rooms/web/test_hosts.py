"""A name somebody typed into a request stands in no page, and what is cached is in one language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from pb_portal.db import db, transaction
from pb_portal.domain.phases import PhaseKind
from pb_portal.projects.models import Project
from tests.conftest import make_settings, migrated, sign_in
from tests.factories import make_cycle, make_person, make_proposal
from tests.factories.voting import make_vote
from tests.strict import StrictClient

EVIL = "evil.example"
CLAIMS: list[dict[str, str]] = [
    {"Host": EVIL},
    {"Host": f"{EVIL}:443"},
    {"Host": f"localhost.{EVIL}"},
    {"Host": f"localhost@{EVIL}"},
    {"Host": f"localhost,{EVIL}"},
]
AROUND: list[dict[str, str]] = [
    {"X-Forwarded-Host": EVIL},
    {"X-Forwarded-Server": EVIL},
    {"X-Host": EVIL},
    {"Forwarded": f"host={EVIL}"},
    {"X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": f"//{EVIL}"},
    {"X-Original-URL": f"http://{EVIL}/", "X-Rewrite-URL": f"http://{EVIL}/"},
]
STAFF = ("administrator", "reviewer", "secretary", "auditor", "moderator", "manager", "registrar")


def addresses(app: Flask, **parts: Any) -> Iterator[str]:
    """Every page that can be read, with the parts that exist here."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.startswith(("health.", "static")):
            continue
        yield adapter.build(rule.endpoint, {name: parts.get(name, 1) for name in rule.arguments})


def shown(answer: TestResponse) -> str:
    return answer.data.decode("utf-8", "replace") + str(answer.headers)


@pytest.fixture
def pages(app: Flask, client: StrictClient, session: Session) -> list[str]:
    cycle, _papers = make_vote(session)
    open_call = make_cycle(session, PhaseKind.APPLICATIONS)
    make_proposal(session, open_call, number=1, status="submitted")
    sign_in(client, make_person(session, *STAFF))
    found = {*addresses(app, slug=cycle.slug, code="ru", edition=1)}
    found |= {*addresses(app, slug=open_call.slug, code="kk", edition=1)}
    return sorted(found)


def test_a_foreign_host_gets_400_everywhere_and_is_repeated_nowhere(
    client: StrictClient, pages: list[str]
) -> None:
    assert len(pages) > 150
    for path in pages:
        answer = client.get(path, headers=CLAIMS[0])
        assert answer.status_code == 400, path
        assert EVIL not in shown(answer), path
    for claim in CLAIMS[1:]:
        for path in ("/", "/login", "/desk", "/nowhere", "/static/x", "/projects/"):
            answer = client.get(path, headers=claim)
            assert answer.status_code == 400, (claim, path)
            assert EVIL not in shown(answer)
        assert client.post("/register", headers=claim).status_code == 400


def test_headers_around_the_host_change_no_page(client: StrictClient, pages: list[str]) -> None:
    for number, path in enumerate(pages):
        answer = client.get(path, headers=AROUND[number % len(AROUND)])
        assert answer.status_code != 500, path
        assert EVIL not in shown(answer), path


def test_monitors_may_ask_for_health_under_any_name(client: StrictClient) -> None:
    for path in ("/healthz", "/readyz"):
        assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code in (200, 503)


@pytest.fixture(scope="module")
def named_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = make_settings(
        tmp_path_factory.mktemp("named"),
        "named",
        public_url="https://budget.example.kz",
        allowed_hosts="old.example.kz, budget.example.kz:8443",
        trusted_proxies=1,
        https=True,
    )
    made = migrated(settings)
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("host", ["budget.example.kz", "old.example.kz", "budget.example.kz:8443"])
def test_whole_addresses_are_those_of_the_setting(named_app: Flask, host: str) -> None:
    with named_app.app_context():
        with transaction() as work:
            cycle = make_cycle(work, PhaseKind.APPLICATIONS)
            proposal = make_proposal(work, cycle, status="submitted")
            slug, number = cycle.slug, proposal.number
        db.session.remove()
    client = FlaskClient(named_app, named_app.response_class)
    secure: dict[str, Any] = {"base_url": f"https://{host}"}
    page = client.get(f"/c/{slug}/proposals/{number}", **secure).get_data(as_text=True)
    assert "budget.example.kz" in page and "old.example.kz" not in page and ":8443" not in page
    plain = client.get("/login", base_url=f"http://{host}")
    assert plain.status_code in (301, 302)
    for forged in ({"X-Forwarded-Host": EVIL}, {"X-Forwarded-Host": f"budget.example.kz, {EVIL}"}):
        answer = client.get("/login", headers=forged, **secure)
        assert answer.status_code == 400
        assert EVIL not in shown(answer)


def test_in_production_the_own_computer_is_no_name_of_the_portal(named_app: Flask) -> None:
    settings = named_app.config["SETTINGS"]
    named_app.config["SETTINGS"] = settings.model_copy(update={"environment": "production"})
    client = FlaskClient(named_app, named_app.response_class)
    try:
        assert client.get("/login", base_url="https://localhost").status_code == 400
        assert client.get("/healthz", base_url="https://localhost").status_code == 200
        sent = client.get("/healthz", base_url="http://evil.example").location
        assert sent is None or EVIL not in sent
    finally:
        named_app.config["SETTINGS"] = settings


def test_what_a_shared_cache_keeps_names_its_language(
    app: Flask, client: StrictClient, session: Session, pages: list[str]
) -> None:
    kept = 0
    for path in pages:
        answers = []
        for language in ("kk", "ru", "en"):
            client.set_cookie("language", language)
            answers.append(client.get(path))
        if "public" not in answers[0].headers.get("Cache-Control", ""):
            continue
        kept += 1
        if len({answer.data for answer in answers}) > 1:
            for answer in answers:
                assert {"cookie", "accept-language"} <= {
                    name.lower() for name in answer.vary.as_set()
                }, path
    assert kept >= 3


def test_feeds_are_kept_apart_by_language(client: StrictClient, session: Session) -> None:
    assert session.query(Project).count() >= 0
    plain = client.get("/projects.atom")
    assert {"Cookie", "Accept-Language"} <= set(plain.vary)
    client.delete_cookie("language")
    first = client.get("/projects.atom?lang=kk", headers={"Accept-Language": "ru"}).data
    assert first == client.get("/projects.atom?lang=kk", headers={"Accept-Language": "en"}).data


def test_an_application_without_a_public_address_answers_to_this_computer_alone(
    app: Flask,
) -> None:
    client = FlaskClient(app, app.response_class)
    assert client.get("/login", base_url="http://192.168.1.7").status_code == 400
