"""Attack: one person changes a phase, a register or a role alone, in the portal and by SQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.accounts import by_two
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import service as cycles
from pb_portal.domain.permissions import Role
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.register import service as register
from pb_portal.register.models import RegisterState
from tests.factories import make_cycle, make_person, signed
from tests.factories.voting import ROLL_KEYS

LATER = timedelta(days=2)


def test_attack_one_person_changing_a_phase_is_refused_in_the_portal(session: Session) -> None:
    cycle = make_cycle(session, PhaseKind.VOTING)
    one = make_person(session, *(role for role in Role if role != Role.ADMINISTRATOR))
    phase = next(phase for phase in cycle.phases if phase.kind == PhaseKind.VOTING)
    before = phase.ends_at
    request = cycles.propose_extension(
        session, signed(one), phase, ends_at=before + LATER, reason="I say so"
    )
    with pytest.raises(Refusal, match="same_person"):
        cycles.decide_extension(session, signed(one), request, approve=True)
    assert phase.ends_at == before


def test_attack_one_person_changing_a_register_is_refused_in_the_portal(session: Session) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW)
    now = datetime.now(UTC)
    session.add(RegisterState(cycle_id=cycle.id, entries=1, loaded_at=now, digest="0"))
    session.flush()
    one = make_person(session, *(role for role in Role if role != Role.ADMINISTRATOR))
    request = register.propose_freeze(session, signed(one), cycle, reason="I say so")
    with pytest.raises(Refusal, match="same_person"):
        register.decide_freeze(session, signed(one), request, ROLL_KEYS, approve=True)
    assert session.get_one(RegisterState, cycle.id).frozen_at is None


def test_attack_one_person_giving_the_second_account_a_role_is_refused(session: Session) -> None:
    boss, puppet = make_person(session, "administrator"), make_person(session)
    request = by_two.propose_role(
        session, signed(boss), puppet, Role.COMMISSIONER, reason="I say so"
    )
    with pytest.raises(Refusal, match="same_person"):
        by_two.decide(session, signed(boss), request, approve=True)
    assert puppet.grants == []


@pytest.mark.parametrize(
    "kind", ["phase.extend", "register.freeze", "result.certify", "role.grant"]
)
@pytest.mark.parametrize("how", ["update", "insert"])
def test_attack_one_person_as_both_is_refused_by_the_database(
    session: Session, kind: str, how: str
) -> None:
    one = make_person(session, "commissioner")
    now = datetime.now(UTC)
    row = {"kind": kind, "subject": "x:1", "payload": {}, "reason": "", "version": 1}
    row |= {"proposed_by": one.id, "proposed_at": now}
    approved = {"state": "approved", "decided_by": one.id, "decided_at": now}
    if how == "insert":
        statement = insert(ApprovalRequest).values(**row, **approved)
    else:
        session.execute(insert(ApprovalRequest).values(**row, state="open"))
        statement = update(ApprovalRequest).values(**approved)  # type: ignore[assignment]
    with pytest.raises(IntegrityError, match="four_eyes"):
        session.execute(statement)
