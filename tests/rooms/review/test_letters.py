"""A letter to a part of the authors: looked at first, one each, sent once, within the districts."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.audit.models import AuditEntry
from pb_portal.cycles.models import Cycle
from pb_portal.domain.refusal import Refusal
from pb_portal.outbox.models import Letter
from pb_portal.review import service
from pb_portal.review.models import Mailing
from tests.conftest import sign_in
from tests.factories import make_person, make_proposal, signed
from tests.strict import StrictClient

PATH = "/desk/review/letters"
TEXTS = {
    "subject_kk": "Пысықтау мерзімі",
    "body_kk": "Мерзімі жақын.",
    "subject_ru": "Срок доработки",
    "body_ru": "Срок близко.",
}


@pytest.fixture
def authors(session: Session, cycle: Cycle) -> list[Person]:
    """Three authors: one with two returned files, one of the other district, one blocked."""
    found = [make_person(session, locale=locale) for locale in ("kk", "ru", "ru")]
    near, far = (part.area for part in cycle.areas)
    for _ in range(2):
        make_proposal(session, cycle, area=near, status="returned", author_id=found[0].id)
    make_proposal(session, cycle, area=far, status="returned", author_id=found[1].id)
    found[2].blocked_at = found[2].created_at
    make_proposal(session, cycle, area=near, status="returned", author_id=found[2].id)
    make_proposal(session, cycle, area=near, status="admitted", author_id=found[1].id)
    session.commit()
    return found


def write(client: StrictClient, cycle: Cycle, **values: Any) -> str:
    answer = client.fill(PATH, {**TEXTS, "state": "returned", "cycle": cycle.id, **values})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.location)


def test_the_letter_is_looked_at_and_then_goes_once_to_each_author_in_their_language(
    client: StrictClient, session: Session, cycle: Cycle, head: Person, authors: list[Person]
) -> None:
    sign_in(client, head)
    for locale in ("kk", "ru", "en"):
        client.page(PATH, locale=locale)
    look = write(client, cycle)
    page = client.page(look)
    assert "It goes to 2 authors" in page and "Мерзімі жақын." in page
    assert session.scalars(select(Letter)).all() == []
    assert client.fill(f"{look}/send", at=look).status_code == 302
    letters = session.scalars(select(Letter).order_by(Letter.id)).all()
    assert {(one.recipient, one.locale) for one in letters} == {
        (authors[0].email, "kk"),
        (authors[1].email, "ru"),
    }
    assert [len(one.data["files"]) for one in letters] == [2, 1]
    again = client.fill(f"{look}/send", at="/me")
    assert again.status_code == 422
    assert "nobody gets it twice" in again.get_data(as_text=True)
    assert len(session.scalars(select(Letter)).all()) == 2
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.sent")).one()
    assert entry.data["recipients"] == 2
    assert "Срок доработки" in client.page(PATH)


def test_a_reviewer_writes_to_the_own_district_only(
    client: StrictClient, session: Session, cycle: Cycle, reviewer: Person, authors: list[Person]
) -> None:
    sign_in(client, reviewer)
    look = write(client, cycle)
    assert "It goes to 1 author." in client.page(look)
    foreign = client.fill(
        PATH, {**TEXTS, "state": "returned", "cycle": cycle.id, "area": cycle.areas[1].area_id}
    )
    assert foreign.status_code == 403
    sign_in(client, make_person(session, "reviewer"))
    client.page(look, status=404)


def test_both_languages_and_a_known_part_are_needed(
    client: StrictClient, session: Session, cycle: Cycle, head: Person, authors: list[Person]
) -> None:
    sign_in(client, head)
    for change in ({"body_kk": " "}, {"state": "everybody"}, {"cycle": "999999"}):
        data = {**TEXTS, "state": "returned", "cycle": cycle.id, **change}
        assert client.fill(PATH, data).status_code == 422, change
    assert session.scalars(select(Mailing)).all() == []


def test_more_readers_than_the_cap_are_refused(
    session: Session,
    cycle: Cycle,
    head: Person,
    authors: list[Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service.mailing, "MOST_RECIPIENTS", 1)
    texts = {"kk": "a", "ru": "b"}
    segment = service.Segment("returned", cycle.id)
    mailing = service.write_mailing(session, signed(head), segment, texts, texts)
    with pytest.raises(Refusal, match=r"mailing\.too_many"):
        service.send_mailing(session, signed(head), mailing.id)
    assert session.scalars(select(Letter)).all() == []
