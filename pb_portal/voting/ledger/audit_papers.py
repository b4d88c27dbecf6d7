"""Whether papers on the way to the box agree: handed out, taken back, recorded, found, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy.orm import Session

from pb_portal.approvals import queries as approvals
from pb_portal.domain import ledger, roll
from pb_portal.domain.polling import BatchState, Verdict
from pb_portal.voting.ledger import paper_records as records
from pb_portal.voting.ledger.findings import Box, Look
from pb_portal.voting.paper.models import Batch, HandedOut
from pb_portal.voting.paper.queries.batches import batches_of, final_marks
from pb_portal.voting.paper.queries.figures import TAKE_BACK, counters_of, figures_intact
from pb_portal.voting.queries.opened import participants


def check_papers(session: Session, look: Look, box: Box) -> Iterator[str]:
    """Counters, participation, signed records and batches say the same."""
    counters = counters_of(session, look.cycle.id)
    yield from counters_differ(session, look, counters)
    yield from records.records_differ(session, look, counters)
    yield from _batches(session, look, box, counters)


def counters_differ(session: Session, look: Look, counters: Sequence[HandedOut]) -> Iterator[str]:
    """Where counters were altered, or are not the sum of the people who hold a paper."""
    for row in counters:
        if not figures_intact(look.roll_key, row):
            yield f"point {row.point_id}: the papers handed out on {row.on} were altered"
    holders: Counter[date] = Counter()
    for voter_key, channel, on, mac in participants(session, look.cycle.id, look.at):
        own = roll.participation_mac(look.roll_key, voter_key, channel, on)
        if channel == "paper" and roll.same(mac, own):
            holders[on] += 1
    counted: Counter[date] = Counter()
    for row in counters:
        counted[row.on] += row.handed - row.taken_back
    for on in sorted(holders.keys() | counted.keys()):
        if holders[on] != counted[on]:
            yield f"papers handed out on {on} are not those of the people who hold one"
    agreed = len(approvals.of_cycle(session, look.cycle.id, TAKE_BACK, "approved"))
    if agreed != sum(row.taken_back for row in counters):
        yield "papers taken back are not those that two people agreed on"


def _batches(
    session: Session, look: Look, box: Box, counters: Sequence[HandedOut]
) -> Iterator[str]:
    own, last = ledger.cycle_key(look.key, look.cycle.id), 0
    handed: Counter[int] = Counter()
    for row in counters:
        handed[row.point_id] += row.handed - row.taken_back
    found: Counter[int] = Counter()
    for batch in sorted(batches_of(session, look.cycle.id), key=lambda batch: batch.first):
        if batch.first <= last or batch.last < batch.first:
            yield f"paper batch {batch.number}: its numbers belong to another batch"
        last = max(last, batch.last)
        if batch.equation is not None and sum(_figures(batch)) != batch.size:
            yield f"paper batch {batch.number}: its figures do not add up to its ballots"
        lying = {
            serial
            for serial in range(batch.first, batch.last + 1)
            if ledger.ballot_key(own, f"paper:{batch.number}:{serial}") in box.names
        }
        if batch.state == BatchState.ACCEPTED:
            found[batch.point_id] += batch.cast_count or 0
        if lying != _valid(session, batch):
            yield f"paper batch {batch.number}: the box does not hold what was typed of it"
    for point_id in sorted(found):
        if found[point_id] > handed[point_id]:
            yield f"point {point_id}: more papers were found than were handed out"


def _figures(batch: Batch) -> tuple[int, ...]:
    return (batch.cast_count or 0, batch.spoiled or 0, batch.unused or 0, batch.missing or 0)


def _valid(session: Session, batch: Batch) -> set[int]:
    """The numbers of its ballots that belong into the box: of an accepted batch alone."""
    if batch.state != BatchState.ACCEPTED:
        return set()
    read = final_marks(session, batch.id)
    return {serial for serial, marks in read.items() if marks.verdict == Verdict.VALID}
