"""A published report without what was taken down since, on its page and in its files."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

from pb_portal.domain.permissions import Role
from pb_portal.domain.placeholders import TAKEN_DOWN
from pb_portal.files import service as files
from pb_portal.projects.models import ProjectPhoto
from pb_portal.takedowns import service as takedowns
from tests.factories import make_person, signed
from tests.factories.proposals import picture_bytes
from tests.rooms.reports.conftest import noon

PHONE = "87017654321"
DONE = noon(date(2026, 10, 1))


def texts(answer) -> str:
    if answer.data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            return "".join(
                archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
            )
    return answer.data.decode("utf-8", "replace")


def test_text_and_photo_go_and_figures_stay(client, session, desk):
    moderator = signed(make_person(session, Role.MODERATOR))
    project = desk.project(completed=DONE, title=f"Call {PHONE}", address=f"Street {PHONE}")
    picture = files.read_picture(picture_bytes(size=(900, 600)), most_bytes=10**6)
    stored = files.keep_picture(session, moderator, picture, root=desk.folder, public=True)
    session.add(ProjectPhoto(project_id=project.id, file=stored, stage="during",
                             at=datetime(2026, 4, 1, tzinfo=UTC)))  # fmt: skip
    session.flush()
    report = desk.publish()
    session.commit()
    base = f"/reports/{report.number}/1"
    names = [f"{code}.{kind}" for code in ("kk", "ru", "en") for kind in ("csv", "xlsx", "pdf")]
    shown = client.get(f"{base}/data.json").get_json()
    photo = shown["projects"][0]["picture"]
    assert PHONE in texts(client.get(f"{base}/ru.csv")) and photo
    assert client.get(f"{base}/{photo}").status_code == 200
    before = client.get(f"{base}/ru.pdf").data
    row = takedowns.take_down(
        session, moderator, "project", str(project.id), category="other", reason="A phone"
    )
    session.commit()
    for locale in ("kk", "ru", "en"):
        page = client.page(base, locale=locale)
        assert PHONE not in page and TAKEN_DOWN[locale] in page and "[taken-down]" not in page
    for name in (*names, "data.json", "points.json"):
        answer = client.get(f"{base}/{name}")
        assert answer.status_code == 200 and PHONE not in texts(answer), name
        assert "immutable" not in answer.headers["Cache-Control"]
    assert client.get(f"{base}/ru.pdf").data != before
    assert client.get(f"{base}/{photo}").status_code == 404
    now = client.get(f"{base}/data.json").get_json()
    assert now["counts"] == shown["counts"]
    takedowns.restore(session, moderator, row.id)
    session.commit()
    assert client.get(f"{base}/ru.pdf").data == before


def test_a_photo_alone_goes_from_the_report(client, session, desk):
    moderator = signed(make_person(session, Role.MODERATOR))
    project = desk.project(completed=DONE)
    picture = files.read_picture(picture_bytes(size=(900, 600)), most_bytes=10**6)
    stored = files.keep_picture(session, moderator, picture, root=desk.folder, public=True)
    session.add(ProjectPhoto(project_id=project.id, file=stored, stage="during",
                             at=datetime(2026, 4, 1, tzinfo=UTC)))  # fmt: skip
    session.flush()
    report = desk.publish()
    session.commit()
    base = f"/reports/{report.number}/1"
    photo = client.get(f"{base}/data.json").get_json()["projects"][0]["picture"]
    takedowns.take_down(
        session,
        moderator,
        "project_photo",
        str(stored.id),
        category="personal_data",
        reason="A face",
    )
    session.commit()
    assert client.get(f"{base}/{photo}").status_code == 404
    assert project.title in client.page(base) and photo not in client.page(base)
