"""Cases of the fraud desk: opened from flags, with notes and states."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle
from pb_portal.domain.fraud_case import BY_HAND, moved
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.seals.service import add_rows
from pb_portal.voting.fraud import traces
from pb_portal.voting.fraud.looking import Keys
from pb_portal.voting.models import FraudCase, FraudFlag, FraudMember, FraudNote


def open_case(
    session: Session, by: Signature, keys: Keys, cycle: Cycle, flag_ids: Sequence[int]
) -> FraudCase:
    """A case about the votes of these flags; refuses none, and flags that are in a case already."""
    demand(by.actor, P.HANDLE_FRAUD)
    flags = session.scalars(
        select(FraudFlag)
        .where(FraudFlag.id.in_(flag_ids), FraudFlag.cycle_id == cycle.id)
        .order_by(FraudFlag.id)
        .with_for_update()
    ).all()
    if not flags:
        raise Refusal("fraud.no_flag")
    if any(flag.case_id is not None for flag in flags):
        raise Conflict("fraud.in_case")
    case = FraudCase(cycle_id=cycle.id, opened_at=by.at, assignee_id=by.actor.person_id)
    session.add(case)
    session.flush()
    _add_members(session, keys, case, flags)
    for flag in flags:
        flag.case_id = case.id
    _write(session, by, case, "open", "")
    return case


def _add_members(session: Session, keys: Keys, case: FraudCase, flags: Sequence[FraudFlag]) -> None:
    voters: set[str] = set()
    for flag in flags:
        voters |= set(traces.unseal(keys.traces, flag.members) or [] if flag.members else [])
    rows = [
        {
            "case_id": case.id,
            "name": traces.name_of(keys.traces, voter),
            "sealed": traces.seal(keys.traces, voter),
        }
        for voter in voters
    ]
    if not rows:
        raise Refusal("fraud.forgotten")
    add_rows(session, insert(FraudMember), rows)


def add_note(session: Session, by: Signature, case: FraudCase, text: str) -> None:
    """A line in the case's history."""
    demand(by.actor, P.HANDLE_FRAUD)
    if not text.strip():
        raise Refusal("fraud.note_missing", field="text")
    _write(session, by, case, "note", text)


def take(session: Session, by: Signature, case: FraudCase) -> None:
    """The person answers for the case from now on."""
    demand(by.actor, P.HANDLE_FRAUD)
    case.assignee_id = by.actor.person_id
    _write(session, by, case, "take", "")


def change_by_hand(
    session: Session, by: Signature, case: FraudCase, action: str, text: str
) -> None:
    """Watch, dismiss or reopen a case; dismissing and reopening need a reason."""
    demand(by.actor, P.HANDLE_FRAUD)
    if action not in BY_HAND:
        raise Conflict("fraud.not_now", state=case.state)
    change_state(session, by, case, action, text)


def change_state(session: Session, by: Signature, case: FraudCase, action: str, text: str) -> None:
    """The one place that writes the state of a case."""
    case.state = moved(case.state, action, text)
    _write(session, by, case, action, text)


def _write(session: Session, by: Signature, case: FraudCase, action: str, text: str) -> None:
    session.add(
        FraudNote(case_id=case.id, at=by.at, person_id=by.actor.person_id, action=action, text=text)
    )
    audit.record(
        session, by, f"fraud.{action}", ("fraud_case", case.id), cycle_id=case.cycle_id, reason=text
    )
    session.flush()
