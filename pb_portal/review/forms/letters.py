"""A letter to authors, in both languages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.validators import AnyOf

from pb_portal.review.service.mailing import LANGUAGES, SEGMENTS
from pb_portal.web.forms import Form, Line, Lines, required, up_to

NAMES = {
    "returned": _l("Waiting for rework"),
    "in_hands": _l("Under review"),
    "admitted": _l("Admitted to the vote"),
    "rejected": _l("Rejected"),
}


def _row(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


class LetterForm(Form):
    """Who gets it and what it says."""

    state = RadioField(
        _l("Authors of proposals that are"),
        [required(_l("Choose to whom you write")), AnyOf(list(SEGMENTS))],
        choices=[(code, NAMES[code]) for code in SEGMENTS],
        default="returned",
        validate_choice=False,
    )
    cycle = SelectField(_l("Cycle"), [required()], choices=[])
    area = SelectField(_l("District"), choices=[], coerce=_row, validate_choice=False)
    subject_kk = Line(_l("Subject, in Kazakh"), [required(), up_to(100)])
    body_kk = Lines(_l("Letter, in Kazakh"), [required(), up_to(4000)])
    subject_ru = Line(_l("Subject, in Russian"), [required(), up_to(100)])
    body_ru = Lines(_l("Letter, in Russian"), [required(), up_to(4000)])

    def texts(self, name: str) -> dict[str, Any]:
        """The text in each language."""
        return {code: self._fields[f"{name}_{code}"].data or "" for code in LANGUAGES}
