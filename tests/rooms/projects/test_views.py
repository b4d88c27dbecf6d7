"""The pages of projects, read by a strict browser."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from pb_portal.db import db
from pb_portal.documents import sheets
from pb_portal.mailer.render import write
from pb_portal.outbox.models import Letter
from pb_portal.projects import service
from pb_portal.projects.models import Project, ProjectUpdate
from pb_portal.projects.queries import is_following
from tests.conftest import sign_in
from tests.factories import make_area, make_person
from tests.rooms.projects.conftest import BIN, TODAY, Winners, jpeg
from tests.strict import StrictClient
from tests.unguarded import unguarded

LOCALES = ("kk", "ru", "en")


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL statements run inside."""
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def many(winners: Winners, number: int) -> list[Project]:
    """That many more winners, as projects."""
    winners.add_more(number)
    return winners.start()


def post(client: StrictClient, project: Project, section: str, **typed: Any) -> Any:
    """Send one section of the manage page with what is typed into it."""
    path = f"/desk/projects/{project.number}"
    page = client.page(path)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    data = {f"{section}-{name}": value for name, value in typed.items() if name != "version"}
    data |= {"section": section, "version": typed.get("version", version[1])}
    return client.fill(path, data, content_type="multipart/form-data")


@pytest.fixture
def desk(client: StrictClient, winners: Winners, project: Project) -> StrictClient:
    """The manager at the desk."""
    sign_in(client, winners.manager)
    return client


@pytest.mark.parametrize("locale", LOCALES)
def test_the_register_and_every_state_of_a_project_speak_three_languages(
    client: StrictClient, winners: Winners, locale: str
) -> None:
    project = winners.start()[0]
    service.change_status(
        winners.session,
        winners.by,
        project,
        "suspended",
        reason="Трубы",
        new_date=TODAY + timedelta(days=99),
    )
    service.change_status(winners.session, winners.by, project, "planned")
    winners.photo(project, "before")
    winners.bring_to(project, "completed")
    winners.session.commit()
    assert project.title in client.page("/projects", locale=locale)
    page = client.page(f"/projects/{project.number}", locale=locale)
    assert "before-after" in page
    assert "Jol LLP" in page
    assert "Трубы" in page


def test_list_page_and_project_page_take_few_statements(
    client: StrictClient, winners: Winners
) -> None:
    projects = many(winners, 30)
    for project in projects[:5]:
        winners.photo(project, "before")
        service.post_update(winners.session, winners.by, project, body="News", progress=3)
    winners.session.commit()
    for path, most in (
        ("/projects", 11),
        ("/projects?view=board", 11),
        ("/projects?view=map&q=proposal", 11),
        ("/projects/points.json", 3),
        ("/projects/scorecard", 5),
        (f"/projects/{projects[0].number}", 18),
    ):
        projects[0].updated_at += timedelta(seconds=1)
        winners.session.commit()
        db.session.expire_all()
        with counted() as seen:
            client.get(path)
        assert 0 < len(seen) <= most, (path, len(seen), "\n".join(seen))


def test_pages_of_the_register_follow_each_other_without_gap_or_repeat(
    client: StrictClient, winners: Winners
) -> None:
    numbers = [project.number for project in many(winners, 50)]
    winners.session.commit()
    found: list[int] = []
    path: str | None = "/projects"
    while path:
        page = client.page(path)
        found += [int(n) for n in re.findall(r'class="project-card" data-map-key="(\d+)"', page)]
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else None
    assert found == sorted(numbers, reverse=True)
    back = re.search(r'href="([^"]+)" rel="prev"', page)
    assert back
    previous = client.page(back[1].replace("&amp;", "&"))
    assert len(re.findall(r'class="project-card"', previous)) == 24


