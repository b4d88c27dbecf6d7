"""Home, help, languages, the letter box and what one follows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from pb_portal.db import db
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.files.models import StoredFile
from pb_portal.outbox import service as outbox
from pb_portal.projects.models import Project, ProjectFollow, ProjectPhoto, ProjectUpdate
from pb_portal.proposals.models import ProposalFollow
from tests.conftest import make_settings, sign_in
from tests.factories import NUMBERS, make_cycle, make_person, make_proposal, move_phase
from tests.strict import StrictClient
from tests.unguarded import unguarded


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if not text.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")):
            seen.append(text)

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(bind, "before_cursor_execute", note)


def make_built(session: Session, cycle: Any, **values: Any) -> Project:
    """A completed project with a photo before and after and a line of news."""
    number, now = next(NUMBERS), datetime.now(UTC)
    project = Project(
        **{
            "number": number,
            "origin": "participatory",
            "cycle_id": cycle.id,
            "title": f"Скамейки {number}",
            "area_id": cycle.areas[0].area_id,
            "status": "completed",
            "progress": 100,
            "promised_sum": 5_000_000,
            "promised_on": date(2026, 9, 1),
            "due_on": date(2026, 9, 1),
            "contract_number": "1",
            "contract_sum": 5_000_000,
            "contract_on": date(2026, 3, 1),
            "accepted_on": date(2026, 8, 30),
            "created_at": now,
            "updated_at": now,
            **values,
        }
    )
    with unguarded(session, "projects_project"):
        session.add(project)
    for stage in ("before", "after"):
        key = f"{stage}-{number}"
        stored = StoredFile(
            key=key, media_type="image/jpeg", size=1, width=4, height=3, public=True, created_at=now
        )
        session.add(stored)
        session.flush()
        session.add(ProjectPhoto(project_id=project.id, file_id=stored.id, stage=stage, at=now))
    session.add(ProjectUpdate(project_id=project.id, body="Залили дорожку", progress=100, at=now))
    session.flush()
    return project


def test_a_fresh_portal_explains_itself(client: StrictClient) -> None:
    page = client.page("/")
    assert "No cycle has been announced yet" in page
    assert 'href="/help"' in page and 'href="/register"' in page and "How it works" in page


PHASES = {
    PhaseKind.APPLICATIONS: ("What should change near your home?", "/propose"),
    PhaseKind.REVIEW: ("Proposals are under review", ""),
    PhaseKind.REWORK: ("Authors are mending", ""),
    PhaseKind.VOTING: ("Choose what your district needs", "/vote"),
    PhaseKind.RESULTS: ("The votes are being counted", "/results"),
    PhaseKind.DELIVERY: ("What residents chose is being built", ""),
}


@pytest.mark.parametrize("phase", PHASES)
def test_home_leads_with_what_can_be_done_in_each_phase(
    client: StrictClient, session: Session, phase: PhaseKind
) -> None:
    cycle = make_cycle(session, phase)
    page = client.page("/")
    title, way = PHASES[phase]
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S)
    assert heading and title in heading[1]
    assert f'href="/c/{cycle.slug}{way}"' in page
    if phase != PhaseKind.DELIVERY:
        assert "5 days left" in page or "4 days left" in page


def test_the_vote_comes_first_and_is_the_one_apricot_button(
    client: StrictClient, session: Session
) -> None:
    make_cycle(session, PhaseKind.DELIVERY)
    make_cycle(session, PhaseKind.APPLICATIONS)
    voting = make_cycle(session, PhaseKind.VOTING)
    page = client.page("/")
    hero = page[page.index('class="hero"') : page.index('id="path"')]
    assert f'class="button button--vote button--large" href="/c/{voting.slug}/vote"' in hero
    assert page.count("button--vote") == 1
    assert page.index("What should change") < page.index("What residents chose")


def test_a_cycle_that_has_not_begun_tells_its_first_day(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.APPLICATIONS)
    later = timedelta(days=100)
    for phase in cycle.phases:
        dates = {"starts_at": phase.starts_at + later, "ends_at": phase.ends_at + later}
        move_phase(session, phase, **dates)
    assert "Call for applications: from " in client.page("/")


def test_home_shows_numbers_photos_and_news_but_no_draft(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.DELIVERY)
    make_proposal(session, cycle, status="selected")
    make_proposal(session, cycle, status="draft", number=None)
    project = make_built(session, cycle)
    page = client.page("/")
    assert "5&nbsp;m&nbsp;₸" in page.replace("\u00a0", "&nbsp;")
    assert f"/files/before-{project.number}" in page and f"/files/after-{project.number}" in page
    assert "Залили дорожку" in page
    numbers = re.findall(r'stat__number figures">([^<]+)<', page)
    assert numbers[:3] == ["1", "0", "1"]


def test_home_stays_within_eight_statements(client: StrictClient, session: Session) -> None:
    for phase in (PhaseKind.DELIVERY, PhaseKind.VOTING, PhaseKind.APPLICATIONS):
        cycle = make_cycle(session, phase, areas=3)
        make_proposal(session, cycle)
        make_built(session, cycle)
    person = make_person(session, "reviewer")
    stranger = client.application.test_client()
    assert isinstance(stranger, StrictClient)
    sign_in(client, person)
    db.session.expunge_all()
    with statements(session) as seen:
        stranger.page("/")
    assert len(seen) <= 6, seen
    db.session.expunge_all()
    with statements(session) as seen:
        client.page("/")
    assert len(seen) <= 8, seen


def test_nothing_that_is_sealed_is_asked_for(client: StrictClient, session: Session) -> None:
    make_cycle(session, PhaseKind.VOTING)
    with statements(session) as seen:
        client.page("/")
    assert not [text for text in seen if "voting_" in text or "results_" in text]


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_home_and_help_speak_three_languages(
    client: StrictClient, session: Session, locale: str
) -> None:
    make_built(session, make_cycle(session, PhaseKind.DELIVERY))
    make_cycle(session, PhaseKind.VOTING)
    for path in ("/", "/help"):
        assert f'<html lang="{locale}"' in client.page(path, locale=locale)
    page = client.page("/help", locale=locale)
    for anchor in ("propose", "vote", "follow", "account", "accessibility", "privacy", "ask"):
        assert f'href="#{anchor}"' in page and f'id="{anchor}"' in page
    assert len(re.sub(r"<[^>]+>|\s+", " ", page)) > 4000


def test_the_browsers_language_is_spoken_until_another_is_chosen(client: StrictClient) -> None:
    client.delete_cookie("language")
    asked = {"Accept-Language": "kk-KZ,kk;q=0.9,en;q=0.5"}
    assert '<html lang="kk"' in client.get("/help", headers=asked).get_data(as_text=True)
    answer = client.get("/language/ru?next=/help%3Fa%3D1", headers=asked)
    assert answer.location == "/help?a=1"
    assert '<html lang="ru"' in client.get("/help", headers=asked).get_data(as_text=True)
    assert client.get("/language/de").status_code == 404


def test_the_language_of_an_account_is_spoken_when_none_was_chosen(
    client: StrictClient, session: Session
) -> None:
    sign_in(client, make_person(session, locale="kk"))
    client.delete_cookie("language")
    page = client.get("/me", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert '<html lang="kk"' in page


def post(session: Session, number: int = 1, **changes: Any) -> None:
    by = Signature(SYSTEM, datetime.now(UTC))
    for index in range(number):
        values = {"locale": "ru", "name": f"N{index}", "path": f"/confirm/t{index}", **changes}
        outbox.post(session, by, "confirm_address", recipient=f"r{index}@example.kz", **values)
    session.flush()


def test_letters_appear_in_the_box_before_any_worker_has_run(
    client: StrictClient, session: Session
) -> None:
    assert "The box is empty" in client.page("/letters")
    post(session)
    page = client.page("/letters")
    assert "r0@example.kz" in page and 'href="http://localhost/confirm/t0"' in page
    assert '<h2 class="letter__subject" lang="ru">' in page


def test_the_box_has_pages_newest_first(client: StrictClient, session: Session) -> None:
    post(session, 45)
    first = client.page("/letters")
    assert first.index("r44@example.kz") < first.index("r25@example.kz")
    assert "r24@example.kz" not in first
    onward = re.search(r'href="(/letters\?before=\d+)"', first)
    assert onward
    second = client.page(onward[1])
    assert "r24@example.kz" in second and "r25@example.kz" not in second
    assert "t0@" not in second and 'href="/letters"' in second


def test_a_text_message_shows_its_code_apart(client: StrictClient, session: Session) -> None:
    by = Signature(SYSTEM, datetime.now(UTC))
    values = {"locale": "ru", "channel": "sms", "code": "482913", "minutes": 10}
    outbox.post(session, by, "identity_code", recipient="+77000000001", **values)
    session.flush()
    assert "<code>482913</code>" in client.page("/letters")


def test_a_city_that_sends_letters_has_no_box(tmp_path: Any) -> None:
    from pb_portal import create_app

    settings = make_settings(tmp_path, sample_mode=False, smtp_host="mail.example")
    app: Flask = create_app(settings)
    assert app.test_client().get("/letters").status_code == 404


def test_what_one_follows_is_listed(client: StrictClient, session: Session) -> None:
    person, stranger, at = make_person(session), make_person(session), datetime.now(UTC)
    cycle = make_cycle(session, PhaseKind.DELIVERY)
    proposal, project = make_proposal(session, cycle), make_built(session, cycle)
    session.add(ProposalFollow(proposal_id=proposal.id, person_id=person.id, at=at))
    session.add(ProjectFollow(project_id=project.id, person_id=person.id, at=at))
    session.flush()
    sign_in(client, person)
    page = client.page("/my/following")
    assert f"/c/{cycle.slug}/proposals/{proposal.number}" in page
    assert f"/projects/{project.number}" in page
    sign_in(client, stranger)
    assert "Nothing yet" in client.page("/my/following")
