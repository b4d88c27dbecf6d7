"""Where two people read a ballot differently, a third looks at the paper and decides."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.approvals import registry
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.polling import BatchState, Marks
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.voting.paper import queries
from pb_portal.voting.paper.models import Batch, Keyer, Keying
from pb_portal.voting.paper.service.keying import KEYING, agree, begin, write


def judge_sheet(
    session: Session, by: Signature, batch: Batch, rules: RuleBook, serial: int, marks: Marks
) -> Keying:
    """Decide one ballot that was read differently. Refuses the two who typed it."""
    keyer = _third(session, by, batch)
    if serial not in {one.serial for one in queries.differences(session, batch.id)}:
        raise Refusal("polling.no_difference", field="serial")
    return write(session, by, batch, rules, keyer.round, serial, marks)


def finish_judging(session: Session, by: Signature, batch: Batch) -> Batch:
    """Every difference is decided."""
    registry.require_approver(by, KEYING)
    keyer = _third(session, by, batch)
    left = sum(one.third is None for one in queries.differences(session, batch.id))
    if left:
        raise Refusal("polling.differences_left", left=left)
    agree(session, by, batch)
    keyer.finished_at = by.at
    session.flush()
    return batch


def _third(session: Session, by: Signature, batch: Batch) -> Keyer:
    demand(by.actor, P.KEY_PAPER, area_id=batch.point.area_id)
    if batch.state != BatchState.KEYED_TWICE:
        raise Conflict("polling.batch_moved", state=batch.state)
    mine = queries.find_keyer(batch, by.actor.person_id)
    if mine is not None and mine.round < 3:
        raise Refusal("polling.keyed_it")
    return mine or begin(session, by, batch, 3)
