"""The audit of a vote: ballots = ledger = result, from the rows of the database alone.

What the ledger says of itself is `voting.ledger.audit`; here the count is made again from the box
and compared with everything that was stored and published of it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pb_portal.audit import queries as log
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle, RuleBookRow
from pb_portal.db import database_now
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.results import bundles, checks, queries
from pb_portal.results.agreements import find_differences
from pb_portal.results.audit_phases import phases_differ
from pb_portal.results.audit_winners import winners_differ
from pb_portal.results.elections import unit_of
from pb_portal.results.models import AreaResult, AuditRun, CountRun
from pb_portal.results.rows import area_row
from pb_portal.results.service import counting
from pb_portal.seals import checking
from pb_portal.signing import Keys
from pb_portal.tally import ElectionError
from pb_portal.tally.bundle import digest, verify
from pb_portal.voting import heads
from pb_portal.voting.ledger import sealing
from pb_portal.voting.ledger.audit import Finding, Look, findings
from pb_portal.voting.models import LedgerHead

SAID = {
    "ballots": "Every ballot gives the leaf its voter has a receipt for.",
    "batches": "Every batch, head and signature of the ledger is what computing it again gives.",
    "marks": "Every leaf is noted under its batch.",
    "contents": "The batches hold the leaves of the ballots, all of them and no others.",
    "roll": "The roll is the one whose digest was signed at the freeze and at each correction.",
    "people": "Everybody who took part is on the roll and was entered by the portal; everybody who "
    "voted here has a ballot, and no ballot is anybody else's.",
    "papers": "Papers handed out, recorded, taken back, found and counted agree.",
    "final": "The heads signed after the close are those of the box.",
    "rules": "Rule book and lot are those published before the vote.",
    "phases": "The phases are those published with the rules, moved only as two people agreed.",
    "winners": "Proposals on the ballot and projects of this vote are what the certified result "
    "says.",
    "recount": "Counting the box again gives the stored result.",
    "rows": "Every stored figure of the result is that of the recount.",
    "signed": "The log names the same count, commissioners and moments.",
    "bundle": "The published bundle verifies and is what the database gives, to the byte.",
    "agreed": "The log names the same two people for everything that two agreed to.",
    "seals": "Every row that decides something is the one the portal wrote, and none is gone.",
    "acts": "The batches of these seals, their chain and signatures are as computing them gives.",
}
"""Everything an audit looks at, in its order."""


def look(session: Session, cycle: Cycle, keys: Keys) -> list[Finding]:
    """Audit a vote after its close; refuses (`voting.still_open`) before. Writes nothing."""
    try:
        found = _of_vote(session, cycle, keys)
    except Refusal:
        if heads.newest(session, cycle.id) is None:
            raise
        found = [Finding("final", False, ("the box was closed and signed, and its vote is open",))]
    except (SQLAlchemyError, ValueError, TypeError, LookupError, AttributeError) as error:
        found = [Finding("ballots", False, (f"a row cannot be read: {type(error).__name__}",))]
    return [
        *found,
        Finding.of("agreed", find_differences(session, cycle.id)),
        Finding.of("seals", checking.find_broken_rows(session)),
        Finding.of("acts", checking.find_broken_batches(session, keys.signer.public_key)),
    ]


def _of_vote(session: Session, cycle: Cycle, keys: Keys) -> list[Finding]:
    """What the ledger, the rules and the result of one vote say of each other."""
    at = database_now(session)
    seen = Look(cycle, keys.ballot_key, keys.signer.public_key, at, keys.zone, keys.register_key)
    found = findings(session, seen)
    row, head = cycle.rule_book, heads.newest(session, cycle.id)
    if row is None:
        return [*found, Finding("rules", False, ("there is no rule book",))]
    run = queries.certified_run(session, cycle.id) or queries.find_counted(session, cycle.id)
    found.append(Finding.of("rules", _rules(session, cycle, row, run)))
    found.append(Finding.of("phases", phases_differ(session, cycle)))
    found.append(Finding.of("winners", winners_differ(session, cycle.id, run)))
    if run is not None and head is not None:
        found += _result(session, cycle, row, head, run)
    certified = log.newest(session, action="count.certified", cycle_id=cycle.id, limit=1)
    if certified or (run is not None and run.state == "certified"):
        found.append(Finding.of("signed", _signed(session, cycle, run)))
    if run is not None and run.state == "certified":
        found.append(Finding.of("bundle", _bundle(session, run, keys)))
    return found


def _rules(session: Session, cycle: Cycle, row: RuleBookRow, run: CountRun | None) -> Iterator[str]:
    voting = cycles.find_phase(cycle, PhaseKind.VOTING)
    if not checks.rules_kept(row)["holds"]:
        yield "the rule book is not the one of its digest"
    if not checks.lot_kept(row)["holds"]:
        yield "the seed of the lot is not the one committed to"
    if voting and row.frozen_at and row.frozen_at > voting.ends_at:
        yield "the rule book was frozen after the vote"
    for entry in log.newest(session, action="rules.frozen", cycle_id=cycle.id, limit=1):
        if (entry.at, entry.data.get("digest")) != (row.frozen_at, row.digest):
            yield "the log names another rule book or another moment of its freezing"
    if run and run.rules_digest != row.digest:
        yield "the count names another rule book"
    if run and run.state == "certified" and run.lot_seed != row.lot_seed:
        yield "the published seed is not the one the lot was drawn with"


def _result(
    session: Session, cycle: Cycle, row: RuleBookRow, head: LedgerHead, run: CountRun
) -> list[Finding]:
    try:
        again = counting.tally(counting.read(session, cycle, row, head), twice=False)
    except (ElectionError, Refusal, ValueError, LookupError) as error:
        return [Finding("recount", False, (f"it cannot be counted: {type(error).__name__}",))]
    return [
        Finding.of("recount", _recount(run, again, head)),
        Finding.of("rows", _rows(session, run, again)),
    ]


def _recount(run: CountRun, again: counting.Counted, head: LedgerHead) -> Iterator[str]:
    said = {
        "digest of what was counted": (run.input_digest, again.material.input_digest),
        "digest of the result": (run.result_digest, again.result_digest),
        "turnout": (run.turnout, again.material.turnout),
        "rule": (run.rule, counting.rule_of(again.outcomes)),
    }
    for name, (stored, found) in said.items():
        if stored != found:
            yield f"the {name} is not that of the recount"
    if run.checks != again.checks or not checks.all_hold(again.checks):
        yield "what two commissioners signed on is not what is found now"
    if run.imported or run.official:
        yield "the result says that it was not counted here"
    if run.state == "certified" and run.ledger_root != head.root:
        yield "the result names another root of the ledger"


def _rows(session: Session, run: CountRun, again: counting.Counted) -> Iterator[str]:
    if not checks.rows_as_counted(session, run, counting.proposal_rows_of(run.id, again)):
        yield "what proposals got is not what the recount gives"
    stored = session.scalars(select(AreaResult).where(AreaResult.run_id == run.id))
    pairs = zip(again.material.votes, again.outcomes, strict=True)
    found = {
        _figures(area_row(run.id, vote.part, vote.election, outcome, unit_of(vote)))
        for vote, outcome in pairs
    }
    if {_figures(one) for one in stored} != found:
        yield "the figures of an area are not those of the recount"


def _figures(row: AreaResult) -> tuple[object, ...]:
    return (
        row.area_id, row.budget, row.spent, row.outside, row.ballots, row.cut_off, row.rule,
        repr(sorted(row.figures.items())),
    )  # fmt: skip


def _signed(session: Session, cycle: Cycle, run: CountRun | None) -> Iterator[str]:
    """The log, which only grows, names the same two people and moments as the result."""
    certified = log.newest(session, action="count.certified", cycle_id=cycle.id, limit=1)
    if run is None or run.state != "certified" or not certified:
        yield "the log and the database do not agree whether there is a certified result"
        return
    entry = certified[0]
    if entry.subject_id != str(run.id):
        yield "the log names another count as certified"
    if (entry.data.get("first"), entry.actor_id) != (
        run.first_commissioner_id,
        run.second_commissioner_id,
    ):
        yield "the log names other commissioners"
    if (entry.at, entry.data.get("result_digest")) != (run.certified_at, run.result_digest):
        yield "the log names another moment or result of the certification"
    for made in log.newest(session, action="count.run", subject=f"count:{run.id}", limit=1):
        if (made.at, made.actor_id) != (run.counted_at, run.counted_by):
            yield "the log names another count"


def _bundle(session: Session, run: CountRun, keys: Keys) -> Iterator[str]:
    kept = bundles.find(session, run)
    if kept is None:
        yield "the bundle was not kept"
        return
    if digest(kept.data) != kept.sha256 or kept.public_key != keys.signer.public_key:
        yield "the bundle is not the one of its digest and key"
    try:
        report = verify(io.BytesIO(kept.data), key=keys.signer.public_key)
        if not report.holds:
            yield "the bundle does not verify"
        names = bundles.taken_down_names(session, run, kept.data)
        if bundles.make(session, run.id, keys.signer, keys.zone, names).data != kept.data:
            yield "the bundle is not the one the database gives"
    except (ElectionError, Refusal, ValueError, LookupError) as error:
        yield f"the bundle cannot be checked: {type(error).__name__}"


def keep(session: Session, cycle: Cycle, found: list[Finding], at: datetime) -> AuditRun:
    """Note the outcome of an audit."""
    row = AuditRun(
        cycle_id=cycle.id,
        at=at,
        holds=all(one.holds for one in found),
        findings=[
            {"code": one.code, "holds": one.holds, "where": list(one.where)} for one in found
        ],
    )
    session.add(row)
    session.flush()
    return row


def last_runs(session: Session, cycle_id: int, most: int = 10) -> list[AuditRun]:
    """The last audits of a vote, the newest first."""
    query = select(AuditRun).where(AuditRun.cycle_id == cycle_id)
    return list(session.scalars(query.order_by(AuditRun.id.desc()).limit(most)))


def due(session: Session) -> list[int]:
    """Votes whose ledger has ended, and that were counted or certified since the last audit."""
    audited = select(func.max(AuditRun.at)).where(AuditRun.cycle_id == Cycle.id).scalar_subquery()
    closed = select(func.max(LedgerHead.signed_at)).where(LedgerHead.cycle_id == Cycle.id)
    moments = (CountRun.counted_at, CountRun.certified_at)
    counted = [
        select(func.max(moment))
        .where(CountRun.cycle_id == Cycle.id, CountRun.state != "discarded")
        .scalar_subquery()
        for moment in moments
    ]
    newer = [moment > audited for moment in (closed.scalar_subquery(), *counted)]
    found = session.scalars(
        select(Cycle.id).where(
            ~Cycle.is_imported,
            closed.scalar_subquery().is_not(None),
            or_(audited.is_(None), *newer),
        )
    )
    return [cycle_id for cycle_id in found if sealing.ended(session, cycle_id)]
