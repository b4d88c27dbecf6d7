"""The queue: filters, kept views, handing files out one by one, many at once, evenly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.audit.models import AuditEntry
from pb_portal.cycles.models import Cycle
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.outbox.models import Letter
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service import index_words
from pb_portal.review import service
from pb_portal.review.models import SavedFilter
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal, signed
from tests.rooms.review.conftest import Statements
from tests.strict import StrictClient

NOW = datetime.now(UTC)
TICKED = 'type="checkbox" name="file"'


def seen(*files: Proposal) -> dict[int, int]:
    return {file.id: file.version for file in files}


def ticks(*files: Proposal) -> list[str]:
    return [f"{file.id}-{file.version}" for file in files]


def test_files_handed_to_a_colleague_are_theirs_with_one_letter_and_an_entry_each(
    session: Session, cycle: Cycle, head: Person, reviewer: Person
) -> None:
    files = [make_proposal(session, cycle) for _ in range(3)]
    done = service.assign(session, signed(head), seen(*files), reviewer.id)
    assert done == service.Handed(given=3)
    assert {file.reviewer_id for file in files} == {reviewer.id}
    assert {file.status for file in files} == {"submitted"}
    letter = session.scalars(select(Letter)).one()
    assert (letter.recipient, letter.data["count"]) == (reviewer.email, 3)
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "review.assigned"))
    assert {entry.data["reviewer"] for entry in entries} == {reviewer.id}


def test_what_somebody_moved_meanwhile_is_left_alone_and_counted(
    session: Session, cycle: Cycle, head: Person, reviewer: Person
) -> None:
    kept, moved = make_proposal(session, cycle), make_proposal(session, cycle)
    before = seen(kept, moved)
    service.take(session, signed(reviewer), moved.id, version=moved.version)
    done = service.assign(session, signed(head), before, head.id)
    assert done == service.Handed(given=1, moved=1)
    assert (kept.reviewer_id, moved.reviewer_id) == (head.id, reviewer.id)


def test_nobody_gets_a_file_of_another_district_or_an_own_proposal(
    session: Session, cycle: Cycle, head: Person, reviewer: Person
) -> None:
    far = make_proposal(session, cycle, area=cycle.areas[1].area)
    own = make_proposal(session, cycle, author_id=reviewer.id)
    done = service.assign(session, signed(head), seen(far, own), reviewer.id)
    assert done == service.Handed(unfit=2)
    assert (far.reviewer_id, own.reviewer_id) == (None, None)
    with pytest.raises(Forbidden):
        service.assign(session, signed(reviewer), seen(far), reviewer.id)
    with pytest.raises(Refusal, match=r"assign\.nobody"):
        stranger = make_person(session)
        service.assign(session, signed(head), seen(own), stranger.id)


def test_sharing_evenly_goes_by_the_number_of_files_each_has(
    session: Session, cycle: Cycle, head: Person, reviewer: Person
) -> None:
    for _ in range(4):
        make_proposal(session, cycle, status="in_review", reviewer_id=reviewer.id)
    files = [make_proposal(session, cycle) for _ in range(6)]
    service.assign(session, signed(head), seen(*files), None)
    got = [file.reviewer_id for file in files]
    assert (got.count(head.id), got.count(reviewer.id)) == (5, 1)


def test_the_page_hands_out_ticked_files_and_whole_lists(
    client: StrictClient, session: Session, cycle: Cycle, head: Person, reviewer: Person
) -> None:
    first, second, third = (make_proposal(session, cycle) for _ in range(3))
    sign_in(client, head)
    page = client.page("/desk/review")
    assert "First Reviewer · 0 files" in page and page.count(TICKED) == 3
    to = {"to": reviewer.id}
    nothing = client.fill("/desk/review/assign", to, at="/desk/review")
    assert nothing.status_code == 422
    assert "Tick at least one file" in nothing.get_data(as_text=True)
    nobody = client.fill("/desk/review/assign", {"file": ticks(first)}, at="/desk/review")
    assert "Choose who gets the files" in nobody.get_data(as_text=True)
    both = {**to, "file": [*ticks(first), "x-1", "9-", ""]}
    assert client.fill("/desk/review/assign", both, at="/desk/review").status_code == 302
    assert "1 file handed out." in client.page("/desk/review")
    session.expire_all()
    assert (first.reviewer_id, second.reviewer_id) == (reviewer.id, None)
    whole = {"to": "evenly", "all": "1", "view": "unassigned"}
    assert client.fill("/desk/review/assign", whole, at="/desk/review").status_code == 302
    session.expire_all()
    assert None not in {second.reviewer_id, third.reviewer_id}
    for locale in ("kk", "ru", "en"):
        client.page("/desk/review?view=mine", locale=locale)


def test_a_queue_is_narrowed_by_person_cycle_and_words_and_the_address_says_so(
    client: StrictClient, session: Session, cycle: Cycle, head: Person, reviewer: Person
) -> None:
    other = make_cycle(session)
    lamp = make_proposal(session, cycle, title="Фонари у школы", reviewer_id=reviewer.id)
    tree = make_proposal(session, other, title="Деревья во дворе")
    for file in (lamp, tree):
        index_words(file)
    sign_in(client, head)
    for query, found in (
        (f"person={reviewer.id}", lamp),
        (f"cycle={other.id}", tree),
        ("q=фонарь", lamp),
        (f"q={tree.number}", tree),
    ):
        page = client.page(f"/desk/review?{query}")
        assert page.count(TICKED) == 1 and found.title in page, query
    assert client.page("/desk/review?person=999999").count(TICKED) == 0


def test_a_view_is_kept_under_a_name_for_its_owner_only(
    client: StrictClient, session: Session, cycle: Cycle, head: Person, reviewer: Person
) -> None:
    make_proposal(session, cycle, due_at=NOW - timedelta(days=1))
    sign_in(client, head)
    keep = {"name": "Late ones", "view": "overdue", "area": cycle.areas[0].area_id}
    unnamed = client.fill("/desk/review/filters", {**keep, "name": " "}, at="/desk/review")
    assert unnamed.status_code == 422
    assert client.fill("/desk/review/filters", keep, at="/desk/review").status_code == 302
    page = client.page("/desk/review")
    assert "Late ones" in page and "view=overdue" in page
    assert client.fill("/desk/review/filters", keep, at="/desk/review").status_code == 302
    kept = session.scalars(select(SavedFilter)).one()
    assert kept.query == {"view": "overdue", "area": str(cycle.areas[0].area_id)}
    sign_in(client, reviewer)
    assert "Late ones" not in client.page("/desk/review")
    forget = f"/desk/review/filters/{kept.id}/forget"
    assert client.fill(forget, at="/desk/review").status_code == 404
    sign_in(client, head)
    assert client.fill(forget, at="/desk/review").status_code == 302
    assert session.scalars(select(SavedFilter)).all() == []


def test_the_queue_takes_eight_statements_at_most_however_long_it_is(
    client: StrictClient, session: Session, cycle: Cycle, head: Person, statements: Statements
) -> None:
    for number in range(30):
        make_proposal(session, cycle, area=cycle.areas[number % 2].area, reviewer_id=head.id)
    last = make_proposal(session, cycle, due_at=NOW)
    path = f"/desk/review?view=todo&q=yard&after={last.id}"
    asked = statements(client, head, path)
    assert 3 <= len(asked) <= 8, asked
