"""Limits stop guessing, not crowds: a school, a library or a mobile network behind one address."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from pydantic import ValidationError
from sqlalchemy import select
from werkzeug.test import TestResponse

from config import Settings
from pb_portal.accounts.service import hash_password
from pb_portal.cycles.models import Cycle
from pb_portal.db import db, transaction
from pb_portal.domain.network import network_of
from pb_portal.domain.rule_book import RuleBook
from pb_portal.outbox.models import Letter
from pb_portal.proposals.models import Proposal
from pb_portal.web import limits
from tests.conftest import make_settings, migrated
from tests.factories import make_cycle, make_person
from tests.factories.voting import (
    Voter,
    last_code,
    make_codes,
    make_vote,
    make_voter,
    post,
    prove_by_paper,
    vote,
)

SCHOOL = "10.9.8.7"
WAYS = ["phone", "paper_code"]
PASSWORD = "three blue benches"
ROOMS = Path(__file__).resolve().parents[3] / "pb_portal"


@pytest.fixture(scope="module")
def limited_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    made = migrated(make_settings(tmp_path_factory.mktemp("limited"), "limited", rate_limits=True))
    made.config["IDENTITY_PACE"] = 0.0
    try:
        yield made
    finally:
        limits.limiter.reset()
        limits.limiter.enabled = False
        with made.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app_at_work(limited_app: Flask) -> Iterator[Flask]:
    limits.limiter.enabled = True
    limits.limiter.reset()
    with limited_app.app_context():
        yield limited_app
        db.session.remove()


class Browser(FlaskClient):
    """A quick client; the test's own context lends no request the token of the last."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        for name in list(g):
            g.pop(name)
        return super().open(*args, **kwargs)


def browser(app: Flask, address: str = SCHOOL, language: str = "en") -> FlaskClient:
    made = Browser(app, app.response_class)
    made.environ_base["REMOTE_ADDR"] = address
    made.set_cookie("language", language)
    return made


def make_open_vote(people: int) -> tuple[Cycle, list[Proposal], list[Voter]]:
    with transaction() as work:
        cycle, papers = make_vote(work, rules=RuleBook(options={"identity": WAYS}))
        voters = [make_voter(work, cycle) for _ in range(people)]
    return cycle, papers, voters


def by_phone(client: FlaskClient, slug: str, voter: Voter) -> str:
    """Prove by a code to the phone; the address this leads to."""
    asked = post(client, f"/c/{slug}/vote/phone", voter.form)
    assert asked.location == f"/c/{slug}/vote/code", asked.status_code
    typed = {"code": last_code(db.session(), voter.phone)}
    return str(post(client, asked.location, typed).location)


def newest_link(email: str) -> str:
    letter = db.session.scalars(
        select(Letter).where(Letter.recipient == email).order_by(Letter.id.desc()).limit(1)
    ).one()
    return str(letter.data["path"])


def test_sixty_people_behind_one_address_register_log_in_look_and_vote(
    app_at_work: Flask,
) -> None:
    cycle, papers, voters = make_open_vote(60)
    for number, voter in enumerate(voters):
        mine = browser(app_at_work)
        email = f"pupil{number}@school.kz"
        answer = post(mine, "/register", {"email": email, "name": f"Pupil {number}", "agree": "y"})
        assert answer.location == "/register/check", (number, answer.status_code)
        link = newest_link(email)
        assert post(mine, link, {"password": PASSWORD}).location == "/me"
        assert post(mine, "/logout", {}, at="/me").status_code == 302
        wrong = post(mine, "/login", {"email": email, "password": "a slip of the hand"})
        assert wrong.status_code == 422, number
        assert post(mine, "/login", {"email": email, "password": PASSWORD}).status_code == 302
        for path in ("/", "/cycles", "/projects", f"/c/{cycle.slug}/proposals", "/healthz"):
            assert mine.get(path).status_code == 200, (number, path)
        for _ in range(17):
            assert mine.get("/files/no-such-picture/320.webp").status_code == 404
        booth = browser(app_at_work)
        assert by_phone(booth, cycle.slug, voter).endswith("/ballot"), number
        assert vote(booth, cycle.slug, [papers[0].id]).location.endswith("/done"), number


