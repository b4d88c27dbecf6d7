"""English: one thing, two things."""

from __future__ import annotations

from datetime import date

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def counted(number: int, one: str, many: str) -> str:
    """`1 project`, `2 projects`; thousands are set apart by commas."""
    return f"{number:,} {one if number == 1 else many}"


def listed(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def full_date(day: date) -> str:
    """25 October 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
