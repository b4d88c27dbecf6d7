"""Which projects a person asked for: one object for the list, the map, the totals and the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from pb_portal.cycles.models import Cycle
from pb_portal.domain.project_states import OFFICIAL_WORD
from pb_portal.places.models import Area
from pb_portal.projects.models import Project, WorkType
from pb_portal.projects.rules import FINISHED, public_bin
from pb_portal.projects.search import beginnings

Query = Select[*tuple[Any, ...]]
OF_PROJECT = "of-"
NOBODY = "-"
OFFICIAL = ("planned", "in_progress", "completed", "cancelled")


@dataclass(frozen=True)
class Wanted:
    """Filters of the register. Empty means all; without a cycle, imported elections stay out."""

    words: str = ""
    area: str = ""
    state: str = ""
    sector: str = ""
    type: str = ""
    source: str = ""
    year: str = ""
    contractor: str = ""
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
            query = query.where(official_clause(self.state))
        if self.late:
            query = query.where(late_clause(today))
        query = self._of_kind(query)
        if self.cycle:
            return query.where(Cycle.slug == self.cycle)
        return query.where(or_(Cycle.id.is_(None), Cycle.is_imported.is_(False)))

    def _builder(self) -> ColumnElement[str] | str:
        """The contractor asked for: by number, or by a project where the number stays unsaid."""
        number = self.contractor.removeprefix(OF_PROJECT)
        if number == self.contractor or not (number.isdecimal() and len(number) < 10):
            return self.contractor if public_bin(self.contractor) else NOBODY
        return select(Project.contractor_bin).where(Project.number == int(number)).scalar_subquery()

    def _of_kind(self, query: Query) -> Query:
        if self.sector:
            query = query.where(Project.sector == self.sector)
        if self.source:
            query = query.where(Project.origin == self.source)
        if self.contractor:
            query = query.where(Project.contractor_bin == self._builder())
        if self.type:
            types = select(WorkType.id).where(WorkType.code == self.type)
            query = query.where(Project.work_type_id.in_(types))
        if self.year:
            first, last = date(int(self.year), 1, 1), date(int(self.year), 12, 31)
            query = query.where(Project.due_on.between(first, last))
        return query


def official_clause(word: str) -> ColumnElement[bool]:
    """Projects whose state has this official word."""
    return Project.status.in_([state for state, said in OFFICIAL_WORD.items() if said == word])


def late_clause(today: date) -> ColumnElement[bool]:
    """The same as `rules.is_late`, in SQL."""
    return and_(
        Project.status.not_in(FINISHED),
        or_(Project.promised_on < today, Project.due_on < today),
    )
