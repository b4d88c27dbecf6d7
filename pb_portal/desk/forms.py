"""Forms of the desk."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, SelectField
from wtforms.validators import Email

from pb_portal.domain.permissions import Role
from pb_portal.web.forms import Form, Lines, required, tidy, up_to
from pb_portal.web.words import role_name


class FindForm(Form):
    """Finding an account by its address."""

    email = EmailField(
        _l("E-mail"),
        [
            required(_l("Enter an e-mail address")),
            up_to(254),
            Email(_l("Enter an address like name@example.kz")),
        ],
        filters=[tidy],
        description=_l("The whole address. Each search stays in the log"),
    )


class RoleForm(Form):
    """Giving a staff role."""

    role = SelectField(_l("Role"), validators=[required(_l("Choose a role"))])
    area = SelectField(_l("Where"), choices=[])
    why = Lines(
        _l("Reason"),
        [up_to(500)],
        description=_l(
            "Needed for registrar, commissioner and administrator: a second person reads it"
        ),
    )

    def __init__(self, areas: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.role.choices = [(role.value, role_name(role)) for role in Role]
        self.area.choices = [("", _l("The whole city")), *areas]


class ResetForm(Form):
    """Asking to remove somebody's second factor."""

    reason = Lines(
        _l("Reason"),
        [required(_l("Write how you know that it is this person who asks.")), up_to(500)],
        description=_l("How you know that it is this person: a second one reads it"),
    )


class RevokeForm(Form):
    """Taking a role away; the reason is needed where a second person must agree."""

    taken_why = Lines(
        _l("Reason for taking a role away"),
        [up_to(500)],
        description=_l("A second person reads it"),
    )


class AgreeForm(Form):
    """The second person's word."""

    reason = Lines(_l("Reason"), [up_to(500)])


class BlockForm(Form):
    """Blocking an account or letting it in again."""

    reason = Lines(
        _l("Reason"), [required(_l("Write the reason: it stays in the log.")), up_to(500)]
    )
