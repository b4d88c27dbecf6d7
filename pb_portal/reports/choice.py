"""What a report is asked to count, checked before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pb_portal.domain.project_states import Origin, Sector
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.report import HEADLINE, Group
from pb_portal.reports.naming import name_for

LANGUAGES = ("kk", "ru", "en")
LONGEST_NAME = 80
YEARS_AHEAD = 10


@dataclass(frozen=True)
class Choice:
    """Date, name and boxes ticked. `since` leaves out what was completed before it."""

    day: date
    names: dict[str, str]
    areas: tuple[str, ...]
    sectors: tuple[str, ...] = tuple(Sector)
    origins: tuple[str, ...] = tuple(Origin)
    groups: tuple[str, ...] = HEADLINE
    since: date | None = None

    @property
    def title(self) -> dict[str, str]:
        """The name in each language; by the date when none was given."""
        return self.names if any(self.names.values()) else name_for(self.day)

    def check(self, today: date, *, first: date | None) -> None:
        """Refuse a date, a name or a selection that cannot make a report.

        `first` is the day the first project was made; None when there is none.
        """
        if first is None:
            raise Refusal("report.no_projects")
        if self.day < first:
            raise Refusal("report.before_projects", field="date", first=first.strftime("%d.%m.%Y"))
        if self.day.year > today.year + YEARS_AHEAD:
            raise Refusal("report.date_far", field="date")
        if self.since is not None and self.since > self.day:
            raise Refusal("report.since_after", field="since")
        for field in ("sectors", "areas", "origins", "groups"):
            if not getattr(self, field):
                raise Refusal(f"report.no_{field}", field=field)
        self._check_names()

    def _check_names(self) -> None:
        if not any(self.names.values()):
            return
        for language in LANGUAGES:
            name = self.names.get(language, "")
            if not name:
                raise Refusal("report.name_missing", field=f"name_{language}")
            if sum(letter.isalpha() for letter in name) < 3:
                raise Refusal("report.name_no_words", field=f"name_{language}")
            if len(name) > LONGEST_NAME:
                raise Refusal("report.name_long", field=f"name_{language}", most=LONGEST_NAME)

    def as_data(self) -> dict[str, Any]:
        """The boxes for the snapshot, in one order whatever the form's."""
        return {
            "sectors": sorted(self.sectors),
            "areas": sorted(self.areas),
            "origins": sorted(self.origins),
            "groups": [str(group) for group in Group if group in self.groups],
            "since": self.since.isoformat() if self.since else None,
        }
