"""Reminders before the day and on it, each once; loads and medians."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.outbox.models import Letter
from pb_portal.proposals.models import Proposal, ProposalEvent
from pb_portal.review import queries, service
from pb_portal.review.queries.levels import DAY
from tests.conftest import sign_in
from tests.factories import make_person, make_proposal
from tests.rooms.review.conftest import Statements
from tests.strict import StrictClient

ZONE = ZoneInfo("Asia/Almaty")
NOON = datetime.now(ZONE).replace(hour=12, minute=0, second=0, microsecond=0).astimezone(UTC)


def remind(session: Session, at: datetime = NOON) -> list[Letter]:
    """Letters written by one round of reminders."""
    before = {letter.id for letter in session.scalars(select(Letter))}
    service.remind(session, Signature(SYSTEM, at), ZONE)
    return [one for one in session.scalars(select(Letter)) if one.id not in before]


def by_recipient(letters: list[Letter]) -> dict[tuple[str, str], list[int]]:
    return {
        (letter.recipient, letter.data["stage"]): [one["number"] for one in letter.data["files"]]
        for letter in letters
    }


def test_reviewer_and_head_are_reminded_before_the_day_and_on_it_once_each(
    session: Session, cycle: Cycle, head: Person, reviewer: Person
) -> None:
    due = NOON + timedelta(days=1, hours=20)
    mine = make_proposal(session, cycle, reviewer_id=reviewer.id, due_at=due)
    make_proposal(session, cycle, due_at=NOON + timedelta(days=6))
    first = by_recipient(remind(session))
    assert first == {
        (reviewer.email, "before"): [mine.number],
        (head.email, "before"): [mine.number],
    }
    assert remind(session) == []
    on_the_day = by_recipient(remind(session, NOON + timedelta(days=2) - timedelta(hours=3)))
    assert set(on_the_day) == {(reviewer.email, "today"), (head.email, "today")}
    assert remind(session, NOON + timedelta(days=2) - timedelta(hours=2)) == []


def test_a_file_that_is_nobodys_reminds_every_reviewer_of_its_district(
    session: Session, cycle: Cycle, head: Person, reviewer: Person
) -> None:
    make_person(session, "reviewer", area=cycle.areas[1].area)
    make_proposal(session, cycle, due_at=NOON + timedelta(hours=3))
    recipients = {letter.recipient for letter in remind(session)}
    assert recipients == {reviewer.email, head.email}


def test_nobody_is_reminded_at_night_of_an_authors_turn_or_of_what_the_council_has(
    session: Session, cycle: Cycle, reviewer: Person
) -> None:
    due = NOON + timedelta(hours=5)
    make_proposal(session, cycle, reviewer_id=reviewer.id, due_at=due)
    make_proposal(session, cycle, status="returned", reviewer_id=reviewer.id, due_at=due)
    assert remind(session, NOON - timedelta(hours=5)) == []
    assert [len(letter.data["files"]) for letter in remind(session)] == [1]


def test_a_new_due_date_after_rework_is_reminded_of_again(
    session: Session, cycle: Cycle, reviewer: Person
) -> None:
    file = make_proposal(session, cycle, reviewer_id=reviewer.id, due_at=NOON + timedelta(hours=1))
    assert len(remind(session)) == 1
    file.due_at = NOON + timedelta(days=9)
    assert len(remind(session, NOON + timedelta(days=8))) == 1


def decided(session: Session, proposal: Proposal, days: float, at: datetime = NOON) -> None:
    session.add(
        ProposalEvent(
            proposal_id=proposal.id,
            action="admit",
            origin="in_review",
            target="admitted",
            at=at,
            actor_part="secretary",
            staff_seconds=int(days * DAY),
        )
    )
    session.flush()


@pytest.mark.parametrize("taken", [[4], [1, 9], [9, 2, 4], [3, 3, 8, 20], [1, 2, 3, 4, 100]])
def test_the_median_of_a_district_and_of_all_is_the_statistical_one(
    session: Session, cycle: Cycle, taken: list[int]
) -> None:
    near, far = (part.area for part in cycle.areas)
    for days in taken:
        decided(session, make_proposal(session, cycle, area=near), days)
    decided(session, make_proposal(session, cycle, area=far), 50)
    found = queries.levels(session, cycle_id=cycle.id)
    assert found[near.id] == queries.Level(len(taken), int(median(taken) + 0.5))
    assert found[far.id].days == 50
    assert found[None] == queries.Level(len(taken) + 1, int(median([*taken, 50]) + 0.5))
    assert queries.levels(session, areas=frozenset({far.id}))[None].days == 50
    assert queries.levels(session, since=NOON + timedelta(days=1)) == {}


def test_the_public_reads_how_long_a_decision_takes_once_there_are_some(
    client: StrictClient, session: Session, cycle: Cycle
) -> None:
    for days in (9, 8, 10, 9):
        decided(session, make_proposal(session, cycle), days)
    page = f"/c/{cycle.slug}/decisions"
    assert "on the median" not in client.page(page)
    decided(session, make_proposal(session, cycle), 11)
    for address in (page, f"/c/{cycle.slug}"):
        assert "Decided in 9 days on the median" in client.page(address), address


def test_the_dashboard_shows_loads_by_district_and_person_in_few_statements(
    client: StrictClient,
    session: Session,
    cycle: Cycle,
    head: Person,
    reviewer: Person,
    statements: Statements,
) -> None:
    make_proposal(session, cycle, reviewer_id=reviewer.id, due_at=NOON - timedelta(days=3))
    done = make_proposal(session, cycle, area=cycle.areas[1].area)
    decided(session, done, 6)
    sign_in(client, head)
    for locale in ("kk", "ru", "en"):
        page = client.page("/desk/review/load", locale=locale)
    assert "First Reviewer" in page and "6 days" in page
    assert (
        f"person={reviewer.id}&amp;view=overdue" in page
        or f"view=overdue&amp;person={reviewer.id}" in page
    )
    sign_in(client, reviewer)
    assert "6 days" not in client.page("/desk/review/load")
    asked = statements(client, head, "/desk/review/load")
    assert len(asked) <= 8, asked
