"""Reading the whole box after the close, for the audit: what it returns stays in its memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.domain import ledger
from pb_portal.voting.models import Ballot, Participation
from pb_portal.voting.queries.box import demand_closed

_AT_ONCE = 2000


def opened_ballots(
    session: Session, cycle_id: int, at: datetime
) -> Iterator[tuple[str, int, str, bool]]:
    """(name, revision, leaf, whether the ballot still gives that leaf) of every ballot."""
    demand_closed(session, cycle_id, at)
    rows = session.execute(
        select(
            Ballot.ballot_key, Ballot.revision, Ballot.area_id, Ballot.choices, Ballot.points,
            Ballot.nonce, Ballot.leaf,
        )
        .where(Ballot.cycle_id == cycle_id)
        .execution_options(yield_per=_AT_ONCE)
    )  # fmt: skip
    for name, revision, area_id, choices, points, nonce, leaf in rows:
        try:
            written = ledger.canonical(cycle_id, name, revision, area_id, choices, points)
            holds = ledger.leaf(written, nonce) == leaf
        except (TypeError, ValueError):
            holds = False
        yield name, revision, leaf, holds


def participants(session: Session, cycle_id: int, at: datetime) -> Iterator[tuple[str, str, date]]:
    """(voter key, channel, day) of everybody who took part."""
    demand_closed(session, cycle_id, at)
    rows = session.execute(
        select(Participation.voter_key, Participation.channel, Participation.on)
        .where(Participation.cycle_id == cycle_id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in rows:
        yield row.voter_key, row.channel, row.on
