"""The questions a reviewer answers about a proposal: formal first, then on its merits."""

from __future__ import annotations

from collections.abc import Mapping

FORMAL = ("complete", "in_area", "works", "own", "no_personal_data")
MERIT = ("common_land", "networks", "lawful", "not_planned", "cost", "upkeep")
CHECKS = FORMAL + MERIT
ANSWERS = ("yes", "no", "not_applicable")


def unanswered(answers: Mapping[str, str]) -> list[str]:
    """Questions still without an answer, in order."""
    return [code for code in CHECKS if answers.get(code) not in ANSWERS]


def failed(answers: Mapping[str, str]) -> list[str]:
    """Questions answered with no, in order."""
    return [code for code in CHECKS if answers.get(code) == "no"]
