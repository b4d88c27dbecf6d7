"""After the certification: how far each proposal was from the other outcome, and what other rules
would have given. All of it by full recounts, a little at a time, and kept."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import transaction
from pb_portal.domain.small_numbers import BALLOTS_FROM
from pb_portal.results.models import Alternative, AreaResult, CountRun, Margin, ProposalResult
from pb_portal.results.replay import Past, past_elections, voters_with_a_winner, with_step
from pb_portal.tally import ElectionError
from pb_portal.tally.whatif import highest_cost, voters_lacking

OTHER_RULES = (
    "greedy",
    "greedy-per-cost",
    "equal-shares/add1-exhaustive",
    "phragmen",
)
PATIENCE = 2.0
"""Seconds of work one count may take for margins to be searched by many of them."""


def study(session: Session, seconds: float) -> bool:
    """Find out what is missing, for about so many seconds; False when nothing is."""
    ends = time.monotonic() + seconds
    found = False
    for run in _runs(session):
        cycle = cycles.get_cycle_by_id(session, run.cycle_id)
        for made in _findings(session, cycle, run):
            with transaction() as work:
                work.add(made)
            found = True
            if time.monotonic() > ends:
                return True
    return found


def _runs(session: Session) -> list[CountRun]:
    """Certified counts with something missing."""
    certified = select(CountRun).where(CountRun.state == "certified").order_by(CountRun.id)
    lacking = exists().where(
        (ProposalResult.run_id == CountRun.id)
        & (ProposalResult.reason != "withdrawn")
        & ~exists().where(
            (Margin.run_id == CountRun.id) & (Margin.proposal_id == ProposalResult.proposal_id)
        )
    )
    uncompared = exists().where(
        (AreaResult.run_id == CountRun.id)
        & ~exists().where(
            (Alternative.run_id == CountRun.id) & (Alternative.area_id == AreaResult.area_id)
        )
    )
    runs = session.scalars(certified.where(lacking | uncompared)).all()
    return [run for run in runs if run_is_by_rule(run)]


def run_is_by_rule(run: CountRun) -> bool:
    """Whether the winners are those of a rule we can count by."""
    told = run.turnout
    return not run.official or bool(told.get("explained") and not told.get("differs"))


def _findings(session: Session, cycle: Cycle, run: CountRun) -> Iterator[Margin | Alternative]:
    """What is missing: the other rules of all areas first, since they are quick."""
    run_id = run.id
    results = session.scalars(select(ProposalResult).where(ProposalResult.run_id == run_id)).all()
    told = set(session.scalars(select(Margin.proposal_id).where(Margin.run_id == run_id)))
    compared = {
        (one.area_id, one.rule)
        for one in session.scalars(select(Alternative).where(Alternative.run_id == run_id))
    }
    left = [
        (one.area_id, one.proposal_id, one.proposal.number or 0, one.selected)
        for one in results
        if one.proposal_id not in told and one.reason != "withdrawn"
    ]
    pasts = past_elections(session, cycle)
    for past in pasts:
        area_id = past.part.area_id
        for rule in rules_to_compare(past):
            if (area_id, rule) not in compared:
                yield _alternative(run_id, area_id, past, rule, few=_few(cycle, past))
    for past in pasts:
        own = [one for one in left if one[0] == past.part.area_id]
        slow = bool(own) and _is_slow(past)
        names = {number: name for name, number in past.numbers.items()}
        for _area, proposal_id, number, won in own:
            yield _margin(run_id, proposal_id, past, names[number], won=won, skip=slow)


def _few(cycle: Cycle, past: Past) -> bool:
    return not cycle.is_imported and past.election.voters < BALLOTS_FROM


def rules_to_compare(past: Past) -> list[str]:
    """The area's own rule first, then the others."""
    own = past.election.rule
    return list(dict.fromkeys((own, *(with_step(past, one) for one in OTHER_RULES))))


def _alternative(run_id: int, area_id: int, past: Past, rule: str, *, few: bool) -> Alternative:
    if few:
        data: dict[str, object] = {"few": True}
    else:
        try:
            data = outcome_of(past, rule)
        except ElectionError:
            data = {"unfit": True}
    return Alternative(run_id=run_id, area_id=area_id, rule=rule, data=data)


def outcome_of(past: Past, rule: str) -> dict[str, object]:
    """What a rule gives: winners by number, their cost, and how many voters have one of them."""
    outcome = past.count(rule)
    winners = frozenset(outcome.selected)
    return {
        "winners": sorted(past.numbers[one] for one in winners),
        "cost": (outcome.total_cost - outcome.outside_cost) // past.unit,
        "happy": voters_with_a_winner(past.election, winners),
        "voters": sum(ballot.weight for ballot in past.election.ballots if ballot.choices),
    }


def _is_slow(past: Past) -> bool:
    began = time.thread_time()
    past.count()
    return time.thread_time() - began > PATIENCE


def _margin(
    run_id: int, proposal_id: int, past: Past, name: str, *, won: bool, skip: bool
) -> Margin:
    made = Margin(run_id=run_id, proposal_id=proposal_id, more_voters=None, top_cost=None)
    if skip:
        return made
    known = past.election, past.election.rule, past.ties, name
    cost = highest_cost(*known)
    made.top_cost = None if cost is None else cost // past.unit
    if not won:
        made.more_voters = voters_lacking(*known)
    return made
