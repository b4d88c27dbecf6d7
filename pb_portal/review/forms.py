"""Forms of the reviewer, the secretary and the moderator."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, IntegerField, RadioField, SelectMultipleField
from wtforms.validators import AnyOf, NumberRange, Optional
from wtforms.widgets import HiddenInput

from pb_portal.domain.checklist import CHECKS
from pb_portal.web.forms import Form, Line, Lines, required, up_to
from pb_portal.web.phrases.mark import Sentence
from pb_portal.web.phrases.review import ANSWERS, GROUNDS
from pb_portal.web.phrases.review import CHECKS as QUESTIONS

SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009₸"))
MOST_TENGE = 10**13


def _names(table: dict[str, Sentence]) -> list[tuple[str, Any]]:
    return [(code, _l(mark.source)) for code, mark in table.items()]


class Whole(IntegerField):
    """A whole number; spaces between thousands and the sign of the currency are allowed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").translate(SPACES)
        if not text:
            self.data = None
            return
        try:
            self.data = int(text) if text.isascii() else int("x")
        except ValueError:
            self.data = None
            raise ValueError(_("Write a whole number, in digits.")) from None


class Version(IntegerField):
    """Which state of the file the person saw; see `renew`."""

    widget = HiddenInput()

    def renew(self, version: int) -> None:
        """After a conflict: the next send is about the state shown now."""
        self.data = version
        self.raw_data = None


class Day(DateField):
    """A date by the calendar."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%d", "%d.%m.%Y"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write a date like 2026-11-09.")) from None


class TakeForm(Form):
    """Taking a file."""

    version = Version(validators=[required()])


def _check(label: Any) -> RadioField:
    return RadioField(
        label,
        choices=_names(ANSWERS),
        validate_choice=False,
        validators=[Optional(), AnyOf(list(ANSWERS), message=_l("Choose one of the answers"))],
    )


class FindingForm(Form):
    """A reviewer's finding."""

    version = Version(validators=[required()])
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
    remark = Lines(
        _l("Remark"),
        [up_to(4000)],
        description=_l(
            "If you return the file: what to change; the author and residents read it. "
            "Otherwise: your conclusion for the council"
        ),
    )

    def answers(self) -> dict[str, str]:
        """Check code → answer, as far as given."""
        return {code: field.data for code, field in self.checks() if field.data}

    def checks(self) -> list[tuple[str, Field]]:
        """The questions with their fields, in order."""
        return [(code, self._fields[f"check_{code}"]) for code in CHECKS]

    def mark_unanswered(self) -> None:
        """Say it beside each question that has no answer."""
        for _code, field in self.checks():
            if not field.data:
                field.errors = [_("Choose one of the answers")]


for _code in CHECKS:
    setattr(FindingForm, f"check_{_code}", _check(_l(QUESTIONS[_code].source)))


VOTES = [
    required(_l("Enter the number of votes")),
    NumberRange(0, 500, message=_l("From 0 to 500")),
]


class SittingForm(Form):
    """The council's decision on one file."""

    version = Version(validators=[required()])
    sitting_on = Day(_l("Date of the sitting"), [required(_l("Enter the date of the sitting"))])
    protocol_number = Line(
        _l("Protocol number"), [required(_l("Enter the number of the protocol")), up_to(40)]
    )
    votes_for = Whole(
        _l("Votes for the decision"),
        [
            required(_l("Enter the number of votes")),
            NumberRange(0, 500, message=_l("From 0 to 500")),
        ],
    )
    votes_against = Whole(
        _l("Votes against"),
        [
            required(_l("Enter the number of votes")),
            NumberRange(0, 500, message=_l("From 0 to 500")),
        ],
    )
    outcome = RadioField(
        _l("Decision of the council"),
        [
            required(_l("Choose: admit or reject")),
            AnyOf(["admit", "reject"], message=_l("Choose: admit or reject")),
        ],
        choices=[("admit", _l("Admit to the vote")), ("reject", _l("Reject"))],
        validate_choice=False,
    )
    grounds = SelectMultipleField(
        _l("Grounds of the rejection"),
        choices=_names(GROUNDS),
        description=_l("At least one, if the proposal is rejected"),
        validate_choice=False,
    )
    sentence = Lines(
        _l("Explanation"),
        [up_to(2000)],
        description=_l("Residents read it. Needed if the proposal is rejected"),
    )


class HideForm(Form):
    """Hiding a comment."""

    reason = Line(
        _l("Reason"),
        [required(_l("Write the reason: it stands in place of the comment.")), up_to(300)],
    )
