"""A cycle back as Pabulib elections: an imported one as it came, an own one area by area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle, CycleArea
from pb_portal.db import database_now
from pb_portal.domain.phases import PhaseKind
from pb_portal.proposals.models import Proposal
from pb_portal.results import queries, source
from pb_portal.results.elections import AreaVote, entries_of, votes_by_area
from pb_portal.results.imports import PREFIX
from pb_portal.results.models import CountRun
from pb_portal.results.source import Unfit
from pb_portal.tally import Ballot, Election, Project
from pb_portal.voting import queries as voting
from pb_portal.voting.models import Ballot as BallotRow

COUNTRY, LANGUAGES = "Kazakhstan", "kk,ru"


@dataclass(frozen=True)
class Place:
    """Where an own cycle takes place, for META."""

    unit: str
    zone: ZoneInfo


def unit_of(cycle: Cycle) -> str:
    """The city as META names it."""
    return cycle.city.replace("-", " ").title()


def election_of(
    session: Session, cycle: Cycle, part: CycleArea, place: Place, *, few: bool = False
) -> Election:
    """The certified election of one area, ready to be written.

    Refuses (`Unfit`) before certification, and the ballots of an own area in which fewer than
    `queries.FEW` voted or whose number is withheld; `few` lets a published election through, whose
    ballots are known anyway.
    """
    run = queries.certified_run(session, cycle.id)
    if run is None:
        raise Unfit("The result of this cycle is not certified yet; its ballots stay sealed.")
    ballots = next((one.ballots for one in run.areas if one.area_id == part.area_id), 0)
    if ballots < queries.FEW and not (few and cycle.is_imported):
        raise Unfit(
            f"Fewer than {queries.FEW} people voted in this area: their ballots are not published."
        )
    if part.area_id in queries.withheld_of(session, run).counts:
        raise Unfit("The number of ballots of this area would give away that of a small one.")
    if cycle.is_imported:
        return imported_election(session, cycle, part)
    won = queries.winners_of(session, cycle.id)
    return _own(session, cycle, part, place, run, won)


def imported_election(session: Session, cycle: Cycle, part: CycleArea) -> Election:
    """A loaded election as it came."""
    won = queries.winners_of(session, cycle.id)
    rows = session.execute(
        select(Proposal.id, Proposal.external_id, Proposal.cost)
        .where(Proposal.cycle_id == cycle.id)
        .order_by(Proposal.number)
    ).all()
    told: Mapping[str, Any] = cycle.source["projects"]
    named = {row.id: row.external_id for row in rows}
    return source.restored(
        cycle.source,
        projects=tuple(
            _project(told[row.external_id], row.external_id, row.cost, row.id in won)
            for row in rows
        ),
        ballots=tuple(sorted(_ballots(session, cycle.id, named), key=_by_voter)),
        budget=part.budget,
        currency=cycle.currency,
        scale=cycle.minor_units,
    )


def numbers_of(session: Session, cycle_id: int) -> dict[str, int]:
    """Names in the file → numbers of the proposals."""
    rows = session.execute(
        select(Proposal.external_id, Proposal.number).where(Proposal.cycle_id == cycle_id)
    )
    return {name: number or 0 for name, number in rows}


def _project(told: Mapping[str, Any], one: str, cost: int, won: bool) -> Project:
    return Project(
        id=one,
        cost=cost,
        name=told["name"],
        category=tuple(told["category"]),
        beneficiaries=tuple(told["beneficiaries"]),
        district=told["district"],
        latitude=told["latitude"],
        longitude=told["longitude"],
        official=int(won) if told["official"] is None else told["official"],
        withdrawn=told["withdrawn"],
        extra=told["extra"],
    )


def _ballots(session: Session, cycle_id: int, named: Mapping[int, str]) -> Iterator[Ballot]:
    rows = session.execute(
        select(BallotRow.ballot_key, BallotRow.choices, BallotRow.points)
        .where(BallotRow.cycle_id == cycle_id)
        .execution_options(yield_per=5000)
    )
    for key, choices, points in rows:
        chosen = tuple(named[one] for one in choices)
        yield Ballot(chosen, tuple(points), key.removeprefix(PREFIX))


def _by_voter(ballot: Ballot) -> tuple[int, str]:
    return len(ballot.voter_id), ballot.voter_id


def _own(
    session: Session,
    cycle: Cycle,
    part: CycleArea,
    place: Place,
    run: CountRun,
    won: frozenset[int],
) -> Election:
    rules = cycles.rules_of(cycle)
    ballots = voting.counted_ballots(session, cycle.id, database_now(session))
    votes, *_ = votes_by_area(cycle, rules, entries_of(session, cycle.id), ballots)
    vote = next(one for one in votes if one.part.area_id == part.area_id)
    return published(cycle, vote, place, run, won)


def published(
    cycle: Cycle, vote: AreaVote, place: Place, run: CountRun, won: frozenset[int]
) -> Election:
    """The election of one area with all that a file says about it, its winners marked."""
    winners = {str(entry.number) for entry in vote.entries if entry.id in won}
    projects = tuple(
        replace(project, official=int(project.id in winners)) for project in vote.election.projects
    )
    return replace(vote.election, projects=projects, meta=_meta(cycle, vote, place, run))


def _meta(cycle: Cycle, vote: AreaVote, place: Place, run: CountRun) -> dict[str, str]:
    phase = cycles.find_phase(cycle, PhaseKind.VOTING)
    days = (phase.starts_at, phase.ends_at) if phase else (cycle.created_at, cycle.created_at)
    area = vote.part.area.names
    named = area.get("en") or area.get("ru") or vote.part.area.code
    return {
        "description": f"Participatory budget in {place.unit}, {named}",
        "country": COUNTRY,
        "unit": place.unit,
        "district": named,
        "subunit": named,
        "instance": str(cycle.year),
        "date_begin": days[0].astimezone(place.zone).strftime("%d.%m.%Y"),
        "date_end": days[1].astimezone(place.zone).strftime("%d.%m.%Y"),
        "language": LANGUAGES,
        "comment": f"#1: Ties by the lot of seed {run.lot_seed}. #2: Rule book {run.rules_digest}.",
    }
