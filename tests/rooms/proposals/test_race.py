"""Many at the same moment, on a database that really commits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from flask import Flask
from sqlalchemy import select

from pb_portal.accounts.models import Person
from pb_portal.cycles.queries import find_phase
from pb_portal.db import session as reading
from pb_portal.db import transaction
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.proposals import queries, service
from pb_portal.proposals.models import Proposal
from tests.factories import make_cycle, make_person
from tests.factories.proposals import make_draft

AT_ONCE = 20


def test_twenty_submits_in_the_same_moment_are_all_accepted_with_their_own_numbers(
    own_app: Flask,
) -> None:
    with own_app.app_context(), transaction() as work:
        cycle = make_cycle(work)
        drafts = []
        for _ in range(AT_ONCE):
            author = make_person(work)
            drafts.append((author.id, make_draft(work, cycle, author).id))
        cycle_id = cycle.id
    together = Barrier(AT_ONCE)

    def submit(pair: tuple[int, int]) -> int | None:
        author_id, draft_id = pair
        with own_app.app_context():
            together.wait(30)
            with transaction() as work:
                author = work.get_one(Person, author_id)
                draft = queries.get_proposal_by_id(work, draft_id, lock=True)
                service.submit(work, Signature(author.actor(), datetime.now(UTC)), draft)
            return draft.number

    with ThreadPoolExecutor(AT_ONCE) as pool:
        numbers = list(pool.map(submit, drafts))
    assert sorted(number for number in numbers if number) == list(range(1, AT_ONCE + 1))
    with own_app.app_context():
        rows = reading().scalars(select(Proposal).where(Proposal.cycle_id == cycle_id)).all()
        assert {row.status for row in rows} == {"submitted"}
        assert {len(row.events) for row in rows} == {1}


def test_of_those_who_send_around_the_deadline_each_is_accepted_or_told_why(
    own_app: Flask,
) -> None:
    with own_app.app_context(), transaction() as work:
        cycle = make_cycle(work)
        phase = find_phase(cycle, PhaseKind.APPLICATIONS)
        assert phase is not None
        end = phase.ends_at
        drafts = []
        for _ in range(AT_ONCE):
            author = make_person(work)
            drafts.append((author.id, make_draft(work, cycle, author).id))
    together = Barrier(AT_ONCE)

    def submit(place: int) -> str:
        author_id, draft_id = drafts[place]
        moment = end + timedelta(milliseconds=place - AT_ONCE // 2)
        with own_app.app_context():
            together.wait(30)
            try:
                with transaction() as work:
                    author = work.get_one(Person, author_id)
                    draft = queries.get_proposal_by_id(work, draft_id, lock=True)
                    service.submit(work, Signature(author.actor(), moment), draft)
            except Refusal as refusal:
                return refusal.code
            return str(draft.status)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(submit, range(AT_ONCE)))
    half = AT_ONCE // 2
    assert told == ["submitted"] * half + ["proposal.applications_over"] * half
    with own_app.app_context():
        kept = [reading().get_one(Proposal, draft_id) for _, draft_id in drafts]
        assert [row.status for row in kept] == ["submitted"] * half + ["draft"] * half
        assert all(row.title and row.lines for row in kept)


def test_a_hundred_presses_of_support_count_once(own_app: Flask) -> None:
    with own_app.app_context(), transaction() as work:
        cycle, person = make_cycle(work), make_person(work)
        proposal = make_draft(work, cycle, person, number=1, status="submitted")
        person_id, proposal_id = person.id, proposal.id

    def support(_: int) -> bool:
        with own_app.app_context(), transaction() as work:
            by = Signature(work.get_one(Person, person_id).actor(), datetime.now(UTC))
            found = queries.get_proposal_by_id(work, proposal_id)
            return service.set_support(work, by, found, on=True)

    with ThreadPoolExecutor(8) as pool:
        changed = list(pool.map(support, range(100)))
    assert sum(changed) == 1
    with own_app.app_context():
        assert queries.get_proposal_by_id(reading(), proposal_id).supports_count == 1
