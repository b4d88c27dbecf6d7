"""Forms of the fraud desk."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import AnyOf

from pb_portal.domain.fraud_case import REASONS
from pb_portal.domain.identity import is_iin
from pb_portal.voting.fraud.words import REASON_NAMES
from pb_portal.web.forms import Form, Line, Lines, required, up_to
from pb_portal.web.phrases import phrase


class PressForm(Form):
    """A button alone."""


class PickForm(Form):
    """Flags to open a case from."""

    flag = SelectMultipleField(_l("Signs"), coerce=int, validate_choice=False)


class NoteForm(Form):
    """A note, or the reason of a change of state."""

    text = Lines(
        _l("Note or reason"),
        [up_to(2000)],
        description=_l("For colleagues. No names, numbers or addresses of people"),
    )
    action = StringField()


class VoidForm(Form):
    """Asking that votes be void."""

    which = RadioField(
        _l("Which votes"),
        [AnyOf(["all", "marked"], message=_l("Choose which votes"))],
        choices=[("all", _l("All votes of the case")), ("marked", _l("Only the marked ones"))],
        default="all",
        validate_choice=False,
    )
    vote = SelectMultipleField(_l("Votes"), validate_choice=False)
    reason = RadioField(
        _l("Reason"),
        [AnyOf(list(REASONS), message=_l("Choose a reason from the list."))],
        choices=[(code, REASON_NAMES[code]) for code in REASONS],
        validate_choice=False,
    )
    sentence = Lines(
        _l("What happened, in one sentence"),
        [required(_l("Write one sentence that the public and the voters will read.")), up_to(500)],
        description=_l("The public and the voters read it. Name no person and no address"),
    )


class DecisionForm(Form):
    """The second person's word."""

    decision = RadioField(
        _l("Your decision"),
        [AnyOf(["approve", "decline"], message=_l("Choose: approve or decline"))],
        choices=[("approve", _l("I agree")), ("decline", _l("I do not agree"))],
        validate_choice=False,
    )
    reason = Lines(_l("Why not"), [up_to(1000)], description=_l("Needed when you do not agree"))


class RestoreForm(Form):
    """A person has come in person, with a document."""

    iin = Line(
        _l("IIN of the person who has come"),
        [required(_l("Enter the IIN")), up_to(12)],
        description=_l("From the identity card you have seen. It is not stored"),
    )
    sentence = Lines(_l("What you have seen and heard"), [required(), up_to(500)])

    def validate_iin(self, field: Any) -> None:
        """Twelve digits with the right check digit."""
        if not is_iin(field.data):
            raise ValidationError(phrase("identity.iin_wrong"))


class SettingsForm(Form):
    """Thresholds and shared addresses."""

    address = IntegerField(_l("Votes from one network address"), [required()])
    phone = IntegerField(_l("Votes proved with one phone"), [required()])
    device = IntegerField(_l("Votes on one device"), [required()])
    burst = IntegerField(_l("Votes from one address within an hour"), [required()])
    ages = IntegerField(_l("People of one age within five hours"), [required()])
    quick = IntegerField(_l("Votes sent within three seconds"), [required()])
    identical = IntegerField(_l("Alike ballots of a group, per cent"), [required()])
    shared = Lines(
        _l("Network addresses of the city's own places"),
        [up_to(5000)],
        description=_l(
            "Polling points, libraries, service centres: one address on each line, or a network "
            "such as 10.1.2.0/24"
        ),
    )
