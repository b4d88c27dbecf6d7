"""What a past vote would have given by another rule, with another budget or other limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Actor
from pb_portal.results import queries
from pb_portal.results.comparing import Row, row_of
from pb_portal.results.models import CountRun
from pb_portal.results.queries import Section
from pb_portal.results.replay import Past, past_elections, voters_with_a_winner, with_step
from pb_portal.tally import Election, ElectionError, count

HUNDRED = 100


@dataclass(frozen=True)
class Scenario:
    """How to count: a rule (empty: the one it was counted by), the budget in per cent of the real
    one, the least number of votes, and the highest cost a proposal may have."""

    rule: str = ""
    budget: int = HUNDRED
    threshold: int = 0
    cap: int | None = None

    @property
    def plain(self) -> bool:
        """Whether nothing is changed."""
        return self == Scenario()


@dataclass(frozen=True)
class Replayed:
    """One area under every scenario; None where the rule does not fit its ballots."""

    section: Section
    rows: Sequence[Row | None]
    """None at all where figures are withheld: trials would work them out."""


def past_cycles(session: Session) -> Sequence[Cycle]:
    """What may be replayed: certified and imported cycles, the newest first."""
    return session.scalars(
        select(Cycle)
        .join(CountRun, CountRun.cycle_id == Cycle.id)
        .where(CountRun.state == "certified")
        .order_by(Cycle.year.desc(), Cycle.id.desc())
    ).all()


def replay(
    session: Session, actor: Actor, cycle: Cycle, scenarios: Sequence[Scenario]
) -> list[Replayed]:
    """Count a past vote by each scenario. Refuses a cycle without a certified result."""
    demand(actor, P.STEER_CYCLE)
    run = queries.certified_run(session, cycle.id)
    if run is None:
        raise Refusal("result.not_past", field="cycle")
    sections = {one.area.id: one for one in queries.sections(session, run)}
    return [
        Replayed(
            section=sections[past.part.area_id],
            rows=[]
            if sections[past.part.area_id].uncounted
            else [_row(past, sections[past.part.area_id], one) for one in scenarios],
        )
        for past in past_elections(session, cycle)
    ]


def _row(past: Past, section: Section, scenario: Scenario) -> Row | None:
    election = changed(past, scenario)
    rule = with_step(past, scenario.rule or election.rule)
    if scenario.threshold and "threshold=" not in rule:
        rule += f"{',' if ':' in rule else ':'}threshold={scenario.threshold}"
    ties = replace(past.ties, order=_standing(past, election))
    try:
        outcome = count(election, rule, ties)
    except ElectionError:
        return None
    winners = frozenset(outcome.selected)
    data = {
        "winners": [past.numbers[one] for one in winners],
        "cost": (outcome.total_cost - outcome.outside_cost) // past.unit,
        "happy": voters_with_a_winner(election, winners),
        "voters": sum(ballot.weight for ballot in past.election.ballots if ballot.choices),
    }
    decided = {line.number for line in section.won}
    return row_of(
        scenario.rule or past.election.rule,
        data,
        decided,
        section.lines,
        smallest=section.smallest,
    )


def changed(past: Past, scenario: Scenario) -> Election:
    """The election with the scenario's budget and without proposals that cost more than its cap.

    A ballot keeps its other choices.
    """
    election = past.election
    if scenario.budget != HUNDRED:
        election = replace(election, budget=election.budget * scenario.budget // HUNDRED)
    if scenario.cap is None:
        return election
    most = scenario.cap * 10**election.scale
    out = {one.id for one in election.projects if one.cost > most}
    ballots = []
    for ballot in election.ballots:
        kept = [at for at, one in enumerate(ballot.choices) if one not in out]
        ballots.append(
            replace(
                ballot,
                choices=tuple(ballot.choices[at] for at in kept),
                points=tuple(ballot.points[at] for at in kept) if ballot.points else (),
            )
        )
    return replace(
        election,
        projects=tuple(one for one in election.projects if one.id not in out),
        ballots=tuple(ballots),
        conflicts=(),
    )


def _standing(past: Past, election: Election) -> tuple[str, ...]:
    standing = {one.id for one in election.projects}
    return tuple(one for one in past.ties.order if one in standing)
