"""Counting rules in plain words: a name, and sentences for all that an identifier leaves open."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from pb_portal.domain.identity import OPENID, OPERATOR, PAPER_CODE, PHONE
from pb_portal.tally import UnsupportedRule, parse_rule
from pb_portal.tally.options import Rule
from pb_portal.web.i18n import number


def rule_name(text: str) -> str:
    """What a counting rule does, in a few words."""
    names = {
        "greedy": _("Most votes first; what does not fit is skipped"),
        "greedy-threshold": _(
            "Most votes first; what does not fit is skipped; below the threshold nothing wins"
        ),
        "greedy-no-skip": _("Most votes first, until one does not fit"),
        "greedy-exclusive": _("Most votes first; of rival projects only one"),
        "greedy-per-cost": _("Most votes for the money first"),
        "greedy-custom": _("Most votes first, with reserve money at the end"),
        "phragmen": _("Phragmén’s rule: voters receive money evenly and buy together"),
        "equal-shares": _("Equal shares: every voter has the same part of the money"),
    }
    return str(names.get(_family(text), text))


def rule_line(text: str) -> str:
    """A rule in one line of a list: its name, and its identifier where names are alike."""
    plain = text == _family(text)
    return rule_name(text) if plain else f"{rule_name(text)} ({text.partition('/')[2] or text})"


def rule_story(text: str) -> str:
    """How a rule goes about it, in a sentence or two."""
    stories = {
        "greedy": _(
            "In each district the proposal with the most votes goes first, then the next. One that "
            "no longer fits the money left is skipped."
        ),
        "greedy-no-skip": _(
            "In each district the proposal with the most votes goes first, then the next, until "
            "one no longer fits the money left."
        ),
        "greedy-threshold": _(
            "In each district the proposal with the most votes goes first. Those under the least "
            "number of votes are left out, and one that no longer fits the money left is skipped."
        ),
        "greedy-exclusive": _(
            "In each district the proposal with the most votes goes first. Of proposals that "
            "exclude each other only the first wins, and one that no longer fits is skipped."
        ),
        "greedy-per-cost": _(
            "In each district the proposal with the most votes for its cost goes first. One that "
            "no longer fits the money left is skipped."
        ),
        "greedy-custom": _(
            "In each district the proposal with the most votes goes first, until one no longer "
            "fits. If most of its cost is there, reserve money pays the rest."
        ),
        "equal-shares": _(
            "Each voter gets an equal share of the money, and a proposal wins when its voters "
            "together can pay for it. Then their shares are smaller, so the next winner is one "
            "that others want."
        ),
        "phragmen": _(
            "Money flows to all voters at the same pace. As soon as the supporters of a proposal "
            "hold its cost together, it wins and they hold nothing again."
        ),
    }
    named = _("By the rule “%(rule)s” of the published counting program.", rule=text)
    return str(stories.get(_family(text), named))


def rule_details(text: str) -> list[str]:
    """Sentences about the options of an identifier, those that differ from the plain rule."""
    try:
        rule = parse_rule(text.replace("_", "-"))
    except UnsupportedRule:
        return []
    found = []
    completion = _completions().get(rule.name.partition("/")[2])
    if completion:
        found.append(completion)
    for key, value in rule.options.items():
        sentence = _options().get((key, value)) or _figure(rule, key, value)
        if sentence:
            found.append(sentence)
    return found


def way_names() -> dict[str, str]:
    """The ways by which voters may prove who they are, as rules name them."""
    return {
        PHONE: _("By a code sent to the phone that the register binds to them"),
        PAPER_CODE: _("By a code on paper, from a letter or the akimat"),
        OPENID: _("By their login of the state services"),
        OPERATOR: _("By their identity card, shown to an operator on the spot"),
    }


def _family(text: str) -> str:
    return text.replace("_", "-").partition(":")[0].partition("/")[0]


def _completions() -> dict[str, str]:
    return {
        "add1-overspend": _(
            "If money is left, all shares grow step by step for as long as the winners cost no "
            "more than the budget."
        ),
        "add1-exhaustive": _(
            "If money is left, all shares grow step by step until nothing else fits the budget."
        ),
        "add-opt": _(
            "If money is left, all shares grow by hundredths of the currency, for as long as the "
            "winners cost no more than the budget."
        ),
    }


def _options() -> dict[tuple[str, str], str]:
    return {
        ("utility", "cardinality"): _("Every winner counts the same, whatever it costs."),
        ("start", "floor"): _("The first share is rounded down to a whole unit."),
        ("topup", "greedy"): _("What is still left goes to those with the most votes that fit."),
        ("comparison", "satisfaction"): _(
            "If more voters get more of their proposals by most votes first, that result stands."
        ),
        ("ties", "cost-votes"): _(
            "Among equals the cheaper goes first, then the one with more votes."
        ),
        ("fit", "skip"): _("A proposal that the budget no longer pays for is passed over."),
        ("scoring", "votes"): _("Only votes count, not places or points."),
        ("scoring", "borda-max"): _("Places give points, counted down from the longest ballot."),
        ("scoring", "borda-all"): _("Places give points, counted down from all proposals."),
    }


def _figure(rule: Rule, key: str, value: str) -> str:
    shown = number(int(value)) if value.isascii() and value.isdigit() else value
    said: dict[str, Callable[[], str]] = {
        "step": lambda: _("One step is %(step)s of the currency for each voter.", step=shown),
        "near": lambda: _("Reserve money helps from %(near)s %% of the cost on.", near=shown),
        "awards": lambda: _("Further winners paid from outside the budget: %(num)s.", num=shown),
        "threshold": lambda: _("Below %(least)s votes nothing wins.", least=shown),
    }
    return said[key]() if key in said else f"{key} = {value}"
