"""Defects and questions of residents: how they go from open to closed, and by when."""

from __future__ import annotations

from datetime import date, timedelta

from pb_portal.domain.project_states import ProjectState

KINDS = ("defect", "question")
ANSWER_DAYS = {"defect": 15, "question": 7}
"""Days to answer in."""
FARTHEST = timedelta(days=730)

TO_REPORT_DEFECTS = frozenset(
    {
        ProjectState.WORKS,
        ProjectState.ACCEPTANCE,
        ProjectState.COMPLETED,
        ProjectState.SUSPENDED,
        ProjectState.CARRIED_OVER,
    }
)
"""States in which there is something that can have a defect."""

STEPS: dict[tuple[str, str], str] = {
    ("open", "promised"): "promised",
    ("open", "fixed"): "closed",
    ("open", "explained"): "closed",
    ("promised", "promised"): "promised",
    ("promised", "fixed"): "closed",
    ("promised", "explained"): "closed",
    ("closed", "reopened"): "open",
}
"""(state, step) → the next state; what is not here is refused."""

ANSWERS = {"defect": ("promised", "fixed", "explained"), "question": ("explained", "promised")}
"""What staff may answer to each kind."""


def answer_by(kind: str, day: date) -> date:
    """The day by which an issue of this kind is answered."""
    return day + timedelta(days=ANSWER_DAYS[kind])


def is_overdue(state: str, due_on: date, today: date) -> bool:
    """Whether its day has passed without an answer, or without what was promised."""
    return state != "closed" and due_on < today


def kinds_for(status: str) -> tuple[str, ...]:
    """What may be sent to a project in this state."""
    return KINDS if status in TO_REPORT_DEFECTS else ("question",)
