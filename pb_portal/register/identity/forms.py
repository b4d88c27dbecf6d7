"""Forms about packages of paper codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange

from pb_portal.cycles.models import Cycle
from pb_portal.register.identity.packages import MOST
from pb_portal.web.forms import Form, Line, required, up_to
from pb_portal.web.i18n import local


class PackageForm(Form):
    """What a package of codes is to be."""

    size = IntegerField(
        _l("How many codes"),
        [
            InputRequired(message=_l("Write a whole number")),
            NumberRange(1, MOST, message=_l("From %(min)s to %(max)s")),
        ],
    )
    area = SelectField(_l("For residents of"), choices=[], default="")
    place = Line(
        _l("Where they are handed out"),
        [required(_l("Write where they are handed out")), up_to(120)],
        description=_l("For example: akimat of the district, window 4"),
    )
    form = RadioField(
        _l("Printed as"),
        [required(_l("Choose letters or sheets"))],
        choices=[
            ("letters", _l("Letters: a page for each code")),
            ("sheet", _l("Sheets: ten codes on a page, to cut apart")),
        ],
        default="letters",
    )


def package_form(cycle: Cycle) -> PackageForm:
    """The form with the districts of the cycle."""
    form = PackageForm()
    everywhere = ("", _l("The whole city"))
    form.area.choices = [
        everywhere,
        *((str(part.area_id), local(part.area.names)) for part in cycle.areas),
    ]
    return form


class EmptyForm(Form):
    """A button alone."""
