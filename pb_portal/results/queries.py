"""Reading results. `certified_run` is the only door to numbers: before it opens there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.audit import queries as audit
from pb_portal.audit.models import AuditEntry
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Category, Cycle
from pb_portal.db import Missing
from pb_portal.domain.phases import PhaseKind
from pb_portal.places.models import Area
from pb_portal.proposals.models import Proposal
from pb_portal.register.models import RegisterState
from pb_portal.results.models import AreaResult, CountRun, ProposalResult

FEW = 300
"""Under so many ballots an area's votes are published as totals only."""


@dataclass(frozen=True)
class Line:
    """One proposal as the result shows it."""

    proposal_id: int
    number: int
    external_id: str
    title: str
    language: str
    address: str
    area_id: int
    category: str | None
    lat: float | None
    lon: float | None
    votes: int
    score: int
    rank: int
    cost: int
    selected: bool
    reason: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Section:
    """One area of the result."""

    area: Area
    result: AreaResult
    lines: Sequence[Line]

    @cached_property
    def won(self) -> list[Line]:
        """Winners, the best first."""
        return [line for line in self.lines if line.selected]

    @cached_property
    def lost(self) -> list[Line]:
        """The others, the best first."""
        return [line for line in self.lines if not line.selected]

    @property
    def left(self) -> int:
        """What nobody took of the budget."""
        return self.result.budget - self.result.spent

    @property
    def few(self) -> bool:
        """Whether too few voted here for the ballots to be published."""
        return self.result.ballots < FEW


@dataclass(frozen=True)
class Result:
    """The whole certified result."""

    sections: Sequence[Section]

    @cached_property
    def winners(self) -> list[Line]:
        """Winners of all areas."""
        return [line for section in self.sections for line in section.won]

    @cached_property
    def proposals(self) -> int:
        """How many proposals stood."""
        return sum(len(section.lines) for section in self.sections)

    @cached_property
    def spent(self) -> int:
        """What the winners cost, with what is paid from outside the budgets."""
        return sum(section.result.spent + section.result.outside for section in self.sections)

    @cached_property
    def budget(self) -> int:
        """The budgets of all areas together."""
        return sum(section.result.budget for section in self.sections)


def certified_run(session: Session, cycle_id: int) -> CountRun | None:
    """The certified count of a cycle; None before certification."""
    return session.scalars(
        select(CountRun).where(CountRun.cycle_id == cycle_id, CountRun.state == "certified")
    ).one_or_none()


def get_certified_run(session: Session, cycle_id: int) -> CountRun:
    """The certified count; raises `Missing` before certification."""
    run = certified_run(session, cycle_id)
    if run is None:
        raise Missing("result")
    return run


def find_counted(session: Session, cycle_id: int) -> CountRun | None:
    """The sealed count that waits for certification: for its checks, never its numbers."""
    return session.scalars(
        select(CountRun).where(CountRun.cycle_id == cycle_id, CountRun.state == "counted")
    ).one_or_none()


def get_counted(session: Session, cycle_id: int) -> CountRun:
    """The sealed count; raises `Missing`."""
    run = find_counted(session, cycle_id)
    if run is None:
        raise Missing("count")
    return run


def find_request(session: Session, run: CountRun) -> ApprovalRequest | None:
    """The open request to certify a count."""
    return approvals.find_open(session, "result.certify", f"count:{run.id}")


def last_decline(session: Session, run: CountRun) -> AuditEntry | None:
    """The newest refusal to certify a count, with its reason, as the log keeps it."""
    request_id = session.scalar(
        select(ApprovalRequest.id)
        .where(ApprovalRequest.subject == f"count:{run.id}", ApprovalRequest.state == "declined")
        .order_by(ApprovalRequest.id.desc())
        .limit(1)
    )
    if request_id is None:
        return None
    subject = f"approval:{request_id}"
    found = audit.newest(session, action="result.certify.declined", subject=subject, limit=1)
    return found[0] if found else None


