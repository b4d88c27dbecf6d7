"""The file: remarks per field, the reviewed estimate, notes, presence, two people at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.domain.checklist import CHECKS
from pb_portal.domain.proposal_states import ProposalAction
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.proposals import service as proposals
from pb_portal.proposals.models import EstimateLine, Proposal, ProposalVersion, Remark, ReviewedLine
from pb_portal.review import queries, service
from pb_portal.review.models import ReviewNote, ReviewOpinion
from pb_portal.review.service.finding import cost_of
from tests.conftest import sign_in
from tests.factories import make_person, make_proposal, signed
from tests.rooms.review.conftest import Statements
from tests.strict import StrictClient

NOW = datetime.now(UTC)
YES = {f"check_{code}": "yes" for code in CHECKS}
SECRET = "Between ourselves: the yard belongs to a kindergarten"


@pytest.fixture
def proposal(session: Session, cycle: Cycle, reviewer: Person) -> Proposal:
    """In the reviewer's hands, with two lines: 10 lamps and 90 metres of cable."""
    author = make_person(session, locale="kk")
    made = make_proposal(session, cycle, author_id=author.id, cost=4_360_000)
    made.lines = [
        EstimateLine(title="Lamp", unit="piece", unit_price=400_000, quantity=10_000, sort=0),
        EstimateLine(title="Cable", unit="m", unit_price=4_000, quantity=90_000, sort=1),
    ]
    session.flush()
    service.take(session, signed(reviewer), made.id, version=made.version)
    session.commit()
    return made


