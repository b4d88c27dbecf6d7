"""Reading the ballot box. Figures leave it only through `counted_ballots`, after the close."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle, CycleArea, Phase, RuleBookRow
from pb_portal.db import Missing
from pb_portal.domain import ledger, roll
from pb_portal.domain.ballots import ANYWHERE, OWN_AND_ONE, Paper
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ON_BALLOT
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.proposals import queries as proposals
from pb_portal.proposals.models import Proposal
from pb_portal.voting.models import Ballot, Participation, VoidedBallot, VoterSession

HIGHEST = 2**31 - 1
"""The largest id of a proposal; what is over it stands on no ballot."""


@dataclass(frozen=True)
class Ledger:
    """The head of a cycle's ballot box: the root of the tree over its sorted leaves."""

    root: str
    leaves: int


_POLL = (
    select(Cycle.id, RuleBookRow.content)
    .join(RuleBookRow, RuleBookRow.cycle_id == Cycle.id)
    .where(Cycle.slug == bindparam("in_slug"), ~Cycle.is_imported)
)


def find_poll(session: Session, slug: str) -> Row[int, dict[str, Any]]:
    """Number and rules of the vote of a cycle, and nothing else of it; raises `Missing`."""
    row = session.execute(_POLL, {"in_slug": slug}).one_or_none()
    if row is None:
        raise Missing("vote")
    return row


def find_voter(
    session: Session, cycle_id: int, token_hash: str, at: datetime, roll_key: str
) -> VoterSession | None:
    """The voter of this token, while the half hour lasts; of a visit that the portal itself
    opened (`roll_key` is the key of the cycle's roll)."""
    voter = find_voter_row(session, cycle_id, token_hash)
    if voter is None or voter.expires_at <= at:
        return None
    mac = roll.visit_mac(roll_key, token_hash, voter.voter_key, voter.area_id, voter.how)
    return voter if roll.same(voter.mac, mac) else None


def find_voter_row(session: Session, cycle_id: int, token_hash: str) -> VoterSession | None:
    """The row of this token, however old."""
    return session.scalars(
        select(VoterSession)
        .where(VoterSession.token_hash == token_hash, VoterSession.cycle_id == cycle_id)
        .execution_options(populate_existing=True)
    ).one_or_none()


def find_participation(session: Session, cycle_id: int, voter_key: str) -> Participation | None:
    """Whether a person has voted, and how."""
    return session.get(Participation, (cycle_id, voter_key), populate_existing=True)


def ballot_areas(
    rules: RuleBook, areas: Sequence[CycleArea], area_id: int, other: int | None
) -> list[CycleArea]:
    """The areas whose proposals lie before a voter: the own one first, then the `other` one that
    was picked, or all."""
    shown = {area_id, other} if rules.scope == OWN_AND_ONE else {area_id}
    found = [one for one in areas if rules.scope == ANYWHERE or one.area_id in shown]
    return sorted(found, key=lambda one: one.area_id != area_id)


def ballot_papers(
    session: Session, cycle_id: int, areas: Sequence[CycleArea]
) -> dict[int, Proposal]:
    """The proposals a voter chooses from, by id; in what order, the poll's key says."""
    ids = {one.area_id for one in areas}
    only = next(iter(ids)) if len(ids) == 1 else None
    found = [one for one in proposals.on_ballot(session, cycle_id, only) if one.area_id in ids]
    by_id = {category.id: category for category in cycles.categories(session)}
    for paper in found:
        set_committed_value(paper, "category", by_id.get(paper.category_id or 0))
    return {paper.id: paper for paper in found}


_PAPERS = (
    select(Proposal.id, Proposal.area_id, CycleArea.budget)
    .add_columns(func.coalesce(Proposal.reviewed_cost, Proposal.cost))
    .join(
        CycleArea,
        (CycleArea.cycle_id == Proposal.cycle_id) & (CycleArea.area_id == Proposal.area_id),
    )
    .where(
        Proposal.id.in_(bindparam("ids", expanding=True)),
        Proposal.cycle_id == bindparam("in_cycle"),
        Proposal.status.in_([state.value for state in ON_BALLOT]),
    )
)


def papers_among(session: Session, cycle_id: int, ids: Sequence[int]) -> dict[int, Paper]:
    """Those of these proposals that stand in the vote, with their area, price and its budget."""
    values = {"ids": [one for one in ids if 0 < one <= HIGHEST], "in_cycle": cycle_id}
    return {
        one: Paper(area_id or 0, price, budget)
        for one, area_id, budget, price in session.connection().execute(_PAPERS, values)
    }