def get_certification(session: Session, request_id: int) -> tuple[ApprovalRequest, CountRun]:
    """A request to certify and the count it is about; raises `Missing`."""
    request = approvals.get_request(session, request_id)
    if request.kind != "result.certify":
        raise Missing("approval")
    run = session.get(CountRun, request.payload["run_id"])
    if run is None:
        raise Missing("count")
    return request, run


def sections(session: Session, run: CountRun) -> list[Section]:
    """The certified result by area, in the areas' order."""
    if run.state != "certified":
        raise Missing("result")
    lines: dict[int, list[Line]] = {}
    for line in _lines(session, run.id):
        lines.setdefault(line.area_id, []).append(line)
    areas = session.execute(
        select(Area, AreaResult)
        .join(AreaResult, AreaResult.area_id == Area.id)
        .where(AreaResult.run_id == run.id)
        .order_by(Area.sort, Area.id)
    )
    return [Section(area, result, lines.get(area.id, [])) for area, result in areas]


def _lines(session: Session, run_id: int) -> list[Line]:
    shown = (
        Proposal.id, Proposal.number, Proposal.external_id, Proposal.title, Proposal.language,
        Proposal.address, ProposalResult.area_id, Category.code, Proposal.lat, Proposal.lon,
        ProposalResult.votes, ProposalResult.score, ProposalResult.rank, ProposalResult.cost,
        ProposalResult.selected, ProposalResult.reason, ProposalResult.params,
    )  # fmt: skip
    rows = session.execute(
        select(*shown)
        .select_from(ProposalResult)
        .join(Proposal, Proposal.id == ProposalResult.proposal_id)
        .outerjoin(Category, Category.id == Proposal.category_id)
        .where(ProposalResult.run_id == run_id)
        .order_by(ProposalResult.rank, ProposalResult.id)
    )
    return [Line(*row) for row in rows]


def winners_of(session: Session, cycle_id: int) -> frozenset[int]:
    """Ids of the proposals that won; none before certification."""
    run = certified_run(session, cycle_id)
    if run is None:
        return frozenset()
    return frozenset(
        session.scalars(
            select(ProposalResult.proposal_id).where(
                ProposalResult.run_id == run.id, ProposalResult.selected
            )
        )
    )


def names_of(session: Session, ids: Sequence[int | None]) -> dict[int, str]:
    """Names of people by id, for those who signed."""
    wanted = [one for one in ids if one is not None]
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {one: name for one, name in rows}


def signers(session: Session, run: CountRun) -> list[str]:
    """Names of the two commissioners who certified a result, the first one first."""
    ids = [run.first_commissioner_id, run.second_commissioner_id]
    names = names_of(session, ids)
    return [names[one] for one in ids if one in names]


def registered(session: Session, cycle_id: int) -> int:
    """How many residents could vote; 0 where it is not known."""
    state = session.get(RegisterState, cycle_id)
    return state.entries if state else 0


@dataclass(frozen=True)
class Waiting:
    """How far a cycle is on its way from the vote to the result."""

    cycle: Cycle
    state: str
    """no_vote, voting, to_count, counted, proposed or certified."""
    run: CountRun | None
    request: ApprovalRequest | None


def people_of(session: Session, waiting: Waiting) -> dict[int, str]:
    """Names of those who counted and signed so far."""
    run, request = waiting.run, waiting.request
    ids = [run.counted_by, run.first_commissioner_id, run.second_commissioner_id] if run else []
    refused = last_decline(session, run) if run else None
    ids += [request.proposed_by if request else None, refused.actor_id if refused else None]
    return names_of(session, ids)


def progress(session: Session, cycle: Cycle, at: datetime) -> Waiting:
    """Where the count of a cycle stands."""
    run = certified_run(session, cycle.id)
    if run is not None:
        return Waiting(cycle, "certified", run, None)
    phase = cycles.find_phase(cycle, PhaseKind.VOTING)
    if phase is None:
        return Waiting(cycle, "no_vote", None, None)
    if phase.ends_at > at:
        return Waiting(cycle, "voting", None, None)
    run = find_counted(session, cycle.id)
    if run is None:
        return Waiting(cycle, "to_count", None, None)
    request = find_request(session, run)
    return Waiting(cycle, "proposed" if request else "counted", run, request)
