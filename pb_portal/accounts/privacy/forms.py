"""Forms about one's own data."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, RadioField
from wtforms.validators import Email

from pb_portal.web.forms import Form, Lines, required, tidy, up_to


class PressForm(Form):
    """A button alone."""


class PasswordForm(Form):
    """The present password, for what cannot be undone."""

    password = PasswordField(
        _l("Present password"), [required(_l("Enter your present password")), up_to(200)]
    )


class EmailForm(PasswordForm):
    """A new address."""

    email = EmailField(
        _l("New e-mail address"),
        [
            required(_l("Enter your e-mail address")),
            up_to(254),
            Email(_l("Enter an address like name@example.kz")),
        ],
        filters=[tidy],
    )


REQUESTS = [
    ("correct", _l("Put something right that I cannot change myself")),
    ("block", _l("Block my account: keep it, but let nobody in")),
    ("delete", _l("Delete my account and my data")),
]


class RequestForm(Form):
    """Asking staff to act on one's data."""

    kind = RadioField(
        _l("What we should do"), [required(_l("Choose what is to be done"))], choices=REQUESTS
    )
    words = Lines(_l("What exactly"), [up_to(1000)])


class AnswerForm(Form):
    """The answer to such a request."""

    answer = Lines(
        _l("Your answer"), [required(_l("Write what was done, or why not")), up_to(1000)]
    )
