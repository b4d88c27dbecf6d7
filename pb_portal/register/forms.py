"""Forms of the register."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, StringField, ValidationError

from pb_portal.domain.identity import iin_agrees, is_iin, normal_phone, parse_birth_date
from pb_portal.domain.text import clean
from pb_portal.web.forms import Form, Line, Lines, required, up_to
from pb_portal.web.i18n import LOCALES
from pb_portal.web.phrases import phrase


class FileForm(Form):
    """A register as a CSV or XLSX file."""

    file = FileField(
        _l("File of residents (CSV or XLSX)"),
        [FileRequired(_l("Choose a file"))],
        description=_l(
            "Columns in any order: IIN, birth date, district, permanent registration, phone"
        ),
    )


class FreezeForm(Form):
    """Asking to freeze."""

    reason = Lines(_l("Where the data come from"), [up_to(500)])


class SoundForm(Form):
    """Asking to load what is right of a file."""

    reason = Lines(
        _l("Why the file is not mended first"),
        [up_to(500)],
        description=_l("Without names, numbers and addresses: this stays in the log"),
    )


class DecideForm(Form):
    """The second person's word."""

    reason = Lines(_l("Your note"), [up_to(500)])


def _digits(value: Any) -> Any:
    return "".join(clean(value).split()) if isinstance(value, str) else value


class PersonForm(Form):
    """The two data of a document that name a person."""

    iin = StringField(_l("IIN"), [required(_l("Enter the IIN")), up_to(20)], filters=[_digits])
    birth_date = Line(
        _l("Date of birth"),
        [required(_l("Enter the date of birth")), up_to(20)],
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


KINDS = [
    ("add", _l("Add a person")),
    ("change", _l("Put a person's data right")),
    ("remove", _l("Remove a person")),
]
DOCUMENTS = [
    ("card", _l("Identity card")),
    ("passport", _l("Passport")),
    ("residence", _l("Proof of registration at an address")),
    ("birth", _l("Birth certificate")),
    ("court", _l("Decision of a court")),
    ("death", _l("Death certificate")),
    ("other", _l("Another document, named in the reason")),
]


class CorrectionForm(PersonForm):
    """One change of a frozen register."""

    kind = RadioField(
        _l("What is wrong"), [required(_l("Choose what is to be done"))], choices=KINDS
    )
    phone = Line(
        _l("Mobile phone"),
        [up_to(30)],
        description=_l("Leave it empty to keep what is there"),
    )
    area = SelectField(_l("District"), coerce=lambda value: int(value or 0))
    permanent = SelectField(
        _l("Registration"),
        choices=[("", _l("As it is")), ("yes", _l("Permanent")), ("no", _l("Temporary"))],
    )
    document = SelectField(_l("Document you were shown"), choices=DOCUMENTS)
    reason = Lines(
        _l("Why"),
        [required(_l("Write why the register must change")), up_to(500)],
        description=_l("Without names, numbers and addresses: this stays in the log"),
    )

    def validate_phone(self, field: Any) -> None:
        """A number that can be called in Kazakhstan, or nothing."""
        if field.data and normal_phone(field.data) is None:
            raise ValidationError(phrase("identity.phone_wrong"))


class CheckForm(PersonForm):
    """The second person types the document's data once more."""

    reason = Lines(_l("Your note"), [up_to(500)])


class DeskForm(Form):
    """A help desk, in three languages."""

    area = SelectField(_l("District"), coerce=lambda value: int(value or 0))
    phone = Line(_l("Phone"), [up_to(60)])

    def texts(self, what: str) -> dict[str, str]:
        """One of its texts by language."""
        return {code: getattr(self, f"{what}_{code}").data or "" for code in LOCALES}


for _code, _language in LOCALES.items():
    for _what, _label in (
        ("names", lazy_pgettext("place", "Name")),
        ("addresses", _l("Address")),
        ("hours", _l("Opening hours")),
    ):
        setattr(
            DeskForm,
            f"{_what}_{_code}",
            Line(_label, [required(), up_to(200)], description=_language),
        )
