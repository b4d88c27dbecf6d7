"""A batch that is agreed on goes into the box, all its ballots in one transaction, once."""

from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy.orm import Session

from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import service as cycles
from pb_portal.db import database_now
from pb_portal.domain import ledger
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.polling import BatchState, Marks, Verdict
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.voting import queries as voting
from pb_portal.voting.models import Ballot
from pb_portal.voting.paper import queries
from pb_portal.voting.paper.models import Batch, PaperClosing
from pb_portal.voting.paper.queries import figures
from pb_portal.voting.paper.queries.figures import handed_at
from pb_portal.voting.paper.service.checking import check_marks
from pb_portal.voting.paper.service.printing import log, move
from pb_portal.voting.paper.service.returning import subject_of
from pb_portal.voting.queries.opened import holders_by_day
from pb_portal.voting.service.poll import Poll, insert, poll_of

ACCEPT = "polling.accept"
box_of = poll_of


def propose_accept(session: Session, by: Signature, batch: Batch) -> ApprovalRequest:
    """Ask a commissioner to take an agreed batch into the box, after the close."""
    demand(by.actor, P.KEY_PAPER, area_id=batch.point.area_id)
    _check_ready(session, batch)
    return approvals.propose(
        session,
        by,
        ACCEPT,
        subject_of(batch),
        payload={"batch": batch.id, "version": batch.version},
        reason="",
        cycle_id=batch.cycle_id,
    )


def accept(
    session: Session, by: Signature, request: ApprovalRequest, batch: Batch, poll: Poll
) -> None:
    """Put every valid ballot of the batch into the box.

    Refuses counters that were altered (`polling.counters_differ`) and more papers than people who
    were handed one (`polling.invented`), in the cycle and at the point.
    """
    demand(by.actor, P.ACCEPT_PAPER)
    if queries.find_keyer(batch, by.actor.person_id) is not None:
        raise Refusal("polling.keyed_it")
    cycles.hold_cycle(session, batch.cycle_id)
    if request.payload["version"] != batch.version:
        raise Conflict("polling.batch_moved", state=batch.state)
    _check_ready(session, batch)
    _check_counters(session, batch.cycle_id, poll.roll)
    _check_sum(session, batch)
    read = queries.final_marks(session, batch.id)
    valid = {serial: marks for serial, marks in read.items() if marks.verdict == Verdict.VALID}
    for marks in set(valid.values()):
        check_marks(session, batch, poll.rules, marks)
    rows = [_row(batch, poll, serial, marks) for serial, marks in valid.items()]
    if rows:
        rows.sort(key=lambda row: str(row["ballot_key"]))
        session.execute(insert(session, Ballot), rows)
    verdicts = [str(marks.verdict) for marks in read.values()]
    batch.outcome = {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))}
    move(batch, "accept")
    session.flush()
    log(session, by, batch, "polling.batch_accepted")


def _check_ready(session: Session, batch: Batch) -> None:
    if batch.state != BatchState.AGREED:
        raise Conflict("polling.batch_moved", state=batch.state)
    if batch.missing and batch.missing_agreed_by is None:
        raise Refusal("polling.missing_waits")
    if session.get(PaperClosing, batch.cycle_id) is not None:
        raise Refusal("polling.certified")
    voting.demand_closed(session, batch.cycle_id, database_now(session))


def _check_counters(session: Session, cycle_id: int, roll_key: str) -> None:
    """Refuse (`polling.counters_differ`) while the papers handed out are not those of the people
    whom the desks have marked, as the desks marked them."""
    counters = figures.counters_of(session, cycle_id)
    marked = holders_by_day(session, cycle_id, database_now(session), roll_key)
    counted: Counter[date] = Counter()
    for row in counters:
        counted[row.on] += row.handed - row.taken_back
    intact = all(figures.figures_intact(roll_key, row) for row in counters)
    if not intact or marked is None or +counted != +marked:
        raise Refusal("polling.counters_differ")


def _check_sum(session: Session, batch: Batch) -> None:
    found = queries.sums(session, batch.cycle_id, database_now(session))
    cast = batch.cast_count or 0
    here = sum(
        other.cast_count or 0
        for other in queries.batches_of(session, batch.cycle_id)
        if other.point_id == batch.point_id and other.state == BatchState.ACCEPTED
    )
    handed = handed_at(session, [batch.point_id]).get(batch.point_id, 0)
    if found.cast + cast > found.handed or here + cast > handed:
        raise Refusal("polling.invented")


def _row(batch: Batch, poll: Poll, serial: int, marks: Marks) -> dict[str, object]:
    name = ledger.ballot_key(poll.box, f"paper:{batch.number}:{serial}")
    once = ledger.nonce(poll.box, name, "paper")
    area_id, choices, points = batch.point.area_id, list(marks.choices), list(marks.points)
    sheet = ledger.canonical(poll.cycle_id, name, 1, area_id, choices, points)
    return {
        "cycle_id": poll.cycle_id,
        "ballot_key": name,
        "revision": 1,
        "area_id": area_id,
        "choices": choices,
        "points": points,
        "nonce": once,
        "leaf": ledger.leaf(sheet, once),
    }


def close_box(session: Session, by: Signature, cycle_id: int) -> None:
    """The result is certified: no paper enters the box any more."""
    if session.get(PaperClosing, cycle_id) is None:
        session.add(PaperClosing(cycle_id=cycle_id, at=by.at))
        session.flush()
