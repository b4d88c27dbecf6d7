"""Forms of the count and its certification."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from pb_portal.web.forms import Form, Lines, required, up_to


class PressForm(Form):
    """A single button: count, or propose to certify."""


class DecisionForm(Form):
    """The second commissioner's word."""

    decision = RadioField(
        _l("Your decision"),
        [required(_l("Choose one of the two"))],
        choices=[
            ("approve", _l("Certify and publish the result")),
            ("decline", _l("Decline")),
        ],
    )
    reason = Lines(
        _l("Why you decline"),
        [up_to(1000)],
        description=_l("Needed only if you decline. The first commissioner will read it"),
    )
