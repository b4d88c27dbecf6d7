"""How a ballot is marked, in plain words: what a voter reads before and while choosing."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext as _ngettext

from pb_portal.domain import ballots
from pb_portal.domain.rule_book import RuleBook
from pb_portal.web.i18n import number


def ngettext(one: str, many: str, num: int) -> str:
    """The sentence for a number."""
    return str(_ngettext(one, many, num))


def ballot_heading(rules: RuleBook) -> str:
    """What to do, as the heading of the ballot."""
    if rules.ballot_type == ballots.KNAPSACK:
        return str(_("Choose what fits the budget"))
    if rules.ballot_type == ballots.POINTS:
        return ngettext(
            "Give away %(num)d point", "Give away up to %(num)d points", rules.max_points
        )
    if rules.ballot_type == ballots.RANKING:
        return ngettext(
            "Put %(num)d proposal first",
            "Put up to %(num)d proposals in order",
            rules.max_choices,
        )
    return ngettext("Choose %(num)d proposal", "Choose up to %(num)d proposals", rules.max_choices)


def ballot_marking(rules: RuleBook) -> str:
    """How to mark a ballot, whole."""
    told = {
        ballots.KNAPSACK: _knapsack,
        ballots.POINTS: _points,
        ballots.RANKING: _ranking,
    }.get(rules.ballot_type, _approval)(rules)
    if rules.ballot_type != ballots.KNAPSACK and ballots.by_area(rules):
        told.append(_("This holds for each district by itself."))
    return " ".join(told)


def ballot_scope(rules: RuleBook) -> str:
    """For which proposals one votes."""
    told: dict[str, str] = {
        ballots.OWN_AREA: _("For proposals of your own district."),
        ballots.OWN_AND_ONE: _("For proposals of your own district and of one more."),
        ballots.ANYWHERE: _("For proposals of any district."),
    }
    return told[rules.scope]


def _approval(rules: RuleBook) -> list[str]:
    if rules.min_choices == rules.max_choices:
        return [
            ngettext(
                "Mark exactly %(num)d proposal.",
                "Mark exactly %(num)d proposals.",
                rules.max_choices,
            )
        ]
    return [
        _(
            "Mark from %(least)s to %(most)s proposals.",
            least=rules.min_choices,
            most=rules.max_choices,
        )
    ]


def _knapsack(rules: RuleBook) -> list[str]:
    if rules.scope == ballots.OWN_AREA:
        return [_("Mark any proposals whose costs together fit the budget.")]
    return [
        _(
            "Mark any proposals. In each district their costs together must fit the budget of "
            "that district."
        )
    ]


def _points(rules: RuleBook) -> list[str]:
    if not rules.max_points:
        return [_("Share your points among the proposals.")]
    told = [_("Share %(points)s points among the proposals.", points=number(rules.max_points))]
    told.append(
        ngettext(
            "Give them to %(num)d proposal.", "Give them to at most %(num)d.", rules.max_choices
        )
    )
    if rules.least_points > 1 or rules.most_points < rules.max_points:
        told.append(
            _(
                "One proposal gets from %(least)s to %(most)s.",
                least=number(rules.least_points),
                most=number(rules.most_points),
            )
        )
    told.append(_("All must be given.") if rules.spend_all else _("You may keep some back."))
    return told


def _ranking(rules: RuleBook) -> list[str]:
    told = [
        ngettext(
            "Put %(num)d proposal first.",
            "Put up to %(num)d proposals in the order of your choice.",
            rules.max_choices,
        )
    ]
    if rules.min_choices > 1:
        told.append(ngettext("Name at least %(num)d.", "Name at least %(num)d.", rules.min_choices))
    return told
