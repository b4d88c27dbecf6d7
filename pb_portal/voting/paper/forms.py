"""Forms of voting on paper: shape only."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields import SelectMultipleField
from wtforms.validators import AnyOf, NumberRange
from wtforms.widgets import HiddenInput

from pb_portal.domain.polling import MOST_IN_BATCH, Equation
from pb_portal.proposals.forms import read_place
from pb_portal.voting.forms import PersonForm, only_digits
from pb_portal.voting.paper.models import PollingPoint
from pb_portal.voting.paper.service import PointData
from pb_portal.web.forms import Form, Line, Lines, required, up_to


def _number(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _count(label: Any, **kwargs: Any) -> IntegerField:
    limits = NumberRange(0, MOST_IN_BATCH, message=_l("Write a number from 0 to 1000."))
    return IntegerField(label, [required(_l("Write a number from 0 to 1000.")), limits], **kwargs)


class PointForm(Form):
    """A polling point, in Kazakh and Russian."""

    area = SelectField(_l("District"), coerce=_number, choices=[], validate_choice=False)
    name_kk = Line(_l("Name in Kazakh"), [required(), up_to(120)])
    name_ru = Line(_l("Name in Russian"), [required(), up_to(120)])
    address_kk = Line(_l("Address in Kazakh"), [required(), up_to(200)])
    address_ru = Line(_l("Address in Russian"), [required(), up_to(200)])
    hours_kk = Line(
        _l("Open, in Kazakh"),
        [required(), up_to(200)],
        description=_l("Days and hours as people say them"),
    )
    hours_ru = Line(_l("Open, in Russian"), [required(), up_to(200)])
    lat = Line(_l("Latitude"), [up_to(30)])
    lon = Line(_l("Longitude"), [up_to(30)])
    in_charge = SelectMultipleField(
        _l("People in charge"),
        coerce=_number,
        choices=[],
        validate_choice=False,
        description=_l("Only they hand out papers here"),
    )

    def data_of(self) -> PointData:
        """What was typed; refuses a point that is none."""
        place = read_place(self.lat.data or "", self.lon.data or "")
        return PointData(
            area_id=self.area.data or 0,
            names={"kk": self.name_kk.data or "", "ru": self.name_ru.data or ""},
            addresses={"kk": self.address_kk.data or "", "ru": self.address_ru.data or ""},
            hours={"kk": self.hours_kk.data or "", "ru": self.hours_ru.data or ""},
            place=(place.lat, place.lon) if place else None,
            in_charge=[one for one in self.in_charge.data or [] if one is not None],
        )

    def fill(self, point: PollingPoint) -> None:
        """Show what is stored."""
        self.area.data = point.area_id
        for code in ("kk", "ru"):
            self[f"name_{code}"].data = point.names.get(code, "")
            self[f"address_{code}"].data = point.addresses.get(code, "")
            self[f"hours_{code}"].data = point.hours.get(code, "")
        self.lat.data = "" if point.lat is None else str(point.lat)
        self.lon.data = "" if point.lon is None else str(point.lon)
        self.in_charge.data = [person.id for person in point.in_charge]


class DeskForm(PersonForm):
    """The document of the person at the desk."""

    iin = StringField(
        _l("IIN"),
        [required(_l("Enter the IIN of the document")), up_to(20)],
        filters=[only_digits],
        description=_l("12 digits, from the document in your hand"),
    )
    birth_date = Line(
        _l("Date of birth"),
        [required(_l("Enter the date of birth of the document")), up_to(20)],
        description=_l("For example 31.05.1990"),
    )


class ReasonForm(Form):
    """A reason that a second person reads, and later the public."""

    reason = Lines(_l("Reason"), [required(_l("Write the reason.")), up_to(500)])


class TakeBackForm(ReasonForm):
    """Why a paper is taken back; the token names the person to the portal alone."""

    token = StringField(widget=HiddenInput(), validators=[up_to(200)])


class PrintForm(Form):
    """How many ballots a new batch has."""

    count = IntegerField(
        _l("How many ballots"),
        [
            required(_l("Write how many ballots to print.")),
            NumberRange(1, MOST_IN_BATCH, message=_l("A batch has from 1 to 1000 ballots.")),
        ],
    )


class IssueForm(Form):
    """Who receives the batch."""

    received_by = SelectField(_l("Received by"), coerce=_number, choices=[], validate_choice=False)


class EquationForm(Form):
    """What became of the ballots of a batch."""

    cast = _count(_l("Cast: ballots in the box of this batch"))
    spoiled = _count(_l("Spoiled and exchanged at the desk"), default=0)
    unused = _count(_l("Unused"), default=0)
    missing = _count(_l("Missing"), default=0)
    reason = Lines(_l("Why ballots are missing"), [up_to(500)])

    @property
    def equation(self) -> Equation:
        """The figures, once valid."""
        fields = (self.cast, self.spoiled, self.unused, self.missing)
        return Equation(*(field.data or 0 for field in fields))


class KeyForm(Form):
    """One ballot, typed with the number pad."""

    serial = StringField(
        _l("Number of the ballot"),
        [required(_l("Type the number")), up_to(20)],
        filters=[only_digits],
    )
    marks = Line(_l("Marks"), [required(_l("Type the marks")), up_to(2000)])
    replace = BooleanField(_l("Replace what I typed"))


class JudgeForm(Form):
    """The third person's word on one ballot."""

    marks = Line(_l("What stands on the paper"), [required(_l("Type the marks")), up_to(2000)])


class ScanForm(Form):
    """A scan of the batch."""

    scan = FileField(_l("Scan"), description=_l("PDF, JPEG or PNG"))


class DecisionForm(Form):
    """The second person's word."""

    decision = RadioField(
        _l("Your decision"),
        [
            required(_l("Choose: approve or decline")),
            AnyOf(["approve", "decline"], message=_l("Choose: approve or decline")),
        ],
        choices=[("approve", _l("Agree")), ("decline", _l("Decline"))],
    )
    reason = Lines(_l("Reason, if you decline"), [up_to(500)])


class PressForm(Form):
    """A button alone."""
