"""What two commissioners certify on: facts about the count that show nothing of its result."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import RuleBookRow
from pb_portal.domain import ledger
from pb_portal.domain.rule_book import RuleBook
from pb_portal.results import recount
from pb_portal.results.elections import AreaVote
from pb_portal.tally import Outcome, count, lot, parse_rule
from pb_portal.voting.models import Ballot, Participation

NAMES = ("rules", "lot", "ballots", "ledger", "recount")


def all_hold(checks: Mapping[str, Any]) -> bool:
    """Whether every check was made and holds."""
    return all(checks.get(name, {}).get("holds") for name in NAMES)


def rules_kept(row: RuleBookRow) -> dict[str, Any]:
    """The rule book is frozen and still has the digest it was published under."""
    digest = RuleBook.from_dict(row.content).digest()
    return {"holds": row.frozen_at is not None and digest == row.digest, "digest": digest}


def lot_kept(row: RuleBookRow) -> dict[str, Any]:
    """The seed kept back is the one whose hash was published before the vote."""
    commitment = str(row.content.get("lot_commitment", ""))
    found = hashlib.sha256(bytes.fromhex(row.lot_seed)).hexdigest() if row.lot_seed else ""
    return {"holds": bool(found) and found == commitment, "commitment": commitment}


def ballots_match(session: Session, cycle_id: int, counted: int) -> dict[str, Any]:
    """As many ballots are counted as people took part."""
    voters = session.scalar(
        select(func.count()).select_from(Participation).where(Participation.cycle_id == cycle_id)
    )
    return {"holds": counted == voters, "ballots": counted, "voters": voters}


def ledger_matches(session: Session, cycle_id: int) -> dict[str, Any]:
    """Every ballot, changed ones included, still gives the leaf its voter has a receipt for."""
    rows = session.execute(
        select(
            Ballot.ballot_key, Ballot.revision, Ballot.area_id, Ballot.choices, Ballot.points,
            Ballot.nonce, Ballot.leaf,
        )
        .where(Ballot.cycle_id == cycle_id)
        .execution_options(yield_per=2000)
    )  # fmt: skip
    leaves = broken = 0
    for name, revision, area_id, choices, points, nonce, leaf in rows:
        leaves += 1
        written = ledger.canonical(cycle_id, name, revision, area_id, choices, points)
        broken += ledger.leaf(written, nonce) != leaf
    return {"holds": broken == 0, "leaves": leaves, "broken": broken}


def recounted(
    votes: Sequence[AreaVote], outcomes: Sequence[Outcome], seed: bytes
) -> dict[str, Any]:
    """A second, independent count names the same winners in every area."""
    agree = all(
        _second(vote, outcome, seed) == set(outcome.selected)
        for vote, outcome in zip(votes, outcomes, strict=True)
    )
    return {"holds": agree, "areas": len(votes)}


def _second(vote: AreaVote, outcome: Outcome, seed: bytes) -> set[str]:
    """By the plain engine where it knows the rule, else by the same rule in another order."""
    election = vote.election
    if parse_rule(election.rule).name in recount.PLAIN and ":" not in election.rule:
        return recount.winners(election, seed)
    turned = replace(election, projects=election.projects[::-1], ballots=election.ballots[::-1])
    return set(count(turned, outcome.rule, lot(seed, turned)).selected)
