"""Projects of other origin and spreadsheets: looked through by row, saved whole or not at all."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.documents import sheets
from pb_portal.documents.sheets import Column, Sheet
from pb_portal.projects.models import Project, ProjectUpdate, SheetUpload
from tests.conftest import sign_in
from tests.factories import make_area, make_cycle, make_person
from tests.rooms.projects.conftest import TODAY, Winners
from tests.strict import StrictClient

HEADS = {
    "title": "Title",
    "origin": "Where it comes from",
    "programme": "Programme or investor",
    "funding": "Source of money",
    "sector": "Sector",
    "work_type": "Type of work",
    "area": "District",
    "address": "Address",
    "lat": "Latitude",
    "lon": "Longitude",
    "promised_sum": "Promised sum",
    "promised_on": "Promised by",
    "line_title": "What is promised",
    "line_quantity": "Quantity",
    "line_unit": "Unit",
    "summary": "In a few words, for residents",
}
NEXT_YEAR = TODAY + timedelta(days=300)


@pytest.fixture
def area(session: Session) -> Any:
    return make_cycle(session).areas[0].area


@pytest.fixture
def desk(client: StrictClient, session: Session, area: Any) -> StrictClient:
    """A manager of the district."""
    manager = make_person(session, "manager", area=area)
    session.commit()
    sign_in(client, manager)
    return client


def row(district: Any, **changes: Any) -> dict[str, Any]:
    return {
        "title": "Школа на 300 мест",
        "origin": "Городская программа",
        "programme": "",
        "funding": "City budget",
        "sector": "Әлеуметтік сала",
        "work_type": "Школа",
        "area": district.names["kk"],
        "address": "ул. Абая, 1",
        "lat": "",
        "lon": "",
        "promised_sum": 900_000_000,
        "promised_on": NEXT_YEAR.strftime("%d.%m.%Y"),
        "line_title": "Здание",
        "line_quantity": "1",
        "line_unit": "piece",
        "summary": "",
        **changes,
    }


def book(rows: list[dict[str, Any]], heads: dict[str, str] | None = None) -> BytesIO:
    heads = heads or HEADS
    columns = [Column(title) for title in heads.values()]
    cells = [[each[code] for code in heads] for each in rows]
    return BytesIO(sheets.write([Sheet("x", columns, cells)]))


def upload(desk: StrictClient, path: str, content: BytesIO) -> Any:
    return desk.fill(path, {"sheet": (content, "x.xlsx")}, content_type="multipart/form-data")


def test_a_project_of_the_city_programme_enters_the_register_by_a_form(
    desk: StrictClient, session: Session, area: Any
) -> None:
    page = desk.page("/desk/projects/add")
    school = re.search(r'value="(\d+)"[^>]*>Social sphere: School', page)
    assert school
    typed = {
        "title": "Школа на 300 мест",
        "origin": "city_programme",
        "funding": "national_budget",
        "sector": "social",
        "work_type": school[1],
        "area": str(area.id),
        "promised_sum": "900 000 000",
        "promised_on": NEXT_YEAR.isoformat(),
        "line_title": "Здание",
        "line_quantity": "1",
        "line_unit": "piece",
    }
    assert desk.fill("/desk/projects/add", typed).status_code == 302
    project = session.scalars(select(Project)).one()
    assert (project.origin, project.funding, project.promised_sum) == (
        "city_programme",
        "national_budget",
        900_000_000,
    )
    assert project.lines[0].promised == 1000
    assert len(project.milestones) == 9, "a building has its own"
    again = desk.fill("/desk/projects/add", typed)
    assert "The register has this project already" in again.text
    wrong: dict[str, tuple[str, str]] = {
        "sector": ("utilities", "does not belong to the sector"),
        "promised_sum": ("0", "more than zero"),
        "promised_on": ("2001-01-01", "after today"),
        "area": ("999999", "Choose a district"),
        "origin": ("participatory", "Choose the city programme"),
        "line_unit": ("", "together"),
        "lat": ("43.2", "come together"),
        "lon": ("abc", "Enter a number like"),
    }
    for name, (value, sentence) in wrong.items():
        answer = desk.fill("/desk/projects/add", {**typed, "title": "Другая", name: value})
        assert answer.status_code == 422
        assert sentence in answer.text, name
    assert session.scalar(select(func.count(Project.id))) == 1


def test_a_clean_spreadsheet_is_confirmed_and_saved_once(
    desk: StrictClient, session: Session, area: Any
) -> None:
    rows = [row(area), row(area, title="Двор", sector="infrastructure", work_type="")]
    answer = upload(desk, "/desk/projects/sheet", book(rows))
    assert answer.status_code == 302
    assert session.scalar(select(func.count(Project.id))) == 0, "nothing before the confirmation"
    path = answer.location
    assert "Save 2 rows" in desk.page(path)
    assert desk.fill(path, {}).status_code == 302
    assert desk.fill(path, {}, at="/desk").status_code == 302
    made = session.scalars(select(Project).order_by(Project.number)).all()
    assert [(p.title, p.sector, p.promised_sum) for p in made] == [
        ("Школа на 300 мест", "social", 900_000_000),
        ("Двор", "infrastructure", 900_000_000),
    ]
    assert "saved already" in desk.page(path)
    other = make_person(session, "manager", area=area)
    session.commit()
    sign_in(desk, other)
    assert desk.get(path).status_code == 404, "another's spreadsheet"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "3 to 200 characters"),
        ({"sector": "космос"}, "Choose a sector"),
        ({"work_type": "Водопровод"}, "does not belong to the sector"),
        ({"area": "Нигде"}, "Choose a district"),
        ({"promised_sum": -5}, "more than zero"),
        ({"promised_sum": "много"}, "more than zero"),
        ({"promised_on": "вчера"}, "after today"),
        ({"promised_on": "01.01.2001"}, "after today"),
        ({"line_quantity": "0"}, "not above zero"),
        ({"lat": "91", "lon": "76"}, "come together"),
        ({"funding": ""}, "where the money comes from"),
    ],
)
def test_a_bad_row_gets_its_sentence_and_number_and_nothing_is_saved(
    desk: StrictClient, session: Session, area: Any, changes: dict[str, Any], sentence: str
) -> None:
    answer = upload(
        desk, "/desk/projects/sheet", book([row(area, title="Двор"), row(area, **changes)])
    )
    assert answer.status_code == 422
    assert re.search(r'table__number">3</th>\s*<td[^>]*>[^<]*' + sentence, answer.text)
    assert session.scalar(select(func.count(SheetUpload.id))) == 0


def test_five_thousand_bad_rows_are_counted_and_save_nothing(
    desk: StrictClient, session: Session, area: Any
) -> None:
    bad = [row(area, title=f"Двор {number}", promised_sum=0) for number in range(5000)]
    answer = upload(desk, "/desk/projects/sheet", book(bad))
    assert answer.status_code == 422
    assert "5000 mistakes; nothing is saved" in answer.text
    assert answer.text.count("<tr>") < 150, "the page stays readable"
    assert session.scalar(select(func.count(Project.id))) == 0


def test_rows_twice_other_districts_formulas_and_other_files_are_refused(
    desk: StrictClient, session: Session, area: Any
) -> None:
    path = "/desk/projects/sheet"
    twice = upload(desk, path, book([row(area), row(area)]))
    assert "The same title stands in row 2" in twice.text
    far = make_area(session, area.city)
    session.commit()
    assert "You do not deliver" in upload(desk, path, book([row(far)])).text
    assert "cannot be opened" in upload(desk, path, BytesIO(b"PK not a sheet")).text
    short = {code: HEADS[code] for code in ("title", "area")}
    assert "is missing" in upload(desk, path, book([row(area)], short)).text
    assert upload(desk, path, book([])).status_code == 422
    import xlsxwriter

    target = BytesIO()
    with xlsxwriter.Workbook(target) as made:
        made.add_worksheet().write_formula(0, 0, "=1+1")
    target.seek(0)
    assert "holds formulas" in upload(desk, path, target).text


def test_updates_by_a_spreadsheet_reach_own_projects_only(
    client: StrictClient, session: Session, winners: Winners
) -> None:
    one, two = winners.start()
    two.manager_id = make_person(session, "manager", area=two.area).id
    session.commit()
    sign_in(client, winners.manager)
    heads = {"number": "No.", "body": "What is new", "progress": "Done, per cent"}
    rows = [{"number": one.number, "body": "Плитка", "progress": 40}]
    template = sheets.read(
        client.get("/desk/projects/sheet/updates.xlsx").data, columns=list(heads.values())
    )
    assert [line.values["No."] for line in template.rows] == [one.number]
    bad = [
        *rows,
        {"number": two.number, "body": "x", "progress": 400},
        {"number": 9999, "body": "x", "progress": 1},
    ]
    answer = upload(client, "/desk/projects/news", book(bad, heads))
    for sentence in ("This project is not yours", "from 0 to 100", "no project of this number"):
        assert sentence in answer.text
    assert session.scalar(select(func.count(ProjectUpdate.id))) == 0
    path = upload(client, "/desk/projects/news", book(rows, heads)).location
    for _time in range(2):
        assert client.fill(path, {}, at="/desk").status_code == 302
    assert [row.body for row in session.scalars(select(ProjectUpdate))] == ["Плитка"]
    session.expire_all()
    assert one.progress == 40
    assert client.get("/desk/projects/sheet/strange.xlsx").status_code == 404


def test_the_administrator_keeps_types_of_work_and_their_milestones(
    client: StrictClient, session: Session, winners: Winners
) -> None:
    administrator = make_person(session, "administrator")
    session.commit()
    sign_in(client, administrator)
    names = {"kk": "Су бұрқақ", "ru": "Фонтан", "en": "Fountain", "sector": "infrastructure"}
    assert client.fill("/desk/work-types", {**names, "kk": ""}).status_code == 422
    assert client.fill("/desk/work-types", {**names, "sector": "space"}).status_code == 422
    path = client.fill("/desk/work-types", names).location
    assert "Fountain" in client.page("/desk/work-types")
    one = {"kk_0": "Суы", "ru_0": "Вода", "en_0": "Water", "share_0": "60", "state_0": "works"}
    for wrong in ({"share_0": "101"}, {"en_0": ""}, {"state_0": "flying"}):
        assert client.fill(path, {**names, **one, **wrong}).status_code == 422
    assert client.fill(path, {**names, **one, "retired": "y"}).status_code == 302
    assert "Вода" in client.page(path)
    assert client.get("/desk/work-types/999999").status_code == 404
    assert client.fill("/desk/work-types/0", one).status_code == 302
    project = winners.start()[0]
    assert [row.names["ru"] for row in project.milestones] == ["Вода"]
