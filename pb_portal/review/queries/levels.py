"""How long decisions take: medians of the time in staff hands, and the work of each reviewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from pb_portal.domain.proposal_states import ProposalAction
from pb_portal.proposals.models import Proposal, ProposalEvent
from pb_portal.review.models import ReviewOpinion

DAY = 86_400
ENOUGH = 5
"""Decisions before which a median says nothing."""


@dataclass(frozen=True)
class Level:
    """The median of some decisions: how many there are, and its days (rounded, at least one)."""

    number: int
    days: int


def levels(
    session: Session,
    *,
    cycle_id: int | None = None,
    areas: frozenset[int] | None = None,
    since: datetime | None = None,
) -> dict[int | None, Level]:
    """The median by district; under None that of all. One statement, and a few rows of answer
    however many decisions there are."""
    query = (
        select(Proposal.area_id, ProposalEvent.staff_seconds.label("seconds"))
        .join(Proposal, Proposal.id == ProposalEvent.proposal_id)
        .where(
            ProposalEvent.action.in_([ProposalAction.ADMIT, ProposalAction.REJECT]),
            ProposalEvent.staff_seconds.is_not(None),
        )
    )
    if cycle_id is not None:
        query = query.where(Proposal.cycle_id == cycle_id)
    if areas is not None:
        query = query.where(Proposal.area_id.in_(areas))
    if since is not None:
        query = query.where(ProposalEvent.at >= since)
    one = query.subquery()
    ranked = select(
        one.c.area_id,
        one.c.seconds,
        *_ranks(one, "area", partition_by=one.c.area_id),
        *_ranks(one, "whole"),
    ).subquery()
    rows = session.execute(
        select(ranked).where(or_(_middle(ranked, "area"), _middle(ranked, "whole")))
    )
    return _medians(rows.mappings().all())


def _ranks(one: Any, name: str, **over: Any) -> list[ColumnElement[Any]]:
    return [
        func.row_number().over(order_by=one.c.seconds, **over).label(f"{name}_place"),
        func.count().over(**over).label(f"{name}_number"),
    ]


def _middle(ranked: Any, name: str) -> Any:
    """The middle row, or the two middle ones."""
    twice = ranked.c[f"{name}_place"] * 2
    number = ranked.c[f"{name}_number"]
    return twice.between(number, number + 2)


def _medians(rows: Any) -> dict[int | None, Level]:
    middles: dict[tuple[str, int | None], list[int]] = {}
    numbers: dict[tuple[str, int | None], int] = {}
    for row in rows:
        for name, key in (("area", row["area_id"]), ("whole", None)):
            place, number = row[f"{name}_place"], row[f"{name}_number"]
            if number <= place * 2 <= number + 2:
                middles.setdefault((name, key), []).append(int(row["seconds"]))
                numbers[name, key] = int(number)
    return {
        key: Level(numbers[name, key], _days(sum(found) / len(found)))
        for (name, key), found in middles.items()
        if name == "whole" or key is not None
    }


def _days(seconds: float) -> int:
    return max(1, int(seconds / DAY + 0.5))


def findings_since(session: Session, since: datetime) -> dict[int, int]:
    """How many findings each reviewer has recorded since."""
    rows = session.execute(
        select(ReviewOpinion.reviewer_id, func.count())
        .where(ReviewOpinion.at >= since)
        .group_by(ReviewOpinion.reviewer_id)
    )
    return {person_id: int(number) for person_id, number in rows}
