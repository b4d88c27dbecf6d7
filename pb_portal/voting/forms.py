"""Forms of the vote: shape only; whether a person is in the register is never said here."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext, lazy_pgettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import Email

from pb_portal.domain.identity import iin_agrees, is_iin, normal_phone, parse_birth_date
from pb_portal.domain.paper_codes import read_code
from pb_portal.domain.text import clean
from pb_portal.web.forms import Form, Line, required, up_to
from pb_portal.web.phrases import phrase


def only_digits(value: Any) -> Any:
    """Filter for numbers: what people put between digits goes."""
    return "".join(clean(value).split()) if isinstance(value, str) else value


class WayForm(Form):
    """Which way to prove who one is."""

    way = RadioField(
        _l("How will you prove who you are?"),
        [required(_l("Choose one of the ways"))],
        validate_choice=False,
    )

    def validate_way(self, field: Any) -> None:
        """One of those that were shown."""
        if field.data not in [option.data for option in field]:
            raise ValidationError(gettext("Choose one of the ways"))


class PersonForm(Form):
    """Who votes: data of the identity document."""

    iin = StringField(
        _l("IIN"),
        [required(_l("Enter your IIN")), up_to(20)],
        filters=[only_digits],
        description=_l("12 digits from your identity card"),
    )
    birth_date = Line(
        _l("Date of birth"),
        [required(_l("Enter your date of birth")), up_to(20)],
        description=_l("For example 31.05.1990"),
    )

    def validate_iin(self, field: Any) -> None:
        """Twelve digits with the right check digit."""
        if not is_iin(field.data):
            raise ValidationError(phrase("identity.iin_wrong"))

    def validate_birth_date(self, field: Any) -> None:
        """A date, the same as inside the IIN."""
        born = parse_birth_date(field.data)
        if born is None:
            raise ValidationError(phrase("identity.birth_date_wrong"))
        if is_iin(self.iin.data) and not iin_agrees(self.iin.data, born):
            raise ValidationError(phrase("identity.birth_date_differs"))

    @property
    def born(self) -> date:
        """The birth date, once valid."""
        found = parse_birth_date(self.birth_date.data)
        assert found is not None
        return found


class HelpForm(PersonForm):
    """Whom an operator helps."""

    looked = BooleanField(
        _l("I hold the identity document in my hand, and its owner stands before me"),
        [required(_l("Look at the document first"))],
    )


class IdentityForm(PersonForm):
    """Who votes, and the phone known to the city."""

    phone = Line(
        _l("Mobile phone"),
        [required(_l("Enter your phone")), up_to(30)],
        description=_l("The one the city knows as yours. The code goes there"),
    )

    def validate_phone(self, field: Any) -> None:
        """A number that can be called in Kazakhstan."""
        if normal_phone(field.data) is None:
            raise ValidationError(phrase("identity.phone_wrong"))

    @property
    def number(self) -> str:
        """The phone, once valid, as the register writes it."""
        return normal_phone(self.phone.data) or ""


class CodeForm(Form):
    """The code from the message."""

    code = StringField(
        _l("Code from the message"),
        [required(_l("Enter the code")), up_to(12)],
        filters=[only_digits],
        description=_l("6 digits"),
    )


class PaperCodeForm(PersonForm):
    """Who votes, and the code from a letter or the akimat."""

    code = Line(
        _l("Code"),
        [required(_l("Enter the code")), up_to(40)],
        description=_l("16 letters and digits; dashes and case do not matter"),
    )

    def validate_code(self, field: Any) -> None:
        """Sixteen characters, the last of which fits the others."""
        if read_code(field.data) is None:
            raise ValidationError(phrase("identity.paper_code_wrong"))

    @property
    def plain_code(self) -> str:
        """The code, once valid, without dashes."""
        return read_code(self.code.data) or ""


class ReceiptForm(Form):
    """A receipt to look for."""

    receipt = Line(
        _l("Receipt code"),
        [required(_l("Enter the code of the receipt")), up_to(60)],
        description=_l("24 letters and digits; dashes do not matter"),
    )


class VerifyForm(ReceiptForm):
    """A receipt of any vote of the city."""

    cycle = SelectField(lazy_pgettext("event", "Vote"))


class LetterForm(Form):
    """Where one letter goes: an e-mail address, or a phone where text messages can be sent."""

    address = Line(_l("E-mail"), [required(_l("Enter your e-mail address")), up_to(254)])
    sms = False

    def offer_phone(self) -> None:
        """Take a phone as well."""
        self.sms = True
        self.address.label.text = _l("E-mail or mobile phone")

    def validate_address(self, field: Any) -> None:
        """An address, or a number that can be called in Kazakhstan."""
        if "@" in field.data or not self.sms:
            Email(_l("Enter an address like name@example.kz"))(self, field)
        elif normal_phone(field.data) is None:
            raise ValidationError(phrase("identity.phone_wrong"))

    @property
    def channel(self) -> str:
        """How the letter goes."""
        return "email" if "@" in (self.address.data or "") else "sms"

    @property
    def recipient(self) -> str:
        """The address, once valid, in one spelling."""
        written = self.address.data or ""
        return written.lower() if "@" in written else normal_phone(written) or ""


class EmptyForm(Form):
    """A button alone."""
