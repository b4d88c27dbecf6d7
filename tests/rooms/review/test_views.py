"""The reviewer's desk, the council, the public decisions and the comments through the browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle, TypicalWork
from pb_portal.domain.checklist import CHECKS
from pb_portal.domain.phases import PhaseKind
from pb_portal.proposals.models import Comment, EstimateLine, Proposal
from pb_portal.review import service
from tests.conftest import sign_in
from tests.factories import make_category, make_cycle, make_person, make_proposal, signed
from tests.strict import StrictClient

GOOD = {f"check_{code}": "yes" for code in CHECKS}
LOCALES = ("ru", "kk", "en")
NOW = datetime.now(UTC)


@pytest.fixture
def cycle(session: Session) -> Cycle:
    return make_cycle(session, PhaseKind.REVIEW, areas=2)


@pytest.fixture
def reviewer(session: Session, cycle: Cycle) -> Person:
    return make_person(session, "reviewer", area=cycle.areas[0].area)


@pytest.fixture
def secretary(session: Session) -> Person:
    return make_person(session, "secretary")


@pytest.fixture
def proposal(session: Session, cycle: Cycle) -> Proposal:
    category = make_category(session)
    work = TypicalWork(
        category_id=category.id, names={"en": "Lamp"}, unit="piece", unit_price=400_000
    )
    session.add(work)
    made = make_proposal(
        session, cycle, category_id=category.id, due_at=NOW - timedelta(days=2), title="Лампы"
    )
    made.lines.append(EstimateLine(work=work, unit="piece", unit_price=400_000, quantity=12_500))
    made.lines.append(EstimateLine(title="Кабель", unit="m", unit_price=4_000, quantity=90_000))
    make_proposal(session, cycle, title="Сосед")
    session.commit()
    return made


def passed(session: Session, reviewer: Person, proposal: Proposal) -> None:
    by = signed(reviewer)
    service.take(session, by, proposal.id, version=proposal.version)
    finding = service.Finding("admit", dict.fromkeys(CHECKS, "yes"), 9_000_000, "Good.")
    service.record_finding(session, by, proposal.id, finding, version=proposal.version)
    session.commit()


def test_a_file_goes_from_the_queue_to_the_council(
    client: StrictClient, session: Session, reviewer: Person, proposal: Proposal
) -> None:
    path = f"/desk/review/{proposal.id}"
    sign_in(client, reviewer)
    queue = client.page("/desk/review")
    assert path in queue and "Overdue by 2 days" in queue
    file = client.page(path)
    assert "Take the file" in file and "Сосед" in file and "Record the finding" not in file
    assert client.fill(f"{path}/take", {"version": proposal.version}, at=path).status_code == 302
    for locale in LOCALES:
        client.page(path, locale=locale)
        client.page("/desk/review?view=mine", locale=locale)
    client.page(path)
    session.expire_all()
    data: dict[str, Any] = {
        **GOOD,
        "version": proposal.version,
        "reviewed_cost": "9 000 000 ₸",
        "recommends": "admit",
        "remark": "Checked on the spot.",
    }
    assert client.fill(path, data).status_code == 302
    assert path in client.page("/desk/review?view=ready")
    assert "passed to the council" in client.page(path)
    assert "corrected finding" in client.page(path)


def test_a_finding_with_gaps_is_told_beside_every_gap_and_keeps_what_was_typed(
    client: StrictClient, session: Session, reviewer: Person, proposal: Proposal
) -> None:
    service.take(session, signed(reviewer), proposal.id, version=proposal.version)
    session.commit()
    sign_in(client, reviewer)
    path = f"/desk/review/{proposal.id}"
    typed = {"version": proposal.version, "check_lawful": "no", "remark": "Half written"}
    nothing = client.fill(path, typed).get_data(as_text=True)
    assert "Choose what to do with the file" in nothing and "Half written" in nothing
    admit = client.fill(path, {**typed, "recommends": "admit"})
    page = admit.get_data(as_text=True)
    assert admit.status_code == 422
    assert page.count("Choose one of the answers") >= len(CHECKS) - 1
    words = client.fill(path, {**typed, **GOOD, "recommends": "admit", "reviewed_cost": "many"})
    assert "Write a whole number" in words.get_data(as_text=True)
    back = client.fill(path, {**typed, "recommends": "return", "remark": ""})
    assert "Write what the author should change" in back.get_data(as_text=True)


def test_two_reviewers_at_once_the_second_gets_409_and_keeps_the_typed_text(
    client: StrictClient, session: Session, cycle: Cycle, reviewer: Person, proposal: Proposal
) -> None:
    seen = proposal.version
    passed(session, reviewer, proposal)
    sign_in(client, reviewer)
    path = f"/desk/review/{proposal.id}"
    client.page("/desk/review")
    data = {**GOOD, "version": seen, "recommends": "return", "remark": "My long thoughts"}
    late = client.fill(path, data, at="/me")
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "Somebody else changed this file" in page and "My long thoughts" in page
    moved = client.fill(path, {**data, "version": 1}, at="/me").get_data(as_text=True)
    assert "My long thoughts" in moved
    session.expire_all()
    assert proposal.status == "in_review"
    other = make_person(session, "reviewer")
    session.commit()
    sign_in(client, other)
    taken = client.fill(f"{path}/take", {"version": seen}, at="/me")
    assert taken.status_code == 409
    session.expire_all()
    assert proposal.reviewer_id == reviewer.id


def test_a_reviewer_of_another_district_gets_403_and_an_own_queue(
    client: StrictClient, session: Session, cycle: Cycle, proposal: Proposal
) -> None:
    stranger = make_person(session, "reviewer", area=cycle.areas[1].area)
    session.commit()
    sign_in(client, stranger)
    path = f"/desk/review/{proposal.id}"
    client.page(path, status=403)
    taking = client.fill(f"{path}/take", {"version": proposal.version}, at="/me")
    assert taking.status_code == 403
    finding = {**GOOD, "version": proposal.version, "recommends": "return", "remark": "x"}
    assert client.fill(path, finding, at="/me").status_code == 403
    queue = client.page(f"/desk/review?area={proposal.area_id}")
    assert path not in queue
    client.page("/desk/council", status=403)
    client.page("/desk/comments", status=403)


def test_a_city_reviewer_chooses_a_district(
    client: StrictClient, session: Session, cycle: Cycle, proposal: Proposal
) -> None:
    far = make_proposal(session, cycle, area=cycle.areas[1].area)
    sign_in(client, make_person(session, "reviewer"))
    both = client.page("/desk/review")
    assert f"/desk/review/{far.id}" in both and f"/desk/review/{proposal.id}" in both
    one = client.page(f"/desk/review?area={far.area_id}")
    assert f"/desk/review/{far.id}" in one and f"/desk/review/{proposal.id}" not in one
    for query in ("view=nonsense", "area=x", "after=x", "after=999999", "area=999999"):
        client.page(f"/desk/review?{query}")


def test_long_lists_have_pages(client: StrictClient, session: Session, cycle: Cycle) -> None:
    for day in range(52):
        make_proposal(session, cycle, due_at=NOW + timedelta(days=day))
    sign_in(client, make_person(session, "reviewer"))
    first = client.page("/desk/review")
    assert first.count('type="checkbox" name="file"') == 50
    after = first.split("after=")[1].split('"')[0].split("&")[0]
    second = client.page(f"/desk/review?after={after}")
    assert second.count('type="checkbox" name="file"') == 2


def test_drafts_and_unknown_files_are_not_found(
    client: StrictClient, session: Session, cycle: Cycle
) -> None:
    draft = make_proposal(session, cycle, status="draft", number=None)
    sign_in(client, make_person(session, "reviewer", "secretary"))
    for number in (draft.id, 999_999):
        client.page(f"/desk/review/{number}", status=404)
        client.page(f"/desk/council/{number}", status=404)


def test_a_comment_is_hidden_with_a_reason_and_shown_again(
    client: StrictClient, session: Session, proposal: Proposal
) -> None:
    author = make_person(session, name="Loud Person")
    comment = Comment(
        proposal_id=proposal.id, author_id=author.id, body="A rude word", created_at=NOW
    )
    session.add(comment)
    sign_in(client, make_person(session, "moderator"))
    for locale in LOCALES:
        assert "A rude word" in client.page("/desk/comments", locale=locale)
    client.page("/desk/comments")
    hide, show = (f"/desk/comments/{comment.id}/{act}" for act in ("hide", "show"))
    bare = client.fill(hide, {"reason": " "}, at="/desk/comments")
    assert bare.status_code == 422
    assert "Write the reason" in bare.get_data(as_text=True)
    assert client.fill(hide, {"reason": "Insults"}, at="/desk/comments").status_code == 302
    assert "Insults" in client.page("/desk/comments?view=hidden")
    public = client.page(f"/c/{proposal.cycle.slug}/proposals/{proposal.number}")
    assert "A rude word" not in public and "Insults" in public
    assert client.fill(show, {}, at="/desk/comments").status_code == 302
    public = client.page(f"/c/{proposal.cycle.slug}/proposals/{proposal.number}")
    assert "A rude word" in public
    missing = client.fill("/desk/comments/999999/hide", {"reason": "x"}, at="/desk/comments")
    assert missing.status_code == 404


def test_pages_of_the_desk_ask_visitors_to_log_in(client: StrictClient, cycle: Cycle) -> None:
    for path in ("/desk/review", "/desk/review/1", "/desk/council", "/desk/comments"):
        assert client.get(path).status_code == 302
