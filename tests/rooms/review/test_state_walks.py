"""The life of a proposal as the one writer lives it: random walks over the whole table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

from flask import Flask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.audit.models import AuditEntry
from pb_portal.cycles.models import Cycle
from pb_portal.domain.proposal_states import (
    IN_STAFF_HANDS,
    STEPS,
    ProposalAction,
    ProposalState,
    step_for,
)
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service import change_status
from pb_portal.web.phrases import sentence
from tests.factories import make_proposal

START = datetime(2026, 10, 1, 6, tzinfo=UTC)
DECISIONS = {ProposalAction.ADMIT, ProposalAction.REJECT}
PAIRS = {(step.origin, step.action) for step in STEPS}


def take_step(session: Session, proposal: Proposal, action: ProposalAction, hour: int) -> None:
    by = Signature(SYSTEM, START + timedelta(hours=hour))
    grounds = ["network_zone"] if action is ProposalAction.REJECT else []
    change_status(session, by, proposal, action, part="system", reason="A reason", grounds=grounds)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(actions=st.lists(st.sampled_from(list(ProposalAction)), max_size=25))
def test_a_walk_keeps_event_log_clock_and_state_in_step_and_a_refusal_changes_nothing(
    session: Session, cycle: Cycle, actions: list[ProposalAction]
) -> None:
    trial = session.begin_nested()
    proposal = make_proposal(session, cycle, status="submitted")
    taken = 0
    for hour, action in enumerate(actions, start=1):
        before = (proposal.status, proposal.due_at, len(proposal.events))
        try:
            take_step(session, proposal, action, hour)
        except Refusal as refusal:
            assert refusal.code == "proposal.step_refused"
            assert (proposal.status, proposal.due_at, len(proposal.events)) == before
            continue
        taken += 1
        event = proposal.events[-1]
        assert (event.origin, event.target) == (before[0], proposal.status)
        assert step_for(event.origin, action).target == proposal.status
        assert (event.staff_seconds is not None) == (action in DECISIONS)
        assert event.staff_seconds is None or 0 <= event.staff_seconds <= hour * 3600
        if proposal.status in IN_STAFF_HANDS and action is not ProposalAction.TAKE:
            assert proposal.due_at is not None and proposal.due_at > event.at
        if proposal.status not in IN_STAFF_HANDS:
            assert proposal.due_at is None
    assert len(proposal.events) == taken
    logged = session.scalar(
        select(func.count(AuditEntry.id)).where(
            AuditEntry.subject_type == "proposal",
            AuditEntry.subject_id == str(proposal.id),
            AuditEntry.action.in_([f"proposal.{state}" for state in ProposalState]),
        )
    )
    assert logged == taken
    trial.rollback()


def test_every_refused_step_says_in_every_language_where_the_proposal_stands(app: Flask) -> None:
    told: dict[str, set[str]] = {}
    with app.test_request_context():
        for locale in ("kk", "ru", "en"):
            with force_locale(locale):
                for state, action in product(ProposalState, ProposalAction):
                    if (state, action) in PAIRS:
                        continue
                    try:
                        step_for(state, action)
                    except Refusal as refusal:
                        told.setdefault(locale, set()).add(sentence(refusal))
    assert set(told) == {"kk", "ru", "en"}
    for locale, found in told.items():
        assert all(len(text) > 20 for text in found), locale
        assert not any(f"“{state}”" in text for text in found for state in ProposalState), locale
        assert len(found) == len(ProposalState), (locale, found)
