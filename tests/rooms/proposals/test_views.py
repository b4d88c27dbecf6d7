"""Pages of proposals through a strict browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.db import db
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import PUBLIC, ProposalAction
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.mailer.render import write
from pb_portal.outbox.models import Letter
from pb_portal.proposals import service
from pb_portal.proposals.models import Comment, EstimateLine, Proposal, ProposalPicture
from tests.conftest import sign_in
from tests.factories import (
    SOUTH,
    WEST,
    make_category,
    make_cycle,
    make_person,
    make_proposal,
    move_phase,
)
from tests.factories.proposals import make_draft, make_work, picture_bytes
from tests.strict import StrictClient

STEPS = ("place", "idea", "estimate", "photos", "check")
ARCH = {"own_title": "Arch", "own_unit": "m", "own_reason": "None such"}
SCRIPT = "<script>alert(1)</script>\u202e\u200b"


@pytest.fixture
def author(session: Session) -> Person:
    return make_person(session)


@pytest.fixture
def cycle(session: Session) -> Cycle:
    return make_cycle(session)


@pytest.fixture
def draft(session: Session, client: StrictClient, cycle: Cycle, author: Person) -> Proposal:
    made = make_draft(session, cycle, author)
    sign_in(client, author)
    return made


@contextmanager
def counted(statements: list[str]) -> Iterator[None]:
    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            statements.append(statement)

    engine = db.engine if hasattr(db.engine, "dispose") else db.engine.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)


def upload(client: StrictClient, path: str, data: dict[str, Any]) -> TestResponse:
    """Post as multipart from memory; the test client would leave a temporary file behind."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.page(path))
    assert token
    files = [FileStorage(stream, name) for stream, name in data.pop("pictures", [])]
    values = {**data, "csrf_token": token[1], **({"pictures": files} if files else {})}
    boundary, body = encode_multipart(MultiDict(values))
    sent = f'multipart/form-data; boundary="{boundary}"'
    return client.post(path, data=body, content_type=sent, buffered=True)


def status_of(client: StrictClient, path: str) -> int:
    with client.get(path) as answer:
        return answer.status_code


def fresh(session: Session, proposal: Proposal) -> Proposal:
    session.expire_all()
    return session.get_one(Proposal, proposal.id)


# Beginning


def test_a_visitor_is_told_what_a_proposal_takes(client: StrictClient, cycle: Cycle) -> None:
    page = client.page(f"/c/{cycle.slug}/propose")
    assert "Log in and begin" in page
    answer = client.post(f"/c/{cycle.slug}/propose", data={})
    assert answer.status_code in (302, 400)


def test_an_unconfirmed_person_is_asked_to_confirm(
    client: StrictClient, session: Session, cycle: Cycle
) -> None:
    sign_in(client, make_person(session, confirmed=False))
    assert "Confirm your address first" in client.page(f"/c/{cycle.slug}/propose")
    assert client.fill(f"/c/{cycle.slug}/propose").status_code == 403


@pytest.mark.parametrize("phase", [PhaseKind.REVIEW, PhaseKind.VOTING, None])
def test_a_closed_phase_says_so_and_begins_nothing(
    client: StrictClient, session: Session, author: Person, phase: PhaseKind | None
) -> None:
    cycle = make_cycle(session, phase)
    sign_in(client, author)
    assert "Applications are closed" in client.page(f"/c/{cycle.slug}/propose")
    assert client.fill(f"/c/{cycle.slug}/propose").status_code == 422
    assert session.scalar(select(func.count()).select_from(Proposal)) == 0


