"""Freezing a register: one person asks, another agrees; after that nothing in it changes."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from pb_portal.accounts import four_eyes
from pb_portal.approvals import registry
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import N_
from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.register.models import RegisterState
from pb_portal.register.service.jobs import demand_no_load
from pb_portal.register.service.loading import open_state
from pb_portal.register.service.roll import RollKeys, sign_freeze


def propose_freeze(
    session: Session, by: Signature, cycle: Cycle, *, reason: str = ""
) -> ApprovalRequest:
    """A registrar asks to freeze what is loaded now; refuses an empty or frozen register."""
    demand(by.actor, P.KEEP_REGISTER)
    state = open_state(session, cycle.id)
    demand_no_load(session, cycle.id)
    if not state.entries:
        raise Refusal("register.empty")
    if state.loaded_at is None:
        raise Refusal("register.unfinished")
    if not state.digest:
        raise Refusal("register.load_again")
    return approvals.propose(
        session,
        by,
        FREEZE,
        f"register:{cycle.id}",
        payload={"entries": state.entries, "loaded_at": _stamp(state)},
        reason=reason,
        cycle_id=cycle.id,
    )


def decide_freeze(
    session: Session,
    by: Signature,
    request: ApprovalRequest,
    keys: RollKeys,
    *,
    approve: bool,
    reason: str = "",
) -> RegisterState:
    """The second person's word; the digest of the roll is signed with it. A register loaded again
    since the request is a conflict."""
    demand(by.actor, P.APPROVE)
    if request.kind != FREEZE or request.cycle_id is None:
        raise Missing("approval")
    four_eyes.decide(session, by, request, approve=approve, reason=reason, context=keys)
    return session.get_one(RegisterState, request.cycle_id)


def _freeze(session: Session, by: Signature, request: ApprovalRequest, keys: RollKeys) -> None:
    assert request.cycle_id is not None
    state = open_state(session, request.cycle_id)
    demand_no_load(session, request.cycle_id)
    if request.payload["loaded_at"] != _stamp(state):
        raise Conflict("register.changed")
    state.frozen_at = by.at
    audit.record(
        session,
        by,
        "register.frozen",
        ("register", request.cycle_id),
        cycle_id=request.cycle_id,
        entries=state.entries,
    )
    session.flush()
    cycle = session.get_one(Cycle, request.cycle_id)
    sign_freeze(session, cycle, state, keys, by.at)
    _forget_order(session)


def _stamp(state: RegisterState) -> str:
    return state.loaded_at.isoformat() if state.loaded_at else ""


def _forget_order(session: Session) -> None:
    """Rewrite the rows in the order of their keys, where the engine keeps the order of writing."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("CLUSTER register_entry USING pk_register_entry"))


FREEZE = registry.register(
    "register.freeze",
    label=N_("Freeze the resident register"),
    may_propose=P.KEEP_REGISTER,
    may_approve=P.APPROVE,
    apply=_freeze,
)
