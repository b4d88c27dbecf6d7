"""Typing a batch: two people, neither sees what the other typed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.approvals import registry
from pb_portal.approvals.registry import N_
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.polling import KEYED_IN, BatchState, Marks, Verdict, serial_code
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.seals.service import add_rows
from pb_portal.voting.paper import queries
from pb_portal.voting.paper.models import Batch, Keyer, Keying
from pb_portal.voting.paper.queries.batches import find_sheet, typed_count
from pb_portal.voting.paper.service.checking import check_marks
from pb_portal.voting.paper.service.printing import log, move
from pb_portal.voting.service.poll import insert

KEYING = registry.register_pair(
    "polling.keying",
    label=N_("Type a batch of paper ballots twice"),
    may_propose=P.KEY_PAPER,
    may_approve=P.KEY_PAPER,
)


def take_round(session: Session, by: Signature, batch: Batch) -> Keyer:
    """The round this person types: the one begun before, or the next that is free."""
    demand(by.actor, P.KEY_PAPER, area_id=batch.point.area_id)
    mine = queries.find_keyer(batch, by.actor.person_id)
    if mine is not None:
        return mine
    if batch.state not in KEYED_IN:
        raise Conflict("polling.batch_moved", state=batch.state)
    taken = {keyer.round for keyer in batch.keyers}
    free = next((one for one in (1, 2) if one not in taken), None)
    if free is None:
        raise Conflict("polling.rounds_taken")
    return begin(session, by, batch, free)


def begin(session: Session, by: Signature, batch: Batch, round_: int) -> Keyer:
    """Take a round; another person who was quicker is a conflict (`polling.rounds_taken`)."""
    registry.require_proposer(by, KEYING)
    assert by.actor.person_id is not None
    made = add_rows(
        session,
        insert(session, Keyer)
        .values(batch_id=batch.id, round=round_, person_id=by.actor.person_id, started_at=by.at)
        .on_conflict_do_nothing(),
    )
    if not made:
        raise Conflict("polling.rounds_taken")
    session.expire(batch, ["keyers"])
    log(session, by, batch, "polling.keying_begun", round=round_)
    return session.get_one(Keyer, (batch.id, round_))


def key_sheet(
    session: Session,
    by: Signature,
    batch: Batch,
    rules: RuleBook,
    serial: int,
    marks: Marks,
    *,
    replace: bool = False,
) -> Keying:
    """Type one ballot. A number typed before is refused (`polling.typed_already`) unless it is
    to be corrected; both readings stay."""
    keyer = queries.find_keyer(batch, by.actor.person_id)
    if keyer is None or keyer.round > 2 or keyer.finished_at or batch.state not in KEYED_IN:
        raise Conflict("polling.batch_moved", state=batch.state)
    if marks.verdict == Verdict.ABSENT:
        raise Refusal("polling.marks_wrong", field="marks")
    former = find_sheet(session, batch.id, keyer.round, serial)
    if former is not None and not replace:
        raise Refusal("polling.typed_already", field="serial", serial=serial_code(serial))
    if former is None and typed_count(session, batch.id, keyer.round) >= (batch.cast_count or 0):
        raise Refusal("polling.all_typed", field="serial", cast=batch.cast_count)
    return write(session, by, batch, rules, keyer.round, serial, marks)


def write(
    session: Session,
    by: Signature,
    batch: Batch,
    rules: RuleBook,
    round_: int,
    serial: int,
    marks: Marks,
) -> Keying:
    """Add a reading of one ballot of the batch, after all that the rules ask of it."""
    if not batch.first <= serial <= batch.last:
        raise Refusal(
            "polling.not_in_batch",
            field="serial",
            first=serial_code(batch.first),
            last=serial_code(batch.last),
        )
    if marks.verdict == Verdict.VALID:
        check_marks(session, batch, rules, marks)
    former = find_sheet(session, batch.id, round_, serial)
    row = Keying(
        batch_id=batch.id,
        round=round_,
        serial=serial,
        revision=former.revision + 1 if former else 1,
        verdict=marks.verdict,
        choices=list(marks.choices),
        points=list(marks.points),
        at=by.at,
    )
    session.add(row)
    session.flush()
    return row


def finish_round(session: Session, by: Signature, batch: Batch) -> Batch:
    """This person has typed every ballot cast. After the second one, readings that agree in
    everything agree on the batch; else a third person decides."""
    registry.require_approver(by, KEYING)
    keyer = queries.find_keyer(batch, by.actor.person_id)
    if keyer is None or keyer.round > 2 or keyer.finished_at or batch.state not in KEYED_IN:
        raise Conflict("polling.batch_moved", state=batch.state)
    typed = typed_count(session, batch.id, keyer.round)
    if typed != batch.cast_count:
        raise Refusal("polling.typed_differs", typed=typed, cast=batch.cast_count)
    keyer.finished_at = by.at
    move(batch, "key_once" if batch.state == BatchState.RETURNED else "key_twice")
    session.flush()
    log(session, by, batch, "polling.keying_finished", round=keyer.round)
    if batch.state == BatchState.KEYED_TWICE and not queries.differences(session, batch.id):
        agree(session, by, batch)
    return batch


def agree(session: Session, by: Signature, batch: Batch) -> None:
    """All readings are settled and as many as there are ballots cast."""
    settled = len(queries.final_marks(session, batch.id))
    if settled != batch.cast_count:
        raise Refusal("polling.settled_differs", settled=settled, cast=batch.cast_count)
    move(batch, "agree")
    session.flush()
    log(session, by, batch, "polling.batch_agreed")