def test_a_draft_is_begun_filled_in_and_submitted_page_by_page(
    client: StrictClient, session: Session, cycle: Cycle, author: Person
) -> None:
    kind = make_category(session)
    work = make_work(session, kind)
    sign_in(client, author)
    begun = client.fill(f"/c/{cycle.slug}/propose")
    assert begun.status_code == 302
    base = begun.location.removesuffix("/place")
    west = WEST + 0.02 * (cycle.areas[0].area.sort % 20)
    pages: list[tuple[str, dict[str, Any]]] = [
        ("place", {"lat": f"{SOUTH + 0.005}", "lon": f"{west + 0.005}", "address": "Abay 12"}),
        (
            "idea",
            {
                "title": "Benches in the yard",
                "category": str(kind.id),
                "problem": "Old people have nowhere to rest.",
                "solution": "Put six benches along the path.",
            },
        ),
        ("estimate", {"work": str(work.id), "work_quantity": "6"}),
        ("photos", {"pictures": [(picture_bytes(), "yard.jpg")]}),
    ]
    for (step, data), onward in zip(pages, STEPS[1:], strict=True):
        answer = upload(client, f"{base}/{step}", data)
        assert answer.status_code == 302, step
        assert answer.location == f"{base}/{onward}"
    checked = client.page(f"{base}/check")
    assert "720,000" in checked
    assert "Submit the proposal" in checked
    answer = client.fill(f"{base}/check")
    assert answer.location == f"/c/{cycle.slug}/proposals/1"
    shown = client.page(answer.location)
    assert "Benches in the yard" in shown
    assert "Its number is 1" in shown
    proposal = session.scalars(select(Proposal)).one()
    assert (proposal.area_id, proposal.cost) == (cycle.areas[0].area_id, 720_000)
    assert status_of(client, f"/files/{proposal.pictures[0].file.key}") == 200


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_every_page_of_a_draft_opens_in_every_language(
    client: StrictClient, draft: Proposal, locale: str
) -> None:
    for step in STEPS:
        client.page(f"/drafts/{draft.id}/{step}", locale=locale)
    client.page(f"/drafts/{draft.id}/delete", locale=locale)
    client.page("/my/proposals", locale=locale)


# Somebody else's


@pytest.mark.parametrize("step", [*STEPS, "delete"])
def test_a_draft_of_somebody_else_is_not_found(
    client: StrictClient, session: Session, draft: Proposal, step: str
) -> None:
    sign_in(client, make_person(session, "administrator", "reviewer"))
    assert client.get(f"/drafts/{draft.id}/{step}").status_code == 404
    answer = client.fill(f"/drafts/{draft.id}/{step}", {"title": "Mine now"}, at="/me")
    assert answer.status_code == 404
    answer = client.fill(f"/drafts/{draft.id}/autosave", {"title": "Mine now"}, at="/me")
    assert answer.status_code == 404
    assert fresh(session, draft).title != "Mine now"


def test_a_draft_is_on_no_public_page(
    client: StrictClient, session: Session, cycle: Cycle, draft: Proposal
) -> None:
    draft.title = "Secret garden"
    session.flush()
    for path in ("proposals", "proposals?status=draft", "proposals?q=secret", "propose"):
        page = client.page(f"/c/{cycle.slug}/{path}")
        assert ("Secret garden" in page) == (path == "propose")
    points = client.get(f"/c/{cycle.slug}/proposals/points.json").get_json()
    assert points["points"]["number"] == []


