"""Which projects a cycle's winners become: each its own, several one, or one several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.domain.distance import metres_between
from pb_portal.domain.money import line_sum
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.text import words
from pb_portal.projects.models import Project
from pb_portal.projects.rules import FINISHED
from pb_portal.proposals.models import Proposal, ReviewedLine

SAME_SITE = 100
"""Metres within which two works stand on the same site."""
MOST_PARTS = 6
LONGEST_TITLE = 200
FAR = -1


@dataclass(frozen=True)
class Promise:
    """A line as it was voted on: the reviewed estimate's, else the author's."""

    key: str
    title: dict[str, str]
    unit: str
    unit_price: int
    quantity: int

    @property
    def sum(self) -> int:
        """Price of the line in tenge."""
        return line_sum(self.unit_price, self.quantity)


@dataclass(frozen=True)
class Wish:
    """What staff chose beside "each its own": ids of proposals to join, a number of parts for
    some, and for their lines the part each goes to."""

    joins: Sequence[frozenset[int]] = ()
    parts: Mapping[int, int] = field(default_factory=dict)
    line_parts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """One project to be made."""

    proposals: tuple[Proposal, ...]
    title: str
    sum: int
    lines: tuple[Promise, ...]
    part: int = 1
    parts: int = 1


@dataclass(frozen=True)
class Clash:
    """Two works on the same site: winners that may become one, or a winner and a project."""

    first: Proposal
    second: Proposal | Project
    metres: int | None
    """None where only the address is the same."""


def pieces(
    waiting: Sequence[Proposal], promised: Mapping[int, list[Promise]], wish: Wish
) -> list[Piece]:
    """The projects these winners become; refuses what cannot be joined or divided."""
    group_of = _groups(waiting, wish)
    made: list[Piece] = []
    seen: set[int] = set()
    for proposal in waiting:
        if proposal.id in seen:
            continue
        group = group_of.get(proposal.id, [proposal])
        seen |= {one.id for one in group}
        parts = wish.parts.get(proposal.id, 1)
        if len(group) > 1:
            made.append(_joined(group, promised, wish))
        elif parts > 1:
            made += _divided(proposal, promised[proposal.id], parts, wish)
        else:
            made.append(
                Piece((proposal,), proposal.title, proposal.price, tuple(promised[proposal.id]))
            )
    return made


def _groups(waiting: Sequence[Proposal], wish: Wish) -> dict[int, list[Proposal]]:
    by_id = {proposal.id: proposal for proposal in waiting}
    groups: dict[int, list[Proposal]] = {}
    for join in wish.joins:
        together = [one for proposal_id in join for one in groups.get(proposal_id, [])]
        together += [
            by_id[proposal_id]
            for proposal_id in sorted(join)
            if proposal_id in by_id and proposal_id not in groups
        ]
        unique = list({one.id: one for one in together}.values())
        for one in unique:
            groups[one.id] = unique
    return groups


def _joined(group: list[Proposal], promised: Mapping[int, list[Promise]], wish: Wish) -> Piece:
    if len({proposal.area_id for proposal in group}) > 1:
        raise Refusal("project.join_areas")
    if any(wish.parts.get(proposal.id, 1) > 1 for proposal in group):
        raise Refusal("project.join_or_divide")
    title = " · ".join(proposal.title for proposal in group)
    return Piece(
        tuple(group),
        title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…",
        sum(proposal.price for proposal in group),
        tuple(line for proposal in group for line in promised[proposal.id]),
    )


def _divided(proposal: Proposal, lines: Sequence[Promise], parts: int, wish: Wish) -> list[Piece]:
    if parts > MOST_PARTS:
        raise Refusal("project.parts_many", most=MOST_PARTS)
    if lines and parts > len(lines):
        raise Refusal("project.parts_lines", number=proposal.number, lines=len(lines))
    heaps: list[list[Promise]] = [[] for _ in range(parts)]
    for place, line in enumerate(lines):
        heaps[min(wish.line_parts.get(line.key, place % parts + 1), parts) - 1].append(line)
    if lines and not all(heaps):
        raise Refusal("project.part_empty", number=proposal.number)
    return [
        Piece((proposal,), f"{proposal.title} ({part}/{parts})", share, tuple(heap), part, parts)
        for part, (heap, share) in enumerate(
            zip(heaps, _shares(proposal.price, heaps), strict=True), start=1
        )
    ]


def _shares(price: int, heaps: Sequence[Sequence[Promise]]) -> list[int]:
    """The price by the sums of the lines; what does not divide goes to the last part."""
    weights = [sum(line.sum for line in heap) for heap in heaps]
    if not sum(weights):
        weights = [1] * len(heaps)
    shares = [price * weight // sum(weights) for weight in weights]
    shares[-1] += price - sum(shares)
    return shares


def promised_lines(session: Session, proposals: Sequence[Proposal]) -> dict[int, list[Promise]]:
    """The promised lines of each proposal."""
    reviewed: dict[int, list[ReviewedLine]] = {}
    ids = [proposal.id for proposal in proposals]
    rows = session.scalars(
        select(ReviewedLine)
        .where(ReviewedLine.proposal_id.in_(ids))
        .order_by(ReviewedLine.sort, ReviewedLine.id)
    )
    for row in rows:
        reviewed.setdefault(row.proposal_id, []).append(row)
    return {proposal.id: _lines(proposal, reviewed.get(proposal.id, [])) for proposal in proposals}


def _lines(proposal: Proposal, reviewed: Sequence[ReviewedLine]) -> list[Promise]:
    own = {line.id: line for line in proposal.lines}
    titles = {
        line.id: dict(line.work.names) if line.work else {proposal.language: line.title}
        for line in proposal.lines
    }
    corrected = {line.line_id for line in reviewed}
    lines = [
        Promise(
            f"r{line.id}",
            titles.get(line.line_id or 0) or {proposal.language: line.text},
            line.unit,
            line.unit_price,
            line.quantity,
        )
        for line in reviewed
    ]
    lines += [
        Promise(f"a{line.id}", titles[line.id], line.unit, line.unit_price, line.quantity)
        for line in own.values()
        if line.id not in corrected
    ]
    return [line for line in lines if line.quantity > 0]


def clashes(session: Session, waiting: Sequence[Proposal]) -> list[Clash]:
    """Winners on the same site as another winner or as a project under way."""
    found = [
        Clash(first, second, metres)
        for first, second in combinations(waiting, 2)
        if first.area_id == second.area_id and (metres := _apart(first, second)) != FAR
    ]
    areas = {proposal.area_id for proposal in waiting}
    running = session.scalars(
        select(Project).where(Project.area_id.in_(areas), Project.status.not_in(FINISHED))
    ).all()
    for proposal in waiting:
        found += [
            Clash(proposal, project, metres)
            for project in running
            if project.area_id == proposal.area_id and (metres := _apart(proposal, project)) != FAR
        ]
    return found


def _apart(first: Proposal, second: Proposal | Project) -> int | None:
    """Metres between two works on one site, None for the same address alone, else `FAR`."""
    points = [(work.lat, work.lon) for work in (first, second)]
    known = [(lat, lon) for lat, lon in points if lat is not None and lon is not None]
    if len(known) == len(points):
        metres = metres_between(*known[0], *known[1])
        if metres <= SAME_SITE:
            return metres
    same = words(first.address) and words(first.address) == words(second.address)
    return None if same else FAR
