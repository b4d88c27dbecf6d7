"""How a project counts in a report for a date, from its state and dates on one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pb_portal.domain.project_states import OFFICIAL_WORD, ProjectState


class Group(StrEnum):
    """What a report says of a project."""

    COMPLETED = "completed"
    EXPECTED = "expected"
    IN_PROGRESS = "in_progress"
    PLANNED = "planned"
    CANCELLED = "cancelled"


HEADLINE = (Group.COMPLETED, Group.EXPECTED)
"""Together these are "completed or being completed by the date"."""


@dataclass(frozen=True)
class Moment:
    """The day a report is for, and the last day whose facts it can know."""

    day: date
    today: date

    @property
    def as_of(self) -> date:
        """The day itself once it has come; until then today."""
        return min(self.day, self.today)

    @property
    def is_ahead(self) -> bool:
        """Whether the day is still going on or to come, so that planned dates count."""
        return self.day >= self.today


def group_of(status: str, due_on: date, moment: Moment) -> Group:
    """Completed, to be completed by the date, or how it stands beyond it.

    A promised date that has already passed promises nothing: such a project is not expected.
    """
    word = OFFICIAL_WORD[ProjectState(status)]
    if word in (Group.COMPLETED, Group.CANCELLED):
        return Group(word)
    if moment.is_ahead and moment.as_of <= due_on <= moment.day:
        return Group.EXPECTED
    return Group(word)
