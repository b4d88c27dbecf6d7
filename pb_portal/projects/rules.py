"""Rules of the promise ledger, as plain figures: what is late, silent, or differs too much."""

from __future__ import annotations

import re
from datetime import date, datetime

from pb_portal.domain.project_states import ProjectState
from pb_portal.domain.refusal import Refusal

FINISHED = (ProjectState.COMPLETED, ProjectState.CANCELLED)
SILENT_DAYS = 30
HEADS_DAYS = 60
PUBLIC_DAYS = 90
_PERCENT_FREE = 5
_BIN = re.compile(r"[0-9]{12}")


def is_late(status: str, promised_on: date, due_on: date, today: date) -> bool:
    """Unfinished after the date first promised, or after the one promised now."""
    return status not in FINISHED and (promised_on < today or due_on < today)


def days_silent(news_at: datetime, at: datetime) -> int:
    """Whole days without news."""
    return max((at - news_at).days, 0)


def is_bin(text: str) -> bool:
    """Whether the text is a business identification number: twelve digits."""
    return _BIN.fullmatch(text) is not None


def differs(promised: int, contracted: int) -> bool:
    """Whether the contract is more than five per cent away from the promise."""
    return abs(contracted - promised) * 100 > promised * _PERCENT_FREE


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