def test_filters_narrow_the_list_the_totals_the_map_and_the_file_alike(
    client: StrictClient, winners: Winners
) -> None:
    first, second = winners.start()
    winners.contract(first, sum=10_100_000)
    service.record_payment(winners.session, winners.by, first, sum=4_000_000, paid_on=TODAY)
    first.title, first.search_text = "Скамьи на Абая", " скамьи на абая"
    second.promised_on = second.due_on = TODAY - timedelta(days=1)
    winners.session.commit()
    area = winners.cycle.areas[0].area.code

    def shown(query: str) -> set[int]:
        page = client.page(f"/projects?{query}")
        cards = {int(n) for n in re.findall(r'project-card" data-map-key="(\d+)"', page)}
        points = client.get(f"/projects/points.json?{query}").get_json()
        rows = list(csv.DictReader(StringIO(client.get(f"/projects.csv?{query}").text[1:])))
        assert set(points["columns"]["number"]) == cards
        book = sheets.read(client.get(f"/projects.xlsx?{query}").data, columns=["No."])
        assert {int(str(row.values["No."])) for row in book.rows} == cards
        places = client.get(f"/projects.geojson?{query}").get_json()["features"]
        assert {place["id"] for place in places} == cards
        assert {int(row["No."]) for row in rows} == cards
        return cards

    both = {first.number, second.number}
    assert shown("") == both
    assert shown("q=СКАМЬЯ") == {first.number}
    assert shown("q=%25") == both
    assert shown("late=1") == {second.number}
    assert shown(f"area={area}") == both
    assert shown("source=participatory&contractor=" + first.contractor_bin) == {first.number}
    assert shown("source=investor") == shown("type=nothing") == shown("contractor=1") == set()
    assert shown(f"year={first.due_on.year}") >= {first.number}
    assert shown("year=2001") == set()
    assert shown("area=nowhere") == set()
    assert shown("sector=social") == both
    assert shown("sector=utilities") == set()
    assert shown(f"cycle={winners.cycle.slug}") == both
    assert shown("state=planned") == both
    assert shown("state=completed") == set()
    page = client.page("/projects?q=скамья")
    for sum in ("10 m ₸", "10.1 m ₸", "4 m ₸"):
        assert sum.replace(" ", "\u00a0") in page


@pytest.mark.parametrize(
    "query", ["before=abc", "before=99999999999999999999", "after=-1", "state=x&sector=y", "q=%00"]
)
def test_a_strange_address_still_shows_the_register(
    client: StrictClient, winners: Winners, query: str
) -> None:
    winners.start()
    winners.session.commit()
    client.page(f"/projects?{query}")


def test_imported_elections_stay_out_unless_asked_for(
    client: StrictClient, winners: Winners
) -> None:
    with unguarded(winners.session, "cycles_cycle"):
        winners.cycle.is_imported = True
    project = winners.start()[0]
    winners.session.commit()
    assert project.title not in client.page("/projects")
    assert project.title in client.page(f"/projects?cycle={winners.cycle.slug}")


def test_cells_of_the_file_cannot_run_as_formulas(client: StrictClient, winners: Winners) -> None:
    project = winners.start()[0]
    for title in ("=1+1", "+7", "-2", "@x", "\t=1"):
        project.title = title
        winners.session.commit()
        rows = list(csv.reader(StringIO(client.get("/projects.csv").text)))
        assert "'" + title in [row[1] for row in rows]


def test_an_unknown_project_is_not_found(client: StrictClient) -> None:
    for number in ("0", "424242", "99999999999999999999"):
        client.page(f"/projects/{number}", 404)


def test_ninety_days_of_silence_are_said_in_public(client: StrictClient, winners: Winners) -> None:
    project = winners.start()[0]
    project.news_at = datetime.now(UTC) - timedelta(days=89, hours=1)
    winners.session.commit()
    assert "No news for" not in client.page(f"/projects/{project.number}")
    project.news_at = datetime.now(UTC) - timedelta(days=95, hours=1)
    winners.session.commit()
    assert "No news for 95 days" in client.page(f"/projects/{project.number}")


