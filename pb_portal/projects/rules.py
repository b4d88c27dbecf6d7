"""Rules of the promise ledger, as plain figures: what is late, silent, or differs too much."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from pb_portal.domain.identity import is_iin
from pb_portal.domain.project_states import ProjectState
from pb_portal.domain.refusal import Refusal

FINISHED = (ProjectState.COMPLETED, ProjectState.CANCELLED)
SILENT_DAYS = 30
HEADS_DAYS = 60
PUBLIC_DAYS = 90
_HTTPS = re.compile(r"https://[^\s<>\"'\\@]+\.[^\s<>\"'\\@]+")
_LONGEST = 500


@dataclass(frozen=True)
class Limits:
    """How far a figure may be from the promise before somebody must say why."""

    percent: int = 5
    """Of the sum of the contract and of a quantity above the promised one."""
    days: int = 14
    """Of the contract's end and of the acceptance after the promised date."""

    def money_differs(self, promised: int, contracted: int) -> bool:
        """Whether a sum is more than so many per cent away from the promise."""
        return abs(contracted - promised) * 100 > promised * self.percent

    def quantity_differs(self, promised: int, accepted: int) -> bool:
        """Whether less was accepted than promised, or much more."""
        return accepted < promised or (accepted - promised) * 100 > promised * self.percent

    def days_late(self, promised: date, day: date) -> bool:
        """Whether a day is more than so many days after the promised one."""
        return (day - promised).days > self.days


def is_late(status: str, promised_on: date, due_on: date, today: date) -> bool:
    """Unfinished after the date first promised, or after the one promised now."""
    return status not in FINISHED and (promised_on < today or due_on < today)


def days_silent(news_at: datetime, at: datetime) -> int:
    """Whole days without news."""
    return max((at - news_at).days, 0)


def is_bin(text: str) -> bool:
    """Whether the text is a business identification number: twelve digits, of which the last
    checks the others as in an IIN, under which entrepreneurs work."""
    return is_iin(text)


def public_bin(text: str) -> str:
    """The number as residents may read it: an entrepreneur's is a person's IIN and stays unsaid.
    The fifth digit of a BIN is 4, 5 or 6; of an IIN it is the first of the day of birth."""
    return text if text[4:5] in {"4", "5", "6"} else ""


def is_link(text: str) -> bool:
    """Whether the text is an address of the secure web, of bearable length."""
    return len(text) <= _LONGEST and _HTTPS.fullmatch(text) is not None


def check_days(
    day: date, field: str, *, earliest: date | None, latest: date | None, code: str
) -> None:
    """Refuse a day before `earliest` (with `code`) or after `latest` (it has not come yet)."""
    if earliest is not None and day < earliest:
        raise Refusal(code, field=field, earliest=earliest.strftime("%d.%m.%Y"))
    if latest is not None and day > latest:
        raise Refusal("project.not_yet", field=field)


def need(present: object, code: str, field: str) -> None:
    """Refuse with `code` beside `field` unless there is something."""
    if not present:
        raise Refusal(code, field=field)
