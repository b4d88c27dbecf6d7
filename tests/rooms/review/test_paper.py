"""Applications on paper: entered for people, claimed by them, listed in spreadsheets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Category, Cycle
from pb_portal.documents import sheets as documents
from pb_portal.documents.sheets import Column, Sheet
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalAction
from pb_portal.domain.refusal import Refusal
from pb_portal.outbox.models import Letter
from pb_portal.proposals import service
from pb_portal.proposals.models import PaperApplication, Proposal
from pb_portal.proposals.service.drafts import Place
from tests.conftest import sign_in
from tests.factories import SOUTH, WEST, make_category, make_cycle, make_person, signed
from tests.factories.proposals import make_work, picture_bytes
from tests.strict import StrictClient

NOW = datetime.now(UTC)
ZONE = ZoneInfo("Asia/Almaty")
TODAY = NOW.astimezone(ZONE).date()
CODE = r'<p class="review-code figures">(.*?)</p>'


@pytest.fixture
def cycle(session: Session) -> Cycle:
    return make_cycle(session, PhaseKind.APPLICATIONS)


@pytest.fixture
def kind(session: Session) -> Category:
    return make_category(session)


@pytest.fixture
def registrar(session: Session) -> Person:
    return make_person(session, "registrar")


def point(cycle: Cycle) -> Place:
    return Place(SOUTH + 0.007, WEST + 0.02 * (cycle.areas[0].area.sort % 20) + 0.007)


def paper(cycle: Cycle, kind: Category, **values: Any) -> service.Paper:
    return service.Paper(
        **{
            "paper_number": "П-17",
            "received_on": TODAY,
            "name": "Сағат Нұрланов",
            "email": "sagat@example.kz",
            "language": "kk",
            "title": "Скамейки во дворе",
            "problem": "Пожилым людям негде отдохнуть.",
            "solution": "Поставить четыре скамейки.",
            "address": "Абай 10",
            "category_id": kind.id,
            "place": point(cycle),
            "lines": [service.PaperLine(None, "4", "Скамейка", "piece", "120000", "None like it")],
            **values,
        }
    )


def enter(session: Session, by: Person, cycle: Cycle, what: service.Paper) -> service.Entered:
    return service.enter_paper(session, signed(by), cycle, what, ZONE)


def test_a_paper_becomes_a_proposal_of_nobody_and_its_author_gets_the_letters(
    session: Session, cycle: Cycle, kind: Category, registrar: Person
) -> None:
    done = enter(session, registrar, cycle, paper(cycle, kind))
    proposal = done.proposal
    assert (proposal.status, proposal.origin, proposal.author_id) == ("submitted", "paper", None)
    assert (proposal.number, proposal.cost) == (1, 480_000)
    letters = session.scalars(select(Letter)).all()
    assert {letter.recipient for letter in letters} == {"sagat@example.kz"}
    assert {letter.template for letter in letters} == {"proposal_step", "paper_claim"}
    held = session.get_one(PaperApplication, proposal.id)
    assert done.code.replace("-", "") not in str(vars(held))


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"paper_number": ""}, "paper.no_number", "paper_number"),
        ({"name": ""}, "paper.no_name", "name"),
        ({"received_on": TODAY - timedelta(days=30)}, "paper.outside_call", "received_on"),
        ({"received_on": TODAY + timedelta(days=1)}, "paper.outside_call", "received_on"),
        ({"place": Place(50.0, 50.0)}, "proposal.outside_city", "lat"),
        ({"place": None}, "gap.pin", "lat"),
        ({"problem": "Short"}, "gap.problem", "problem"),
        ({"lines": []}, "gap.estimate", "line0_quantity"),
        (
            {"lines": [service.PaperLine(None, "x", "Bench", "piece", "1", "x")]},
            "estimate.quantity_wrong",
            "line0_quantity",
        ),
    ],
)
def test_what_is_wrong_on_a_paper_is_told_beside_its_field_and_nothing_is_kept(
    session: Session,
    cycle: Cycle,
    kind: Category,
    registrar: Person,
    change: dict[str, Any],
    code: str,
    field: str,
) -> None:
    with pytest.raises(Refusal) as refused, session.begin_nested():
        enter(session, registrar, cycle, paper(cycle, kind, **change))
    assert (refused.value.code, refused.value.field) == (code, field)
    assert session.scalars(select(Proposal)).all() == []


def test_a_paper_that_came_in_time_is_entered_during_the_review_and_not_after_it(
    session: Session, kind: Category, registrar: Person
) -> None:
    review = make_cycle(session, PhaseKind.REVIEW)
    in_time = paper(review, kind, received_on=TODAY - timedelta(days=8))
    assert enter(session, registrar, review, in_time).proposal.number == 1
    with pytest.raises(Refusal, match=r"paper\.number_taken"):
        enter(session, registrar, review, in_time)
    late = make_cycle(session, PhaseKind.VOTING)
    with pytest.raises(Refusal, match=r"paper\.closed"):
        enter(session, registrar, late, paper(late, kind))


def test_a_returned_paper_is_sent_again_by_the_registrar(
    session: Session, cycle: Cycle, kind: Category, registrar: Person
) -> None:
    proposal = enter(session, registrar, cycle, paper(cycle, kind)).proposal
    by = signed(make_person(session, "reviewer"))
    for action in (ProposalAction.TAKE, ProposalAction.RETURN):
        service.change_status(session, by, proposal, action, part="reviewer", reason="Add more")
    again = paper(cycle, kind, title="Шесть скамеек", paper_number="ignored")
    service.send_paper_again(session, signed(registrar), proposal.id, again)
    assert (proposal.status, proposal.title) == ("resubmitted", "Шесть скамеек")
    assert proposal.author_id is None
    assert [line.quantity for line in proposal.lines] == [4_000]


def test_the_code_makes_the_proposal_ones_own_once_and_the_contacts_go(
    client: StrictClient, session: Session, cycle: Cycle, kind: Category, registrar: Person
) -> None:
    done = enter(session, registrar, cycle, paper(cycle, kind))
    owner, thief = make_person(session), make_person(session)
    session.commit()
    sign_in(client, owner)
    for locale in ("kk", "ru", "en"):
        client.page("/my/claim", locale=locale)
    wrong = client.fill("/my/claim", {"code": "AAAAA-AAAAA"})
    assert wrong.status_code == 422 and "No paper waits" in wrong.get_data(as_text=True)
    assert client.fill("/my/claim", {"code": done.code.lower()}).status_code == 302
    session.expire_all()
    held = session.get_one(PaperApplication, done.proposal.id)
    assert (held.name, held.email, held.claim_hash) == ("", "", None)
    assert done.proposal.author_id == owner.id
    sign_in(client, thief)
    assert client.fill("/my/claim", {"code": done.code}).status_code == 422
    page = client.page(f"/c/{cycle.slug}/proposals/1")
    assert "Handed in on paper" in page


def form_of(cycle: Cycle, kind: Category, **values: Any) -> dict[str, Any]:
    where = point(cycle)
    return {
        "paper_number": "П-18",
        "received_on": TODAY.isoformat(),
        "name": "Secret Applicant",
        "phone": "+7 701 000 00 00",
        "language": "ru",
        "title": "Скамейки во дворе",
        "problem": "Пожилым людям негде отдохнуть.",
        "solution": "Поставить четыре скамейки.",
        "address": "Абай 10",
        "category": kind.id,
        "lat": where.lat,
        "lon": where.lon,
        **values,
    }


def test_the_registrar_enters_a_paper_with_its_scan_and_no_public_page_names_the_person(
    client: StrictClient, session: Session, cycle: Cycle, kind: Category, registrar: Person
) -> None:
    work = make_work(session, kind)
    sign_in(client, registrar)
    path = f"/desk/paper/{cycle.slug}/new"
    for locale in ("kk", "ru", "en"):
        assert path in client.page("/desk/paper", locale=locale)
        client.page(path, locale=locale)
    bare = client.fill(path, {"title": "Half"})
    assert bare.status_code == 422 and 'value="Half"' in bare.get_data(as_text=True)
    typed = form_of(cycle, kind, line1_work=work.id, line1_quantity="many")
    wrong = client.fill(path, typed, content_type="multipart/form-data")
    page = wrong.get_data(as_text=True)
    assert wrong.status_code == 422 and 'href="#line0_quantity"' in page
    typed |= {"line1_quantity": "3", "scan": (picture_bytes(), "paper.jpg")}
    done = client.fill(path, typed, content_type="multipart/form-data")
    assert done.status_code == 200 and "review-code" in done.get_data(as_text=True)
    proposal = session.scalars(select(Proposal)).one()
    assert proposal.cost == 360_000
    entered = client.page("/desk/paper")
    assert "Secret Applicant" in entered and f"/desk/paper/{proposal.id}/scan" in entered
    scan = client.get(f"/desk/paper/{proposal.id}/scan")
    assert scan.status_code == 200 and scan.mimetype == "image/jpeg"
    with client.session_transaction() as cookie:
        cookie.clear()
    for public in (f"/c/{cycle.slug}/proposals/1", f"/c/{cycle.slug}/proposals"):
        assert "Secret Applicant" not in client.page(public)
    held = session.get_one(PaperApplication, proposal.id)
    assert held.scan is not None
    assert client.get(f"/files/{held.scan.key}").status_code == 404


def row(*first: str, work: tuple[str, ...]) -> list[str]:
    """A row of the list: what stands on the paper, then a line of the estimate."""
    told = [*first, *[""] * (14 - len(first))]
    if len(first) > 1:
        told[9:14] = ["Озеленение", "", "Абай 10", "LAT", "LON"]
    return [*told, *work]


LIST = [
    row(
        *("П-1", TODAY.isoformat(), "Аян", "", "", "kk", "Шам орнату"),
        *("Аула кешке қараңғы болады.", "Төрт шам орнатып, жарық қосу."),
        work=("Скамья", "", "", "", "4"),
    ),
    row("П-1", work=("Кабель", "m", "4000", "Подвести ток", "90,5")),
    row(
        *("П-2", TODAY.strftime("%d.%m.%Y"), "Дана", "d@example.kz", "", "ru", "Лавочки у дома"),
        *("Негде присесть отдохнуть.", "Поставить у подъездов лавочки."),
        work=("Скамья", "", "", "", "2"),
    ),
]


def sheet_of(client: StrictClient, cycle: Cycle, rows: list[list[str]]) -> bytes:
    """A list under the headings of the template."""
    empty = client.get(f"/desk/paper/{cycle.slug}/list.xlsx")
    headings = documents.read(empty.data, columns=[]).columns
    where = point(cycle)
    known = {"LAT": str(where.lat), "LON": str(where.lon)}
    filled = [[known.get(cell, cell) for cell in row] for row in rows]
    return documents.write([Sheet("x", [Column(title) for title in headings], filled)])


def send(client: StrictClient, cycle: Cycle, data: bytes) -> Any:
    return client.fill(
        f"/desk/paper/{cycle.slug}/list",
        {"sheet": (BytesIO(data), "papers.xlsx")},
        content_type="multipart/form-data",
    )


def test_a_list_of_papers_is_tried_first_and_entered_together(
    client: StrictClient, session: Session, cycle: Cycle, kind: Category, registrar: Person
) -> None:
    make_work(session, kind)
    sign_in(client, registrar)
    tried = send(client, cycle, sheet_of(client, cycle, LIST))
    page = tried.get_data(as_text=True)
    assert tried.status_code == 200 and "2 applications can be entered" in page, page
    assert session.scalars(select(Proposal)).all() == []
    apply = page.split(f'action="/desk/paper/{cycle.slug}/list/')[1].split('"')[0]
    path = f"/desk/paper/{cycle.slug}/list/{apply}"
    done = client.fill(path, at=f"/desk/paper/{cycle.slug}/list")
    assert done.status_code == 200 and "Everything is entered" in done.get_data(as_text=True)
    made = session.scalars(select(Proposal).order_by(Proposal.number)).all()
    assert [(one.number, one.cost, one.language) for one in made] == [
        (1, 4 * 120_000 + 362_000, "kk"),
        (2, 240_000, "ru"),
    ]
    assert client.fill(path, at=f"/desk/paper/{cycle.slug}/list").status_code == 404


def test_a_list_with_wrong_rows_names_each_and_enters_nothing(
    client: StrictClient, session: Session, cycle: Cycle, kind: Category, registrar: Person
) -> None:
    sign_in(client, registrar)
    rows = [[*row] for row in LIST]
    rows[0][9] = "Космос"
    rows[2][1] = "once"
    answer = send(client, cycle, sheet_of(client, cycle, rows))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in ("Row 2", "“Космос” is not known", "Row 4", "“once” is no date"):
        assert words in page, words
    rows[0][9], rows[2][1] = "Озеленение", TODAY.isoformat()
    rows[2][0] = "П-1"
    rows[0][13] = "0"
    outside = send(client, cycle, sheet_of(client, cycle, rows)).get_data(as_text=True)
    assert "Row 2" in outside
    assert session.scalars(select(Proposal)).all() == []
