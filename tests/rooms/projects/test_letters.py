"""Letters without an account, digests and feeds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal import jobs
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import ANYONE, SYSTEM, Signature
from pb_portal.mailer.delivery import message_of
from pb_portal.mailer.render import write
from pb_portal.mailer.service import Claim
from pb_portal.outbox.models import Letter
from pb_portal.projects import service
from pb_portal.projects.models import MailFollow, Project
from pb_portal.projects.service import digest, following, issues, mail_follows
from tests.factories import make_person, signed
from tests.rooms.projects.conftest import TODAY, Winners
from tests.strict import StrictClient

EMAIL = "apa@example.kz"
ATOM = "{http://www.w3.org/2005/Atom}"


def visitor(at: datetime | None = None) -> Signature:
    return Signature(ANYONE, at or datetime.now(UTC))


def ask(session: Session, project: Project, at: datetime | None = None, **more: Any) -> None:
    values = {"email": EMAIL, "locale": "kk", "rhythm": "each", **more}
    mail_follows.ask(session, visitor(at), project, **values)


def confirmed(session: Session, project: Project, **more: Any) -> MailFollow:
    ask(session, project, **more)
    row = session.scalars(
        select(MailFollow).where(MailFollow.email == more.get("email", EMAIL))
    ).one()
    return mail_follows.confirm(session, visitor(), row.token)


def sent(session: Session, template: str, to: str = EMAIL) -> list[Letter]:
    return list(
        session.scalars(select(Letter).where(Letter.template == template, Letter.recipient == to))
    )


def test_an_address_gets_letters_only_after_it_confirmed_and_none_after_it_stopped(
    session: Session, winners: Winners, project: Project
) -> None:
    ask(session, project, email=" Apa@Example.KZ ")
    (letter,) = sent(session, "mail_follow")
    service.post_update(session, winners.by, project, body="Начали", progress=5)
    assert not sent(session, "project_update")
    token = letter.data["link"].removeprefix("/follow/")
    mail_follows.confirm(session, visitor(), token)
    service.post_update(session, winners.by, project, body="Копаем", progress=10)
    (news,) = sent(session, "project_update")
    assert (news.locale, news.data["stop"]) == ("kk", "/follow/" + token)
    assert EMAIL not in str(news.data)
    mail_follows.stop(session, visitor(), token)
    session.flush()
    assert session.scalar(select(func.count(MailFollow.id))) == 0, "the address is forgotten"
    service.post_update(session, winners.by, project, body="Кладём", progress=20)
    assert len(sent(session, "project_update")) == 1
    with pytest.raises(Refusal, match=r"follow\.link_dead"):
        mail_follows.confirm(session, visitor(), token)


def test_a_person_with_an_account_and_the_same_address_gets_one_letter(
    session: Session, winners: Winners, project: Project
) -> None:
    confirmed(session, project, email=winners.follower.email)
    service.post_update(session, winners.by, project, body="Начали", progress=5)
    assert len(sent(session, "project_update", winners.follower.email)) == 1


def test_a_strangers_address_cannot_be_flooded(
    session: Session, winners: Winners, project: Project
) -> None:
    for _ in range(3):
        ask(session, project)
    assert len(sent(session, "mail_follow")) == 1, "once a day about a project"
    tomorrow = datetime.now(UTC) + timedelta(days=1, minutes=1)
    ask(session, project, at=tomorrow)
    assert len(sent(session, "mail_follow")) == 2
    others = winners.start()
    for _ in range(8):
        own = {"number": 1000 + len(others), "proposal_id": None, "origin": "city_programme"}
        row = Project(**{**_columns(project), **own})
        session.add(row)
        others.append(row)
        session.flush()
        ask(session, row)
    waiting = select(func.count(MailFollow.id)).where(MailFollow.confirmed_at.is_(None))
    assert session.scalar(waiting) == mail_follows.MOST_UNCONFIRMED


def _columns(project: Project) -> dict[str, Any]:
    skipped = {"id", "number", "version"}
    return {
        column.key: getattr(project, column.key)
        for column in Project.__table__.columns
        if column.key not in skipped
    }


def test_what_never_confirmed_is_forgotten_after_a_week(
    session: Session, winners: Winners, project: Project
) -> None:
    ask(session, project, at=datetime.now(UTC) - timedelta(days=8))
    row = session.scalars(select(MailFollow)).one()
    assert mail_follows.find(session, row.token, datetime.now(UTC)) is None
    mail_follows.forget_unconfirmed(session, datetime.now(UTC))
    assert session.scalar(select(func.count(MailFollow.id))) == 0


def test_a_digest_tells_everything_once_and_says_nothing_when_nothing_happened(
    session: Session, winners: Winners, project: Project
) -> None:
    row = confirmed(session, project, rhythm="daily")
    following.set_rhythm(session, signed(winners.follower), project, "weekly")
    at = datetime.now(UTC)
    service.post_update(session, winners.by, project, body="Начали", progress=5)
    service.change_status(session, winners.by, project, "procurement")
    asked = issues.report(
        session, signed(winners.author), project, "question", "Когда?", today=TODAY
    )
    issues.answer(session, winners.by, asked.id, "explained", "Весной", today=TODAY)
    assert not sent(session, "project_update") and not sent(session, "project_step")
    assert not sent(session, "project_update", winners.follower.email)
    by = Signature(SYSTEM, at)
    assert digest.send_digests(session, by, at + timedelta(hours=20)) == 0, "not a day yet"
    later = at + timedelta(hours=24)
    assert digest.send_digests(session, by, later) == 1
    (letter,) = sent(session, "project_digest")
    assert {line["kind"] for line in letter.data["lines"]} == {"news", "step", "answer"}
    assert letter.data["stops"] == ["/follow/" + row.token]
    assert digest.send_digests(session, by, later + timedelta(hours=24)) == 0
    assert digest.send_digests(session, by, at + timedelta(days=7)) == 1
    (weekly,) = sent(session, "project_digest", winners.follower.email)
    assert len(weekly.data["lines"]) == 3


def test_a_letter_can_be_stopped_from_the_mail_program(
    app: Flask, session: Session, winners: Winners, project: Project
) -> None:
    row = confirmed(session, project)
    service.post_update(session, winners.by, project, body="Начали", progress=5)
    (letter,) = sent(session, "project_update")
    claim = Claim(letter.id, "email", EMAIL, "kk", letter.template, letter.data, datetime.now(UTC))
    settings = app.config["SETTINGS"]
    text = write(app.jinja_env, claim, settings.base_url)
    message = message_of(claim, text.subject, text.body, settings)
    address = f"{settings.base_url}/follow/{row.token}"
    assert message["List-Unsubscribe"].startswith(f"<{settings.base_url}/letters/stop/")
    assert address in text.body


def test_the_pages_of_letters_ask_confirm_choose_and_stop(
    client: StrictClient, session: Session, winners: Winners, project: Project
) -> None:
    session.commit()
    path = f"/projects/{project.number}/letters"
    for wrong in ("", "nobody", "a@b", "x" * 300 + "@example.kz"):
        assert client.fill(path, {"email": wrong}).status_code == 422
    for _ in range(2):
        answer = client.fill(path, {"email": EMAIL, "rhythm": "weekly"})
        assert answer.status_code == 200 and EMAIL not in answer.text
    row = session.scalars(select(MailFollow)).one()
    link = f"/follow/{row.token}"
    for locale in ("kk", "ru", "en"):
        page = client.page(link, locale=locale)
        assert EMAIL not in page and 'value="confirm"' in page
    assert client.fill(link, {"do": "confirm"}).status_code == 302
    session.expire_all()
    assert row.confirmed_at is not None and row.rhythm == "weekly"
    assert client.fill(link, {"do": "rhythm", "rhythm": "daily"}).status_code == 302
    assert client.fill(link, {"do": "rhythm", "rhythm": "never"}).status_code == 422
    session.expire_all()
    assert row.rhythm == "daily"
    assert client.fill(link, {"do": "stop"}).location.endswith(f"/projects/{project.number}")
    assert "no longer works" in client.page(link)
    client.page("/follow/" + "x" * 200)


def test_feeds_are_valid_atom_in_the_language_asked_for(
    client: StrictClient, session: Session, winners: Winners
) -> None:
    first, second = winners.start()
    service.post_update(session, winners.by, first, body="Залили \x01плиту & <b>", progress=40)
    service.shift_date(
        session, winners.by, second, new_date=TODAY + timedelta(days=800), reason="Дожди"
    )
    session.commit()
    for path, number in (
        (f"/projects/{first.number}/feed.atom", 2),
        ("/projects.atom", 4),
        (f"/projects.atom?cycle={winners.cycle.slug}", 4),
        ("/projects.atom?cycle=nothing", 0),
        ("/projects.atom?sector=utilities", 0),
    ):
        for lang in ("kk", "ru", "en"):
            answer = client.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            assert answer.mimetype == "application/atom+xml"
            top = Xml.fromstring(answer.data)
            assert top.tag == ATOM + "feed"
            assert top.get("{http://www.w3.org/XML/1998/namespace}lang") == lang
            for name in ("id", "title", "updated"):
                assert top.findtext(ATOM + name)
            assert {link.get("rel") for link in top.findall(ATOM + "link")} == {"self", "alternate"}
            entries = top.findall(ATOM + "entry")
            assert len(entries) == number
            identifiers = {entry.findtext(ATOM + "id") for entry in entries}
            assert len(identifiers) == number
            moments = [entry.findtext(ATOM + "updated") or "" for entry in entries]
            assert moments == sorted(moments, reverse=True)
            assert all(re.match(r"\d{4}-\d\d-\d\dT.*[+-]\d\d:\d\d$", moment) for moment in moments)
    russian = client.get("/projects.atom?lang=ru").text
    assert "Новости с места: сделано 40 %" in russian and "Дожди" in russian


def test_the_jobs_send_what_is_due(app: Flask, session: Session, winners: Winners) -> None:
    project = winners.start()[0]
    row = confirmed(session, project, rhythm="daily")
    service.post_update(session, winners.by, project, body="Начали", progress=5)
    row.digested_at = datetime.now(UTC) - timedelta(days=1)
    asked = issues.report(
        session, signed(make_person(session)), project, "question", "Когда?", today=TODAY
    )
    asked.due_on = TODAY - timedelta(days=3)
    session.commit()
    assert jobs.tick(datetime.now(UTC)) == 0
    assert len(sent(session, "project_digest")) == 1
    assert len(sent(session, "issue_overdue", winners.manager.email)) == 1