def test_a_resident_follows_and_unfollows(client: StrictClient, winners: Winners) -> None:
    project = winners.start()[1]
    resident = make_person(winners.session)
    winners.session.commit()
    path = f"/projects/{project.number}"
    assert f"/login?next={path}" in client.page(path).replace("%2F", "/")
    sign_in(client, resident)
    for value, following in (("1", True), ("1", True), ("0", False)):
        client.fill(path + "/follow", {"on": value}, at=path)
        assert is_following(winners.session, project.id, resident.id) == following
    assert client.get(path + "/follow").status_code == 302


def test_the_author_is_told_that_letters_come(client: StrictClient, winners: Winners) -> None:
    project = winners.start()[0]
    winners.session.commit()
    sign_in(client, winners.author)
    page = client.page(f"/projects/{project.number}")
    assert "This is your proposal" in page
    assert "Unfollow" not in page


def test_the_secretary_makes_projects_after_a_look_at_them(
    client: StrictClient, winners: Winners
) -> None:
    winners.session.commit()
    sign_in(client, winners.secretary)
    path = f"/desk/cycles/{winners.cycle.slug}/projects"
    page = client.page(path)
    assert "2 winners wait" in page
    promised = re.search(
        r'name="promised_on"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="promised_on"', page
    )
    assert promised
    for step in ("preview", "make"):
        early = client.fill(path, {"promised_on": "31.12.1999", "step": step})
        assert early.status_code == 422
    shown = client.fill(path, {"promised_on": promised[1], "step": "preview"})
    assert "Make 2 projects" in shown.text
    assert winners.session.scalar(select(func.count(Project.id))) == 0
    answer = client.fill(path, {"promised_on": promised[1], "step": "make"})
    assert answer.status_code == 302
    assert winners.session.scalar(select(func.count(Project.id))) == 2
    assert "All winners are projects" in client.page(path)


def test_others_cannot_make_projects(client: StrictClient, winners: Winners) -> None:
    winners.session.commit()
    path = f"/desk/cycles/{winners.cycle.slug}/projects"
    assert client.get(path).status_code == 302
    sign_in(client, winners.manager)
    client.page(path, 403)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_managers_queue_and_page_speak_three_languages(
    desk: StrictClient, project: Project, winners: Winners, locale: str
) -> None:
    winners.bring_to(project, "works")
    winners.session.commit()
    for view in ("mine", "late", "silent", "all", "nonsense"):
        desk.page(f"/desk/projects/list?view={view}", locale=locale)
    assert project.title in desk.page("/desk/projects/list?state=works", locale=locale)
    assert project.title not in desk.page("/desk/projects/list?state=design", locale=locale)
    assert "Jol LLP" in desk.page(f"/desk/projects/{project.number}", locale=locale)


def test_the_queue_goes_by_due_date_and_pages_by_key(desk: StrictClient, winners: Winners) -> None:
    many(winners, 60)
    winners.session.commit()
    first = desk.page("/desk/projects/list")
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following
    second = desk.page(following[1].replace("&amp;", "&"))
    links = re.compile(r'queue-link" href="/desk/projects/(\d+)"')
    seen = links.findall(first) + links.findall(second)
    assert len(seen) == len(set(seen)) == 62
    desk.page("/desk/projects/list?after=rubbish_x")


def test_a_manager_of_another_district_is_shut_out(
    client: StrictClient, winners: Winners, project: Project
) -> None:
    other = make_person(winners.session, "manager", area=make_area(winners.session))
    winners.session.commit()
    sign_in(client, other)
    client.page(f"/desk/projects/{project.number}", 403)
    assert project.title not in client.page("/desk/projects/list?view=all")


