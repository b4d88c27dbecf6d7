"""Reading results. `certified_run` is the only door to numbers, closed until it opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Category
from pb_portal.db import Missing
from pb_portal.domain.fraud_case import told as void_reasons_told
from pb_portal.domain.rule_book import SMALLEST_GROUP
from pb_portal.domain.small_numbers import BALLOTS_FROM, Withheld
from pb_portal.places.models import Area
from pb_portal.proposals.models import Proposal
from pb_portal.register.models import RegisterState
from pb_portal.results.models import AreaResult, CountRun, Margin, ProposalResult
from pb_portal.results.queries.withholding import smallest_group, withheld_of


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
    votes: int | None
    """None, like the score and the rank, where figures are withheld."""
    score: int | None
    rank: int | None
    cost: int
    selected: bool
    reason: str
    params: dict[str, Any]

    def withheld(self) -> Line:
        """The line without anything that tells votes."""
        reason = "won_withheld" if self.selected else "lost_withheld"
        kept = self.reason if self.reason == "withdrawn" else reason
        return replace(self, votes=None, score=None, rank=None, reason=kept, params={})


@dataclass(frozen=True)
class Section:
    """One area of the result."""

    area: Area
    result: AreaResult
    lines: Sequence[Line]
    """The best first; by number where figures are withheld."""
    smallest: int = SMALLEST_GROUP
    withheld: bool = False
    """Whether nothing is told but who won: figures would show how single people voted."""
    uncounted: bool = False
    """Whether the number of ballots is not told: with the city's it would give away another's."""

    @property
    def ballots(self) -> int | None:
        """How many ballots were cast, where that is told."""
        return None if self.uncounted else self.result.ballots

    @property
    def cut_off(self) -> int | None:
        """The score of the last winner, where that is told."""
        return None if self.withheld else self.result.cut_off

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
        return self.uncounted or self.result.ballots < BALLOTS_FROM


@dataclass(frozen=True)
class Result:
    """The whole certified result."""

    sections: Sequence[Section]

    @cached_property
    def winners(self) -> list[Line]:
        """Winners of all areas."""
        return [line for section in self.sections for line in section.won]

    @cached_property
    def by_category(self) -> list[tuple[str, int, int]]:
        """Category, number of winners and their cost, the dearest category first."""
        found: dict[str, list[int]] = {}
        for line in self.winners:
            found.setdefault(line.category or "", []).append(line.cost)
        told = [(code, len(costs), sum(costs)) for code, costs in found.items()]
        return sorted(told, key=lambda one: (-one[2], one[0]))

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
    smallest, hidden = smallest_group(session, run), withheld_of(session, run)
    return [
        Section(
            area,
            result,
            _shown(lines.get(area.id, []), withheld=area.id in hidden.figures),
            smallest,
            withheld=area.id in hidden.figures,
            uncounted=area.id in hidden.counts,
        )
        for area, result in areas
    ]


def _shown(lines: list[Line], *, withheld: bool) -> list[Line]:
    if not withheld:
        return lines
    return [line.withheld() for line in sorted(lines, key=lambda line: line.number)]


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


def margins(session: Session, run: CountRun) -> dict[int, Margin]:
    """How far proposals were from the other outcome, by id, as far as recounts have come."""
    found = session.scalars(select(Margin).where(Margin.run_id == run.id))
    return {one.proposal_id: one for one in found}


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


def set_aside(session: Session, cycle_id: int) -> int:
    """Lines of the register's file whose residents were left out, since the lines were wrong."""
    state = session.get(RegisterState, cycle_id)
    return state.set_aside if state else 0


def public_turnout(run: CountRun) -> dict[str, Any]:
    """Turnout without groups under the smallest: then no channel is told, since one gives the
    other, and reasons of void ballots go together. Empty where the total would tell too much."""
    session = object_session(run)
    assert session is not None
    with session.no_autoflush:
        hidden, smallest = withheld_of(session, run), smallest_group(session, run)
    return select_public_turnout(run.turnout, hidden, smallest)


def select_public_turnout(
    turnout: dict[str, Any], hidden: Withheld, smallest: int
) -> dict[str, Any]:
    """What of a turnout tells of no group under the smallest, nor of what is withheld."""
    if hidden.total:
        return {}
    told = {key: value for key, value in turnout.items() if key not in ("channels", "paper")}
    channels, paper = turnout.get("channels", {}), turnout.get("paper", {})
    shown = bool(channels) and all(people >= smallest for people in channels.values())
    if shown:
        told["channels"] = channels
    if paper:
        told["paper"] = _public_paper(paper, smallest) if shown else _reasons(paper)
    if hidden and "paper" in told:
        told["paper"].pop("points", None)  # a point lies in one district
    if "voided_why" in told:
        told["voided_why"] = void_reasons_told(told["voided_why"], smallest)
    return told


def _public_paper(paper: dict[str, Any], smallest: int) -> dict[str, Any]:
    """Paper as everybody reads it: of polling points only people and papers, and these only when
    no point had under the smallest group, since the others would give that one."""
    told = {key: value for key, value in paper.items() if key != "points"}
    points = paper.get("points", [])
    if points and all(min(p["handed"], p.get("cast", 0)) >= smallest for p in points):
        shown = ("names", "handed", "cast")
        told["points"] = [{key: point.get(key, 0) for key in shown} for point in points]
    return told


def _reasons(paper: dict[str, Any]) -> dict[str, Any]:
    return {key: paper[key] for key in ("set_aside", "explained") if paper.get(key)}
