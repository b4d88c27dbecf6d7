"""Forms of take-downs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField

from pb_portal.domain.takedowns import (
    CHOSEN,
    LONGEST_ANSWER,
    LONGEST_NOTE,
    LONGEST_REASON,
)
from pb_portal.web.forms import Form, Line, Lines, up_to
from pb_portal.web.phrases.takedowns import CATEGORY_NAMES


class TakeDownForm(Form):
    """Taking something down."""

    kind = HiddenField()
    thing = HiddenField()
    category = RadioField(
        _l("Why"),
        choices=[(code, _l(CATEGORY_NAMES[code].source)) for code in CHOSEN],
        validate_choice=False,
    )
    reason = Line(
        _l("One sentence for the public"),
        [up_to(LONGEST_REASON)],
        description=_l("It stands on the page in place of what you take down. Quote nothing of it"),
    )
    note = Lines(
        _l("For the record of staff"),
        [up_to(LONGEST_NOTE)],
        description=_l("Who asked for it, and on what grounds. No public page shows it"),
    )


class WordsForm(Form):
    """An objection, or the answer to one."""

    words = Lines(_l("In your own words"), [up_to(LONGEST_ANSWER)])


class PressForm(Form):
    """A button alone."""
