"""Which projects a person asked for: one object for the list, the map, the totals and the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_
from sqlalchemy.sql.elements import ColumnElement

from pb_portal.cycles.models import Cycle
from pb_portal.domain.project_states import OFFICIAL_WORD
from pb_portal.places.models import Area
from pb_portal.projects.models import Project
from pb_portal.projects.rules import FINISHED
from pb_portal.projects.search import beginnings

Query = Select[*tuple[Any, ...]]
OFFICIAL = ("planned", "in_progress", "completed", "cancelled")


@dataclass(frozen=True)
class Wanted:
    """Filters of the register. Empty means all; without a cycle, imported elections stay out."""

    words: str = ""
    area: str = ""
    state: str = ""
    sector: str = ""
    cycle: str = ""
    late: bool = False

    def apply(self, query: Query, today: date) -> Query:
        """The query (over projects) narrowed to what is wanted."""
        query = query.outerjoin(Cycle, Cycle.id == Project.cycle_id)
        for word in beginnings(self.words):
            query = query.where(Project.search_text.contains(word, autoescape=True))
        if self.area:
            query = query.join(Area, Area.id == Project.area_id).where(Area.code == self.area)
        if self.state:
            states = [state for state, word in OFFICIAL_WORD.items() if word == self.state]
            query = query.where(Project.status.in_(states))
        if self.sector:
            query = query.where(Project.sector == self.sector)
        if self.late:
            query = query.where(late_clause(today))
        if self.cycle:
            return query.where(Cycle.slug == self.cycle)
        return query.where(or_(Cycle.id.is_(None), Cycle.is_imported.is_(False)))


def late_clause(today: date) -> ColumnElement[bool]:
    """The same as `rules.is_late`, in SQL."""
    return and_(
        Project.status.not_in(FINISHED),
        or_(Project.promised_on < today, Project.due_on < today),
    )
