"""Forms of projects that come from no vote, and of spreadsheets."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField
from wtforms.validators import InputRequired, Optional

from pb_portal.projects.fields import Money, Number, Quantity
from pb_portal.web.dates import Day
from pb_portal.web.forms import Form, Line, Lines, required, up_to


class Degree(Number):
    """A latitude or a longitude."""

    def written(self, value: Any) -> str:
        return str(value)

    def read(self, text: str) -> Any:
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            raise ValueError(_("Enter a number like 43.238")) from None
        if not -180 <= value <= 180:
            raise ValueError(_("Enter a number like 43.238"))
        return round(value, 6)


class WorkForm(Form):
    """A project of the city programme or of an investor."""

    title = Line(_l("Title"), [required(), up_to(200)])
    origin = SelectField(_l("Where it comes from"), validate_choice=False)
    programme = Line(_l("Programme or investor"), [up_to(300)])
    funding = SelectField(_l("Source of money"), validate_choice=False)
    sector = SelectField(_l("Sector"), validate_choice=False)
    work_type = SelectField(_l("Type of work"), validate_choice=False)
    area = SelectField(_l("District"), validate_choice=False)
    address = Line(_l("Address"), [up_to(300)])
    lat = Degree(_l("Latitude"), [Optional()])
    lon = Degree(_l("Longitude"), [Optional()])
    promised_sum = Money(_l("Promised sum"), [required()])
    promised_on = Day(_l("Promised by"), [required(_l("Choose the date residents can count on."))])
    line_title = Line(_l("What is promised"), [up_to(200)])
    line_quantity = Quantity(_l("Quantity"), [Optional()])
    line_unit = SelectField(_l("Unit"), validate_choice=False)
    summary = Lines(_l("In a few words, for residents"), [up_to(4000)])


class SheetForm(Form):
    """A spreadsheet to look through before anything is saved."""

    sheet = FileField(
        _l("Spreadsheet (XLSX)"), [InputRequired(message=_l("Choose a spreadsheet."))]
    )


class TypeForm(Form):
    """A type of work in three languages."""

    kk = Line(_l("In Kazakh"), [required(), up_to(120)])
    ru = Line(_l("In Russian"), [required(), up_to(120)])
    en = Line(_l("In English"), [required(), up_to(120)])
    sector = SelectField(_l("Sector"), validate_choice=False)
    retired = BooleanField(_l("Do not offer it any more"))
