"""Forms of the commissioner."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, IntegerField, RadioField, SelectField
from wtforms.validators import AnyOf, Optional

from pb_portal.domain.phase_calendar import Following
from pb_portal.web import clock
from pb_portal.web.forms import Form, Lines, required, up_to

SPELLINGS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"]


class CityMoment(DateTimeLocalField):
    """A date and time as the clock on the city's wall shows it; `moment` is aware."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format=SPELLINGS, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write a date and time like 2026-11-09 18:00.")) from None

    @property
    def moment(self) -> datetime:
        """The moment meant, with the city's time zone."""
        assert isinstance(self.data, datetime)
        return self.data.replace(tzinfo=clock.city_zone())


class ExtensionForm(Form):
    """Asking to move the end of a phase, and what becomes of the phases after it."""

    phase = SelectField(_l("Phase"), [required()], validate_choice=False)
    change = RadioField(
        _l("What is to change"),
        choices=[("extend", _l("It ends later")), ("shorten", _l("It ends earlier"))],
        default="extend",
    )
    ends_at = CityMoment(_l("New end, city time"), [required(_l("Enter the new end"))])
    following = RadioField(
        _l("The phases after it"),
        choices=[
            (Following.MOVE, _l("All of them move by the same number of days")),
            (Following.NEXT, _l("Only the next one begins at the new end and keeps its own end")),
            (Following.KEEP, _l("They keep their dates; refused if phases would overlap")),
        ],
        default=Following.MOVE,
    )
    confirmed_days = IntegerField(
        _l("How many days are added"), [Optional()], description=_l("Type the number to confirm it")
    )
    reason = Lines(
        _l("Reason"),
        [required(_l("Write the reason: residents will read it.")), up_to(1000)],
        description=_l("Published with the new end"),
    )


class DecisionForm(Form):
    """The second commissioner's word."""

    decision = RadioField(
        _l("Your decision"),
        [
            required(_l("Choose: approve or decline")),
            AnyOf(["approve", "decline"], message=_l("Choose: approve or decline")),
        ],
        choices=[
            ("approve", _l("Approve every change of dates shown here")),
            ("decline", _l("Decline")),
        ],
        validate_choice=False,
    )
    confirmed_days = IntegerField(
        _l("How many days are added"), [Optional()], description=_l("Type the number to confirm it")
    )
    reason = Lines(
        _l("Why you decline"),
        [up_to(1000)],
        description=_l("The proposer gets it by letter"),
    )


class FreezeForm(Form):
    """Freezing the rule book ahead of time."""

    sure = BooleanField(
        _l("I have read the rules; I know that nobody can change them after this"),
        [required(_l("Confirm that you have read the rules"))],
    )
