"""Past elections counted once more in memory: under their own rule or another.

Only certified counts can be replayed; a vote that runs, or whose result is sealed, is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle, CycleArea
from pb_portal.db import database_now
from pb_portal.domain.refusal import Refusal
from pb_portal.results import exports, queries
from pb_portal.results.elections import entries_of, votes_by_area
from pb_portal.results.models import CountRun
from pb_portal.tally import Election, Outcome, Ties, count, lot, official_ties
from pb_portal.voting import queries as voting


@dataclass(frozen=True)
class Past:
    """The election of one area as it was counted, and how its equals are ordered."""

    part: CycleArea
    election: Election
    ties: Ties
    numbers: dict[str, int]
    """Name in the tally → number of the proposal."""
    unit: int
    """How many units of the election's money make one of the cycle's."""

    def count(self, rule: str = "") -> Outcome:
        """The count by a rule, or by its own; it tells winners, and nobody of a lost lot."""
        return count(self.election, rule or self.election.rule, self.ties, draws=False)


def past_elections(session: Session, cycle: Cycle) -> list[Past]:
    """Every area of a certified cycle. Refuses (`result.not_past`) any other."""
    run = queries.certified_run(session, cycle.id)
    if run is None:
        raise Refusal("result.not_past", cycle=cycle.slug)
    return _imported(session, cycle) if cycle.is_imported else _own(session, cycle, run)


def _own(session: Session, cycle: Cycle, run: CountRun) -> list[Past]:
    ballots = voting.counted_ballots(session, cycle.id, database_now(session))
    votes, *_ = votes_by_area(cycle, cycles.rules_of(cycle), entries_of(session, cycle.id), ballots)
    seed = bytes.fromhex(run.lot_seed)
    return [
        Past(
            part=vote.part,
            election=vote.election,
            ties=lot(seed, vote.election),
            numbers={str(entry.number): entry.number for entry in vote.entries},
            unit=int(10 ** (vote.election.scale - cycle.minor_units)),
        )
        for vote in votes
    ]


def _imported(session: Session, cycle: Cycle) -> list[Past]:
    found = []
    for part in cycle.areas:
        election = exports.imported_election(session, cycle, part)
        found.append(
            Past(
                part=part,
                election=election,
                ties=official_ties(election),
                numbers=exports.numbers_of(session, cycle.id),
                unit=1,
            )
        )
    return found


def voters_with_a_winner(election: Election, winners: frozenset[str]) -> int:
    """How many voters have at least one winner on their ballot."""
    return sum(
        ballot.weight for ballot in election.ballots if not winners.isdisjoint(ballot.choices)
    )


STEPS = 200
"""Into about so many steps a voter's share is divided, for a rule that lets it grow."""


def with_step(past: Past, rule: str) -> str:
    """A rule that grows shares step by step, with a round step fit for this vote's money."""
    if "/add1" not in rule or "step=" in rule:
        return rule
    whole = past.election.budget // 10**past.election.scale // max(past.election.voters, 1) // STEPS
    step = 10 ** (len(str(whole)) - 1) if whole else 1
    if step == 1:
        return rule
    return f"{rule}{',' if ':' in rule else ':'}step={step}"