def find_receipt(session: Session, cycle_id: int, receipt: str) -> str | None:
    """The leaf of the ballot with this receipt, if it lies in the box.

    A ballot that a later one replaced lies there too, and the answer is the same: nobody can be
    made to prove how, or whether, a vote was changed.
    """
    start = ledger.leaf_prefix(receipt)
    if start is None:
        return None
    # By the leaf alone: with the cycle beside it SQLite reads the whole box by the cycle's index.
    found = session.execute(
        select(Ballot.leaf, Ballot.cycle_id).where(Ballot.leaf >= start, Ballot.leaf < start + "g")
    )
    return next((row.leaf for row in found if row.cycle_id == cycle_id), None)


def receipt_included(session: Session, cycle_id: int, receipt: str) -> bool:
    """Whether a ballot with this receipt lies in the box."""
    return find_receipt(session, cycle_id, receipt) is not None


def demand_closed(session: Session, cycle_id: int, at: datetime) -> None:
    """Refuse (`voting.still_open`) until the vote is over.

    Takes the phase's lock, so that it waits for every ballot on its way: none is added after it.
    """
    phase = session.scalars(
        select(Phase)
        .where(Phase.cycle_id == cycle_id, Phase.kind == PhaseKind.VOTING)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if phase is not None and at < phase.ends_at:
        raise Refusal("voting.still_open")


def counted_ballots(
    session: Session, cycle_id: int, at: datetime
) -> Iterator[tuple[int, list[int], list[int]]]:
    """(area id, choices, points) of the last revision of each ballot that is not void, after the
    close only.

    The order is that of the ballots' keys and says nothing about the voters.
    """
    demand_closed(session, cycle_id, at)
    return _last_revisions(session, cycle_id)


def _last_revisions(session: Session, cycle_id: int) -> Iterator[tuple[int, list[int], list[int]]]:
    last = (
        select(Ballot.ballot_key, func.max(Ballot.revision).label("revision"))
        .where(Ballot.cycle_id == cycle_id)
        .group_by(Ballot.ballot_key)
        .subquery()
    )
    void = exists().where(
        VoidedBallot.cycle_id == cycle_id,
        VoidedBallot.ballot_key == Ballot.ballot_key,
        VoidedBallot.through >= Ballot.revision,
    )
    rows = session.execute(
        select(Ballot.area_id, Ballot.choices, Ballot.points)
        .join(
            last,
            (Ballot.ballot_key == last.c.ballot_key) & (Ballot.revision == last.c.revision),
        )
        .where(Ballot.cycle_id == cycle_id, ~void)
        .order_by(Ballot.ballot_key)
        .execution_options(yield_per=5000)
    )
    for row in rows:
        yield row.area_id, row.choices, row.points


def turnout(session: Session, cycle_id: int, at: datetime) -> int:
    """How many people voted; like every figure of the vote, sealed until the close."""
    demand_closed(session, cycle_id, at)
    count = select(func.count()).select_from(Participation)
    return session.scalar(count.where(Participation.cycle_id == cycle_id)) or 0


def turnout_by_channel(session: Session, cycle_id: int, at: datetime) -> dict[str, int]:
    """How many people voted through each channel; sealed until the close like every figure."""
    demand_closed(session, cycle_id, at)
    count = select(Participation.channel, func.count()).group_by(Participation.channel)
    rows = session.execute(count.where(Participation.cycle_id == cycle_id))
    return {channel: people for channel, people in rows}


def ledger_leaves(session: Session, cycle_id: int, at: datetime) -> list[str]:
    """Every leaf of the ledger, sorted: ballots, replaced and void ones too, and what declares
    them void; sealed until the close."""
    demand_closed(session, cycle_id, at)
    leaves = session.scalars(select(Ballot.leaf).where(Ballot.cycle_id == cycle_id))
    voids = session.scalars(select(VoidedBallot.leaf).where(VoidedBallot.cycle_id == cycle_id))
    return sorted([*leaves, *voids])


def count_leaves(session: Session, cycle_id: int, at: datetime) -> tuple[int, int]:
    """How many leaves are of ballots, replaced and void ones too, and how many declare one void;
    sealed until the close."""
    demand_closed(session, cycle_id, at)
    ballots, voids = (
        session.scalar(select(func.count()).select_from(table).where(table.cycle_id == cycle_id))
        for table in (Ballot, VoidedBallot)
    )
    return ballots or 0, voids or 0


def ledger_root(session: Session, cycle_id: int, at: datetime) -> Ledger:
    """The head over all leaves, sorted; sealed until the close."""
    leaves = ledger_leaves(session, cycle_id, at)
    return Ledger(ledger.tree_root(leaves), len(leaves))
