"""Reading the whole box after the close, for the audit: what it returns stays in its memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import exists, select, true
from sqlalchemy.orm import Session

from pb_portal.domain import ledger, roll
from pb_portal.register.models import RegisterEntry
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


def participants(
    session: Session, cycle_id: int, at: datetime, channel: str = ""
) -> Iterator[tuple[str, str, date, str]]:
    """(voter key, channel, day, code) of everybody who took part; by one channel or any."""
    demand_closed(session, cycle_id, at)
    rows = session.execute(
        select(Participation.voter_key, Participation.channel, Participation.on, Participation.mac)
        .where(Participation.cycle_id == cycle_id)
        .where(Participation.channel == channel if channel else true())
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in rows:
        yield row.voter_key, row.channel, row.on, row.mac


def holders_by_day(
    session: Session, cycle_id: int, at: datetime, roll_key: str
) -> Counter[date] | None:
    """How many people hold a paper handed out on each day; None when the portal did not enter
    one of them."""
    holders, intact = Counter[date](), True
    for voter_key, channel, on, mac in participants(session, cycle_id, at, "paper"):
        intact &= roll.same(mac, roll.participation_mac(roll_key, voter_key, channel, on))
        holders[on] += 1
    return holders if intact else None


def off_roll(session: Session, cycle_id: int, at: datetime) -> Sequence[str]:
    """Voter keys of those who took part and are not on the roll."""
    demand_closed(session, cycle_id, at)
    listed = exists().where(
        RegisterEntry.cycle_id == Participation.cycle_id,
        RegisterEntry.voter_key == Participation.voter_key,
    )
    return session.scalars(
        select(Participation.voter_key).where(Participation.cycle_id == cycle_id, ~listed)
    ).all()
