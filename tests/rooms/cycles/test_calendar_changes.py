"""Ends of phases moved by two people: neighbours, mistyped years, taking back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.audit.models import AuditEntry
from pb_portal.cycles import queries, service
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.domain.phase_calendar import DAY, Following, find_faults
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Conflict, Refusal
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, move_phase, signed
from tests.strict import StrictClient

ALMATY = ZoneInfo("Asia/Almaty")
WORDS = {
    "kk": ("5 күн", "сенбі|бі,|бі |жұма|жексенбі"),
    "ru": ("5 дней", "ельник|вторник|сред|четверг|пятниц|суббот|воскресень"),
    "en": ("5 days later", "day,"),
}


def phase_of(cycle: Cycle, kind: PhaseKind) -> Phase:
    phase = queries.find_phase(cycle, kind)
    assert phase is not None
    return phase


@pytest.fixture
def cycle(session: Session) -> Cycle:
    return make_cycle(session, PhaseKind.REVIEW)


@pytest.fixture
def two(session: Session) -> tuple[Person, Person]:
    return make_person(session, "commissioner"), make_person(session, "commissioner")


def move(session: Session, two: tuple[Person, Person], phase: Phase, days: int, **how: Any) -> None:
    """Both people agree to another end."""
    propose = service.propose_extension if days > 0 else service.propose_shortening
    ends_at = phase.ends_at + days * DAY
    request = propose(session, signed(two[0]), phase, ends_at=ends_at, reason="Flood", **how)
    service.decide_change(
        session, signed(two[1]), request, approve=True, confirmed_days=how.get("confirmed_days")
    )


@pytest.mark.parametrize("days", [1, 9, 31])
def test_an_extension_past_the_next_start_hides_no_phase(
    session: Session, cycle: Cycle, two: tuple[Person, Person], days: int
) -> None:
    lengths = [phase.ends_at - phase.starts_at for phase in cycle.phases]
    review = phase_of(cycle, PhaseKind.REVIEW)
    first = review.ends_at
    move(session, two, review, days)
    assert find_faults(cycle.phases) == []
    assert queries.current_phase(cycle, first + timedelta(hours=1)) is review
    after = [phase.ends_at - phase.starts_at for phase in cycle.phases]
    assert after == [lengths[0], lengths[1] + days * DAY, *lengths[2:]]
    voting = phase_of(cycle, PhaseKind.VOTING)
    assert voting.original_ends_at == voting.ends_at - days * DAY


def test_a_request_names_every_date_it_changes_and_the_log_keeps_each(
    session: Session, cycle: Cycle, two: tuple[Person, Person]
) -> None:
    review = phase_of(cycle, PhaseKind.REVIEW)
    request = service.propose_extension(
        session, signed(two[0]), review, ends_at=review.ends_at + DAY, reason="Flood"
    )
    later = [phase for phase in cycle.phases if phase.starts_at >= review.starts_at]
    assert [change["kind"] for change in request.payload["moves"]] == [p.kind for p in later]
    service.decide_change(session, signed(two[1]), request, approve=True)
    entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "phase")).all()
    assert sorted(entry.action for entry in entries) == ["phase.extended"] + ["phase.moved"] * 5


def test_a_calendar_that_changed_since_is_not_moved(
    session: Session, cycle: Cycle, two: tuple[Person, Person]
) -> None:
    rework = phase_of(cycle, PhaseKind.REWORK)
    stale = service.propose_extension(
        session, signed(two[0]), rework, ends_at=rework.ends_at + DAY, reason="Flood"
    )
    move(session, two, phase_of(cycle, PhaseKind.REVIEW), 2)
    with pytest.raises((Conflict, Refusal), match=r"calendar_changed|not_later"):
        service.decide_change(session, signed(two[1]), stale, approve=True)


@pytest.mark.parametrize("days", [365, 366, 374, 3653])
def test_a_mistyped_year_is_refused(
    session: Session, cycle: Cycle, two: tuple[Person, Person], days: int
) -> None:
    review = phase_of(cycle, PhaseKind.REVIEW)
    with pytest.raises(Refusal, match=r"phase\.too_long"):
        move(session, two, review, days, confirmed_days=days)
    with pytest.raises(Refusal, match=r"phase\.too_long"):
        move(session, two, review, days)


def test_many_days_are_said_by_both(
    session: Session, cycle: Cycle, two: tuple[Person, Person]
) -> None:
    review, by = phase_of(cycle, PhaseKind.REVIEW), signed(two[0])
    ends_at = review.ends_at + 40 * DAY
    for wrong in (None, 4, 41):
        with pytest.raises(Refusal, match=r"phase\.confirm_days"):
            service.propose_extension(
                session, by, review, ends_at=ends_at, reason="Flood", confirmed_days=wrong
            )
    request = service.propose_extension(
        session, by, review, ends_at=ends_at, reason="Flood", confirmed_days=40
    )
    with pytest.raises(Refusal, match=r"phase\.confirm_days"):
        service.decide_change(session, signed(two[1]), request, approve=True)
    assert request.state == "open"
    service.decide_change(session, signed(two[1]), request, approve=True, confirmed_days=40)
    assert review.ends_at == ends_at


def test_an_extension_is_taken_back_until_its_former_end_has_passed(
    session: Session, two: tuple[Person, Person]
) -> None:
    cycle = make_cycle(session, PhaseKind.VOTING)
    voting = phase_of(cycle, PhaseKind.VOTING)
    announced = voting.ends_at
    calendar = [(phase.starts_at, phase.ends_at) for phase in cycle.phases]
    move(session, two, voting, 9)
    with pytest.raises(Refusal, match=r"phase\.announced"):
        move(session, two, voting, -10)
    move(session, two, voting, -4)
    move(session, two, voting, -5)
    assert voting.ends_at == announced and voting.original_ends_at is None
    assert [(phase.starts_at, phase.ends_at) for phase in cycle.phases] == calendar
    move(session, two, voting, 9)
    late = announced + timedelta(hours=1)
    with pytest.raises(Refusal, match=r"phase\.announced"):
        service.propose_shortening(
            session, signed(two[0], late), voting, ends_at=announced + DAY, reason="why"
        )


def test_a_running_vote_is_never_cut_below_what_was_announced(
    session: Session, two: tuple[Person, Person]
) -> None:
    cycle = make_cycle(session, PhaseKind.SECOND_REVIEW)
    voting = phase_of(cycle, PhaseKind.VOTING)
    move(session, two, phase_of(cycle, PhaseKind.SECOND_REVIEW), 3)
    opened = voting.starts_at + timedelta(hours=1)
    assert service.shortest_end(session, voting, opened) == voting.ends_at
    with pytest.raises(Refusal, match=r"phase\.announced"):
        service.propose_shortening(
            session, signed(two[0], opened), voting, ends_at=voting.ends_at - DAY, reason="why"
        )


def test_a_phase_not_begun_is_shortened_and_what_follows_comes_earlier(
    session: Session, cycle: Cycle, two: tuple[Person, Person]
) -> None:
    rework = phase_of(cycle, PhaseKind.REWORK)
    move(session, two, rework, -3)
    assert find_faults(cycle.phases) == []
    for wrong in (-7, -70):
        with pytest.raises(Refusal, match=r"phase\.too_early"):
            move(session, two, rework, wrong)
    with pytest.raises(Refusal, match=r"phase\.gap"):
        move(session, two, rework, -1, following=Following.KEEP)
    with pytest.raises(Refusal, match=r"phase\.announced"):
        move(session, two, phase_of(cycle, PhaseKind.REVIEW), -1)
    with pytest.raises(Refusal, match=r"phase\.over"):
        move(session, two, phase_of(cycle, PhaseKind.APPLICATIONS), -1)


def test_one_person_shortens_nothing(
    session: Session, cycle: Cycle, two: tuple[Person, Person]
) -> None:
    rework = phase_of(cycle, PhaseKind.REWORK)
    before = rework.ends_at
    with pytest.raises(Refusal, match="same_person"):
        move(session, (two[0], two[0]), rework, -3)
    assert rework.ends_at == before


def form(phase: Phase, days: int, **values: str) -> dict[str, str]:
    ends_at = (phase.ends_at + days * DAY).astimezone(ALMATY)
    return {
        "phase": phase.kind,
        "ends_at": ends_at.strftime("%Y-%m-%dT%H:%M"),
        "reason": "The portal was down for six hours.",
        **values,
    }


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_both_people_read_year_weekday_and_days(
    client: StrictClient, session: Session, cycle: Cycle, two: tuple[Person, Person], locale: str
) -> None:
    review = phase_of(cycle, PhaseKind.REVIEW)
    sign_in(client, two[0])
    address = f"/desk/cycles/{cycle.slug}/phases"
    client.page(address, locale=locale)
    looked = client.fill(address, form(review, 5, do="show"))
    assert looked.status_code == 200
    asked = client.fill(address, form(review, 5))
    assert asked.status_code == 302
    sign_in(client, two[1])
    agreed = client.page(asked.location, locale=locale)
    listed = client.page("/desk", locale=locale)
    year = str((review.ends_at + 5 * DAY).astimezone(ALMATY).year)
    words = WORDS[locale]
    for page in (looked.get_data(as_text=True), agreed, listed):
        assert words[0] in page and year in page and re.search(words[1], page)
    assert client.fill(asked.location, {"decision": "approve"}).status_code == 302
    public = client.page(f"/c/{cycle.slug}", locale=locale)
    assert "six hours" in public and year in public


def test_a_mistyped_year_is_told_beside_the_field_and_never_reaches_the_second_person(
    client: StrictClient, session: Session, cycle: Cycle, two: tuple[Person, Person]
) -> None:
    review = phase_of(cycle, PhaseKind.REVIEW)
    sign_in(client, two[0])
    address = f"/desk/cycles/{cycle.slug}/phases"
    wrong = client.fill(address, form(review, 374))
    assert wrong.status_code == 422
    assert "This adds 374 days" in wrong.get_data(as_text=True)
    many = client.fill(address, form(review, 60))
    page = many.get_data(as_text=True)
    assert many.status_code == 422 and 'name="confirmed_days"' in page
    assert "60 days later" in page
    asked = client.fill(address, form(review, 60, confirmed_days="60"))
    assert asked.status_code == 302
    sign_in(client, two[1])
    assert client.fill(asked.location, {"decision": "approve"}).status_code == 422
    agreed = {"decision": "approve", "confirmed_days": "60"}
    assert client.fill(asked.location, agreed).status_code == 302


def test_a_calendar_with_an_overlap_hides_nothing_and_is_told_to_the_commissioner(
    client: StrictClient, session: Session, two: tuple[Person, Person]
) -> None:
    cycle = make_cycle(session, PhaseKind.RESULTS)
    voting = phase_of(cycle, PhaseKind.VOTING)
    move_phase(session, voting, ends_at=datetime.now(UTC) + 2 * DAY)
    for path in ("/", "/cycles", f"/c/{cycle.slug}"):
        page = client.page(path)
        assert "Voting" in page and "Results" in page, path
    assert f"/c/{cycle.slug}/vote" in client.page("/")
    sign_in(client, two[0])
    assert "Voting: " in client.page("/desk") and "Voting, until" in client.page("/desk/cycles")
    told = client.page(f"/desk/cycles/{cycle.slug}/phases")
    assert "begins before" in told


def test_a_day_of_another_year_is_never_written_without_it(app: Flask) -> None:
    from pb_portal.web import clock, i18n

    with app.test_request_context():
        this = clock.today().year
        for year, shown in ((this, False), (this + 1, True), (this - 1, True)):
            moment = datetime(year, 6, 9, 18, tzinfo=ALMATY)
            midnight = datetime(year, 6, 9, tzinfo=ALMATY)
            for text in (i18n.day(moment), i18n.date_time(moment), i18n.last_day(midnight)):
                assert (str(year) in text) == shown, text
