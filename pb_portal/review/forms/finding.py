"""What a reviewer concludes; the checklist, remarks and lines beside it are in `typed`."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectMultipleField
from wtforms.validators import AnyOf, NumberRange, Optional

from pb_portal.review.forms.fields import MOST_TENGE, Version, Whole
from pb_portal.web.forms import Form, Lines, required, up_to


class FindingForm(Form):
    """A reviewer's finding."""

    version = Version(validators=[required()])
    opened = HiddenField()
    """When the page was opened: after a conflict it tells what is new."""
    reviewed_cost = Whole(
        _l("Reviewed cost"),
        [Optional(), NumberRange(1, MOST_TENGE, message=_l("The cost must be above zero"))],
        description=_l("Shown beside the author's estimate"),
    )
    recommends = RadioField(
        _l("What you decide"),
        [
            required(_l("Choose what to do with the file")),
            AnyOf(["return", "admit", "reject"], message=_l("Choose what to do with the file")),
        ],
        choices=[
            ("return", _l("Return to the author for rework")),
            ("admit", _l("Pass to the council: recommend admitting")),
            ("reject", _l("Pass to the council: recommend rejecting")),
        ],
        validate_choice=False,
    )
    grounds = SelectMultipleField(
        _l("Grounds"),
        choices=[],
        description=_l("If you recommend rejecting: at least one"),
        validate_choice=False,
    )
    remark = Lines(
        _l("Remark"),
        [up_to(4000)],
        description=_l(
            "If you return the file: what to change; the author and residents read it. "
            "Otherwise: your conclusion for the council"
        ),
    )
