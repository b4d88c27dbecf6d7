"""The form by which a commissioner chooses how ballots are marked and counted."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from pb_portal.cycles.ballot_form import BallotForm, WholeNumber, ballot_data, chosen_ballot
from pb_portal.cycles.choosing import COMPLETIONS, DEFAULTS, FAMILIES, identifier
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.rule_words import rule_name, way_names
from pb_portal.domain.identity import WAYS
from pb_portal.domain.rule_book import RuleBook
from pb_portal.tally import parse_rule

AREA = "area_"
BY_AREA = (
    "greedy",
    "greedy-per-cost",
    "equal-shares/add1-exhaustive:step=1000",
    "phragmen",
)
_WHOLE = _l("Write a whole number")


def _number(label: Any, least: int, most: int, **known: Any) -> WholeNumber:
    message = _l("From %(min)s to %(max)s")
    checks = [InputRequired(message=_WHOLE), NumberRange(least, most, message=message)]
    return WholeNumber(label, checks, **known)


class RulesForm(BallotForm):
    """How residents mark the ballot, and by which rule it is counted."""

    min_choices = _number(_l("At least so many proposals on a ballot"), 1, 100)
    max_choices = _number(_l("At most so many proposals on a ballot"), 1, 100)
    minimum_votes = _number(
        _l("Least number of votes to win"), 0, 1_000_000, description=_l("0: there is none")
    )
    smallest_group = WholeNumber(
        _l("Figures are published of so many people or more"),
        [Optional(), NumberRange(3, 1_000, message=_l("From %(min)s to %(max)s"))],
        description=_l("In a district where fewer people voted only the winners are published."),
    )
    identity = SelectMultipleField(
        _l("How voters prove who they are"),
        [InputRequired(message=_l("Choose at least one way"))],
        choices=[],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    family = RadioField(_l("How the votes are counted"), choices=[])
    completion = SelectField(_l("If money is left over"), choices=[])
    utility = SelectField(_l("What counts as value for a voter"), choices=[])
    start = SelectField(_l("The first share"), choices=[])
    step = _number(_l("One step, in units of the currency for each voter"), 1, 10_000_000)
    topup = SelectField(_l("What is still left after that"), choices=[])
    comparison = SelectField(_l("Comparison with most votes first"), choices=[])
    ties = SelectField(_l("Among equals"), choices=[])
    fit = SelectField(_l("When the budget no longer pays for the next one"), choices=[])
    near = _number(_l("Reserve money helps from so many per cent of the cost on"), 1, 100)
    awards = _number(_l("Further winners paid from outside the budget"), 0, 50)

    def offer(self) -> None:
        """Choices in the person's language."""
        self.identity.choices = list(way_names().items())
        self.family.choices = [(one, rule_name(one)) for one in FAMILIES]
        self.completion.choices = _pairs(
            COMPLETIONS,
            _l("Nothing more is bought"),
            _l("Shares grow step by step up to the budget"),
            _l("Shares grow step by step until nothing else fits"),
            _l("Shares grow by the smallest amount that changes anything"),
        )
        self.utility.choices = _pairs(
            ("cost", "cardinality"),
            _l("The money spent on what a voter wants"),
            _l("The number of winners a voter wants"),
        )
        self.start.choices = _pairs(
            ("exact", "floor"), _l("The budget divided exactly"), _l("Rounded down to a whole unit")
        )
        self.topup.choices = _pairs(
            ("none", "greedy"),
            _l("Stays unspent"),
            _l("Goes to those with the most votes that fit"),
        )
        self.comparison.choices = _pairs(
            ("none", "satisfaction"),
            _l("No comparison"),
            _l("If more voters prefer that result, it stands"),
        )
        self.ties.choices = _pairs(
            ("lot", "cost-votes"),
            _l("The lot"),
            _l("The cheaper first, then more votes, then the lot"),
        )
        self.fit.choices = _pairs(("stop", "skip"), _l("The count ends"), _l("It is passed over"))

    def take(self, rules: RuleBook) -> None:
        """Show the rules as they are."""
        rule = parse_rule(rules.rule_of(""))
        self.min_choices.data, self.max_choices.data = rules.min_choices, rules.max_choices
        self.minimum_votes.data = rules.minimum_votes
        self.smallest_group.data = rules.smallest_group
        self.identity.data = list(rules.identity)
        self.family.data, _slash, self.completion.data = rule.name.partition("/")
        for key, default in DEFAULTS.items():
            value = rule.options.get(key, default)
            self._fields[key].data = int(value) if value.isdigit() else value

    def rule(self) -> str:
        """The identifier that was chosen."""
        options = {key: str(self._fields[key].data) for key in DEFAULTS}
        return identifier(self.family.data, self.completion.data, options)


def _pairs(values: tuple[str, ...], *labels: Any) -> list[tuple[str, Any]]:
    return list(zip(values, labels, strict=True))


def rules_form(cycle: Cycle, rules: RuleBook) -> RulesForm:
    """The form for a cycle: with several areas, each may have a rule of its own."""

    class Made(RulesForm):
        """The form with a field for each area."""

    if len(cycle.areas) > 1:
        for part in cycle.areas:
            setattr(Made, AREA + part.area.code, SelectField(choices=[], default=""))
    form = Made(data=ballot_data(rules))
    form.offer_ballots()
    form.offer()
    own = rules.options.get("area_rules", {})
    named = list(dict.fromkeys((*BY_AREA, *own.values())))
    for part in cycle.areas if len(cycle.areas) > 1 else ():
        target = form._fields[AREA + part.area.code]
        target.choices = [
            ("", _l("As in the whole city")),
            *((one, rule_name(one)) for one in named),
        ]
        if not form.is_submitted():
            target.data = own.get(part.area.code, "")
    if not form.is_submitted():
        form.take(rules)
    return form


def chosen_rules(form: RulesForm, cycle: Cycle, rules: RuleBook) -> RuleBook:
    """The rule book that was filled in; all that the form does not ask stays."""
    own = {
        part.area.code: str(form._fields[AREA + part.area.code].data)
        for part in cycle.areas
        if AREA + part.area.code in form._fields and form._fields[AREA + part.area.code].data
    }
    asked = ("area_rules", "ballot")
    options = {key: value for key, value in rules.options.items() if key not in asked}
    fields, further = chosen_ballot(form)
    if own:
        options["area_rules"] = own
    if further:
        options["ballot"] = further
    if form.smallest_group.data not in (None, rules.smallest_group):
        options["smallest_group"] = form.smallest_group.data
    ways = [way for way in WAYS if way in (form.identity.data or [])]
    if ways != list(rules.identity):
        options["identity"] = ways
    return RuleBook.from_dict(
        {
            **rules.to_dict(),
            "min_choices": form.min_choices.data,
            "max_choices": form.max_choices.data,
            "minimum_votes": form.minimum_votes.data,
            "counting_rule": form.rule(),
            "options": options,
            **fields,
        }
    )
