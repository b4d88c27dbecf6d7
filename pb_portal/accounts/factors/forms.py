"""Forms of second factors."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from pb_portal.web.forms import Form, Line, required, tidy, up_to


class CodeForm(Form):
    """A code of the app, or a recovery code."""

    code = StringField(
        _l("Code"),
        [required(_l("Enter the code")), up_to(20)],
        filters=[tidy],
        description=_l("Six digits from the app on your phone, or one of your recovery codes"),
    )


class AppCodeForm(Form):
    """The first code of a new app."""

    code = StringField(
        _l("Code from the app"),
        [required(_l("Enter the code")), up_to(20)],
        filters=[tidy],
        description=_l("Six digits; a new one every half minute"),
    )


class PasskeyForm(Form):
    """What the browser made or signed; filled in by the page's script."""

    credential = HiddenField()


class NewPasskeyForm(PasskeyForm):
    """A new passkey and what its owner calls it."""

    name = Line(
        _l("Name of the key"),
        [required(_l("Name the key, so that you can tell it from others")), up_to(60)],
        description=_l("For example “Work laptop” or “Blue USB key”"),
    )
