"""Extending phases with four eyes, freezing rules by the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pb_portal.audit.models import AuditEntry
from pb_portal.cycles import queries, service
from pb_portal.cycles.models import Cycle, Phase, RuleBookRow
from pb_portal.db import Missing
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.outbox.models import Letter
from tests.factories import make_cycle, make_person, signed

DAY = timedelta(days=1)


def phase_of(cycle: Cycle, kind: PhaseKind) -> Phase:
    found = queries.find_phase(cycle, kind)
    assert found is not None
    return found


def test_an_extension_takes_two_commissioners_and_keeps_the_first_end(session: Session) -> None:
    cycle = make_cycle(session, PhaseKind.APPLICATIONS)
    one, two = make_person(session, "commissioner"), make_person(session, "commissioner")
    phase = phase_of(cycle, PhaseKind.APPLICATIONS)
    first = phase.ends_at
    request = service.propose_extension(
        session, signed(one), phase, ends_at=first + DAY, reason="The portal was down"
    )
    assert phase.ends_at == first
    with pytest.raises(Refusal, match=r"approval\.same_person"):
        service.decide_extension(session, signed(one), request, approve=True)
    assert phase.ends_at == first
    service.decide_extension(session, signed(two), request, approve=True)
    assert (phase.ends_at, phase.original_ends_at) == (first + DAY, first)
    letter = session.scalars(select(Letter).where(Letter.template == "extension_decided")).one()
    assert letter.recipient == one.email
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "phase.extended")).one()
    assert entry.reason == "The portal was down"


def test_a_second_extension_still_remembers_the_very_first_end(session: Session) -> None:
    cycle = make_cycle(session)
    one, two = make_person(session, "commissioner"), make_person(session, "commissioner")
    phase = phase_of(cycle, PhaseKind.APPLICATIONS)
    first = phase.ends_at
    for days in (1, 2):
        request = service.propose_extension(
            session, signed(one), phase, ends_at=first + days * DAY, reason="again"
        )
        service.decide_extension(session, signed(two), request, approve=True)
    assert (phase.ends_at, phase.original_ends_at) == (first + 2 * DAY, first)


def test_declining_needs_a_reason_and_moves_nothing(session: Session) -> None:
    cycle = make_cycle(session)
    one, two = make_person(session, "commissioner"), make_person(session, "commissioner")
    phase = phase_of(cycle, PhaseKind.APPLICATIONS)
    first = phase.ends_at
    request = service.propose_extension(
        session, signed(one), phase, ends_at=first + DAY, reason="why"
    )
    with pytest.raises(Refusal) as refused:
        service.decide_extension(session, signed(two), request, approve=False)
    assert (refused.value.code, refused.value.field) == ("phase.decline_reason_missing", "reason")
    service.decide_extension(session, signed(two), request, approve=False, reason="Enough time")
    assert (phase.ends_at, phase.original_ends_at, request.state) == (first, None, "declined")


@pytest.mark.parametrize(
    ("shift", "reason", "code"),
    [
        (timedelta(0), "why", "phase.not_later"),
        (-DAY, "why", "phase.not_later"),
        (DAY, "", "phase.reason_missing"),
    ],
)
def test_an_extension_must_be_later_and_have_a_reason(
    session: Session, shift: timedelta, reason: str, code: str
) -> None:
    phase = phase_of(make_cycle(session), PhaseKind.APPLICATIONS)
    one = make_person(session, "commissioner")
    with pytest.raises(Refusal) as refused:
        service.propose_extension(
            session, signed(one), phase, ends_at=phase.ends_at + shift, reason=reason
        )
    assert refused.value.code == code


def test_a_phase_that_is_over_is_not_extended_even_when_asked_in_time(session: Session) -> None:
    cycle = make_cycle(session)
    one, two = make_person(session, "commissioner"), make_person(session, "commissioner")
    phase = phase_of(cycle, PhaseKind.APPLICATIONS)
    end = phase.ends_at
    request = service.propose_extension(
        session, signed(one), phase, ends_at=end + DAY, reason="why"
    )
    with pytest.raises(Refusal, match=r"phase\.over"):
        service.decide_extension(session, signed(two, end), request, approve=True)
    with pytest.raises(Refusal, match=r"phase\.over"):
        service.propose_extension(session, signed(one, end), phase, ends_at=end + DAY, reason="why")
    assert phase.ends_at == end


def test_only_commissioners_move_phases_and_freeze_rules(session: Session) -> None:
    cycle = make_cycle(session, frozen=False)
    phase = phase_of(cycle, PhaseKind.APPLICATIONS)
    for role in ("administrator", "reviewer", "secretary"):
        by = signed(make_person(session, role))
        with pytest.raises(Forbidden):
            service.propose_extension(session, by, phase, ends_at=phase.ends_at + DAY, reason="why")
        with pytest.raises(Forbidden):
            service.freeze_rules(session, by, cycle)


def test_a_request_of_another_kind_is_not_an_extension(session: Session) -> None:
    from pb_portal.approvals import service as approvals

    one = make_person(session, "commissioner")
    other = approvals.propose(
        session, signed(one), "result.certify", "run:1", payload={}, reason=""
    )
    with pytest.raises(Missing):
        service.get_extension(session, other.id)


@pytest.mark.parametrize(
    ("before_opening", "frozen"),
    [(timedelta(hours=1, seconds=1), False), (timedelta(hours=1), True), (-DAY, True)],
)
def test_the_clock_freezes_rules_an_hour_before_the_vote(
    session: Session, before_opening: timedelta, frozen: bool
) -> None:
    cycle = make_cycle(session, PhaseKind.SECOND_REVIEW, frozen=False)
    at = phase_of(cycle, PhaseKind.VOTING).starts_at - before_opening
    slugs = service.freeze_due_rules(session, Signature(SYSTEM, at), at)
    assert (cycle.slug in slugs) == queries.rules_frozen(cycle) == frozen
    if frozen:
        assert cycle.rule_book is not None
        assert cycle.rule_book.digest == queries.rules_of(cycle).digest()
        assert service.freeze_due_rules(session, Signature(SYSTEM, at), at) == []


def test_freezing_twice_keeps_the_first_moment_and_writes_one_entry(session: Session) -> None:
    cycle = make_cycle(session, frozen=False)
    one = make_person(session, "commissioner")
    now = datetime.now(UTC)
    digest = service.freeze_rules(session, signed(one, now), cycle)
    assert service.freeze_rules(session, signed(one, now + DAY), cycle) == digest
    assert cycle.rule_book is not None and cycle.rule_book.frozen_at == now
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "rules.frozen")).all()
    assert [entry.subject_id for entry in entries] == [str(cycle.id)]


def test_frozen_rules_are_refused_by_the_application(session: Session) -> None:
    cycle = make_cycle(session, frozen=True)
    before = queries.rules_of(cycle)
    with pytest.raises(Refusal, match=r"rules\.frozen"):
        service.write_rules(session, cycle, replace(before, max_choices=9))
    assert queries.rules_of(cycle) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cycles_rule_book SET lot_seed = 'x' WHERE cycle_id = :cycle",
        "UPDATE cycles_rule_book SET frozen_at = NULL WHERE cycle_id = :cycle",
        "DELETE FROM cycles_rule_book WHERE cycle_id = :cycle",
    ],
)
def test_frozen_rules_are_refused_by_the_database(session: Session, statement: str) -> None:
    cycle = make_cycle(session, frozen=True)
    with pytest.raises(DBAPIError, match="the rule book is frozen"):
        session.execute(text(statement), {"cycle": cycle.id})


def test_rules_can_be_written_again_until_frozen_with_a_new_lot(session: Session) -> None:
    cycle = make_cycle(session, frozen=False)
    row = session.get_one(RuleBookRow, cycle.id)
    seed = row.lot_seed
    service.write_rules(session, cycle, RuleBook(max_choices=5))
    assert queries.rules_of(cycle).max_choices == 5
    assert row.lot_seed != seed