def test_health_files_and_pictures_are_never_limited(app_at_work: Flask) -> None:
    app_at_work.config["SETTINGS"] = app_at_work.config["SETTINGS"].model_copy(
        update={"limit_pages": "3 per minute", "limit_pages_line": "3 per minute"}
    )
    with transaction() as work:
        cycle = make_cycle(work)
    stranger = browser(app_at_work)
    free = ("/healthz", "/readyz", "/static/nothing.css", "/files/x/320.webp", "/files/x")
    pictures = (f"/c/{cycle.slug}/proposals/1/qr.svg", "/projects/1/card.png", "/projects/1/qr.svg")
    try:
        for path in free + pictures:
            codes = {stranger.get(path).status_code for _ in range(8)}
            assert 429 not in codes, path
        assert 429 in {stranger.get("/help").status_code for _ in range(8)}
        assert stranger.get("/healthz").status_code == 200
    finally:
        app_at_work.config["SETTINGS"] = make_settings(Path(app_at_work.instance_path)).complete()


EMPTY: dict[str, str] = {
    "/register": "/register",
    "/login": "/login",
    "/forgot-password": "/forgot-password",
    "/confirm/nothing": "/login",
    "/new-password/nothing": "/login",
}


def test_empty_forms_of_a_stranger_lock_nobody_out_at_the_same_address(app_at_work: Flask) -> None:
    cycle, papers, voters = make_open_vote(2)
    slug = cycle.slug
    with transaction() as work:
        person = make_person(work, password_hash=hash_password(PASSWORD))
        code = make_codes(work, cycle)[0]
        email = person.email
    stranger = browser(app_at_work)
    vote_forms = {f"/c/{slug}/vote": f"/c/{slug}/vote", f"/c/{slug}/vote/paper-code": ""}
    for path, at in {**EMPTY, **vote_forms}.items():
        codes = [post(stranger, path, {}, at=at).status_code for _ in range(25)]
        assert 200 not in codes and 500 not in codes
    honest = browser(app_at_work)
    assert post(honest, "/login", {"email": email, "password": PASSWORD}).status_code == 302
    new = {"email": "new@school.kz", "name": "New", "agree": "y"}
    assert post(browser(app_at_work), "/register", new).location == "/register/check"
    asked = post(browser(app_at_work), "/forgot-password", {"email": email})
    assert asked.location == "/register/check"
    booth = browser(app_at_work)
    assert by_phone(booth, slug, voters[0]).endswith("/ballot")
    assert vote(booth, slug, [papers[0].id]).location.endswith("/done")
    other = browser(app_at_work)
    assert prove_by_paper(other, slug, voters[1], code).location.endswith("/ballot")


def test_a_line_at_its_ceiling_stops_no_voter_with_a_code_or_a_visit(app_at_work: Flask) -> None:
    with transaction() as work:
        cycle, papers = make_vote(work, rules=RuleBook(options={"identity": WAYS}))
        first, second, third = (make_voter(work, cycle) for _ in range(3))
        code = make_codes(work, cycle)[0]
    slug = cycle.slug
    inside, waiting = browser(app_at_work), browser(app_at_work)
    assert by_phone(inside, slug, first).endswith("/ballot")
    assert post(waiting, f"/c/{slug}/vote/phone", second.form).location.endswith("/code")
    settings = app_at_work.config["SETTINGS"]
    tight = {f"limit_{kind}_line": "1 per hour" for kind in ("identity", "tries", "pages")}
    app_at_work.config["SETTINGS"] = settings.model_copy(update=tight)
    try:
        stranger = browser(app_at_work)
        codes = {
            post(stranger, f"/c/{slug}/vote/paper-code", {"code": "x"}).status_code
            for _ in range(30)
            if stranger.get(f"/c/{slug}/vote/paper-code").status_code == 200
        }
        fresh = [browser(app_at_work).get("/help").status_code for _ in range(3)]
        assert 429 in fresh and codes
        typed = {"code": last_code(db.session(), second.phone)}
        assert post(waiting, f"/c/{slug}/vote/code", typed).location.endswith("/ballot")
        assert vote(inside, slug, [papers[0].id]).location.endswith("/done")
        assert vote(waiting, slug, [papers[0].id]).location.endswith("/done")
        app_at_work.config["SETTINGS"] = settings.model_copy(
            update={"limit_identity": "1 per hour", "limit_identity_line": "1 per hour"}
        )
        paper = browser(app_at_work)
        wrong = {"iin": third.iin, "birth_date": "31.05.1990", "code": "AAAA-AAAA-AAAA-AAAA"}
        for _ in range(3):
            last = post(paper, f"/c/{slug}/vote/paper-code", wrong)
        assert last.status_code == 429
        assert prove_by_paper(paper, slug, third, code).location.endswith("/ballot")
    finally:
        app_at_work.config["SETTINGS"] = settings


