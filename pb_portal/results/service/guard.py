"""Who may count, and when there is something to count."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.cycles import service as cycle_service
from pb_portal.cycles.models import Cycle, RuleBookRow
from pb_portal.db import database_now
from pb_portal.domain.permissions import P, areas_of, demand
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.results import queries
from pb_portal.voting.paper import queries as paper


def demand_city(by: Signature, permission: P) -> None:
    """A result covers the whole city, so a commissioner of one district is not enough."""
    demand(by.actor, permission)
    if by.actor != SYSTEM and areas_of(by.actor, permission) is not None:
        raise Forbidden(permission)


def ready_to_count(session: Session, cycle: Cycle) -> RuleBookRow:
    """The frozen rules of a cycle whose vote is over, by the database's clock; the cycle's row
    stays locked. Refuses a vote that is open, already certified or without frozen rules."""
    cycle_service.hold_cycle(session, cycle.id)
    phase = cycle_service.lock_phase(session, cycle.id, PhaseKind.VOTING)
    if phase is None or cycle.is_imported:
        raise Refusal("result.no_vote")
    if phase.ends_at > database_now(session):
        raise Refusal("result.vote_open")
    if queries.certified_run(session, cycle.id) is not None:
        raise Refusal("result.certified_already")
    waiting = paper.underway(session, cycle.id)
    if waiting:
        numbers = ", ".join(str(batch.number) for batch in waiting)
        raise Refusal("result.paper_waits", numbers=numbers)
    row = cycle.rule_book
    if row is None or row.frozen_at is None or not row.lot_seed:
        raise Refusal("result.rules_not_frozen")
    return row


def demand_undecided(session: Session, cycle: Cycle) -> None:
    """Refuse (`result.waiting`) while a second commissioner is asked about a count."""
    former = queries.find_counted(session, cycle.id)
    if former is not None and queries.find_request(session, former) is not None:
        raise Refusal("result.waiting")