def test_a_manager_brings_a_project_from_plan_to_ribbon(
    desk: StrictClient, winners: Winners, project: Project, session: Session
) -> None:
    first, second = project.lines

    def done(section: str, **typed: Any) -> None:
        answer = post(desk, project, section, **typed)
        assert answer.status_code == 302, answer.text
        session.expire_all()

    done("step", target="procurement")
    done(
        "contract",
        contractor="ТОО «Жол»",
        contractor_bin=f"{BIN[:6]} {BIN[6:]}",
        number="17",
        sum="9 900 000 ₸",
        signed_on=TODAY.isoformat(),
    )
    done("step", target="contracted")
    done("step", target="works")
    done("payment", sum="4 000 000", paid_on=TODAY.strftime("%d.%m.%Y"), note="Аванс")
    done("news", body="Уложили плитку", progress="60", stage="during", picture=(jpeg(), "a.jpg"))
    done("shift", new_date=(TODAY + timedelta(days=300)).isoformat(), reason="Дожди")
    done("step", target="acceptance")
    done(
        "acceptance",
        accepted_on=TODAY.isoformat(),
        act="А-5",
        **{
            f"delivered_{first.id}": "50",
            f"reason_{first.id}": "",
            f"delivered_{second.id}": "0",
            f"reason_{second.id}": "Площадка занята",
        },
    )
    done("photos", stage="after", picture=(jpeg(), "b.jpg"), caption="Сквер")
    done("step", target="completed")
    assert (project.status, project.progress) == ("completed", 100)
    assert (project.contract_sum, project.paid_sum) == (9_900_000, 4_000_000)
    assert project.lines[1].delivered == 0
    page = desk.page(f"/projects/{project.number}")
    for words in ("ТОО «Жол»", "Аванс", "Уложили плитку", "Дожди", "Площадка занята", "Сквер"):
        assert words in page
    desk.page(f"/desk/projects/{project.number}")
    assert (
        session.scalar(select(func.count(Letter.id)).where(Letter.template == "project_step")) == 10
    )


