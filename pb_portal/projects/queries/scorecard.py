"""What became of everything residents chose: read from the certified results, so that a winner
without a project stands there as one, and cannot vanish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.places.models import Area
from pb_portal.projects.models import Project, ProjectProposal
from pb_portal.projects.rules import is_late
from pb_portal.proposals.models import Proposal
from pb_portal.results.models import CountRun, ProposalResult

FATES = ("completed", "on_time", "late", "carried_over", "cancelled", "no_project")
"""Each winner has exactly one of these, so they add up to what was chosen."""


@dataclass(frozen=True)
class Part:
    """A project a winner became."""

    id: int
    number: int
    status: str
    promised_on: date
    due_on: date
    accepted_on: date | None
    contracted: int
    paid: int

    def days_late(self, today: date) -> int:
        """Days after the date first promised: until it was accepted, else until today."""
        if self.status == "cancelled":
            return 0
        return max(0, ((self.accepted_on or today) - self.promised_on).days)


@dataclass(frozen=True)
class Winner:
    """One chosen proposal and the projects it became."""

    proposal_id: int
    cycle_id: int
    area_id: int
    cost: int
    parts: tuple[Part, ...] = ()

    def fate(self, today: date) -> str:
        """What became of it: the worst of its unfinished parts, else completed or cancelled."""
        states = {part.status for part in self.parts}
        if not states:
            return "no_project"
        if states == {"cancelled"}:
            return "cancelled"
        if states <= {"completed", "cancelled"}:
            return "completed"
        if "carried_over" in states:
            return "carried_over"
        late = any(is_late(p.status, p.promised_on, p.due_on, today) for p in self.parts)
        return "late" if late else "on_time"


@dataclass
class Count:
    """Winners of one cycle, or of one district of it, by what became of them."""

    fates: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FATES, 0))
    promised: int = 0
    contracted: int = 0
    paid: int = 0
    late_days: list[int] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    @property
    def chosen(self) -> int:
        """How many were chosen."""
        return sum(self.fates.values())

    @property
    def mean_days(self) -> int:
        """Days late on average, of those completed or being late."""
        return round(sum(self.late_days) / len(self.late_days)) if self.late_days else 0

    def add(self, winner: Winner, today: date) -> None:
        """Count a winner; a project of two winners gives its money once."""
        self.fates[winner.fate(today)] += 1
        self.promised += winner.cost
        for part in winner.parts:
            if part.id in self._seen:
                continue
            self._seen.add(part.id)
            self.contracted += part.contracted
            self.paid += part.paid
            if days := part.days_late(today):
                self.late_days.append(days)


@dataclass(frozen=True)
class District:
    """One district of a scorecard."""

    id: int
    code: str
    names: dict[str, str]
    count: Count


@dataclass(frozen=True)
class Card:
    """The scorecard of one cycle: in all, and by district."""

    cycle_id: int
    slug: str
    names: dict[str, str]
    currency: str
    minor_units: int
    whole: Count
    areas: Sequence[District]
    """In the districts' order."""


def winners(session: Session) -> list[Winner]:
    """Every winner of a certified result of the city's own cycles, in one statement."""
    rows = session.execute(
        select(
            ProposalResult.proposal_id,
            CountRun.cycle_id,
            ProposalResult.area_id,
            ProposalResult.cost,
            Project.id,
            Project.number,
            Project.status,
            Project.promised_on,
            Project.due_on,
            Project.accepted_on,
            Project.contract_sum,
            Project.paid_sum,
        )
        .join(CountRun, CountRun.id == ProposalResult.run_id)
        .join(Cycle, Cycle.id == CountRun.cycle_id)
        .outerjoin(ProjectProposal, ProjectProposal.proposal_id == ProposalResult.proposal_id)
        .outerjoin(Project, Project.id == ProjectProposal.project_id)
        .where(CountRun.state == "certified", ProposalResult.selected, Cycle.is_imported.is_(False))
        .order_by(ProposalResult.proposal_id, Project.number)
    )
    heads: dict[int, tuple[int, int, int]] = {}
    parts: dict[int, list[Part]] = defaultdict(list)
    for row in rows:
        heads[row[0]] = (row[1], row[2], row[3])
        if row[4] is not None:
            parts[row[0]].append(Part(*row[4:10], row[10] or 0, row[11]))
    return [Winner(one, *head, tuple(parts[one])) for one, head in heads.items()]


def cards(session: Session, found: Iterable[Winner], today: date) -> list[Card]:
    """The scorecards of all cycles, newest first."""
    whole: dict[int, Count] = defaultdict(Count)
    by_area: dict[tuple[int, int], Count] = defaultdict(Count)
    for winner in found:
        whole[winner.cycle_id].add(winner, today)
        by_area[winner.cycle_id, winner.area_id].add(winner, today)
    cycles = session.scalars(
        select(Cycle).where(Cycle.id.in_(whole)).order_by(Cycle.year.desc(), Cycle.id.desc())
    )
    areas = session.execute(
        select(Area.id, Area.code, Area.names)
        .where(Area.id.in_({area for _, area in by_area}))
        .order_by(Area.sort, Area.id)
    ).all()
    return [
        Card(
            cycle.id,
            cycle.slug,
            cycle.names,
            cycle.currency,
            cycle.minor_units,
            whole[cycle.id],
            [
                District(area, code, names, by_area[cycle.id, area])
                for area, code, names in areas
                if (cycle.id, area) in by_area
            ],
        )
        for cycle in cycles
    ]


@dataclass(frozen=True)
class Named:
    """A winner by name, for the list behind a number."""

    winner: Winner
    number: int
    title: str
    area: dict[str, str]


def named(session: Session, page: Sequence[Winner]) -> list[Named]:
    """The names of these winners, in their order."""
    rows = session.execute(
        select(Proposal.id, Proposal.number, Proposal.title).where(
            Proposal.id.in_([winner.proposal_id for winner in page])
        )
    )
    titles = {row[0]: (row[1] or 0, row[2]) for row in rows}
    places = session.execute(
        select(Area.id, Area.names).where(Area.id.in_({winner.area_id for winner in page}))
    )
    areas = {row[0]: row[1] for row in places}
    return [
        Named(winner, *titles[winner.proposal_id], areas[winner.area_id])
        for winner in page
        if winner.proposal_id in titles
    ]
