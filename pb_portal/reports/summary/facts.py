"""The figures a summary speaks of, taken out of the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pb_portal.domain.report import Group


@dataclass(frozen=True)
class Before:
    """The report before this one."""

    title: dict[str, str]
    day: date
    headline: int


@dataclass(frozen=True)
class Facts:
    """Numbers of the headline (completed, or expected by the date) and of what stands beside."""

    title: dict[str, str]
    day: date
    as_of: date
    ahead: bool
    headline: int
    completed: int
    expected: int
    sectors: list[tuple[str, int]]
    origins: list[tuple[str, int]]
    areas: int
    areas_total: int
    """Of the whole city."""
    in_progress: int
    planned: int
    cancelled: int
    late: int
    before: Before | None
    areas_chosen: int | None = None
    """Districts looked at, when others with projects were left out."""


def facts_of(data: dict[str, Any]) -> Facts:
    """The facts of a snapshot."""
    counts, groups = data["counts"], data["counts"]["groups"]
    before = data["previous"]
    return Facts(
        title=data["title"],
        day=date.fromisoformat(data["date"]),
        as_of=date.fromisoformat(data["as_of"]),
        ahead=data["ahead"],
        headline=counts["headline"],
        completed=groups[Group.COMPLETED],
        expected=groups[Group.EXPECTED],
        sectors=_headlines(counts["sectors"]),
        origins=_headlines(counts["origins"]),
        areas=len(_headlines(counts["areas"])),
        areas_total=data["areas_total"],
        in_progress=groups[Group.IN_PROGRESS],
        planned=groups[Group.PLANNED],
        cancelled=groups[Group.CANCELLED],
        late=len(data["late"]),
        before=Before(
            before["title"], date.fromisoformat(before["date"]), before["counts"]["headline"]
        )
        if before and before["same_choice"]
        else None,
        areas_chosen=data["areas_chosen"],
    )


def _headlines(counts: dict[str, dict[str, int]]) -> list[tuple[str, int]]:
    return [(code, own["headline"]) for code, own in counts.items() if own["headline"]]


def capital(text: str) -> str:
    """With its first letter in upper case, as at the beginning of a sentence."""
    return text[:1].upper() + text[1:]