@pytest.mark.parametrize(
    ("section", "typed", "sentence"),
    [
        ("step", {"target": "contracted"}, "First record the contract."),
        ("step", {"target": "works"}, "The project cannot go from its present state"),
        ("step", {"target": "nonsense"}, "The project cannot go from its present state"),
        ("halt", {"reason": "x"}, "Choose what happens."),
        ("halt", {"target": "cancelled"}, "Write the reason"),
        ("halt", {"target": "suspended", "reason": "x"}, "Choose the new date"),
        ("halt", {"target": "suspended", "reason": "x", "new_date": "32.01.2030"}, "Enter a date"),
        ("contract", {}, "Fill in this field"),
        ("contract", {"sum": "0"}, "The sum must be more than zero."),
        ("contract", {"sum": "many"}, "Enter a whole number, for example"),
        ("contract", {"contractor_bin": "123"}, "This is no BIN"),
        ("payment", {"sum": "5", "paid_on": "01.02.2026"}, "There is no contract yet"),
        ("news", {"progress": "5", "stage": "during"}, "Write what is new"),
        ("news", {"body": "x", "progress": "150", "stage": "during"}, "from 0 to 100"),
        ("news", {"body": "x", "progress": "half", "stage": "during"}, "from 0 to 100"),
        ("shift", {"new_date": "2001-01-01", "reason": "x"}, "before the end of the vote"),
        ("photos", {"stage": "after"}, "Choose at least one photo."),
        ("photos", {"stage": "never", "picture": "photo"}, "Choose before, during or after"),
        ("photos", {"stage": "after", "picture": "text"}, "not a picture we can open"),
        ("manager", {"manager": "999999"}, "Choose a manager from the list."),
        ("manager", {"manager": "-1"}, "Choose a manager from the list."),
        ("acceptance", {"accepted_on": "2026-01-01", "act": "1"}, "Enter how much was accepted"),
    ],
)
def test_wrong_input_gets_its_sentence_and_saves_nothing(
    desk: StrictClient,
    project: Project,
    session: Session,
    section: str,
    typed: dict[str, Any],
    sentence: str,
) -> None:
    if section == "contract" and typed:
        full = {
            "contractor": "Jol",
            "contractor_bin": BIN,
            "number": "1",
            "sum": "10000000",
            "signed_on": TODAY.isoformat(),
        }
        typed = {**full, **typed}
    if section == "step" and typed["target"] == "contracted":
        post(desk, project, "step", target="procurement")
    if isinstance(typed.get("picture"), str):
        content = jpeg() if typed["picture"] == "photo" else BytesIO(b"no")
        typed = {**typed, "picture": (content, "x.jpg")}
    session.expire_all()
    before = (project.version, project.status)
    answer = post(desk, project, section, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text.replace("&#39;", "'")
    session.expire_all()
    assert (project.version, project.status) == before
    assert session.scalar(select(func.count(ProjectUpdate.id))) == 0


def test_typed_words_stay_in_the_form_after_a_refusal(desk: StrictClient, project: Project) -> None:
    answer = post(desk, project, "shift", new_date="2001-01-01", reason="Нашли трубу")
    assert answer.status_code == 422
    assert "Нашли трубу" in answer.text
    assert 'value="2001-01-01"' in answer.text


def test_an_older_page_gets_a_conflict_that_keeps_the_words(
    desk: StrictClient, winners: Winners, project: Project
) -> None:
    seen = project.version
    post(desk, project, "step", target="design")
    answer = post(
        desk,
        project,
        "shift",
        version=seen,
        new_date=(TODAY + timedelta(days=300)).isoformat(),
        reason="Дожди",
    )
    assert answer.status_code == 409
    assert "Somebody else changed this project" in answer.text
    assert "Дожди" in answer.text


def test_an_unknown_section_is_a_bad_request(desk: StrictClient, project: Project) -> None:
    answer = desk.fill(f"/desk/projects/{project.number}", {"section": "treasury"})
    assert answer.status_code == 400


def test_a_failed_photo_takes_the_news_back_with_it(
    desk: StrictClient, project: Project, session: Session
) -> None:
    answer = post(
        desk,
        project,
        "news",
        body="Новость",
        progress="5",
        stage="during",
        picture=(BytesIO(b"no picture"), "x.jpg"),
    )
    assert answer.status_code == 422
    assert "Новость" in answer.text
    assert session.scalar(select(func.count(ProjectUpdate.id))) == 0


def test_a_mistaken_payment_is_shown_struck_out(
    desk: StrictClient, winners: Winners, project: Project, session: Session
) -> None:
    winners.contract(project)
    payment = service.record_payment(session, winners.by, project, sum=777_000, paid_on=TODAY)
    session.commit()
    answer = post(desk, project, "void", payment=str(payment.id), void_reason="Лишний ноль")
    assert answer.status_code == 302
    page = desk.page(f"/projects/{project.number}")
    assert re.search(r"<s>[^<]*777,000", page)
    assert "Лишний ноль" in page


LETTERS: dict[str, dict[str, Any]] = {
    "project_started": {"due_on": "2026-12-31"},
    "project_step": {"state": "suspended", "reason": "Трубы", "due_on": "2026-12-31"},
    "project_date": {"old_on": "2026-11-30", "due_on": "2026-12-31", "reason": "Дожди"},
    "project_update": {"body": "Уложили плитку", "progress": 40},
    "project_silent": {
        "days": 60,
        "projects": [{"number": 7, "title": "Сквер", "days": 61, "path": "/desk/projects/7"}],
    },
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", LETTERS)
def test_every_letter_is_written_in_every_language(
    app: Flask, session: Session, template: str, locale: str
) -> None:
    now = datetime.now(UTC)
    data = {"number": 7, "title": "Сквер <у> школы", "path": "/projects/7", **LETTERS[template]}
    letter = Letter(
        channel="email",
        recipient="a@example.kz",
        locale=locale,
        template=template,
        data=data,
        created_at=now,
        due_at=now,
    )
    text = write(app.jinja_env, letter, "https://portal.example")
    assert text.subject
    assert "projects/7" in text.body
    assert "%(" not in text.subject + text.body
    if template != "project_silent":
        assert "Сквер <у> школы" in text.subject
        assert "https://portal.example/projects/7" in text.body
    if "reason" in data:
        assert data["reason"] in text.body
