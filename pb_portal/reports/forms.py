"""What staff choose for a report."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectMultipleField
from wtforms.validators import Optional

from pb_portal.domain.project_states import Origin, Sector
from pb_portal.domain.report import HEADLINE, Group
from pb_portal.reports.choice import LANGUAGES, LONGEST_NAME, Choice
from pb_portal.web.forms import Form, Line, Lines, required, up_to
from pb_portal.web.phrases.projects import sector_word
from pb_portal.web.phrases.reports import group_word, origin_word

EARLIEST_YEAR = 1990


class Day(DateField):
    """A day; what is none gets a sentence."""

    data: datetime.date | None

    def process_formdata(self, valuelist: Any) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self.gettext(_l("Enter a day, month and year."))) from None
        if self.data is not None and self.data.year < EARLIEST_YEAR:
            self.data = None
            raise ValueError(self.gettext(_l("Enter a day, month and year.")))


class Boxes(SelectMultipleField):
    """Boxes to tick; a code that is not among them is left out like a box not ticked."""

    def process_formdata(self, valuelist: Any) -> None:
        known = {value for value, *_rest in self.iter_choices()}
        self.data = [value for value in valuelist if value in known]


class ReportForm(Form):
    """Date, name and boxes. Opened by address, so that a choice can be sent to a colleague."""

    date = Day(_l("Date of the report"), [required(_l("Choose the date of the report"))])
    name_kk = Line(_l("Name in Kazakh"), [up_to(LONGEST_NAME)])
    name_ru = Line(_l("Name in Russian"), [up_to(LONGEST_NAME)])
    name_en = Line(_l("Name in English"), [up_to(LONGEST_NAME)])
    since = Day(_l("Count as completed only from"), [Optional()])
    sectors = Boxes(_l("Sectors"))
    areas = Boxes(_l("Districts"))
    origins = Boxes(_l("Sources"))
    groups = Boxes(_l("States on that date"))
    seen = HiddenField()

    def day_asked(self) -> datetime.date:
        """The day of a form that was found valid."""
        assert self.date.data is not None
        return self.date.data

    def choice(self) -> Choice:
        """What was chosen."""
        return Choice(
            day=self.day_asked(),
            names={code: self[f"name_{code}"].data or "" for code in LANGUAGES},
            areas=tuple(self.areas.data or ()),
            sectors=tuple(self.sectors.data or ()),
            origins=tuple(self.origins.data or ()),
            groups=tuple(self.groups.data or ()),
            since=self.since.data,
        )


class CorrectionForm(ReportForm):
    """The same for a new edition, and why there is one."""

    reason = Lines(_l("What this edition corrects"), [up_to(600)])


class WithdrawalForm(Form):
    """Why a report is taken back."""

    reason = Lines(_l("Why the report is withdrawn"), [required(), up_to(600)])


def filled(
    kind: type[ReportForm], areas: Sequence[tuple[str, str]], formdata: Any, usual: dict[str, Any]
) -> Any:
    """The form with its boxes; `usual` is what stands in it before anything is chosen."""
    values = {
        "sectors": list(Sector),
        "areas": [code for code, _name in areas],
        "origins": list(Origin),
        "groups": list(HEADLINE),
        **usual,
    }
    made = _with_boxes(kind, areas)
    return made(formdata=formdata or None, data=values, meta={"csrf": False})


def _with_boxes(kind: type[ReportForm], areas: Sequence[tuple[str, str]]) -> type[ReportForm]:
    """Boxes must be known before posted values are read."""
    return type(
        kind.__name__,
        (kind,),
        {
            "sectors": Boxes(_l("Sectors"), choices=[(str(c), sector_word(c)) for c in Sector]),
            "areas": Boxes(_l("Districts"), choices=list(areas)),
            "origins": Boxes(_l("Sources"), choices=[(str(c), origin_word(c)) for c in Origin]),
            "groups": Boxes(
                _l("States on that date"), choices=[(str(c), group_word(c)) for c in Group]
            ),
        },
    )
