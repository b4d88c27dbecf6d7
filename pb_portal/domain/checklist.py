"""The questions a reviewer answers about a proposal: formal first, then on its merits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

FORMAL = ("complete", "in_area", "works", "own", "no_personal_data")
MERIT = ("common_land", "networks", "lawful", "not_planned", "cost", "upkeep")
CHECKS = FORMAL + MERIT
ANSWERS = ("yes", "no", "not_applicable")


@dataclass(frozen=True)
class Question:
    """One question. Without `names` it is one of the usual ones, worded by the portal."""

    code: str
    part: str
    names: Mapping[str, str] = field(default_factory=dict)


USUAL: tuple[Question, ...] = (
    *(Question(code, "formal") for code in FORMAL),
    *(Question(code, "merit") for code in MERIT),
)
"""What a cycle asks whose checklist nobody has changed."""


def unanswered(answers: Mapping[str, str], questions: Sequence[Question] = USUAL) -> list[str]:
    """Questions still without an answer, in order."""
    return [asked.code for asked in questions if answers.get(asked.code) not in ANSWERS]


def failed(answers: Mapping[str, str], questions: Sequence[Question] = USUAL) -> list[str]:
    """Questions answered with no, in order."""
    return [asked.code for asked in questions if answers.get(asked.code) == "no"]
