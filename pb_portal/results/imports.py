"""Loading a published election as a past cycle: all of it or, on any refusal, nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.models import Category, Cycle, CycleArea, Phase, RuleBookRow
from pb_portal.domain import ledger
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import clean
from pb_portal.places.models import Area
from pb_portal.proposals import service as proposals
from pb_portal.proposals.models import Proposal
from pb_portal.results import source
from pb_portal.results.models import AreaResult, CountRun, ProposalResult
from pb_portal.results.official import Verdict, judged
from pb_portal.results.rows import numbered
from pb_portal.results.source import Unfit
from pb_portal.tally import Election, Project
from pb_portal.tally.pabulib import Reading
from pb_portal.voting.models import Ballot

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?", re.ASCII)
PREFIX = "import:"
LONGEST_VOTER = 120
LONGEST_TITLE = 300
BATCH = 5000
_LARGEST_NUMBER = 2**31 - 1


def check_slug(session: Session, slug: str) -> None:
    """Refuse a slug that is no part of an address or is taken."""
    if not SLUG.fullmatch(slug):
        raise Unfit("The slug needs lower-case Latin letters, digits and hyphens, 60 at most.")
    if session.scalar(select(Cycle.id).where(Cycle.slug == slug)) is not None:
        raise Unfit(f"There is a cycle “{slug}” already; choose another slug.")


def load(session: Session, by: Signature, reading: Reading, *, slug: str, zone: ZoneInfo) -> Cycle:
    """Store the election as a certified past cycle; raises `Unfit` with one sentence."""
    check_slug(session, slug)
    election = source.in_portal_units(reading.election)
    verdict = judged(election)
    cycle = _cycle(session, by, election, reading.sha256, slug, zone)
    rows = _proposals(session, by, cycle, election, verdict)
    ids = {row.external_id: row.id for row in rows}
    for batch in _batches(_ballots(cycle, election, ids, reading.sha256)):
        session.execute(insert(Ballot), batch)
    _result(session, by, cycle, election, verdict, {row.external_id: row for row in rows})
    audit.record(
        session,
        by,
        "cycle.imported",
        ("cycle", cycle.id),
        cycle_id=cycle.id,
        sha256=reading.sha256,
        projects=len(rows),
        ballots=election.voters,
    )
    session.flush()
    return cycle


def _cycle(
    session: Session, by: Signature, election: Election, sha256: str, slug: str, zone: ZoneInfo
) -> Cycle:
    starts, ends = source.voting_days(election, by.at, zone)
    edition = election.meta.get("instance", "")
    name = source.name_of(election)
    area = Area(
        city=slug,
        code=source.code_of(source.area_name(election)),
        names=dict.fromkeys(("kk", "ru", "en"), source.area_name(election)),
    )
    rules = source.rules_of(election)
    cycle = Cycle(
        slug=slug,
        names=dict.fromkeys(("kk", "ru", "en"), name),
        year=int(edition) if re.fullmatch(r"(?:19|20)\d\d", edition) else starts.year,
        city=slug,
        currency=(election.currency or "EUR")[:3],
        minor_units=election.scale,
        is_imported=True,
        source=source.kept(election, sha256),
        created_at=by.at,
        phases=[Phase(kind=PhaseKind.VOTING, starts_at=starts, ends_at=ends)],
        areas=[CycleArea(area=area, budget=election.budget)],
        rule_book=RuleBookRow(content=rules.to_dict(), frozen_at=by.at, digest=rules.digest()),
    )
    session.add(cycle)
    session.flush()
    return cycle


def _proposals(
    session: Session, by: Signature, cycle: Cycle, election: Election, verdict: Verdict
) -> list[Proposal]:
    numbers = _numbers(election)
    codes = {row.code: row.id for row in session.scalars(select(Category))}
    opened = cycle.phases[0].starts_at
    rows = []
    for project in election.projects:
        row = Proposal(
            cycle_id=cycle.id,
            number=numbers[project.id],
            external_id=project.id,
            language=election.meta.get("language", "")[:2].lower() or "en",
            status=_status(project, verdict),
            area_id=cycle.areas[0].area_id,
            category_id=next((codes[code] for code in project.category if code in codes), None),
            cost=0 if project.withdrawn else project.cost,
            created_at=by.at,
            updated_at=by.at,
            submitted_at=opened,
            **_words(project),
            **_place(project),
        )
        proposals.index_words(row)
        rows.append(row)
    session.add_all(rows)
    session.flush()
    return rows


def _numbers(election: Election) -> dict[str, int]:
    """The file's own numbers where all of them are numbers, else the order of the file."""
    ids = [project.id for project in election.projects]
    plain = all(one.isascii() and one.isdigit() and one[0] != "0" for one in ids)
    if plain and all(len(one) <= 10 and int(one) <= _LARGEST_NUMBER for one in ids):
        return {one: int(one) for one in ids}
    return {one: number for number, one in enumerate(ids, start=1)}


