"""The count in three parts: read the box, count in memory, store sealed.

Only the middle part takes long, and it needs no database: a worker does it outside any
transaction. Ballots are never changed, so what was read stays true; certifying reads once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle, RuleBookRow
from pb_portal.db import database_now
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.results import checks, queries
from pb_portal.results.elections import (
    AreaVote,
    entries_of,
    input_digest,
    result_digest,
    unit_of,
    votes_by_area,
    withheld_from,
)
from pb_portal.results.models import AreaResult, CountRun, ProposalResult
from pb_portal.results.rows import area_row, proposal_rows
from pb_portal.results.service.guard import demand_city, demand_undecided, ready_to_count
from pb_portal.seals.service import delete_rows
from pb_portal.signing import Signer
from pb_portal.tally import ElectionError, Outcome
from pb_portal.voting import heads
from pb_portal.voting import queries as voting
from pb_portal.voting.models import LedgerHead
from pb_portal.voting.paper import queries as paper

Progress = Callable[[int, int], None]
"""Told how many areas of how many are counted."""


def _silent(done: int, of: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Material:
    """Everything a count needs, read from the database at one moment."""

    votes: Sequence[AreaVote]
    codes: Sequence[str]
    """Of the areas, in the order of the votes."""
    ballots: int
    seed: bytes
    rules_digest: str
    input_digest: str
    turnout: dict[str, Any]
    checks: dict[str, Any]
    hidden: frozenset[str]
    """Codes of areas whose figures are not published."""


@dataclass(frozen=True)
class Counted:
    """A count in memory: nothing of it is stored or shown yet."""

    material: Material
    outcomes: Sequence[Outcome]
    result_digest: str
    checks: dict[str, Any]


def count(session: Session, by: Signature, cycle: Cycle, signer: Signer) -> CountRun:
    """Count a cycle after its vote, all in one go; the numbers are stored and sealed.

    Counting the same ballots again gives the same run; other ones replace it. Refuses while the
    vote is open (by the database's clock), after certification, and while a second commissioner
    is asked to certify.
    """
    demand_city(by, P.COUNT)
    demand_undecided(session, cycle)
    return store(session, by, cycle, tally(gather(session, by, cycle, signer)))


def gather(session: Session, by: Signature, cycle: Cycle, signer: Signer) -> Material:
    """Read the box after the close and sign its head if nobody did yet."""
    row = ready_to_count(session, cycle)
    return read(session, cycle, row, heads.seal(session, by, cycle, signer))


def read(session: Session, cycle: Cycle, row: RuleBookRow, head: LedgerHead) -> Material:
    """Read the box under a rule book and a signed head; writes nothing."""
    at = database_now(session)
    rules, seed = RuleBook.from_dict(row.content), bytes.fromhex(row.lot_seed)
    votes, ballots, blank = votes_by_area(
        cycle, rules, entries_of(session, cycle.id), voting.counted_ballots(session, cycle.id, at)
    )
    hidden = withheld_from(rules, votes)
    people = voting.turnout_by_channel(session, cycle.id, at)
    void = voting.voided(session, cycle.id, at)
    papers = paper.sums(session, cycle.id, at)
    return Material(
        votes=votes,
        codes=[vote.part.area.code for vote in votes],
        ballots=ballots,
        seed=seed,
        rules_digest=row.digest,
        input_digest=input_digest(seed, row.digest, votes, head.root, hidden),
        hidden=hidden,
        turnout={
            "voters": sum(people.values()),
            "ballots": ballots,
            "blank": blank,
            "channels": people,
            **_beside(void, paper.paper_report(session, cycle.id, at)),
        },
        checks={
            "rules": checks.rules_kept(row),
            "lot": checks.lot_kept(row),
            "ballots": checks.ballots_match(people, papers, sum(void.values()), ballots),
            "paper": checks.papers_match(session, cycle.id, papers),
            "ledger": checks.ledger_matches(session, cycle.id, head),
        },
    )


def _beside(void: Mapping[str, int], papers: Mapping[str, Any]) -> dict[str, Any]:
    """What a turnout tells beside people and ballots, where there is anything to tell."""
    told: dict[str, Any] = {"paper": papers} if papers else {}
    return {**told, "voided": sum(void.values()), "voided_why": void} if void else told


def tally(material: Material, progress: Progress = _silent, *, twice: bool = True) -> Counted:
    """Count every area, by two engines unless told otherwise. Touches no database."""
    outcomes, agree = [], True
    for done, vote in enumerate(material.votes):
        progress(done, len(material.votes))
        try:
            outcome, same = checks.counted(vote.election, material.seed, twice=twice)
        except ElectionError as error:
            raise Refusal("result.rule_unfit", rule=vote.election.rule) from error
        outcomes.append(outcome)
        agree = agree and same
    progress(len(material.votes), len(material.votes))
    named = list(zip(material.codes, outcomes, strict=True))
    recount = {"holds": agree, "areas": len(outcomes)}
    return Counted(
        material,
        outcomes,
        result_digest(material.seed, named, material.hidden),
        {**material.checks, "recount": recount},
    )


def store(session: Session, by: Signature, cycle: Cycle, counted: Counted) -> CountRun:
    """Keep a count, sealed. The same ballots keep the run they have; other ones replace it."""
    ready_to_count(session, cycle)
    demand_undecided(session, cycle)
    former = queries.find_counted(session, cycle.id)
    if former is not None and former.input_digest == counted.material.input_digest:
        former.checks = counted.checks
        return former
    if former is not None:
        _discard(session, by, former)
    material = counted.material
    run = CountRun(
        cycle_id=cycle.id,
        counted_at=by.at,
        counted_by=by.actor.person_id,
        rule=rule_of(counted.outcomes),
        input_digest=material.input_digest,
        result_digest=counted.result_digest,
        rules_digest=material.rules_digest,
        turnout=material.turnout,
        checks=counted.checks,
    )
    session.add(run)
    session.flush()
    for vote, outcome in zip(material.votes, counted.outcomes, strict=True):
        session.add(area_row(run.id, vote.part, vote.election, outcome, unit_of(vote)))
    session.add_all(proposal_rows_of(run.id, counted))
    audit.record(
        session,
        by,
        "count.run",
        ("count", run.id),
        cycle_id=cycle.id,
        ballots=material.ballots,
        input_digest=run.input_digest,
    )
    session.flush()
    return run


def rule_of(outcomes: Sequence[Outcome]) -> str:
    """The rule of a whole count: the one of its areas, or all of them, each once."""
    return "; ".join(dict.fromkeys(outcome.rule for outcome in outcomes))


def proposal_rows_of(run_id: int, counted: Counted) -> Iterator[ProposalResult]:
    """What every proposal of every area got."""
    for vote, outcome in zip(counted.material.votes, counted.outcomes, strict=True):
        ids = {str(entry.number): (entry.id, entry.number) for entry in vote.entries}
        yield from proposal_rows(run_id, vote.part, vote.election, outcome, ids, unit_of(vote))


def _discard(session: Session, by: Signature, run: CountRun) -> None:
    for table in (ProposalResult, AreaResult):
        delete_rows(session, delete(table).where(table.run_id == run.id), "count discarded")
    session.expire(run, ["areas"])
    run.state = "discarded"
    audit.record(session, by, "count.discarded", ("count", run.id), cycle_id=run.cycle_id)
