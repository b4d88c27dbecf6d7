"""News from the site: once however often it is sent, read by the head where that is set."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.db import Missing
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.files.models import StoredFile
from pb_portal.mailer.render import write
from pb_portal.projects import queries, service
from pb_portal.projects.models import Project, ProjectPhoto, ProjectUpdate
from tests.conftest import sign_in
from tests.factories import make_area, make_person, signed
from tests.rooms.projects.conftest import TODAY, Winners, jpeg
from tests.rooms.projects.test_service import letters
from tests.strict import StrictClient

BIG = 10_000_000


@pytest.fixture
def head(winners: Winners) -> Any:
    return make_person(winners.session, "head")


def send(winners: Winners, project: Project, root: Path, **more: Any) -> ProjectUpdate:
    values: dict[str, Any] = {"body": "Уложили плитку", "progress": 60, "stage": "during", **more}
    return service.send_update(
        winners.session, winners.by, project, [jpeg()], root=root, most_bytes=BIG, **values
    )


def test_news_sent_twice_with_one_key_is_kept_once_with_its_photos(
    winners: Winners, session: Session, project: Project, tmp_path: Path
) -> None:
    first = send(winners, project, tmp_path, sent_key="k1")
    assert send(winners, project, tmp_path, sent_key="k1") is first
    assert session.scalar(select(func.count(ProjectUpdate.id))) == 1
    assert len(project.photos) == 1
    assert len(letters(session, "project_update")) == 2, "author and follower, once each"
    assert send(winners, project, tmp_path, sent_key="k2") is not first


def test_a_key_serves_one_project_and_one_person(
    winners: Winners, session: Session, tmp_path: Path
) -> None:
    one, two = winners.start()
    first = send(winners, one, tmp_path, sent_key="k")
    with pytest.raises(Refusal, match="key_wrong"):
        send(winners, two, tmp_path, sent_key="k")
    with pytest.raises(Refusal, match="key_wrong"):
        send(winners, one, tmp_path, sent_key="k" * 65)
    head = signed(make_person(session, "head"))
    second = service.post_update(session, head, one, body="x", progress=1, sent_key="k")
    assert second.id != first.id


def test_news_that_waits_is_seen_by_nobody_until_the_head_publishes_it(
    winners: Winners, session: Session, project: Project, head: Any, tmp_path: Path
) -> None:
    service.set_approval(session, signed(head), winners.manager.id, needs_approval=True)
    quiet = project.news_at
    update = send(winners, project, tmp_path)
    session.expire_all()
    assert queries.updates(session, project.id) == []
    assert (project.progress, project.news_at, project.photos) == (0, quiet, [])
    assert letters(session, "project_update") == []
    stored = session.scalars(select(StoredFile).join(ProjectPhoto)).one()
    assert not stored.public
    with pytest.raises(Forbidden):
        service.decide_update(session, winners.by, project, update.id, publish=True)
    service.decide_update(session, signed(head), project, update.id, publish=True)
    assert [row.id for row in queries.updates(session, project.id)] == [update.id]
    assert project.progress == 60
    assert project.news_at > quiet
    assert stored.public
    assert len(project.photos) == 1
    assert len(letters(session, "project_update")) == 2
    with pytest.raises(Refusal, match="update_decided"):
        service.decide_update(session, signed(head), project, update.id, publish=True)


def test_returned_news_goes_back_to_its_author_with_a_remark(
    winners: Winners, session: Session, project: Project, head: Any, tmp_path: Path, app: Any
) -> None:
    update = send(winners, project, tmp_path, head_first=True)
    with pytest.raises(Refusal, match="remark_missing"):
        service.decide_update(session, signed(head), project, update.id, publish=False)
    service.decide_update(
        session, signed(head), project, update.id, publish=False, remark="Покажите проезд"
    )
    (letter,) = letters(session, "project_returned")
    assert letter.recipient == winners.manager.email
    for locale in ("kk", "ru", "en"):
        letter.locale = locale
        assert "Покажите проезд" in write(app.jinja_env, letter, "https://x.kz").body
    assert letters(session, "project_update") == []


def test_whose_news_waits_is_set_by_the_head_of_the_district_only(
    winners: Winners, session: Session, project: Project
) -> None:
    area = project.area
    near, far = (
        make_person(session, "head", area=area),
        make_person(session, "head", area=make_area(session)),
    )
    with pytest.raises(Forbidden):
        service.set_approval(session, signed(far), winners.manager.id, needs_approval=True)
    with pytest.raises(Missing):
        service.set_approval(session, signed(near), winners.author.id, needs_approval=True)
    service.set_approval(session, signed(near), winners.manager.id, needs_approval=False)
    update = service.post_update(
        session, winners.by, project, body="x", progress=1, head_first=True
    )
    assert update.published_at is not None, "the person's own setting counts more than the usual"


def test_a_manager_changes_own_projects_and_the_head_all_of_the_district(
    winners: Winners, session: Session, project: Project
) -> None:
    other = make_person(session, "manager", area=project.area)
    head = make_person(session, "head", area=project.area)
    with pytest.raises(Forbidden):
        service.post_update(session, signed(other), project, body="x", progress=1)
    service.post_update(session, signed(head), project, body="x", progress=1)
    project.manager_id = None
    service.post_update(session, signed(other), project, body="x", progress=2)


def test_the_page_on_the_site_works_without_scripts_and_answers_scripts(
    client: StrictClient, winners: Winners, session: Session, project: Project
) -> None:
    session.commit()
    sign_in(client, winners.manager)
    path = f"/desk/site/{project.number}"
    page = client.get(path)
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "camera=()" in client.get("/desk").headers["Permissions-Policy"]
    typed = {"body": "Плитка", "progress": "40", "stage": "during", "sent_key": "a"}
    for _time in range(2):
        sent = client.fill(
            path, {**typed, "picture": (jpeg(), "a.jpg")}, content_type="multipart/form-data"
        )
        assert sent.status_code == 302
    assert session.scalar(select(func.count(ProjectUpdate.id))) == 1
    assert session.scalar(select(func.count(ProjectPhoto.id))) == 1
    assert client.fill(path, {**typed, "body": "", "sent_key": "b"}).status_code == 422
    token = client.get("/desk/site/token").get_json()["token"]
    asked = {"Accept": "application/json"}
    for body, status in (("Скамья", 200), ("", 422)):
        data = {**typed, "body": body, "sent_key": f"c{body}", "csrf_token": token}
        answer = client.post(path, data=data, headers=asked)
        assert answer.status_code == status
        assert ("errors" in answer.get_json()) == (status == 422)
    worker = client.get("/desk/site/worker.js")
    assert worker.mimetype == "text/javascript"


def test_the_head_reads_news_on_a_page_of_its_own(
    client: StrictClient, winners: Winners, session: Session, project: Project, head: Any
) -> None:
    session.commit()
    sign_in(client, head)
    assert "published at once" in client.page("/desk/projects/managers")
    data = {"person": str(winners.manager.id), "first": "1"}
    assert client.fill("/desk/projects/managers", data).status_code == 302
    sign_in(client, winners.manager)
    site = f"/desk/site/{project.number}"
    typed = {"body": "Скрытая новость", "progress": "40", "stage": "during", "sent_key": "a"}
    client.fill(site, {**typed, "picture": (jpeg(), "a.jpg")}, content_type="multipart/form-data")
    public = f"/projects/{project.number}"
    assert "Скрытая новость" not in client.page(public)
    photo = session.scalars(select(ProjectPhoto)).one()
    shown = f"/desk/projects/{project.number}/photos/{photo.id}"
    assert client.get(shown).status_code == 403
    sign_in(client, head)
    assert client.get(shown).headers["Cache-Control"] == "private, no-store"
    assert "Скрытая новость" in client.page("/desk/projects?whose=all")
    update = session.scalars(select(ProjectUpdate)).one()
    path = f"/desk/projects/{project.number}/news/{update.id}"
    client.page(path)
    assert client.fill(path, {"decision": "return"}).status_code == 422
    assert client.fill(path, {"decision": "publish"}).status_code == 302
    assert client.fill(path, {"decision": "publish"}, at="/desk").status_code == 422
    assert "Скрытая новость" in client.page(public)


def test_the_morning_shows_what_is_late_due_and_silent(
    client: StrictClient, winners: Winners, session: Session
) -> None:
    late, due = winners.start()
    late.promised_on = late.due_on = TODAY - timedelta(days=3)
    late.title, due.title = "Опоздавшая скамья", "Скорая плитка"
    due.promised_on = due.due_on = TODAY + timedelta(days=5)
    due.news_at -= timedelta(days=70)
    for project in (late, due):
        for milestone in project.milestones:
            milestone.planned_on = TODAY + timedelta(days=90)
    session.commit()
    sign_in(client, winners.manager)
    page = client.page("/desk/projects")
    late_part, _, rest = page.partition('id="morning-due"')
    due_part, _, silent_part = rest.partition('id="morning-silent"')
    assert "Опоздавшая скамья" in late_part and "Опоздавшая скамья" not in rest
    assert "Скорая плитка" in due_part
    assert "60 days: the head knows" in silent_part
    stranger = make_person(session, "manager", area=late.area)
    session.commit()
    sign_in(client, stranger)
    assert "A quiet day" in client.page("/desk/projects?whose=all"), "others' projects are not seen"


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_every_view_of_my_projects_speaks_three_languages(
    client: StrictClient, winners: Winners, session: Session, locale: str
) -> None:
    project = winners.start()[0]
    winners.bring_to(project, "works")
    session.commit()
    sign_in(client, winners.manager)
    client.set_cookie("language", locale)
    contract = client.page("/desk/contractors")
    assert "990140000017" in contract
    key = contract.partition("/desk/contractors/")[2].partition('"')[0]
    month = project.due_on.isoformat()[:7]
    for path in (
        "/desk/projects",
        "/desk/projects/board",
        "/desk/projects/plan?skip=-5",
        "/desk/projects/plan?skip=99999999999",
        f"/desk/projects/calendar?whose=all&month={month}",
        "/desk/projects/calendar?month=9999-99",
        "/desk/projects/map",
        f"/desk/contractors/{key}",
        "/desk/projects/add",
        f"/desk/site/{project.number}",
    ):
        client.page(path)
    assert project.title in client.page(f"/desk/projects/calendar?month={month}")
    (point, *_rest) = client.get("/desk/projects/points.json").get_json()
    assert point["url"].startswith("/desk/projects/")


def test_milestones_follow_states_dates_and_the_manager(
    winners: Winners, session: Session, project: Project
) -> None:
    assert [row.state for row in project.milestones][:2] == ["design", "procurement"]
    assert project.milestones[-1].planned_on == project.promised_on
    winners.bring_to(project, "contracted")
    done = {row.state for row in project.milestones if row.done_on == TODAY}
    assert done == {"design", "procurement", "contracted"}
    due = project.due_on + timedelta(days=100)
    service.shift_date(session, winners.by, project, new_date=due, reason="Дожди")
    last = project.milestones[-1]
    assert (last.planned_on, last.first_on) == (due, project.promised_on)
    half = next(row for row in project.milestones if not row.state)
    with pytest.raises(Refusal, match="after_due"):
        service.set_milestone(
            session, winners.by, project, half.id, planned_on=due + timedelta(days=1), done_on=None
        )
    with pytest.raises(Refusal, match="not_yet"):
        service.set_milestone(
            session, winners.by, project, half.id, planned_on=due, done_on=TODAY + timedelta(days=1)
        )
    service.set_milestone(session, winners.by, project, half.id, planned_on=due, done_on=TODAY)
    assert half.done_on == TODAY
    added = service.add_milestone(session, winners.by, project, name="Полив", planned_on=due)
    assert added.sort == max(row.sort for row in project.milestones)