def _status(project: Project, verdict: Verdict) -> ProposalState:
    if project.withdrawn:
        return ProposalState.WITHDRAWN
    won = verdict.lines[project.id].selected
    return ProposalState.SELECTED if won else ProposalState.NOT_SELECTED


def _words(project: Project) -> dict[str, str]:
    place = project.extra.get("neighborhood") or project.extra.get("subunit") or project.district
    title = " ".join(clean(project.name).split()) or f"№ {project.id}"
    return {
        "title": title[:LONGEST_TITLE],
        "problem": "",
        "solution": clean(project.extra.get("description", "")),
        "address": " ".join(clean(place).split())[:LONGEST_TITLE],
    }


def _place(project: Project) -> dict[str, float]:
    try:
        lat, lon = float(project.latitude), float(project.longitude)
    except ValueError:
        return {}
    return {"lat": lat, "lon": lon} if abs(lat) <= 90 and abs(lon) <= 180 else {}


def _ballots(
    cycle: Cycle, election: Election, ids: Mapping[str, int], sha256: str
) -> Iterator[dict[str, Any]]:
    area_id = cycle.areas[0].area_id
    for ballot in election.ballots:
        if len(ballot.voter_id) > LONGEST_VOTER:
            raise Unfit(f"A voter_id is longer than {LONGEST_VOTER} characters.")
        name = PREFIX + ballot.voter_id
        choices, points = [ids[one] for one in ballot.choices], list(ballot.points)
        nonce = hashlib.sha256(f"{sha256}:{ballot.voter_id}".encode()).hexdigest()[:32]
        written = ledger.canonical(cycle.id, name, 1, area_id, choices, points)
        yield {
            "cycle_id": cycle.id,
            "ballot_key": name,
            "revision": 1,
            "area_id": area_id,
            "choices": choices,
            "points": points,
            "nonce": nonce,
            "leaf": ledger.leaf(written, nonce),
        }


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _result(
    session: Session,
    by: Signature,
    cycle: Cycle,
    election: Election,
    verdict: Verdict,
    rows: Mapping[str, Proposal],
) -> None:
    area_id = cycle.areas[0].area_id
    blank = sum(ballot.weight for ballot in election.ballots if not ballot.choices)
    run = CountRun(
        cycle_id=cycle.id,
        state="certified",
        counted_at=by.at,
        certified_at=by.at,
        rule=verdict.rule,
        input_digest=cycle.source["sha256"],
        rules_digest=cycle.rule_book.digest if cycle.rule_book else "",
        imported=True,
        official=verdict.official,
        turnout={
            "voters": election.voters,
            "ballots": election.voters,
            "blank": blank,
            "explained": verdict.explained,
            "differs": sorted(rows[one].number or 0 for one in verdict.differs),
        },
    )
    run.areas = [
        AreaResult(
            area_id=area_id,
            budget=election.budget,
            spent=verdict.spent,
            outside=verdict.outside,
            ballots=election.voters,
            cut_off=verdict.cut_off,
            rule=verdict.rule,
        )
    ]
    session.add(run)
    session.flush()
    numbers = {one: row.number or 0 for one, row in rows.items()}
    for project_id, line in verdict.lines.items():
        session.add(
            ProposalResult(
                run_id=run.id,
                proposal_id=rows[project_id].id,
                area_id=area_id,
                votes=line.votes,
                score=line.score,
                rank=line.rank,
                cost=line.cost,
                selected=line.selected,
                reason=line.code,
                params=numbered(line.params, numbers),
            )
        )
