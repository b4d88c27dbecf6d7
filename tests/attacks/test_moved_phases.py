"""Attack: a phase is moved, removed or doubled by SQL, or past what two people agreed on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import service as cycles
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.db import database_now
from pb_portal.domain.phases import PhaseKind
from pb_portal.results.audit_phases import phases_differ
from tests.factories import make_person, signed
from tests.factories.voting import make_vote
from tests.unguarded import drop_guards, unguarded

DAY = timedelta(days=1)


@pytest.fixture
def cycle(session: Session) -> Cycle:
    """An open vote whose rules were frozen by the portal."""
    made, _ = make_vote(session, frozen=False)
    commissioner = make_person(session, "commissioner")
    cycles.freeze_rules(session, signed(commissioner, database_now(session) - DAY), made)
    session.flush()
    return made


def phase_of(cycle: Cycle, kind: PhaseKind = PhaseKind.VOTING) -> Phase:
    return next(phase for phase in cycle.phases if phase.kind == kind)


MOVES = [
    "UPDATE cycles_phase SET ends_at = '2027-01-01 00:00:00.000000' WHERE id = :id",
    "UPDATE cycles_phase SET starts_at = '2020-01-01 00:00:00.000000' WHERE id = :id",
    "UPDATE cycles_phase SET original_ends_at = '2020-01-01 00:00:00.000000' WHERE id = :id",
    "UPDATE cycles_phase SET kind = 'other' WHERE id = :id",
    "UPDATE cycles_phase SET id = id + 999 WHERE id = :id",
    "DELETE FROM cycles_phase WHERE id = :id",
    "INSERT INTO cycles_phase (cycle_id, kind, starts_at, ends_at, version)"
    " SELECT cycle_id, 'extra', starts_at, ends_at, 1 FROM cycles_phase WHERE id = :id",
    "INSERT INTO cycles_phase (cycle_id, kind, starts_at, ends_at, version)"
    " SELECT cycle_id, kind, starts_at, ends_at, 1 FROM cycles_phase WHERE id = :id",
]
REPLACED = [
    "INSERT OR REPLACE INTO cycles_phase (cycle_id, kind, starts_at, ends_at, version)"
    " SELECT cycle_id, kind, starts_at, '2030-01-01 00:00:00', 1 FROM cycles_phase WHERE id = :id",
]


@pytest.mark.parametrize("kind", [PhaseKind.VOTING, PhaseKind.RESULTS])
@pytest.mark.parametrize("attack", [*MOVES, *REPLACED])
def test_attack_the_database_moves_no_phase_after_the_freeze(session, cycle, attack, kind):
    if attack in REPLACED:
        if session.get_bind().dialect.name != "sqlite":
            pytest.skip("REPLACE is SQLite's")
        session.execute(text("PRAGMA recursive_triggers = OFF"))
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(text(attack), {"id": phase_of(cycle, kind).id})
    if attack in REPLACED:
        session.execute(text("PRAGMA recursive_triggers = ON"))


def test_attack_a_phase_that_has_begun_is_moved_by_nobody_alone(session):
    cycle, _ = make_vote(session, frozen=False)
    begun, ahead = phase_of(cycle), phase_of(cycle, PhaseKind.RESULTS)
    move = "UPDATE cycles_phase SET ends_at = '2031-01-01 00:00:00.000000' WHERE id = :id"
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(text(move), {"id": begun.id})
    session.execute(text(move), {"id": ahead.id})


def approved(session: Session, cycle: Cycle, phase: Phase, ends_at: datetime) -> ApprovalRequest:
    now = datetime.now(UTC)
    move = {
        "kind": phase.kind,
        "was_starts_at": phase.starts_at.isoformat(),
        "was_ends_at": phase.ends_at.isoformat(),
        "starts_at": phase.starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
    }
    request = ApprovalRequest(
        kind="phase.extend", subject=f"phase:{phase.id}", payload={"moves": [move]},
        cycle_id=cycle.id, proposed_by=1, proposed_at=now, state="approved", decided_by=2,
        decided_at=now,
    )  # fmt: skip
    session.add(request)
    session.flush()
    return request


def test_attack_an_approved_request_moves_to_exactly_its_dates(session, cycle):
    phase = phase_of(cycle)
    end = phase.ends_at + DAY
    approved(session, cycle, phase, end)
    for other in (end + timedelta(seconds=1), end - timedelta(seconds=1)):
        with pytest.raises(DatabaseError), session.begin_nested():
            phase.ends_at = other
            session.flush()
        session.refresh(phase)
    phase.ends_at = end
    session.flush()
    assert list(phases_differ(session, cycle)) == []


def test_attack_an_extension_by_two_people_leaves_a_clean_audit(session, cycle):
    one, two = (make_person(session, "commissioner") for _ in range(2))
    phase = phase_of(cycle)
    request = cycles.propose_extension(
        session, signed(one), phase, ends_at=phase.ends_at + DAY, reason="The portal was down"
    )
    cycles.decide_extension(session, signed(two), request, approve=True)
    session.flush()
    assert list(phases_differ(session, cycle)) == []


SEEN = [MOVES[0], MOVES[1], MOVES[3], MOVES[5], MOVES[6]]


@pytest.mark.parametrize("attack", SEEN)
def test_attack_without_guards_the_audit_sees_a_moved_phase(session, cycle, attack):
    assert list(phases_differ(session, cycle)) == []
    drop_guards(session)
    session.execute(text(attack), {"id": phase_of(cycle).id})
    assert list(phases_differ(session, cycle)) != []


def test_attack_a_request_swapped_after_the_move_is_seen(session, cycle):
    phase = phase_of(cycle)
    request = approved(session, cycle, phase, phase.ends_at + DAY)
    phase.ends_at += DAY
    session.flush()
    with unguarded(session, "approvals_request"):
        session.execute(
            text(f"UPDATE approvals_request SET state = 'declined' WHERE id = {request.id}")
        )
    session.expire_all()
    assert list(phases_differ(session, cycle)) != []