def test_pictures_of_a_draft_are_seen_by_their_author_alone(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    data = {"do": "add", "pictures": [(picture_bytes(), "a.jpg")]}
    upload(client, f"/drafts/{draft.id}/photos", data)
    key = fresh(session, draft).pictures[0].file.key
    assert status_of(client, f"/files/{key}") == 200
    sign_in(client, make_person(session))
    assert status_of(client, f"/files/{key}") == 404


def test_a_submitted_proposal_leads_from_its_draft_pages_to_its_public_one(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    draft.number, draft.status = 4, "in_review"
    session.flush()
    for step in STEPS:
        answer = client.get(f"/drafts/{draft.id}/{step}")
        assert answer.location == f"/c/{draft.cycle.slug}/proposals/4"


# Bad input


@pytest.mark.parametrize(
    ("lat", "lon", "told"),
    [
        ("nan", "76.9", "Latitude is a number"),
        ("inf", "76.9", "Latitude is a number"),
        ("999", "76.9", "Latitude is a number"),
        ("43.2", "-999", "Longitude is a number"),
        ("43.2", "x" * 5000, "At most 30 characters"),
        ("43.2", "", "Give both latitude and longitude"),
        ("51.1", "71.4", "outside the city"),
        (SCRIPT, SCRIPT, "Latitude is a number"),
    ],
)
def test_a_wrong_point_is_refused_with_a_sentence_and_the_address_kept(
    client: StrictClient, session: Session, draft: Proposal, lat: str, lon: str, told: str
) -> None:
    before = (draft.lat, draft.lon)
    data = {"lat": lat, "lon": lon, "address": "Kept street 5"}
    answer = client.fill(f"/drafts/{draft.id}/place", data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert told in page
    after = fresh(session, draft)
    assert (after.lat, after.lon, after.address) == (*before, "Kept street 5")


def test_script_and_hidden_marks_in_every_field_stay_text(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    words = f"{SCRIPT} long enough to be a text"
    data = {"title": words, "problem": words, "solution": words, "category": SCRIPT}
    answer = client.fill(f"/drafts/{draft.id}/idea", data)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.get_data(as_text=True)
    after = fresh(session, draft)
    assert after.title == "<script>alert(1)</script> long enough to be a text"
    assert "&lt;script&gt;" in client.page(f"/drafts/{draft.id}/check")


def test_a_long_text_is_told_and_shown_again_and_the_rest_is_kept(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    data = {
        "title": "A new title",
        "problem": "ж" * 4001,
        "solution": "Another solution, quite long.",
        "category": str(draft.category_id),
    }
    answer = client.fill(f"/drafts/{draft.id}/idea", data)
    assert answer.status_code == 422
    assert "ж" * 4001 in answer.get_data(as_text=True)
    after = fresh(session, draft)
    assert after.title == "A new title"
    assert after.solution == "Another solution, quite long."
    assert after.problem == "There is no shade in the yard."


def test_ten_megabytes_of_text_are_told_to_be_too_much_and_change_nothing(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    data = {"problem": "x" * 10_000_000, "title": draft.title}
    assert client.fill(f"/drafts/{draft.id}/idea", data).status_code == 422
    assert upload(client, f"/drafts/{draft.id}/idea", data).status_code == 413
    assert fresh(session, draft).problem == "There is no shade in the yard."


def test_going_on_tells_what_is_missing_and_finishing_later_does_not(
    client: StrictClient, draft: Proposal
) -> None:
    data = {"title": "", "problem": "", "solution": "", "category": ""}
    answer = client.fill(f"/drafts/{draft.id}/idea", data)
    assert answer.status_code == 422
    assert "Give the proposal a name" in answer.get_data(as_text=True)
    answer = client.fill(f"/drafts/{draft.id}/idea", {**data, "do": "later"})
    assert answer.location == "/my/proposals"


def test_the_estimate_works_by_buttons_alone(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    work, url = make_work(session, unit="m2"), f"/drafts/{draft.id}/estimate"
    line = draft.lines[0]
    data = {"do": "add_work", "work": str(work.id), "work_quantity": "1,5"}
    assert client.fill(url, {**data, f"quantity_{line.id}": "4"}).status_code == 302
    assert fresh(session, draft).cost == 4 * 120_000 + 180_000
    own = {"own_title": "Arch", "own_unit": "set", "own_price": "5 000", "own_quantity": "2"}
    own["own_reason"] = "A rare kind"
    assert client.fill(url, {"do": "add_own", **own}).status_code == 302
    assert client.fill(url, {"do": f"remove-{line.id}"}).status_code == 302
    assert [each.title for each in fresh(session, draft).lines] == ["", "Arch"]
    assert fresh(session, draft).cost == 190_000


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"do": "add_work"}, "Choose a work"),
        ({"do": "add_work", "work": "9999", "work_quantity": "1"}, "Choose a work"),
        ({"do": "add_work", "work": SCRIPT, "work_quantity": "1"}, "Choose a work"),
        ({"do": "add_own"}, "Write what work it is"),
        ({"do": "add_own", "own_title": "я" * 200, "own_quantity": "1"}, "too long"),
        ({**ARCH, "own_unit": "ton", "own_price": "5"}, "Choose a unit"),
        ({**ARCH, "own_price": "5.5"}, "in whole tenge"),
        ({**ARCH, "own_price": "5"}, "Enter a quantity"),
        ({**ARCH, "own_reason": ""}, "why the catalogue"),
        ({"quantity_LINE": "0"}, "Enter a quantity"),
        ({"quantity_LINE": "NaN"}, "Enter a quantity"),
    ],
)
def test_a_bad_line_is_told_beside_its_field_and_nothing_is_lost(
    client: StrictClient, session: Session, draft: Proposal, data: dict[str, str], told: str
) -> None:
    line = draft.lines[0].id
    data = {name.replace("LINE", str(line)): value for name, value in data.items()}
    answer = client.fill(f"/drafts/{draft.id}/estimate", data)
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)
    after = fresh(session, draft)
    assert (len(after.lines), after.cost) == (1, 240_000)


def test_an_estimate_over_the_cap_is_kept_and_warned_of(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    line = draft.lines[0].id
    url = f"/drafts/{draft.id}/estimate"
    assert client.fill(url, {f"quantity_{line}": "1000"}).status_code == 302
    assert fresh(session, draft).cost == 120_000_000
    assert "Over the cap by" in client.page(url)
    answer = client.fill(f"/drafts/{draft.id}/check", at="/me")
    assert answer.status_code == 422
    assert fresh(session, draft).status == "draft"


HEIC = b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40


def test_bad_files_are_named_and_good_ones_beside_them_kept(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    uploads = [
        (picture_bytes(), "good.jpg"),
        (BytesIO(b"%PDF-1.4 not a picture"), "paper.jpg"),
        (BytesIO(HEIC), "IMG_1.HEIC"),
        (BytesIO(b""), "empty.png"),
        (picture_bytes("PNG"), "lies.gif"),
        (BytesIO(b"<svg onload=alert(1)>"), "<b>x</b>.svg"),
    ]
    answer = upload(client, f"/drafts/{draft.id}/photos", {"do": "add", "pictures": uploads})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "paper.jpg: This file is not a picture" in page
    assert "IMG_1.HEIC: This is an iPhone photo" in page
    assert "empty.png: The file is empty" in page
    assert "<b>x</b>.svg" not in page
    assert len(fresh(session, draft).pictures) == 2


def test_of_a_hundred_photos_ten_are_kept_and_the_rest_told(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    uploads = [(picture_bytes(), f"{index}.jpg") for index in range(100)]
    answer = upload(client, f"/drafts/{draft.id}/photos", {"do": "add", "pictures": uploads})
    assert answer.status_code == 422
    assert "90 of those you chose did not fit" in answer.get_data(as_text=True)
    assert len(fresh(session, draft).pictures) == 10


def test_a_request_larger_than_one_upload_still_brings_its_photos(
    client: StrictClient, app: Flask, session: Session, draft: Proposal
) -> None:
    most = app.config["MAX_CONTENT_LENGTH"]
    big = BytesIO(picture_bytes().getvalue() + b"\0" * (most - 2000))
    uploads = [(big, "a.jpg"), (BytesIO(big.getvalue()), "b.jpg")]
    answer = upload(client, f"/drafts/{draft.id}/photos", {"do": "add", "pictures": uploads})
    assert answer.status_code == 302
    assert len(fresh(session, draft).pictures) == 2


def test_captions_are_kept_and_a_picture_is_removed(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    url = f"/drafts/{draft.id}/photos"
    uploads = [(picture_bytes(), "a.jpg"), (picture_bytes(), "b.jpg")]
    upload(client, url, {"do": "add", "pictures": uploads})
    first, second = fresh(session, draft).pictures
    ids = (first.id, second.id)
    data = {"do": f"remove-{ids[0]}", f"caption_{ids[1]}": "The gate"}
    assert client.fill(url, data).status_code == 302
    assert [picture.caption for picture in fresh(session, draft).pictures] == ["The gate"]
    answer = client.fill(url, {f"caption_{ids[1]}": "я" * 300})
    assert answer.status_code == 422
    answer = client.fill(url, {"do": "add"})
    assert "Choose the photos first" in answer.get_data(as_text=True)
    assert session.get(ProposalPicture, ids[0]) is None


# Saved as typed


def autosave(client: StrictClient, draft: Proposal, **kw: Any) -> Any:
    opened = client.get(f"/drafts/{draft.id}/idea").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', opened)
    assert token
    headers = {"X-CSRFToken": token[1]}
    return client.post(f"/drafts/{draft.id}/autosave", headers=headers, **kw)


def test_typing_is_saved_in_parts_as_form_and_as_json(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    assert autosave(client, draft, data={"title": "Half a ti"}).get_json() == {"saved": True}
    assert autosave(client, draft, json={"problem": "Too hot"}).get_json() == {"saved": True}
    after = fresh(session, draft)
    assert (after.title, after.problem) == ("Half a ti", "Too hot")


def test_half_a_point_waits_and_a_whole_one_is_saved(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    before = (draft.lat, draft.lon)
    for typed in ({"lat": "4"}, {"lat": "43.", "lon": "nan"}, {"lat": "51", "lon": "71"}):
        assert autosave(client, draft, data=typed).status_code == 200
        after = fresh(session, draft)
        assert (after.lat, after.lon) == before
    lon = f"{(before[1] or 0) + 0.001:.6f}"
    assert autosave(client, draft, data={"lat": f"{before[0]}", "lon": lon}).status_code == 200
    assert f"{fresh(session, draft).lon:.6f}" == lon


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": {"title": "я" * 121}}, 422),
        ({"json": {"title": "я" * 121}}, 422),
        ({"json": {"category": "zzz"}}, 422),
        ({"json": {"category": 999999999}}, 422),
        ({"json": {"category": {"a": 1}, "title": ["x"]}}, 422),
        ({"json": [1, 2]}, 400),
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"json": {"status": "admitted", "number": 1, "author_id": 1, "cost": 1}}, 200),
    ],
)
def test_autosave_checks_sizes_and_takes_only_its_own_fields(
    client: StrictClient, session: Session, draft: Proposal, sent: dict[str, Any], status: int
) -> None:
    answer = autosave(client, draft, **sent)
    assert answer.status_code == status
    assert answer.is_json
    after = fresh(session, draft)
    assert (after.status, after.number, after.author_id) == ("draft", None, draft.author_id)
    assert (after.cost, after.title) == (240_000, draft.title)


def test_autosave_without_a_token_is_refused(client: StrictClient, draft: Proposal) -> None:
    assert client.post(f"/drafts/{draft.id}/autosave", data={"title": "x"}).status_code == 400


# Submitting, reworking, withdrawing


def test_a_submit_after_the_end_keeps_the_draft_and_says_so(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    phase = next(p for p in draft.cycle.phases if p.kind == PhaseKind.APPLICATIONS)
    move_phase(session, phase, ends_at=datetime.now(UTC) - timedelta(seconds=1))
    session.flush()
    answer = client.fill(f"/drafts/{draft.id}/check", at="/me")
    assert answer.status_code == 422
    assert "Your draft is kept" in answer.get_data(as_text=True)
    assert fresh(session, draft).status == "draft"
    assert "The time is over" in client.page("/my/proposals")


def return_to_author(session: Session, draft: Proposal) -> None:
    draft.number, draft.status = 3, "in_review"
    session.flush()
    by = Signature(SYSTEM, datetime.now(UTC))
    service.change_status(
        session, by, draft, ProposalAction.RETURN, part="reviewer", reason="Show the gate"
    )
    session.commit()


def test_a_returned_proposal_shows_the_remark_and_is_sent_again(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    return_to_author(session, draft)
    page = client.page(f"/c/{draft.cycle.slug}/proposals/3")
    assert "Rework and send again" in page
    for step in STEPS:
        assert "Show the gate" in client.page(f"/drafts/{draft.id}/{step}")
    answer = client.fill(f"/drafts/{draft.id}/check")
    assert answer.location == f"/c/{draft.cycle.slug}/proposals/3"
    assert fresh(session, draft).status == "resubmitted"
    assert client.get(f"/drafts/{draft.id}/delete").status_code == 302


def test_withdrawing_asks_first_and_is_for_the_author_alone(
    client: StrictClient, session: Session, draft: Proposal, author: Person
) -> None:
    return_to_author(session, draft)
    url = f"/c/{draft.cycle.slug}/proposals/3/withdraw"
    sign_in(client, make_person(session))
    assert client.get(url).status_code == 404
    assert client.fill(url, at="/me").status_code == 404
    sign_in(client, author)
    client.page(url)
    assert client.fill(url, {"reason": "x" * 1001}).status_code == 422
    assert client.fill(url, {"reason": "We moved"}).status_code == 302
    assert "We moved" in client.page(f"/c/{draft.cycle.slug}/proposals/3")
    assert client.get(url).status_code == 302


def test_deleting_a_draft_asks_first(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    client.page(f"/drafts/{draft.id}/delete")
    assert session.get(Proposal, draft.id) is not None
    assert client.fill(f"/drafts/{draft.id}/delete").location == "/my/proposals"
    session.expire_all()
    assert session.get(Proposal, draft.id) is None
    assert session.scalar(select(func.count()).select_from(EstimateLine)) == 0


# The list and the page


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=" + "%D1%8B" * 3000,
        "q=%00%25_%27",
        "area=nowhere&category=x&status=zzz&sort=;drop&after=1-2",
        "category=99999999999999999999",
        "category=-1&after=9-9-9-9-9",
        "view=map&q=yard",
        "sort=supported&after=x",
    ],
)
def test_whatever_is_asked_of_the_list_it_answers(
    client: StrictClient, session: Session, cycle: Cycle, query: str
) -> None:
    make_proposal(session, cycle, number=1)
    client.page(f"/c/{cycle.slug}/proposals?{query}")
    assert client.get(f"/c/{cycle.slug}/proposals/points.json?{query}").status_code == 200


def test_the_list_pages_on_and_keeps_its_filters(
    client: StrictClient, session: Session, cycle: Cycle
) -> None:
    for number in range(1, 31):
        make_proposal(session, cycle, number=number, title=f"Idea {number}")
    path = f"/c/{cycle.slug}/proposals?sort=new&status=submitted"
    first = client.page(path)
    assert "Idea 30<" in first
    assert "Idea 6<" not in first
    onward = re.search(r'href="([^"]+)" rel="next"', first)
    assert onward
    second = client.page(onward[1].replace("&amp;", "&"))
    assert "status=submitted" in onward[1]
    assert "Idea 6<" in second
    assert "Idea 7<" not in second


def test_unknown_cycles_and_numbers_are_not_found(
    client: StrictClient, session: Session, cycle: Cycle
) -> None:
    base = f"/c/{cycle.slug}/proposals"
    for path in ("/c/none/proposals", f"{base}/77", f"{base}/{10**22}", "/c/none/propose"):
        client.page(path, status=404)
    make_proposal(session, cycle, number=1)
    client.page(f"{base}/1?before={10**22}")
    client.page(f"{base}/1?before=-{10**22}")


def rich(session: Session, cycle: Cycle, author: Person, **values: Any) -> Proposal:
    proposal = make_draft(session, cycle, author, **{"number": 1, "status": "in_review", **values})
    by = Signature(author.actor(), datetime.now(UTC))
    service.change_status(
        session, by, proposal, ProposalAction.RETURN, part="reviewer", reason="Add a photo"
    )
    service.change_status(session, by, proposal, ProposalAction.RESUBMIT, part="author")
    for index in range(3):
        voice = make_person(session, "reviewer" if index else "moderator")
        signed_by = Signature(voice.actor(), datetime.now(UTC))
        service.add_comment(session, signed_by, proposal, f"Word {index}")
    return proposal


def statements_of(session: Session, client: StrictClient, path: str) -> list[str]:
    """What a page asks of the database, with nothing left in the session by the test."""
    session.commit()
    session.expunge_all()
    statements: list[str] = []
    with counted(statements):
        client.page(path)
    return statements


def test_a_page_of_the_list_takes_eight_statements_at_most(
    client: StrictClient, session: Session
) -> None:
    cycle, author = make_cycle(session, areas=3), make_person(session)
    for number in range(1, 31):
        kind = make_category(session) if number % 3 == 0 else None
        make_proposal(session, cycle, number=number, category_id=kind.id if kind else None)
    sign_in(client, author)
    path = f"/c/{cycle.slug}/proposals"
    for query in ("", "?q=shade&sort=new", "?view=map&sort=supported"):
        statements = statements_of(session, client, path + query)
        assert 3 <= len(statements) <= 8, statements


@pytest.mark.parametrize("staff", [False, True])
def test_a_page_of_a_proposal_takes_eight_statements_at_most(
    client: StrictClient, session: Session, staff: bool
) -> None:
    cycle, author = make_cycle(session, PhaseKind.REVIEW), make_person(session)
    proposal, by = rich(session, cycle, author), Signature(author.actor(), datetime.now(UTC))
    service.set_reviewed_lines(session, proposal, [service.ReviewedWork(None, "x", "m", 1000, 5)])
    service.coauthors.join_authors(session, by, proposal, [make_person(session).id for _ in "abc"])
    first = service.add_comment(session, by, proposal, "First")
    service.add_comment(session, by, proposal, "Answer", parent_id=first.id)
    path = f"/c/{cycle.slug}/proposals/1"
    sign_in(client, make_person(session, "reviewer") if staff else author)
    statements = statements_of(session, client, path)
    assert 3 <= len(statements) <= 8, statements


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_a_proposal_shows_its_life_and_its_words(
    client: StrictClient, session: Session, author: Person, locale: str
) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW)
    proposal = rich(session, cycle, author, reviewed_cost=200_000)
    proposal.lines[0].title = "Скамья <b>"
    session.flush()
    page = client.page(f"/c/{cycle.slug}/proposals/1", locale=locale)
    for text in ("Add a photo", "Word 0", "Скамья &lt;b&gt;", author.name):
        assert text in page


def test_grounds_and_the_sentence_of_a_rejection_are_public(
    client: StrictClient, session: Session, author: Person
) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW)
    proposal = make_draft(session, cycle, author, number=1, status="in_review")
    service.change_status(
        session,
        Signature(SYSTEM, datetime.now(UTC)),
        proposal,
        ProposalAction.REJECT,
        part="secretary",
        reason="The yard belongs to a company.",
        grounds=["not_common_land"],
    )
    page = client.page(f"/c/{cycle.slug}/proposals/1")
    assert "The yard belongs to a company." in page
    assert "Expert council" in page
    assert "support" not in re.findall(r'action="[^"]*/(\w+)"', page)


def test_a_hidden_comment_says_why_and_not_what(
    client: StrictClient, session: Session, author: Person, cycle: Cycle
) -> None:
    proposal = make_draft(session, cycle, author, number=1, status="submitted")
    now = datetime.now(UTC)
    session.add(
        Comment(
            proposal_id=proposal.id,
            author_id=author.id,
            body="Rude words",
            created_at=now,
            hidden_at=now,
            hidden_reason="Insults",
        )
    )
    session.flush()
    page = client.page(f"/c/{cycle.slug}/proposals/1")
    assert "Rude words" not in page
    assert "Insults" in page


def test_supporting_following_and_commenting_by_buttons(
    client: StrictClient, session: Session, author: Person, cycle: Cycle
) -> None:
    proposal = make_draft(session, cycle, author, number=1, status="submitted")
    sign_in(client, make_person(session))
    url = f"/c/{cycle.slug}/proposals/1"
    for on, count in (("1", 1), ("1", 1), ("0", 0)):
        assert client.fill(f"{url}/support", {"on": on}, at=url).location == url
        assert fresh(session, proposal).supports_count == count
    assert client.fill(f"{url}/follow", {"on": "1"}, at=url).status_code == 302
    assert "You follow it" in client.page(url)
    answer = client.fill(f"{url}/comments", {"body": "  "}, at=url)
    assert answer.status_code == 422
    assert "Write your comment first" in answer.get_data(as_text=True)
    long = "ы" * 2001
    answer = client.fill(f"{url}/comments", {"body": long}, at=url)
    assert answer.status_code == 422
    assert long in answer.get_data(as_text=True)
    assert client.fill(f"{url}/comments", {"body": SCRIPT}, at=url).status_code == 302
    assert "&lt;script&gt;alert(1)" in client.page(url)


def test_visitors_and_the_unconfirmed_cannot_speak(
    client: StrictClient, session: Session, author: Person, cycle: Cycle
) -> None:
    make_draft(session, cycle, author, number=1, status="submitted")
    url = f"/c/{cycle.slug}/proposals/1"
    assert "Log in to support and follow" in client.page(url)
    sign_in(client, make_person(session, confirmed=False))
    for action in ("support", "follow", "comments"):
        answer = client.fill(f"{url}/{action}", {"on": "1", "body": "x"}, at="/me")
        assert answer.status_code == 403


def test_an_admitted_proposal_leads_to_the_ballot_while_voting_lasts(
    client: StrictClient, session: Session, author: Person
) -> None:
    for phase, leads in ((PhaseKind.VOTING, True), (PhaseKind.SECOND_REVIEW, False)):
        cycle = make_cycle(session, phase)
        make_draft(session, cycle, author, number=1, status="admitted")
        page = client.page(f"/c/{cycle.slug}/proposals/1")
        assert ("Go to the ballot" in page) == leads


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("selected", "Residents have chosen this proposal"),
        ("not_selected", "This proposal was not chosen"),
    ],
)
def test_after_the_count_a_proposal_leads_to_the_results(
    client: StrictClient, session: Session, author: Person, status: str, told: str
) -> None:
    cycle = make_cycle(session, None)
    make_draft(session, cycle, author, number=1, status=status)
    page = client.page(f"/c/{cycle.slug}/proposals/1")
    assert told in page
    assert f'href="/c/{cycle.slug}/results"' in page


def test_an_election_of_another_city_is_shown_the_same_way(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, None, is_imported=True, currency="PLN", minor_units=2, cap=None)
    cycle.areas[0].area.outline = None
    for number, values in enumerate(
        (
            {"lat": -33.4, "lon": -70.6, "title": "Zielony ogród społeczny", "language": "pl"},
            {"lat": None, "lon": None, "title": "Un jardin partagé", "language": "fr"},
            {"area": None, "title": "No place at all", "address": "", "problem": ""},
        ),
        start=1,
    ):
        proposal = make_proposal(
            session, cycle, number=number, cost=1_234_567, status="not_selected", **values
        )
        proposal.author_id = None
        service.index_words(proposal)
    session.flush()
    listed = client.page(f"/c/{cycle.slug}/proposals?q=ogrod")
    assert "Zielony ogród" in listed
    assert "jardin" not in listed
    for number in (1, 2, 3):
        page = client.page(f"/c/{cycle.slug}/proposals/{number}")
        assert "12,345.67\u00a0zł" in page


def test_pages_that_only_read_change_nothing(
    client: StrictClient, session: Session, draft: Proposal
) -> None:
    version, letters = draft.version, session.scalar(select(func.count()).select_from(Letter))
    for step in STEPS:
        client.page(f"/drafts/{draft.id}/{step}")
    after = fresh(session, draft)
    assert after.version == version
    assert session.scalar(select(func.count()).select_from(Letter)) == letters


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
@pytest.mark.parametrize("mine", [True, False])
def test_the_letter_of_every_step_is_written_in_every_language(
    app: Flask, session: Session, locale: str, mine: bool
) -> None:
    subjects = set()
    for target in PUBLIC:
        letter = Letter(
            channel="email",
            recipient="person@example.kz",
            locale=locale,
            template="proposal_step",
            data={
                "name": "Aigul",
                "mine": mine,
                "number": 12,
                "title": "Shade <b>for</b> the yard",
                "target": str(target),
                "reason": "Because & so",
                "grounds": ["duplicate"],
                "due": "",
                "path": "/c/x/proposals/12",
            },
        )
        text = write(app.jinja_env, letter, "https://portal.example")
        subjects.add(text.subject)
        assert "12" in text.subject
        for words in ("Aigul", "Shade <b>for</b> the yard", "Because & so"):
            assert words in text.body
        assert "https://portal.example/c/x/proposals/12" in text.body
        assert "\n\n\n" not in text.body
    assert len(subjects) == len(PUBLIC)
