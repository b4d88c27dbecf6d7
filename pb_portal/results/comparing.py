"""Rules side by side: who wins by which, and how many voters have a winner of theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.domain.rule_book import SMALLEST_GROUP
from pb_portal.results.models import Alternative, CountRun
from pb_portal.results.queries import Line, Section


@dataclass(frozen=True)
class Row:
    """What one rule gives in one area, beside what was decided."""

    rule: str
    own: bool
    """Whether it is the rule of the rule book."""
    winners: int
    cost: int
    happy: int | None
    """Voters with at least one winner; None for fewer than the smallest group."""
    voters: int
    gained: Sequence[Line]
    lost: Sequence[Line]

    @property
    def percent(self) -> int | None:
        """Of voters with a winner, rounded."""
        if self.happy is None or not self.voters:
            return None
        return (self.happy * 200 + self.voters) // (self.voters * 2)


@dataclass(frozen=True)
class Table:
    """One area's rules; `few`: too few voted to tell more than the result."""

    section: Section
    rows: Sequence[Row]
    few: bool
    ready: bool


def compared(session: Session, run: CountRun, sections: Sequence[Section]) -> list[Table]:
    """Every area's table, as far as recounts have come."""
    kept: dict[int, list[Alternative]] = {}
    for found in session.scalars(select(Alternative).where(Alternative.run_id == run.id)):
        kept.setdefault(found.area_id, []).append(found)
    return [_table(run, one, kept.get(one.area.id, [])) for one in sections]


def _table(run: CountRun, section: Section, kept: Sequence[Alternative]) -> Table:
    own = section.result.rule or run.rule
    decided = {line.number for line in section.won}
    told = [one for one in kept if "winners" in one.data]
    told.sort(key=lambda one: (one.rule != own, one.rule))
    rows = [
        row_of(
            one.rule,
            one.data,
            decided,
            section.lines,
            own=one.rule == own,
            smallest=section.smallest,
        )
        for one in told
    ]
    return Table(
        section,
        rows,
        few=section.uncounted or any("few" in one.data for one in kept),
        ready=bool(kept),
    )


def row_of(
    rule: str,
    data: Mapping[str, Any],
    decided: Collection[int],
    lines: Sequence[Line],
    *,
    own: bool = False,
    smallest: int = SMALLEST_GROUP,
) -> Row:
    """A row of what a recount gave, set beside the winners that were decided."""
    winners = set(data["winners"])
    return Row(
        rule=rule,
        own=own,
        winners=len(winners),
        cost=data["cost"],
        happy=data["happy"] if data["happy"] >= smallest else None,
        voters=data["voters"],
        gained=[line for line in lines if line.number in winners - set(decided)],
        lost=[line for line in lines if line.number in set(decided) - winners],
    )
