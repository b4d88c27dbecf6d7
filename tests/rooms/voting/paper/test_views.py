"""The pages of paper: who opens what, the desk, typing, second signatures, hostile input."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from sqlalchemy import func, select

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.domain.polling import BatchState, serial_code
from pb_portal.voting.models import Ballot, Participation
from pb_portal.voting.paper import queries
from pb_portal.voting.paper.models import Keying, PollingPoint, Scan
from tests.conftest import sign_in
from tests.factories import make_person
from tests.factories.polling import Polls
from tests.factories.voting import make_voter, prove, vote


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


@pytest.fixture
def polls(session):
    return Polls.make(session)


def document(voter):
    return {"iin": voter.iin, "birth_date": f"{voter.born:%d.%m.%Y}"}


def desk_of(polls):
    return f"/desk/polling/points/{polls.point.id}/desk"


def newest_request(session):
    """The newest request about paper."""
    return session.scalars(
        select(ApprovalRequest)
        .where(ApprovalRequest.kind.startswith("polling."))
        .order_by(ApprovalRequest.id.desc())
    ).first()


def batch_of(batch):
    return f"/desk/polling/batches/{batch.id}"


def test_polling_points_are_public_with_address_and_hours(client, polls):
    page = client.page(f"/c/{polls.cycle.slug}/vote/paper", locale="kk")
    assert "5-мектеп" in page
    assert "43.205" in page, "the map knows the place"


def test_a_registrar_opens_and_changes_a_point(client, polls, session):
    sign_in(client, polls.staff[0])
    data = {
        "area": polls.cycle.areas[0].area_id,
        "name_kk": "Кітапхана", "name_ru": "Библиотека",
        "address_kk": "Абай көшесі 1", "address_ru": "улица Абая 1",
        "hours_kk": "9:00–20:00", "hours_ru": "9:00–20:00",
        "lat": "43.2", "lon": "76.9",
        "in_charge": [polls.staff[1].id],
    }  # fmt: skip
    path = f"/desk/cycles/{polls.cycle.slug}/paper/points/new"
    assert client.fill(path, data).status_code == 302
    made = session.scalars(select(PollingPoint).order_by(PollingPoint.id.desc())).first()
    assert made.names["kk"] == "Кітапхана"
    for wrong in ({"area": "999999"}, {"in_charge": []}, {"lat": "nan"}, {"name_kk": ""}):
        assert client.fill(path, {**data, **wrong}).status_code == 422
    change = f"/desk/polling/points/{made.id}"
    assert "Кітапхана" in client.page(change)
    assert client.fill(change, {**data, "name_ru": "Дом книги"}).status_code == 302
    overview = f"/desk/cycles/{polls.cycle.slug}/paper"
    assert client.fill(f"{change}/close", at=overview).status_code == 302
    assert "Кітапхана" not in client.page(f"/c/{polls.cycle.slug}/vote/paper", locale="kk")
    assert "Кітапхана" in client.page(overview, locale="kk")


def test_the_desk_hands_out_stops_and_sends_elsewhere(client, polls, session):
    sign_in(client, polls.staff[0])
    first, voted = (make_voter(session, polls.cycle) for _ in range(2))
    away = make_voter(session, polls.cycle)
    answer = client.fill(desk_of(polls), document(first))
    assert answer.status_code == 200 and "May vote" in answer.get_data(as_text=True)
    again = client.fill(desk_of(polls), document(first))
    assert again.status_code == 422
    assert "already been handed a paper" in again.get_data(as_text=True)
    prove(client, session, polls.cycle.slug, voted)
    vote(client, polls.cycle.slug, [polls.papers[0].id])
    stopped = client.fill(desk_of(polls), document(voted)).get_data(as_text=True)
    assert "already voted on the portal" in stopped
    wrong = {**document(away), "birth_date": "01.06.1990"}
    assert client.fill(desk_of(polls), wrong).status_code == 422
    channels = session.scalars(select(Participation.channel)).all()
    assert sorted(channels) == ["paper", "portal"]


def test_answers_of_the_desk_carry_no_iin_and_no_key(client, polls, session):
    sign_in(client, polls.staff[0])
    voter = make_voter(session, polls.cycle)
    page = client.fill(desk_of(polls), document(voter)).get_data(as_text=True)
    assert voter.iin not in page and voter.key not in page


def test_a_person_with_a_paper_is_refused_by_the_portal_page(client, polls, session):
    voter = make_voter(session, polls.cycle)
    assert polls.hand_out(voter).refusal is None
    answer = prove(client, session, polls.cycle.slug, voter)
    assert answer.status_code == 422
    assert "already voted on paper" in answer.get_data(as_text=True)


def test_a_registrar_who_is_not_in_charge_is_told_so(client, polls, session):
    sign_in(client, make_person(session, "registrar"))
    page = client.page(desk_of(polls), 422)
    assert "not in charge" in page
    voter = make_voter(session, polls.cycle)
    answer = client.fill(desk_of(polls), document(voter), at="/me")
    assert answer.status_code == 422
    assert session.scalar(select(func.count()).select_from(Participation)) == 0


def test_a_paper_is_taken_back_through_the_pages_by_two_people(client, polls, session):
    sign_in(client, polls.staff[0])
    voter = make_voter(session, polls.cycle)
    page = client.fill(desk_of(polls), document(voter)).get_data(as_text=True)
    token = re.search(r'name="token"[^>]*value="([0-9a-f]+)"', page)[1]
    back = f"/desk/polling/points/{polls.point.id}/take-back"
    sent = {"token": token, "reason": "Ушёл без бюллетеня"}
    assert client.fill(back, {**sent, "reason": ""}, at=desk_of(polls)).status_code == 422
    assert client.fill(back, {**sent, "token": "zz"}, at=desk_of(polls)).status_code == 409
    assert client.fill(back, sent, at=desk_of(polls)).status_code == 302
    request = newest_request(session)
    path = f"/desk/polling/requests/{request.id}"
    assert "You asked for it yourself" in client.page(path)
    assert client.fill(path, {"decision": "approve"}, at="/me").status_code == 422
    sign_in(client, polls.staff[1])
    assert client.fill(path, {"decision": "decline"}).status_code == 422
    assert client.fill(path, {"decision": "approve"}).status_code == 302
    assert session.scalars(select(Participation)).all() == []


def test_the_papers_of_a_batch_are_printed_until_it_is_handed_over(client, polls):
    sign_in(client, polls.staff[3])
    new = f"/desk/polling/points/{polls.point.id}/batches/new"
    assert client.fill(new, {"count": "0"}).status_code == 422
    assert client.fill(new, {"count": "1e3"}).status_code == 422
    answer = client.fill(new, {"count": "3"})
    path = answer.location
    for paper in ("ballots", "cover", "protocol"):
        pdf = client.fill(f"{path}/{paper}.pdf", at=path)
        assert pdf.mimetype == "application/pdf" and pdf.data.startswith(b"%PDF-")
    assert client.fill(f"{path}/issue", {"received_by": "999"}, at=path).status_code == 422
    issued = client.fill(f"{path}/issue", {"received_by": str(polls.staff[0].id)}, at=path)
    assert issued.status_code == 302
    assert client.fill(f"{path}/ballots.pdf", at="/me").status_code == 422
    assert client.fill(f"{path}/protocol.pdf", at="/me").status_code == 200


@pytest.fixture
def voted(polls):
    polls.voters(3)
    return polls.returned(5, 3)


def keyed(client, polls, batch, who, lines):
    sign_in(client, polls.staff[who])
    path = batch_of(batch)
    client.fill(f"{path}/begin", at=path)
    for place, marks in enumerate(lines):
        serial = serial_code(batch.first + place)
        answer = client.fill(f"{path}/key", {"serial": serial, "marks": marks})
        assert answer.status_code == 302, answer.get_data(as_text=True)
    return client.fill(f"{path}/finish", at=f"{path}/key")


def test_two_people_type_a_third_decides_two_accept(client, polls, voted, session):
    path = batch_of(voted)
    keyed(client, polls, voted, 0, ["1 2", "3", "/1"])
    keyed(client, polls, voted, 1, ["2 1", "4", "/1"])
    batch = queries.get_batch(session, voted.id)
    assert batch.state == BatchState.KEYED_TWICE
    sign_in(client, polls.staff[2])
    page = client.page(f"{path}/compare")
    assert page.count('name="serial"') == 1
    sent = {"serial": str(voted.first + 1), "marks": "4"}
    assert client.fill(f"{path}/compare", {**sent, "marks": "x"}).status_code == 422
    assert client.fill(f"{path}/compare", {**sent, "serial": "nine"}).status_code == 422
    assert client.fill(f"{path}/compare", sent).status_code == 302
    assert client.fill(f"{path}/finish", at=f"{path}/compare").status_code == 302
    early = client.fill(f"{path}/accept", at=path)
    assert early.status_code == 422 and "still open" in early.get_data(as_text=True)
    polls.close()
    assert client.fill(f"{path}/accept", at=path).status_code == 302
    request = newest_request(session)
    decide = f"/desk/polling/requests/{request.id}"
    sign_in(client, polls.staff[3])
    assert "Issued" in client.page(decide)
    assert client.fill(decide, {"decision": "approve"}).status_code == 302
    assert session.scalar(select(func.count()).select_from(Ballot)) == 2
    assert client.fill(decide, {"decision": "approve"}, at="/me").status_code == 409


def test_the_second_person_sees_nothing_of_the_first(client, polls, voted):
    keyed(client, polls, voted, 0, ["1 2", "3", "/2"])
    sign_in(client, polls.staff[1])
    path = batch_of(voted)
    client.fill(f"{path}/begin", at=path)
    for page in (client.page(path), client.page(f"{path}/key")):
        assert serial_code(voted.first + 1) not in page
        assert "against the rules" not in page.replace("marks against the rules", "")
    compare = client.get(f"{path}/compare")
    assert compare.status_code == 409


def test_others_see_no_figure_of_a_batch(client, polls, voted, session):
    for role in ("registrar", "commissioner", "auditor"):
        sign_in(client, make_person(session, role))
        page = client.page(batch_of(voted))
        assert "What became of the ballots" not in page
        assert "Its figures are seen by those who work on it" in page


@pytest.mark.parametrize(
    ("serial", "marks"),
    [
        ("000001-1", "1"), ("'; DROP TABLE", "1"), ("9" * 19, "1"), ("", "1"),
        (serial_code(1), ""), (serial_code(1), "0"), (serial_code(1), "1 2 3 4"),
        (serial_code(1), "99999"), (serial_code(1), "1" * 2001), (serial_code(1), "\x00"),
        (serial_code(1), "/9"), (serial_code(999), "1"), ("１２", "１"),
    ],
)  # fmt: skip
def test_whatever_is_typed_wrong_is_refused_beside_its_field(
    client, polls, voted, session, serial, marks
):
    sign_in(client, polls.staff[1])
    path = batch_of(voted)
    client.fill(f"{path}/begin", at=path)
    answer = client.fill(f"{path}/key", {"serial": serial, "marks": marks})
    assert answer.status_code == 422
    assert session.scalar(select(func.count()).select_from(Keying)) == 0


def test_a_typed_ballot_is_corrected_only_when_one_says_so(client, polls, voted, session):
    sign_in(client, polls.staff[1])
    path = batch_of(voted)
    client.fill(f"{path}/begin", at=path)
    sent = {"serial": serial_code(voted.first), "marks": "1"}
    assert client.fill(f"{path}/key", sent).status_code == 302
    assert client.fill(f"{path}/key", {**sent, "marks": "2"}).status_code == 422
    assert client.fill(f"{path}/key", {**sent, "marks": "2", "replace": "y"}).status_code == 302
    assert session.scalar(select(func.count()).select_from(Keying)) == 2
    early = client.fill(f"{path}/finish", at=f"{path}/key")
    assert early.status_code == 422


def test_scans_are_private_and_lose_what_the_camera_wrote(client, polls, voted, session):
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", (40, 30), "white").save(stream, "JPEG", exif=exif)
    sign_in(client, polls.staff[0])
    path = batch_of(voted)

    def send(content, name):
        data = {"scan": (io.BytesIO(content), name)}
        return client.fill(
            f"{path}/scans", data, at=path, content_type="multipart/form-data"
        ).status_code

    assert send(stream.getvalue(), "scan.jpg") == 302
    assert send(b"%PDF-1.4\n%%EOF", "scan.pdf") == 302
    assert send(b"MZ no picture", "scan.png") == 422
    assert send(b"%PDF-1.4 /JavaScript %%EOF", "bad.pdf") == 422
    first = session.scalars(select(Scan).order_by(Scan.id)).first()
    shown = client.get(f"{path}/scans/{first.id}")
    assert shown.status_code == 200 and b"secret place" not in shown.data
    assert shown.headers["Cache-Control"] == "private, no-store"
    other = polls.returned(2, 1)
    assert client.get(f"{batch_of(other)}/scans/{first.id}").status_code == 404
    sign_in(client, make_person(session, "registrar"))
    assert client.get(f"{path}/scans/{first.id}").status_code == 403
    assert client.get(f"/files/{first.file.key}").status_code == 404


def test_an_equation_that_does_not_add_up_is_shown_again(client, polls):
    batch = polls.issued(5)
    sign_in(client, polls.staff[1])
    path = f"{batch_of(batch)}/return"
    sent = {"cast": "3", "spoiled": "1", "unused": "1", "missing": "0"}
    for wrong in ({"cast": "4"}, {"cast": "-1"}, {"cast": ""}, {"cast": "99999999999"}):
        assert client.fill(path, {**sent, **wrong}).status_code == 422
    assert client.fill(path, sent).status_code == 302
    assert client.fill(path, {**sent, "cast": "2", "unused": "2"}).status_code == 302


def test_a_gap_is_explained_on_the_overview_by_two_people(client, polls, session):
    polls.voters(2)
    batch = polls.agreed(5, [polls.marks(1)])
    polls.close()
    polls.accept(batch)
    sign_in(client, polls.staff[0])
    overview = f"/desk/cycles/{polls.cycle.slug}/paper"
    assert "1 paper was handed out" in client.page(overview)
    assert client.fill(f"{overview}/gap", {"reason": ""}, at=overview).status_code == 422
    assert client.fill(f"{overview}/gap", {"reason": "Унёс"}, at=overview).status_code == 302
    asked = newest_request(session)
    sign_in(client, polls.staff[3])
    decide = f"/desk/polling/requests/{asked.id}"
    assert client.fill(decide, {"decision": "approve"}).status_code == 302
    assert "was handed out and is in no" not in client.page(overview)


def test_every_page_reads_in_three_languages(client, polls, voted, session):
    sign_in(client, polls.staff[0])
    path = batch_of(voted)
    client.fill(f"{path}/begin", at=path)
    pages = [
        f"/c/{polls.cycle.slug}/vote/paper", f"/desk/cycles/{polls.cycle.slug}/paper",
        desk_of(polls), path, f"{path}/key", f"{path}/return",
        desk_of(polls).removesuffix("/desk"), f"/desk/polling/points/{polls.point.id}/batches/new",
    ]  # fmt: skip
    for locale in ("kk", "ru", "en"):
        for page in pages:
            client.page(page, locale=locale)
