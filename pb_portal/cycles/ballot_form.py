"""The part of the rules' form that says what a ballot is: its kind, its limits and its reach."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField
from wtforms.validators import NumberRange, Optional

from pb_portal.domain import ballots
from pb_portal.domain.rule_book import RuleBook
from pb_portal.web.forms import Form

_WHOLE = _l("Write a whole number")


class WholeNumber(IntegerField):
    """A whole number that says so in the person's language."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_WHOLE)) from None


def _points(label: Any, least: int, **known: Any) -> WholeNumber:
    checks = [Optional(), NumberRange(least, 1_000, message=_l("From %(min)s to %(max)s"))]
    return WholeNumber(label, checks, **known)


class BallotForm(Form):
    """What a voter gets into the hand. What is not sent stays as the rules have it."""

    ballot_type = RadioField(_l("How a ballot is marked"), choices=[])
    scope = RadioField(_l("For which proposals one votes"), choices=[])
    limits = RadioField(_l("When one votes in several districts, the limits hold"), choices=[])
    max_points = _points(_l("Points to give away"), 0)
    least_points = _points(_l("At least so many points to a proposal that gets any"), 1)
    most_points = _points(
        _l("At most so many points to one proposal"), 0, description=_l("0: all of them")
    )
    spend_all = BooleanField(_l("All points must be given away"))

    def offer_ballots(self) -> None:
        """Choices in the person's language."""
        self.ballot_type.choices = [
            (ballots.APPROVAL, _l("Some proposals are ticked")),
            (ballots.KNAPSACK, _l("As many as the money pays for")),
            (ballots.POINTS, _l("Points are shared out")),
            (ballots.RANKING, _l("Proposals are put in order")),
        ]
        self.scope.choices = [
            (ballots.OWN_AREA, _l("Those of the own district")),
            (ballots.OWN_AND_ONE, _l("Those of the own district and of one more")),
            (ballots.ANYWHERE, _l("Those of any district")),
        ]
        self.limits.choices = [
            ("together", _l("for the whole ballot")),
            ("area", _l("for each district by itself")),
        ]


NOTES = {
    ballots.APPROVAL: _l("The simplest. What most cities do."),
    ballots.KNAPSACK: _l("Voters feel what things cost. The limits in numbers do not apply."),
    ballots.POINTS: _l("Voters show how much they want something. Best with few proposals."),
    ballots.RANKING: _l("First, second, third: each place counts one less than the one before."),
}
"""Which kind is for whom."""


def ballot_data(rules: RuleBook) -> dict[str, Any]:
    """The rules as the form shows them."""
    return {
        "ballot_type": rules.ballot_type,
        "scope": rules.scope,
        "limits": "area" if rules.limits_by_area else "together",
        "max_points": rules.max_points,
        "least_points": rules.least_points,
        "most_points": rules.most_points if rules.most_points < rules.max_points else 0,
        "spend_all": rules.spend_all,
    }


def chosen_ballot(form: BallotForm) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields of the rule book, and its further settings of the ballot: those not as usual."""
    fields = {
        "ballot_type": form.ballot_type.data,
        "scope": form.scope.data,
        "max_points": 0,
    }
    further: dict[str, Any] = {}
    if form.ballot_type.data == ballots.POINTS:
        fields["max_points"] = form.max_points.data or 0
        if (form.least_points.data or 1) > 1:
            further["least_points"] = form.least_points.data
        if form.most_points.data:
            further["most_points"] = form.most_points.data
        if form.spend_all.data:
            further["spend_all"] = True
    apart = form.scope.data != ballots.OWN_AREA and form.ballot_type.data != ballots.KNAPSACK
    if apart and form.limits.data == "area":
        further["limits"] = "area"
    return fields, further
