"""Forms of accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, SelectField
from wtforms.validators import Email

from pb_portal.web.forms import Form, Line, required, tidy, up_to
from pb_portal.web.i18n import LOCALES

_email = [
    required(_l("Enter your e-mail address")),
    up_to(254),
    Email(_l("Enter an address like name@example.kz")),
]


class RegisterForm(Form):
    """A new account."""

    name = Line(
        _l("Your name"),
        [required(_l("Enter your name")), up_to(120)],
        description=_l("Shown beside your proposals and comments"),
    )
    email = EmailField(
        _l("E-mail"), _email, filters=[tidy], description=_l("Nobody but you will see it")
    )


class LoginForm(Form):
    """Signing in."""

    email = EmailField(_l("E-mail"), _email, filters=[tidy])
    password = PasswordField(_l("Password"), [required(_l("Enter your password")), up_to(200)])


class ForgotForm(Form):
    """Asking for a new password."""

    email = EmailField(_l("E-mail"), _email, filters=[tidy])


class NewPasswordForm(Form):
    """Setting a new password."""

    password = PasswordField(
        _l("New password"),
        [required(_l("Choose a password")), up_to(200)],
        description=_l("At least 10 characters. Three words are easy to remember"),
    )


class ChangePasswordForm(Form):
    """Changing one's password, proved by the present one."""

    current = PasswordField(
        _l("Present password"), [required(_l("Enter your present password")), up_to(200)]
    )
    password = PasswordField(
        _l("New password"),
        [required(_l("Choose a password")), up_to(200)],
        description=_l("At least 10 characters. Three words are easy to remember"),
    )


class ProfileForm(Form):
    """One's own name and language."""

    name = Line(_l("Your name"), [required(_l("Enter your name")), up_to(120)])
    locale = SelectField(_l("Language of letters"), choices=list(LOCALES.items()))
    area = SelectField(
        _l("Your district"),
        coerce=lambda value: int(value) if str(value or "").isdigit() else 0,
        description=_l("Lets you rate what is built there; nobody else sees it"),
    )
