"""What two commissioners certify on: facts about the count that show nothing of its result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import RuleBookRow
from pb_portal.domain import ledger
from pb_portal.domain.rule_book import RuleBook
from pb_portal.results import recount
from pb_portal.results.models import CountRun, ProposalResult
from pb_portal.tally import Election, Outcome, count, lot, parse_rule
from pb_portal.tally.equal_shares.rule import Disagreement
from pb_portal.voting import queries as voting
from pb_portal.voting.models import Ballot, LedgerHead
from pb_portal.voting.paper import queries as paper
from pb_portal.voting.paper.queries import Sums

NAMES = ("rules", "lot", "ballots", "paper", "ledger", "recount")


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


def ballots_match(
    people: Mapping[str, int], papers: Sums, void: int, counted: int
) -> dict[str, Any]:
    """As many ballots are counted as people voted on the portal and valid papers were found, void
    ones aside."""
    voters = people.get("portal", 0)
    told = {"papers": papers.valid, "voided": void}
    return {
        "holds": counted + void == voters + papers.valid,
        "ballots": counted,
        "voters": voters,
        **{name: figure for name, figure in told.items() if figure},
    }


def papers_match(session: Session, cycle_id: int, papers: Sums) -> dict[str, Any]:
    """No more papers were found than people were handed one, and what is not found is explained.

    Of the figures only the gap is told.
    """
    return {"holds": paper.is_explained(session, cycle_id, papers), "gone": papers.gone}


def ledger_matches(session: Session, cycle_id: int, head: LedgerHead) -> dict[str, Any]:
    """Every ballot, changed ones included, still gives the leaf its voter has a receipt for, and
    the box is the one whose head was signed."""
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
    for record, nonce, leaf in voting.void_leaves(session, cycle_id):
        leaves += 1
        broken += ledger.leaf(record, nonce) != leaf
    return {
        "holds": broken == 0 and leaves == head.size,
        "leaves": leaves,
        "broken": broken,
        "head": head.number,
    }


def counted(election: Election, seed: bytes, *, twice: bool) -> tuple[Outcome, bool]:
    """The count of one election, and whether a second engine names the same winners."""
    order = lot(seed, election)
    if not twice:
        return count(election, election.rule, order), True
    try:
        outcome = count(election, election.rule, order, check_engines=True)
    except Disagreement:
        return count(election, election.rule, order), False
    rule = parse_rule(election.rule)
    if rule.name.startswith("equal-shares"):
        return outcome, True
    if rule.name in recount.PLAIN and not rule.options:
        return outcome, recount.winners(election, seed) == set(outcome.selected)
    turned = replace(election, projects=election.projects[::-1], ballots=election.ballots[::-1])
    again = count(turned, outcome.rule, lot(seed, turned))
    return outcome, set(again.selected) == set(outcome.selected)


def rows_as_counted(session: Session, run: CountRun, rows: Iterable[ProposalResult]) -> bool:
    """Whether the stored, sealed rows of a run are exactly those that a count gives."""
    stored = session.scalars(select(ProposalResult).where(ProposalResult.run_id == run.id))
    return {_figures(row) for row in stored} == {_figures(row) for row in rows}


def _figures(row: ProposalResult) -> tuple[Any, ...]:
    text = json.dumps(row.params, sort_keys=True)
    return (
        row.proposal_id, row.area_id, row.votes, row.score, row.rank, row.cost, row.selected,
        row.reason, text,
    )  # fmt: skip