def test_brute_force_is_stopped_by_account_browser_and_line(app_at_work: Flask) -> None:
    with transaction() as work:
        person = make_person(work, password_hash=hash_password(PASSWORD))
        email = person.email
    by_account = [
        post(
            browser(app_at_work, f"10.1.{number}.1"),
            "/login",
            {"email": email, "password": f"guess {number}"},
        ).status_code
        for number in range(12)
    ]
    assert by_account[0] == 422 and by_account[-1] == 429
    one = browser(app_at_work, "10.2.0.1")
    by_browser = [
        post(one, "/login", {"email": f"a{n}@example.kz", "password": "guess 1"}).status_code
        for n in range(25)
    ]
    assert 429 in by_browser
    by_line = [
        post(
            browser(app_at_work, "10.3.0.1"),
            "/login",
            {"email": f"b{number}@example.kz", "password": "guess 1"},
        ).status_code
        for number in range(210)
    ]
    assert 429 in by_line and by_line[:60] == [422] * 60


def test_whoever_logs_in_between_guesses_is_counted_all_the_same(app_at_work: Flask) -> None:
    with transaction() as work:
        email = make_person(work, password_hash=hash_password(PASSWORD)).email
    mine = browser(app_at_work, "10.4.0.1")
    codes = []
    for round_ in range(6):
        assert post(mine, "/login", {"email": email, "password": PASSWORD}).status_code in (
            302,
            429,
        )
        for n in range(5):
            guess = {"email": f"c{round_}{n}@example.kz", "password": "guess 1"}
            codes.append(post(mine, "/login", guess).status_code)
    assert 429 in codes


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "-"),
        (None, "-"),
        ("unix:", "unix:"),
    ],
)
def test_a_line_of_ipv6_is_its_first_64_bits(address: str | None, line: str) -> None:
    assert network_of(address) == line


def test_an_owner_of_a_whole_ipv6_line_has_one_ceiling(app_at_work: Flask) -> None:
    codes = [
        post(
            browser(app_at_work, f"2001:db8:5:5::{number:x}"),
            "/login",
            {"email": f"d{number}@example.kz", "password": "guess 1"},
        ).status_code
        for number in range(1, 211)
    ]
    assert 429 in codes


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_429_says_in_every_language_when_to_come_back(app_at_work: Flask, language: str) -> None:
    mine = browser(app_at_work, "10.6.0.1", language)
    for n in range(25):
        answer = post(mine, "/login", {"email": f"e{n}@example.kz", "password": "guess 1"})
        if answer.status_code == 429:
            break
    page = answer.get_data(as_text=True)
    assert answer.status_code == 429 and 0 < int(answer.headers["Retry-After"]) <= 3601
    assert re.search(r"\d\d:\d\d", page) and "%(until)" not in page
    assert ("works again after" in page) == (language == "en")


def test_figures_are_settings_and_wrong_ones_refused() -> None:
    assert Settings(limit_tries="5 per minute").limit_tries == "5 per minute"
    with pytest.raises(ValidationError):
        Settings(limit_tries="often")
    documented = (ROOMS.parent / "docs" / "operate.md").read_text("utf-8")
    named = [
        name.upper() for name in Settings.model_fields if name.startswith(("limit_", "codes_"))
    ]
    assert len(named) > 20 and not [name for name in named if f"`{name}`" not in documented]


def test_limits_are_made_in_one_place() -> None:
    for path in ROOMS.rglob("*.py"):
        if path.name == "limits.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not names & {"limiter", "shared_limit"}, path
        assert "remote_addr" not in names, path
