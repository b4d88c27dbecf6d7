"""The queue goes out as a spreadsheet and decisions come back: all of them or none."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.documents import sheets as documents
from pb_portal.documents.sheets import Column, Sheet
from pb_portal.outbox.models import Letter
from pb_portal.proposals.models import Proposal
from pb_portal.review import service
from pb_portal.review.models import Batch, ReviewOpinion
from tests.conftest import sign_in
from tests.factories import make_person, make_proposal, signed
from tests.strict import StrictClient

PATH = "/desk/review/exchange"
TITLES = {
    "decision": "Decision: return, admit or reject",
    "cost": "Reviewed cost",
    "no": "Questions answered “no”, by number (0: none)",
    "na": "Questions that do not apply, by number",
    "grounds": "Grounds of a rejection, by number",
    "remark": "Remark",
}


def download(client: StrictClient, query: str = "") -> list[dict[str, Any]]:
    """Rows of the queue as a reviewer's spreadsheet program shows them."""
    answer = client.get(f"/desk/review/queue.xlsx{query}")
    assert answer.status_code == 200 and "spreadsheetml" in answer.mimetype
    headings = documents.read(answer.data, columns=[]).columns
    return [dict(row.values) for row in documents.read(answer.data, columns=headings).rows]


def filled(rows: list[dict[str, Any]], *answers: dict[str, Any]) -> bytes:
    """The same rows with decisions written into them."""
    done = [
        {**row, **{TITLES[key]: value for key, value in answer.items()}}
        for row, answer in zip(rows, answers, strict=True)
    ]
    columns = [Column(title) for title in done[0]]
    number = {"File number", "Version of the file", "Reviewed cost"}
    columns = [Column(one.title, "number" if one.title in number else "text") for one in columns]
    return documents.write([Sheet("Queue", columns, [list(row.values()) for row in done])])


def send(client: StrictClient, data: bytes) -> Any:
    return client.fill(
        PATH, {"sheet": (BytesIO(data), "queue.xlsx")}, content_type="multipart/form-data"
    )


@pytest.fixture
def files(session: Session, cycle: Cycle) -> list[Proposal]:
    author = make_person(session)
    made = [make_proposal(session, cycle, author_id=author.id) for _ in range(4)]
    session.commit()
    return made


ADMIT = {"decision": "Admit", "cost": 5_000_000, "no": "0", "na": "2, 3", "remark": "Seen"}


def test_decisions_are_tried_first_and_recorded_together(
    client: StrictClient, session: Session, files: list[Proposal], reviewer: Person
) -> None:
    sign_in(client, reviewer)
    for locale in ("kk", "ru", "en"):
        client.page(PATH, locale=locale)
    rows = download(client)
    assert [row["File number"] for row in rows] == [file.id for file in files]
    data = filled(
        rows,
        ADMIT,
        {"decision": "вернуть", "remark": "Add a photo"},
        {"decision": "reject", "cost": 1, "no": "3", "grounds": "1; 2", "remark": "A main"},
        {},
    )
    tried = send(client, data)
    page = tried.get_data(as_text=True)
    assert tried.status_code == 200 and "3 decisions can be recorded" in page, page[
        page.find("Nothing was saved") :
    ][:900]
    assert session.scalar(select(func.count(Letter.id))) == 0
    session.expire_all()
    assert {file.status for file in files} == {"submitted"}
    batch = session.scalars(select(Batch)).one()
    assert client.fill(f"{PATH}/{batch.id}", at=PATH).status_code == 302
    session.expire_all()
    assert [file.status for file in files] == ["in_review", "returned", "in_review", "submitted"]
    opinion = session.scalars(
        select(ReviewOpinion).where(ReviewOpinion.proposal_id == files[0].id)
    ).one()
    assert list(opinion.checklist.values()).count("not_applicable") == 2
    assert files[0].reviewed_cost == 5_000_000
    assert client.fill(f"{PATH}/{batch.id}", at=PATH).status_code == 404
    assert batch.rows == []


def test_with_one_row_wrong_nothing_is_saved_and_every_row_is_told(
    client: StrictClient, session: Session, files: list[Proposal], reviewer: Person
) -> None:
    sign_in(client, reviewer)
    rows = download(client)
    rows[3]["File number"] = 999_999
    data = filled(
        rows,
        ADMIT,
        {"decision": "maybe"},
        {"decision": "reject", "cost": 1, "no": "99", "remark": "A main"},
        {"decision": "return", "remark": "x"},
    )
    answer = send(client, data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in (
        "Row 3",
        "“maybe” is no decision",
        "Row 4",
        "numbers from 1 to",
        "Row 5",
        "No such file",
    ):
        assert words in page, words
    assert session.scalars(select(Batch)).all() == []
    session.expire_all()
    assert {file.status for file in files} == {"submitted"}


def test_a_file_that_moved_between_the_check_and_the_word_go_stops_the_whole_list(
    client: StrictClient, session: Session, files: list[Proposal], reviewer: Person, head: Person
) -> None:
    sign_in(client, reviewer)
    back = {"decision": "return", "remark": "Add a photo"}
    assert send(client, filled(download(client), back, back, {}, {})).status_code == 200
    session.expire_all()
    service.take(session, signed(head), files[1].id, version=files[1].version)
    session.commit()
    batch = session.scalars(select(Batch)).one()
    answer = client.fill(f"{PATH}/{batch.id}", at=PATH)
    assert answer.status_code == 409
    assert "Somebody else changed this file" in answer.get_data(as_text=True)
    session.expire_all()
    assert files[0].status == "submitted"


def test_formulas_other_files_and_empty_lists_are_refused_in_a_sentence(
    client: StrictClient, session: Session, files: list[Proposal], reviewer: Person
) -> None:
    sign_in(client, reviewer)
    rows = download(client)
    assert "No row has a decision" in send(client, filled(rows, {}, {}, {}, {})).get_data(True)
    assert "cannot be opened" in send(client, b"not a spreadsheet").get_data(True)
    other = documents.write([Sheet("x", [Column("Something")], [["else"]])])
    assert "is missing" in send(client, other).get_data(True)
    nothing = client.fill(PATH, {}, content_type="multipart/form-data")
    assert "Choose a file" in nothing.get_data(as_text=True)
    rows[0]["Remark"] = '=HYPERLINK("http://x")'
    again = documents.read(filled(rows, {}, {}, {}, {}), columns=["Remark"])
    assert again.rows[0].values["Remark"] == '=HYPERLINK("http://x")'


def test_somebody_elses_list_and_a_list_of_yesterday_cannot_be_applied(
    client: StrictClient, session: Session, files: list[Proposal], reviewer: Person, head: Person
) -> None:
    sign_in(client, reviewer)
    assert send(client, filled(download(client), ADMIT, {}, {}, {})).status_code == 200
    batch = session.scalars(select(Batch)).one()
    sign_in(client, head)
    assert client.fill(f"{PATH}/{batch.id}", at=PATH).status_code == 404
    service.forget_batches(session, batch.at + service.bulk.KEPT * 2)
    session.expire_all()
    assert batch.rows == []


def test_the_spreadsheet_holds_what_the_queue_shows_and_only_own_districts(
    client: StrictClient, session: Session, cycle: Cycle, files: list[Proposal], reviewer: Person
) -> None:
    make_proposal(session, cycle, area=cycle.areas[1].area)
    sign_in(client, reviewer)
    assert len(download(client)) == 4
    assert download(client, "?view=mine") == []
