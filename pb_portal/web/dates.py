"""Days typed into forms: read as people write them, and never years away from what is meant."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from wtforms import DateField

from pb_portal.web import clock, i18n

FORMATS = ("%Y-%m-%d", "%d.%m.%Y")
DECADE, CENTURY = 3660, 36_525
"""Days ahead of today and behind it beyond which a day is taken for a mistyped year, where nothing
closer is said."""


class Day(DateField):
    """A day, from the browser's calendar or typed; `back` and `ahead` say how many days away from
    today it may lie. A day farther away is refused with its full date, so that the year is seen."""

    data: Any
    """A date, or None while nothing that can be read was typed."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        back: int = CENTURY,
        ahead: int = DECADE,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, format=list(FORMATS), **kwargs)
        self.back, self.ahead = timedelta(days=back), timedelta(days=ahead)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            return
        self.data = None
        day = read_day(valuelist[0].strip())
        if day is None:
            raise ValueError(_("Enter a date like 25.10.2026"))
        today = clock.today()
        if not today - self.back <= day <= today + self.ahead:
            raise ValueError(_too_far(day, today))
        self.data = day


def read_day(text: str) -> date | None:
    """The day written like 2026-10-25 or 25.10.2026; None for anything else."""
    for form in FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _too_far(day: date, today: date) -> str:
    written = i18n.weekday_day(day)
    if day > today:
        return str(_("This is %(day)s: too far ahead. Check the year.", day=written))
    return str(_("This is %(day)s: too long ago. Check the year.", day=written))