def form_of(proposal: Proposal, **values: Any) -> dict[str, Any]:
    lines = {}
    for line in proposal.lines:
        lines[f"line_quantity_{line.id}"] = str(line.quantity // 1000)
        lines[f"line_price_{line.id}"] = str(line.unit_price)
    return {"version": proposal.version, "opened": NOW.isoformat(), **YES, **lines, **values}


def test_a_return_carries_a_remark_beside_each_field(
    client: StrictClient, session: Session, reviewer: Person, proposal: Proposal
) -> None:
    sign_in(client, reviewer)
    path = f"/desk/review/{proposal.id}"
    typed = form_of(
        proposal,
        recommends="return",
        remark="See beside.",
        remark_place="Which yard?",
        remark_x="x",
    )
    assert client.fill(path, typed).status_code == 302
    session.expire_all()
    assert proposal.status == "returned"
    remark = session.scalars(select(Remark)).one()
    assert (remark.field, remark.text) == ("place", "Which yard?")
    page = client.page(path)
    assert "Which yard?" in page and "with its author for rework" in page


def test_the_reviewed_cost_is_the_sum_of_the_lines_and_a_difference_needs_its_reason(
    client: StrictClient, session: Session, reviewer: Person, proposal: Proposal
) -> None:
    sign_in(client, reviewer)
    path = f"/desk/review/{proposal.id}"
    lamps, cable = proposal.lines
    typed = form_of(proposal, recommends="admit", remark="Seen.")
    typed |= {f"line_quantity_{lamps.id}": "8", f"line_price_{cable.id}": "много"}
    wrong = client.fill(path, typed)
    assert wrong.status_code == 422
    assert "Write a whole number, in digits." in wrong.get_data(as_text=True)
    typed[f"line_price_{cable.id}"] = "4 000 ₸"
    silent = client.fill(path, typed)
    page = silent.get_data(as_text=True)
    assert silent.status_code == 422
    assert "Say why it differs" in page and f'href="#line_why_{lamps.id}"' in page
    typed |= {
        f"line_why_{lamps.id}": "Eight poles stand there",
        "line_text_new0": "Crossing",
        "line_unit_new0": "set",
        "line_quantity_new0": "1,5",
        "line_price_new0": "100000",
        "line_why_new0": "The cable crosses a road",
    }
    assert client.fill(path, typed).status_code == 302
    session.expire_all()
    assert proposal.reviewed_cost == 8 * 400_000 + 90 * 4_000 + 150_000
    lines = session.scalars(select(ReviewedLine).order_by(ReviewedLine.sort)).all()
    assert [(line.line_id, line.quantity) for line in lines] == [
        (lamps.id, 8_000),
        (cable.id, 90_000),
        (None, 1_500),
    ]
    for locale in ("kk", "ru", "en"):
        assert "Eight poles stand there" in client.page(path, locale=locale)


def test_a_line_struck_out_counts_nothing_and_too_dear_lines_cannot_be_admitted(
    session: Session, cycle: Cycle, reviewer: Person, proposal: Proposal
) -> None:
    lamps, cable = proposal.lines
    gone = service.ReviewedWork(lamps.id, "", "piece", 0, 400_000, "Already there")
    dear = service.ReviewedWork(cable.id, "", "m", 90_000, 4_000_000, "Price of the market")
    finding = service.Finding("admit", dict.fromkeys(CHECKS, "yes"), remark="-", lines=[gone, dear])
    with pytest.raises(Refusal, match=r"review\.over_cap"):
        service.record_finding(
            session, signed(reviewer), proposal.id, finding, version=proposal.version
        )
    assert cost_of(proposal, finding) == 360_000_000


def test_what_is_put_aside_waits_for_its_reviewer_alone_and_changes_nothing(
    client: StrictClient, session: Session, reviewer: Person, head: Person, proposal: Proposal
) -> None:
    sign_in(client, reviewer)
    path, before = f"/desk/review/{proposal.id}", proposal.version
    half = form_of(proposal, keep="1", remark="Half a thought", remark_title="Too long")
    half.pop("check_lawful")
    assert client.fill(path, half).status_code == 302
    page = client.page(path)
    assert "Half a thought" in page and "Too long" in page and "You put this aside" in page
    assert 'id="check_own-yes" name="check_own" value="yes" checked' in page
    assert 'value="yes" checked' not in page.split('id="check_lawful"')[1].split("</fieldset>")[0]
    session.expire_all()
    assert (proposal.version, session.scalars(select(ReviewOpinion)).all()) == (before, [])
    sign_in(client, head)
    assert "Half a thought" not in client.page(path)
    sign_in(client, reviewer)
    sent = form_of(proposal, recommends="return", remark="Whole")
    assert client.fill(path, sent).status_code == 302
    assert queries.kept_finding(session, proposal.id, reviewer.id) is None


def test_the_second_of_two_is_told_what_the_first_did_and_keeps_every_word(
    client: StrictClient, session: Session, reviewer: Person, head: Person, proposal: Proposal
) -> None:
    seen = form_of(
        proposal,
        opened=(NOW - timedelta(minutes=1)).isoformat(),
        recommends="return",
        remark="My long thoughts",
        remark_problem="My words on the problem",
    )
    service.take(session, signed(head), proposal.id, version=proposal.version)
    finding = service.Finding("admit", dict.fromkeys(CHECKS, "yes"), 4_000_000, "Theirs stands.")
    service.record_finding(session, signed(head), proposal.id, finding, version=proposal.version)
    session.commit()
    sign_in(client, reviewer)
    late = client.fill(f"/desk/review/{proposal.id}", seen, at="/me")
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    for words in (
        "What changed meanwhile",
        "Theirs stands.",
        "Head of Review",
        "My long thoughts",
        "My words on the problem",
    ):
        assert words in page, words
    session.expire_all()
    assert (proposal.status, proposal.reviewer_id) == ("in_review", head.id)


def test_a_colleague_who_has_the_file_open_is_named(
    client: StrictClient, session: Session, reviewer: Person, head: Person, proposal: Proposal
) -> None:
    path = f"/desk/review/{proposal.id}"
    sign_in(client, reviewer)
    assert client.fill(f"{path}/present", at=path).status_code == 200
    assert "opened this file" not in client.page(path)
    sign_in(client, head)
    assert "First Reviewer opened this file just now" in client.page(path)
    service.note_presence(session, signed(reviewer, NOW - timedelta(minutes=11)), proposal.id)
    session.commit()
    assert "opened this file" not in client.page(path)
    service.tidy(session, NOW + timedelta(days=2))
    assert queries.others_present(session, proposal.id, head.id, NOW - timedelta(days=1)) == []


def test_notes_are_for_staff_of_the_district_and_for_no_page_or_file_of_the_public(
    app: Flask, client: StrictClient, session: Session, cycle: Cycle, reviewer: Person
) -> None:
    noted = make_proposal(session, cycle, status="admitted")
    path = f"/desk/review/{noted.id}"
    sign_in(client, reviewer)
    assert client.fill(f"{path}/notes", {"body": " "}, at=path).status_code == 422
    assert client.fill(f"{path}/notes", {"body": SECRET}, at=path).status_code == 302
    assert SECRET in client.page(path)
    stranger = make_person(session, "reviewer", area=cycle.areas[1].area)
    with pytest.raises(Forbidden):
        service.add_note(session, signed(stranger), noted.id, "Mine")
    assert len(session.scalars(select(ReviewNote)).all()) == 1
    client.post("/logout", data={})
    with client.session_transaction() as cookie:
        cookie.clear()
    walked = 0
    known = {"slug": cycle.slug, "number": noted.number, "proposal_id": noted.id, "code": "kk"}
    for rule in app.url_map.iter_rules():
        view: Any = app.view_functions[rule.endpoint]
        if view.guarded_by == "public" and rule.arguments <= set(known) and "GET" in rule.methods:  # type: ignore[operator]
            values = {name: known[name] for name in rule.arguments}
            with app.test_request_context():
                address = str(app.url_map.bind("localhost").build(rule.endpoint, values))
            body = client.get(address).get_data()
            assert SECRET.encode() not in body, address
            walked += 1
    assert walked > 20


def test_what_the_author_changed_since_the_return_is_marked(
    client: StrictClient, session: Session, reviewer: Person, proposal: Proposal
) -> None:
    content = {
        "title": proposal.title,
        "problem": "It was darker then",
        "solution": proposal.solution,
        "address": proposal.address,
        "lat": proposal.lat,
        "lon": proposal.lon,
        "category": None,
        "cost": 4_000_000,
        "lines": [],
        "pictures": [],
    }
    now = {**content, "problem": proposal.problem, "lines": [{"sum": 1}], "cost": proposal.cost}
    for number, sent in enumerate((content, now), start=1):
        session.add(ProposalVersion(proposal_id=proposal.id, number=number, at=NOW, content=sent))
    session.commit()
    sign_in(client, reviewer)
    page = client.page(f"/desk/review/{proposal.id}")
    assert page.count("review-part--changed") == 1 and "It was darker then" in page
    assert "The author&#39;s estimate was" in page or "The author's estimate was" in page


def test_sentences_to_begin_with_speak_the_authors_language(
    client: StrictClient, session: Session, reviewer: Person, proposal: Proposal
) -> None:
    sign_in(client, reviewer)
    page = client.page(f"/desk/review/{proposal.id}")
    assert "<dd>Kazakh</dd>" in page
    assert "Орынның фотосын қосыңыз" in page and "Добавьте фотографию" not in page


def test_the_clock_rests_while_the_author_reworks(
    session: Session, reviewer: Person, proposal: Proposal
) -> None:
    first = proposal.submitted_at or NOW
    proposal.events[0].at = first
    later = signed(reviewer, NOW + timedelta(days=4))
    finding = service.Finding("return", remark="Add a photo.")
    service.record_finding(session, later, proposal.id, finding, version=proposal.version)
    assert proposal.due_at is None
    author = session.get_one(Person, proposal.author_id)
    back = signed(author, NOW + timedelta(days=6))
    proposals.change_status(session, back, proposal, ProposalAction.RESUBMIT, part="author")
    assert proposal.due_at is not None
    left = proposal.due_at - back.at
    assert timedelta(days=5, hours=23) < left <= timedelta(days=6, hours=1)


def test_a_file_takes_the_same_number_of_statements_however_much_stands_in_it(
    client: StrictClient,
    session: Session,
    cycle: Cycle,
    reviewer: Person,
    proposal: Proposal,
    statements: Statements,
) -> None:
    path, by = f"/desk/review/{proposal.id}", signed(reviewer)
    number_of = proposal.id
    bare = statements(client, reviewer, path)
    for number in range(4):
        service.add_note(session, by, number_of, f"Note {number}")
    full = statements(client, reviewer, path)
    assert len(bare) == len(full) <= 20, full
