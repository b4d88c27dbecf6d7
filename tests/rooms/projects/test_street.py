"""The residents' pages: reporting, answering, rating, sharing, and the scorecard."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.projects import card, service
from pb_portal.projects.models import Issue, Project, ProjectDocument, ProjectProposal, Rating
from pb_portal.projects.queries import scorecard
from tests.conftest import sign_in
from tests.factories import make_person
from tests.rooms.projects.conftest import TODAY, Winners, jpeg
from tests.strict import StrictClient
from tests.unguarded import unguarded

LOCALES = ("kk", "ru", "en")
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


def test_a_resident_reports_the_manager_answers_the_resident_reopens(
    client: StrictClient, session: Session, winners: Winners, project: Project
) -> None:
    winners.bring_to(project, "completed")
    resident = make_person(session)
    session.commit()
    page, path = f"/projects/{project.number}", f"/projects/{project.number}/report"
    sign_in(client, resident)
    for locale in LOCALES:
        client.page(path + "?kind=defect", locale=locale)
        client.page(path + "?kind=nonsense", locale=locale)
    assert client.fill(path, {"kind": "defect", "body": ""}).status_code == 422
    for typed in (
        {"kind": "x"},
        {"lat": "900"},
        {"lat": "nan", "lon": "1"},
        {"lat": "1", "lon": "1"},
    ):
        answer = client.fill(path, {"kind": "defect", "body": "Плитка", **typed})
        assert answer.status_code == 422, typed
    bad = {"kind": "defect", "body": "Плитка", "picture": (BytesIO(b"no"), "a.jpg")}
    assert client.fill(path, bad, content_type="multipart/form-data").status_code == 422
    good = {
        "kind": "defect",
        "body": "Плитка <b>шатается</b>",
        "place": "У входа",
        "alt": "Шатается плитка",
        "picture": (jpeg(), "a.jpg"),
    }
    assert client.fill(path, good, content_type="multipart/form-data").status_code == 302
    issue = session.scalars(select(Issue)).one()
    shown = client.page(page)
    assert "Плитка &lt;b&gt;шатается" in shown and 'alt="Шатается плитка"' in shown
    assert "reopen" not in shown

    sign_in(client, winners.manager)
    desk = f"/desk/issues/{issue.id}"
    for locale in LOCALES:
        assert "Плитка" in client.page("/desk/issues", locale=locale)
        client.page(desk, locale=locale)
    assert client.fill(desk, {"step": "promised", "body": "Сделаем"}).status_code == 422
    assert client.fill(desk, {"step": "fixed", "body": "Переложили"}).status_code == 302
    assert client.fill(desk, {"step": "fixed", "body": "Ещё"}, at="/desk/issues").status_code == 422

    sign_in(client, resident)
    assert "Переложили" in client.page(page)
    again = f"{page}/issues/{issue.id}/reopen"
    assert client.fill(again, {"body": ""}).status_code == 422
    assert client.fill(again, {"body": "Шатается снова"}).status_code == 302
    assert "Шатается снова" in client.page(page)
    sign_in(client, make_person(session))
    client.page(again.replace(str(issue.id), "424242"), 404)
    assert client.fill(again, {"body": "Чужое"}).status_code == 403


def test_what_is_overdue_is_said_in_public(
    client: StrictClient, session: Session, winners: Winners, project: Project
) -> None:
    sign_in(client, make_person(session))
    session.commit()
    path = f"/projects/{project.number}/report"
    assert client.fill(path, {"kind": "question", "body": "Когда?"}).status_code == 302
    assert "Overdue" not in client.page(f"/projects/{project.number}")
    session.scalars(select(Issue)).one().due_on = TODAY - timedelta(days=2)
    session.commit()
    assert "Overdue since" in client.page(f"/projects/{project.number}")


def test_the_moderator_hides_words_and_shows_them_again(
    client: StrictClient, session: Session, winners: Winners, project: Project
) -> None:
    sign_in(client, make_person(session))
    session.commit()
    path = f"/projects/{project.number}/report"
    client.fill(path, {"kind": "question", "body": "Грубое слово"})
    issue = session.scalars(select(Issue)).one()
    sign_in(client, make_person(session, "moderator"))
    for locale in LOCALES:
        assert "Грубое слово" in client.page("/desk/said", locale=locale)
    act = f"/desk/said/{issue.id}"
    client.fill(act, {"reason": ""}, at="/desk/said")
    assert "Грубое слово" in client.page(f"/projects/{project.number}")
    client.fill(act, {"reason": "Оскорбление"}, at="/desk/said")
    page = client.page(f"/projects/{project.number}")
    assert "Грубое слово" not in page and "Оскорбление" in page
    assert "Оскорбление" in client.page("/desk/said?view=hidden")
    client.fill(act, {"do": "show"}, at="/desk/said")
    assert "Грубое слово" in client.page(f"/projects/{project.number}")


def test_a_neighbour_sets_the_district_and_rates_once(
    client: StrictClient, session: Session, winners: Winners, project: Project
) -> None:
    winners.bring_to(project, "completed")
    neighbour = make_person(session)
    session.commit()
    sign_in(client, neighbour)
    path = f"/projects/{project.number}/rate"
    assert client.fill(path, {"stars": "5"}).status_code == 422
    client.fill("/me", {"name": "Асель", "locale": "kk", "area": str(project.area_id)})
    assert client.fill("/me", {"name": "А", "locale": "kk", "area": "99999"}).status_code == 422
    for wrong in ("", "0", "6", "x", "²"):
        assert client.fill(path, {"stars": wrong}).status_code == 422, wrong
    assert client.fill(path, {"stars": "4", "comment": "Светло"}).status_code == 302
    assert client.fill(path, {"stars": "1"}).status_code == 422
    assert session.scalars(select(Rating.stars)).all() == [4]
    for locale in LOCALES:
        assert "Светло" in client.page(f"/projects/{project.number}", locale=locale)
    sign_in(client, make_person(session, "moderator"))
    act = f"/desk/projects/{project.number}/ratings/{neighbour.id}"
    client.fill(act, {"reason": "Реклама"}, at=f"/projects/{project.number}")
    page = client.page(f"/projects/{project.number}")
    assert "Светло" not in page and "Реклама" in page


def test_the_manager_shows_documents_and_residents_download_them(
    client: StrictClient, session: Session, winners: Winners, project: Project
) -> None:
    session.commit()
    sign_in(client, winners.manager)
    path = f"/desk/projects/{project.number}/documents"
    for content, status in ((b"<html>", 422), (b"", 422), (PDF, 302)):
        typed = {"title": "Договор", "document": (BytesIO(content), "Договор 7.pdf")}
        answer = client.fill(path, typed, content_type="multipart/form-data")
        assert answer.status_code == status, content
    row = session.scalars(select(ProjectDocument)).one()
    client.page(path, locale="kk")
    page = client.page(f"/projects/{project.number}")
    assert "Договор" in page
    answer = client.get(f"/files/{row.file.key}")
    assert answer.data == PDF and answer.headers["Content-Disposition"].startswith("attachment")
    away = f"{path}/{row.id}"
    client.fill(away, {"reason": ""}, at=path)
    assert client.get(f"/files/{row.file.key}").status_code == 200
    key = row.file.key
    client.fill(away, {"reason": "Старый"}, at=path)
    sign_in(client, make_person(session))
    assert client.get(f"/files/{key}").status_code == 404


def test_the_page_of_a_shared_link_has_its_picture_and_code(
    client: StrictClient, session: Session, winners: Winners, project: Project
) -> None:
    project.title = "Әбіш көшесіндегі ұзын атауы бар жарық: " + "ғұмырлық " * 30
    session.commit()
    page = client.page(f"/projects/{project.number}")
    assert (
        f'property="og:image" content="http://localhost/projects/{project.number}/card.png"' in page
    )
    assert "https://t.me/share/url?url=" in page
    drawn = client.get(f"/projects/{project.number}/card.png")
    assert Image.open(BytesIO(drawn.data)).size == (1200, 630)
    etag = drawn.headers["ETag"]
    again = client.get(f"/projects/{project.number}/card.png", headers={"If-None-Match": etag})
    assert again.status_code == 304
    project.progress = 55
    session.commit()
    assert client.get(f"/projects/{project.number}/card.png").headers["ETag"] != etag
    code = client.get(f"/projects/{project.number}/qr.svg")
    assert code.mimetype == "image/svg+xml" and b"<svg" in code.data
    client.get("/projects/424242/card.png")


def test_the_font_of_the_picture_has_every_kazakh_letter_and_the_tenge() -> None:
    def shape(text: str) -> Image.Image:
        picture = Image.new("L", (90, 90))
        ImageDraw.Draw(picture).text((5, 5), text, font=card.font("700Bold", 60), fill=255)
        return picture

    missing = shape("\uffff")
    for letter in "әғқңөұүһіӘҒҚҢӨҰҮҺІ₸№—«»":
        difference = ImageChops.difference(shape(letter), missing)
        assert difference.getbbox() is not None, f"{letter} is not in the font"


@pytest.fixture
def certified(session: Session, winners: Winners) -> Winners:
    """Six winners in the certified result, of which five become projects of every fate."""
    winners.add_more(4)
    return winners


def test_every_winner_stands_on_the_scorecard_and_the_sums_agree(
    client: StrictClient, session: Session, certified: Winners
) -> None:
    slug = certified.cycle.slug
    before = client.page("/projects/scorecard")
    assert "No project yet" in before
    lost = certified.proposals[-1]
    made = [one for one in certified.start() if one.proposal_id != lost.id]
    orphan = session.scalars(select(Project).where(Project.proposal_id == lost.id)).one()
    with unguarded(session, "projects_project", "projects_proposal"):
        session.delete(orphan)
    completed, late, carried, cancelled, _on_time = made
    certified.bring_to(completed, "completed")
    with unguarded(session, "projects_project"):
        late.promised_on = late.due_on = TODAY - timedelta(days=30)
    for project, state in ((carried, "carried_over"), (cancelled, "cancelled")):
        service.change_status(
            session,
            certified.by,
            project,
            state,
            reason="Сети",
            new_date=TODAY + timedelta(days=900) if state == "carried_over" else None,
        )
    session.commit()
    found = scorecard.winners(session)
    (one,) = scorecard.cards(session, found, TODAY)
    assert one.whole.fates == dict.fromkeys(scorecard.FATES, 1)
    assert one.whole.chosen == 6 == sum(part.count.chosen for part in one.areas)
    assert one.whole.promised == 70_000_000
    assert one.whole.contracted == completed.contract_sum
    assert one.whole.late_days == [30]
    for locale in LOCALES:
        page = client.page("/projects/scorecard", locale=locale)
        assert f"/projects/scorecard/{slug}" in page
    links = re.findall(rf'href="(/projects/scorecard/{slug}[^"]*)">([\d  ]+)</a>', page)
    assert len(links) > 12
    for link, number in links:
        names = client.page(link.replace("&amp;", "&"))
        assert len(re.findall(r'<th scope="row">', names)) == int(number), link
    gone = client.page(f"/projects/scorecard/{slug}?is=no_project")
    assert lost.title in gone, "a winner without a project does not vanish"
    for query in (
        "is=nothing",
        "area=nowhere",
        "from=-5",
        "from=99999999999999999999",
        "is=late&from=x",
    ):
        client.page(f"/projects/scorecard/{slug}?{query}")
    client.page("/projects/scorecard/nothing", 404)


def test_two_winners_of_one_project_give_its_money_once(
    session: Session, certified: Winners
) -> None:
    first, second, *_ = certified.start()
    certified.bring_to(first, "contracted")
    tie = session.scalars(
        select(ProjectProposal).where(ProjectProposal.project_id == second.id)
    ).one()
    with unguarded(session, "projects_proposal"):
        session.add(ProjectProposal(project_id=first.id, proposal_id=tie.proposal_id, part=2))
        session.delete(tie)
    (one,) = scorecard.cards(session, scorecard.winners(session), TODAY)
    assert one.whole.chosen == 6
    assert one.whole.contracted == first.contract_sum


def test_the_board_has_a_column_for_each_public_state_and_leads_to_all(
    client: StrictClient, session: Session, winners: Winners
) -> None:
    winners.add_more(12)
    made = winners.start()
    service.change_status(session, winners.by, made[0], "cancelled", reason="Сети")
    session.commit()
    for locale in LOCALES:
        client.page("/projects?view=board", locale=locale)
    page = client.page("/projects?view=board&sector=infrastructure")
    assert page.count('class="project-board__column"') == 4
    assert "/projects?sector=infrastructure&amp;state=planned" in page
    assert page.count('class="project-card"') == 8
    narrowed = client.page("/projects?view=board&state=cancelled")
    assert narrowed.count('class="project-board__column"') == 1
    assert 'name="view" value="board"' in narrowed, "filters keep the view"


def test_an_imported_election_offers_no_empty_list_of_projects(
    client: StrictClient, session: Session, winners: Winners
) -> None:
    session.commit()
    link = f"/projects?cycle={winners.cycle.slug}"
    assert link in client.page(f"/c/{winners.cycle.slug}")
    with unguarded(session, "cycles_cycle"):
        winners.cycle.is_imported = True
    session.commit()
    assert link not in client.page(f"/c/{winners.cycle.slug}")
