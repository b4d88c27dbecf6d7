"""A small vote with another kind of ballot, to be tried in the sample city on request.

The city's own vote stays the one on its home page until somebody asks for more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from config import Settings
from pb_portal.cycles import queries, service
from pb_portal.cycles.models import Cycle, CycleArea, Phase
from pb_portal.db import Missing
from pb_portal.demo.votes import entry, freeze_register
from pb_portal.domain import ballots
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.queries import on_ballot
from pb_portal.proposals.service import index_words
from pb_portal.register.models import RegisterEntry

PREFIX = "trial-"
IN_AREA = 5
"""Proposals of each district, taken from the city's vote."""
DAYS = 14
CALENDAR = (
    (PhaseKind.APPLICATIONS, -40, -20),
    (PhaseKind.REVIEW, -20, -1),
    (PhaseKind.VOTING, -1, DAYS),
    (PhaseKind.RESULTS, DAYS, DAYS + 7),
)
NAMES = {
    ballots.APPROVAL: {"kk": "белгілеу", "ru": "отметки", "en": "ticks"},
    ballots.KNAPSACK: {"kk": "бюджетке сыйғызу", "ru": "в пределах бюджета", "en": "budget"},
    ballots.POINTS: {"kk": "ұпай", "ru": "баллы", "en": "points"},
    ballots.RANKING: {"kk": "рет", "ru": "порядок", "en": "order"},
}
TRIAL = {"kk": "Сынақ дауыс беру", "ru": "Пробное голосование", "en": "Trial vote"}
KEPT = ("language", "title", "problem", "solution", "address", "lat", "lon", "category_id",
        "area_id", "author_id")  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """Which kind of ballot, and where one may vote."""

    kind: str
    scope: str

    @property
    def slug(self) -> str:
        """The cycle's name in addresses."""
        return f"{PREFIX}{self.kind}-{self.scope.replace('_', '-')}"

    @property
    def rules(self) -> RuleBook:
        """Rules that show the kind well."""
        points = 10 if self.kind == ballots.POINTS else 0
        return RuleBook(ballot_type=self.kind, scope=self.scope, max_choices=3, max_points=points)


def load_once(
    session: Session, trial: Trial, voters: list[dict[str, str]], settings: Settings, at: datetime
) -> Cycle:
    """The trial, opened unless it is there. Raises `Missing` where the city holds no vote now."""
    cycles = queries.all_cycles(session, imported=False)
    for cycle in cycles:
        if cycle.slug == trial.slug:
            return cycle
    for cycle in cycles:
        own = cycle.is_sample and not cycle.slug.startswith(PREFIX)
        if own and queries.phase_open(cycle, PhaseKind.VOTING, at):
            return load_trial(session, trial, cycle, voters, settings, at)
    raise Missing("vote")


def load_trial(
    session: Session,
    trial: Trial,
    model: Cycle,
    voters: list[dict[str, str]],
    settings: Settings,
    at: datetime,
) -> Cycle:
    """Open a vote like the model's, in which the same sample voters may vote."""
    zone = ZoneInfo(settings.city_timezone)
    cycle = Cycle(
        slug=trial.slug,
        names={code: f"{word}: {NAMES[trial.kind][code]}" for code, word in TRIAL.items()},
        year=model.year,
        city=model.city,
        cap=model.cap,
        is_sample=True,
        created_at=at,
    )
    for kind, first, last in CALENDAR:
        starts, ends = (_midnight(at.date() + timedelta(days=day), zone) for day in (first, last))
        cycle.phases.append(Phase(kind=kind, starts_at=starts, ends_at=ends))
    session.add(cycle)
    numbers = count(1)
    for part in model.areas:
        papers = list(on_ballot(session, model.id, part.area_id))[:IN_AREA]
        budget = sum(paper.price for paper in papers) // 2
        cycle.areas.append(CycleArea(area=part.area, budget=budget))
        session.flush()
        session.add_all(_copy(paper, cycle, next(numbers), at) for paper in papers)
    session.flush()
    service.write_rules(session, cycle, trial.rules)
    _register(session, cycle, voters, settings, at)
    service.freeze_rules(session, Signature(SYSTEM, at - timedelta(days=2)), cycle)
    return cycle


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _copy(paper: Proposal, cycle: Cycle, number: int, at: datetime) -> Proposal:
    made = Proposal(
        **{name: getattr(paper, name) for name in KEPT},
        cycle_id=cycle.id,
        number=number,
        cost=paper.price,
        listed_price=paper.price,
        status="admitted",
        created_at=at - timedelta(days=30),
        updated_at=at - timedelta(days=3),
        submitted_at=at - timedelta(days=25),
        is_sample=True,
    )
    index_words(made)
    return made


def _register(
    session: Session,
    cycle: Cycle,
    voters: list[dict[str, str]],
    settings: Settings,
    at: datetime,
) -> None:
    areas = {part.area.code: part.area_id for part in cycle.areas}
    rows = [
        entry(cycle, areas[voter["district"]], voter, settings.register_key) for voter in voters
    ]
    session.execute(insert(RegisterEntry), rows)
    freeze_register(session, cycle, settings, at)
