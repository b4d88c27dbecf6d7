"""Batches of numbered ballots: made, printed, handed over to a point."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.approvals import registry
from pb_portal.approvals.registry import N_
from pb_portal.audit import service as audit
from pb_portal.cycles import service as cycles
from pb_portal.domain import polling
from pb_portal.domain.ballots import OWN_AREA
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.proposals import queries as proposals
from pb_portal.voting.paper.models import Batch, PollingPoint

HANDOVER = registry.register_pair(
    "polling.handover",
    label=N_("Hand a batch of paper ballots over"),
    may_propose=P.RUN_PAPER,
    may_approve=P.HAND_PAPER,
)


def print_batch(
    session: Session, by: Signature, point: PollingPoint, rules: RuleBook, count: int
) -> Batch:
    """Number a new batch for a point; its proposals stay as they are now, by their numbers."""
    demand(by.actor, P.RUN_PAPER, area_id=point.area_id)
    assert by.actor.person_id is not None
    if not 1 <= count <= polling.MOST_IN_BATCH:
        raise Refusal("polling.batch_size", field="count", most=polling.MOST_IN_BATCH)
    papers = ballot_of(session, point, rules)
    if not papers:
        raise Refusal("polling.no_proposals")
    cycles.hold_cycle(session, point.cycle_id)
    made = session.execute(
        select(func.max(Batch.number), func.max(Batch.last)).where(Batch.cycle_id == point.cycle_id)
    ).one()
    first = (made[1] or 0) + 1
    if first + count - 1 > polling.HIGHEST:
        raise Refusal("polling.numbers_used_up", field="count")
    batch = Batch(
        cycle_id=point.cycle_id,
        point_id=point.id,
        number=(made[0] or 0) + 1,
        first=first,
        last=first + count - 1,
        papers=papers,
        printed_by=by.actor.person_id,
        printed_at=by.at,
    )
    session.add(batch)
    session.flush()
    log(session, by, batch, "polling.batch_made", size=count)
    return batch


def ballot_of(session: Session, point: PollingPoint, rules: RuleBook) -> list[int]:
    """Ids of the proposals on this point's ballot as they are printed: the own district's first,
    each district's by their numbers."""
    areas = point.cycle.areas if rules.scope != OWN_AREA else []
    shown = [point.area_id, *(one.area_id for one in areas if one.area_id != point.area_id)]
    place = {area_id: at for at, area_id in enumerate(shown)}
    papers = proposals.on_ballot(session, point.cycle_id, None if areas else point.area_id)
    papers = [paper for paper in papers if paper.area_id in place]
    return [p.id for p in sorted(papers, key=lambda p: (place[p.area_id or 0], p.number or 0))]


def record_printing(session: Session, by: Signature, batch: Batch) -> None:
    """Each printing is in the log: a ballot that is printed twice can be looked for."""
    demand(by.actor, P.RUN_PAPER, area_id=batch.point.area_id)
    if batch.state != polling.BatchState.PRINTED:
        raise Refusal("polling.printed_already")
    log(session, by, batch, "polling.batch_printed")


def issue(session: Session, by: Signature, batch: Batch, rules: RuleBook, received_by: int) -> None:
    """Hand the batch over to somebody else, in charge of its point."""
    registry.require_proposer(by, HANDOVER)
    demand(by.actor, P.RUN_PAPER, area_id=batch.point.area_id)
    if received_by == by.actor.person_id:
        raise Refusal("polling.received_by_self", field="received_by")
    if received_by not in {person.id for person in batch.point.in_charge}:
        raise Refusal("polling.receiver_not_in_charge", field="received_by")
    if batch.papers != ballot_of(session, batch.point, rules):
        raise Refusal("polling.stale")
    move(batch, "issue")
    batch.issued_by, batch.issued_at, batch.received_by = by.actor.person_id, by.at, received_by
    session.flush()
    log(session, by, batch, "polling.batch_issued", received_by=received_by)


def move(batch: Batch, act: str) -> None:
    """The one writer of a batch's state."""
    batch.state = polling.moved(batch.state, act)


def log(session: Session, by: Signature, batch: Batch, action: str, **data: Any) -> None:
    """An entry of the log about a batch; never with a figure of what came back."""
    audit.record(session, by, action, ("paper_batch", batch.id), cycle_id=batch.cycle_id, **data)
