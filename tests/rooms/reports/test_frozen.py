"""What is published stays as it was: page, files and numbers, whatever happens to the projects."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.files import service as files
from pb_portal.projects.models import Project, ProjectEvent, ProjectPhoto
from pb_portal.reports import edition, papers, service
from pb_portal.reports.models import ReportFile
from pb_portal.reports.queries import published
from tests.factories import make_person, signed
from tests.rooms.reports.conftest import DAY, Desk, noon
from tests.strict import StrictClient

NAMES = {f"{language}.{kind}" for language in ("kk", "ru", "en") for kind in ("pdf", "xlsx", "csv")}


def main_of(page: str) -> str:
    found = re.search(r"<main.*</main>", page, re.S)
    assert found
    return found[0]


def photo(desk: Desk, project: Project) -> None:
    target = BytesIO()
    Image.new("RGB", (900, 700), "olive").save(target, "JPEG")
    target.seek(0)
    by = signed(desk.manager)
    stored = files.store_picture(
        desk.session, by, target, root=desk.folder, most_bytes=10**7, public=True
    )
    project.photos.append(ProjectPhoto(file=stored, stage="after", at=noon(DAY)))
    desk.session.flush()


def test_nothing_that_happens_later_alters_page_or_files(desk: Desk, client: StrictClient) -> None:
    project = desk.project(completed=noon(DAY), title="Школа")
    photo(desk, project)
    desk.project(promised_on=DAY - timedelta(days=3))
    report = desk.publish()
    paths = [
        f"/reports/{report.number}",
        *(f"/reports/{report.number}/1/{name}" for name in (*NAMES, "data.json", "points.json")),
    ]
    kept = desk.session.query(ReportFile).filter_by(report_id=report.id).all()
    assert {one.name for one in kept if not one.name.endswith(".jpg")} == NAMES
    (picture,) = [one for one in kept if one.name.endswith(".jpg")]
    paths.append(f"/reports/{report.number}/1/{picture.name}")
    before = {path: client.get(path).data for path in paths}
    project.title, project.status, project.promised_sum = "Другое", "cancelled", 1
    project.photos.clear()
    project.events.append(ProjectEvent(origin="completed", target="cancelled", at=noon(DAY)))
    desk.area.names = dict.fromkeys(("kk", "ru", "en"), "Иной")
    desk.project(completed=noon(DAY))
    desk.session.commit()
    after = {path: client.get(path).data for path in paths}
    assert main_of(before[paths[0]].decode()) == main_of(after[paths[0]].decode())
    assert "Школа" in after[paths[0]].decode()
    assert {path: before[path] for path in paths[1:]} == {path: after[path] for path in paths[1:]}
    data = after[f"/reports/{report.number}/1/data.json"]
    assert hashlib.sha256(data).hexdigest() == report.digest
    assert report.digest in after[paths[0]].decode()


def test_files_made_again_from_the_snapshot_are_the_same(desk: Desk) -> None:
    project = desk.project(completed=noon(DAY))
    photo(desk, project)
    report = desk.publish()
    kept = {
        one.name: one.content
        for one in desk.session.query(ReportFile).filter_by(report_id=report.id)
    }
    pictures = {name: content for name, content in kept.items() if name.endswith(".jpg")}
    again = {name: made[1] for name, made in papers.render(report.snapshot, pictures).items()}
    assert again == {name: kept[name] for name in NAMES}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reports_report SET total = 0",
        "DELETE FROM reports_file",
        "DELETE FROM reports_report",
        "UPDATE reports_file SET digest = ''",
        "UPDATE reports_withdrawal SET reason = 'other'",
        "DELETE FROM reports_withdrawal",
    ],
)
def test_the_database_refuses_to_change_it(desk: Desk, statement: str) -> None:
    desk.project(completed=noon(DAY))
    report = desk.publish()
    service.withdraw(desk.session, signed(desk.manager), report, reason="Ошибка в адресе.")
    with pytest.raises(DatabaseError, match="final"), desk.session.begin_nested():
        desk.session.execute(text(statement))


def test_a_new_edition_corrects_and_the_old_one_points_to_it(
    desk: Desk, client: StrictClient
) -> None:
    desk.project(completed=noon(DAY))
    old = desk.publish()
    desk.project(completed=noon(DAY))
    asked = desk.asked(number=old.number)
    made = edition.finish(desk.session, asked, edition.draft(desk.session, asked), desk.folder)
    by = signed(desk.manager)
    with pytest.raises(Refusal, match=r"report\.need_reason"):
        service.correct(desk.session, by, made, old, reason="нет")
    new = service.correct(desk.session, by, made, old, reason="Пропустили школу на Абая.")
    assert (new.number, new.edition, new.total, old.total) == (old.number, 2, 2, 1)
    with pytest.raises(Conflict):
        service.correct(desk.session, by, made, old, reason="Исправляю одновременно.")
    desk.session.commit()
    assert "A newer edition corrects this one" in client.page(f"/reports/{old.number}/1")
    page = client.page(f"/reports/{old.number}")
    assert "Пропустили школу на Абая." in page and f"/reports/{old.number}/1" in page


def test_a_withdrawn_report_says_so_and_is_not_compared_with(
    desk: Desk, client: StrictClient
) -> None:
    desk.project(completed=noon(DAY - timedelta(days=60)))
    earlier = desk.publish(desk.asked(day=DAY - timedelta(days=30)))
    desk.project(completed=noon(DAY))
    assert desk.data()["previous"]["counts"]["total"] == 1
    service.withdraw(desk.session, signed(desk.manager), earlier, reason="Не те районы.")
    with pytest.raises(Conflict):
        service.withdraw(desk.session, signed(desk.manager), earlier, reason="Ещё раз то же.")
    assert desk.data()["previous"] is None
    desk.session.commit()
    desk.session.expire_all()
    page = client.page(f"/reports/{earlier.number}")
    assert "This report is withdrawn" in page and "Не те районы." in page
    assert "withdrawn" in client.page("/reports")


def test_it_is_compared_only_with_a_report_of_the_same_choice(desk: Desk) -> None:
    desk.project(completed=noon(DAY - timedelta(days=60)))
    desk.publish(desk.asked(day=DAY - timedelta(days=30)))
    desk.project(completed=noon(DAY))
    assert "now there are 1 more" in desk.data()["summary"]["en"]
    other = desk.data(sectors=("social",))
    assert other["previous"]["same_choice"] is False
    assert "previous report" not in other["summary"]["en"]


def test_only_who_holds_the_permission_for_the_whole_city_publishes(desk: Desk) -> None:
    desk.project(completed=noon(DAY))
    asked = desk.asked()
    made = edition.finish(desk.session, asked, edition.draft(desk.session, asked), desk.folder)
    for person in (
        make_person(desk.session, "auditor"),
        make_person(desk.session, "manager", area=desk.area),
    ):
        with pytest.raises(Forbidden):
            service.publish(desk.session, Signature(person.actor(), asked.now), made)
    assert published.newest(desk.session) == []
