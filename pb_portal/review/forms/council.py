"""Forms of the secretary: members, a sitting, the verdict on a file, a merge."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import RadioField, SelectMultipleField
from wtforms.validators import AnyOf, NumberRange, Optional

from pb_portal.review.council.service import Called, Verdict
from pb_portal.review.forms.fields import Version, Whole
from pb_portal.web.dates import Day
from pb_portal.web.forms import Form, Line, Lines, required, up_to

OUTCOMES = ("admit", "reject", "postpone")


class Many(SelectMultipleField):
    """Ids ticked in a list; anything else a browser sends is left out."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, coerce=_id, choices=[], validate_choice=False, **kwargs)


def _id(value: Any) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class MemberForm(Form):
    """Seating a member of the council."""

    name = Line(_l("Surname, first name"), [required(_l("Write the member's name.")), up_to(120)])
    office = Line(
        _l("Office"),
        [up_to(200)],
        description=_l("For example: architect, deputy of the maslikhat. It stands in protocols"),
    )
    joined_on = Day(_l("Sits on the council since"), [required(_l("Enter the date"))], ahead=0)


class SittingForm(Form):
    """Who sat, where and when."""

    version = Version(validators=[Optional()])
    number = Line(
        _l("Protocol number"), [required(_l("Enter the number of the protocol")), up_to(40)]
    )
    held_on = Day(
        _l("Date of the sitting"),
        [required(_l("Enter the date of the sitting"))],
        back=366,
        ahead=366,
    )
    place = Line(lazy_pgettext("sitting", "Place"), [up_to(200)])
    present = Many(_l("Members present"))
    chair_id = RadioField(
        _l("Chair"), [required(_l("Choose who chairs"))], coerce=_id, validate_choice=False
    )
    files = Many(_l("Agenda"))

    def called(self) -> Called:
        """The sitting as typed."""
        return Called(
            number=self.number.data or "",
            held_on=self.held_on.data,
            place=self.place.data or "",
            chair_id=self.chair_id.data or 0,
            present=self.present.data or (),
        )


def _votes(label: Any) -> Whole:
    return Whole(label, [Optional(), NumberRange(0, 500, message=_l("From 0 to 500"))])


class VerdictForm(Form):
    """What the council decided on one file."""

    version = Version(validators=[required()])
    outcome = RadioField(
        _l("Decision of the council"),
        [
            required(_l("Choose what the council decided")),
            AnyOf(OUTCOMES, message=_l("Choose what the council decided")),
        ],
        choices=[
            ("admit", _l("Admit to the vote")),
            ("reject", _l("Reject")),
            ("postpone", _l("Put off to another sitting")),
        ],
        validate_choice=False,
    )
    votes_for = _votes(_l("For the decision"))
    votes_against = _votes(_l("Against"))
    votes_abstained = _votes(_l("Abstained"))
    conflicted = Many(
        _l("Conflict of interest"),
        description=_l("Members who declared one and did not vote on this file"),
    )
    grounds = SelectMultipleField(
        _l("Grounds of the rejection"),
        choices=[],
        description=_l("At least one, if the proposal is rejected"),
        validate_choice=False,
    )
    sentence = Lines(
        _l("Explanation"),
        [up_to(2000)],
        description=_l("Residents read it. Needed unless the proposal is admitted"),
    )

    def verdict(self) -> Verdict:
        """The verdict as typed."""
        return Verdict(
            outcome=self.outcome.data,
            votes_for=self.votes_for.data or 0,
            votes_against=self.votes_against.data or 0,
            votes_abstained=self.votes_abstained.data or 0,
            conflicted=self.conflicted.data or (),
            grounds=tuple(self.grounds.data or ()),
            sentence=self.sentence.data or "",
        )


class SignForm(Form):
    """Signing the protocol."""

    version = Version(validators=[required()])


class MergeForm(Form):
    """Merging a proposal into another."""

    version = Version(validators=[required()])
    target = Whole(
        _l("Number of the proposal it repeats"),
        [required(_l("Enter the number of the other proposal"))],
    )
    reason = Lines(
        _l("Reason"),
        [required(_l("Write why they are merged. Residents read it.")), up_to(1000)],
        description=_l("Authors and residents read it"),
    )
