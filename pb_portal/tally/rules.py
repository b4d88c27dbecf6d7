"""Rules by name, and the count.

A rule is an identifier with options after a colon: ``greedy``, ``greedy-custom:near=80``,
``greedy:threshold=30,scoring=borda-max``. What an identifier leaves open has a stated default, and
an outcome spells all of it out in ``choices``; ``version`` rises when a rule's result could change.

Every rule has ``threshold`` (least score; see ``with_facts`` for the default). Options of the
greedy family: ``scoring`` (see ``scores``), ``awards`` (projects paid from outside) and, for
``greedy-custom``, ``near`` (per cent of a cost that brings reserve money, default 80). Those of
equal shares are described in ``equal_shares.rule``, that of ``phragmen`` in its module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from pb_portal.tally import greedy, lots, phragmen
from pb_portal.tally.equal_shares import rule as equal_shares
from pb_portal.tally.greedy import Greedy
from pb_portal.tally.lots import Ties
from pb_portal.tally.model import Election, check
from pb_portal.tally.options import Rule, refuse_unknown, whole
from pb_portal.tally.outcome import Outcome, UnsupportedRule
from pb_portal.tally.scores import scores_of, scoring_of

GREEDY: Final[Mapping[str, Greedy]] = {
    "greedy": Greedy(),
    "greedy-no-skip": Greedy(skip=False),
    "greedy-threshold": Greedy(),
    "greedy-exclusive": Greedy(),
    "greedy-per-cost": Greedy(per_cost=True),
    "greedy-custom": Greedy(skip=False, near=80),
}
VERSION: Final = "1"
_WITH_THRESHOLD: Final = ("greedy-threshold", "greedy-no-skip", "greedy-exclusive", "greedy-custom")
_OPTIONS: Final = frozenset({"scoring", "threshold", "awards"})


def names() -> tuple[str, ...]:
    """Every rule that can be asked for."""
    return (*GREEDY, *equal_shares.NAMES, *phragmen.NAMES)


def parse_rule(text: str) -> Rule:
    """Read an identifier; UnsupportedRule names what is not known in it."""
    name, _, tail = text.strip().partition(":")
    if name not in names():
        raise UnsupportedRule(f"There is no rule called “{name}”; there are {', '.join(names())}.")
    options: dict[str, str] = {}
    for part in filter(None, tail.split(",")):
        key, equals, value = part.partition("=")
        if not equals or not key or not value:
            raise UnsupportedRule(f"The option “{part}” is not of the form name=value.")
        if key in options:
            raise UnsupportedRule(f"The option “{key}” is given twice.")
        options[key] = value
    return Rule(name, options)


def count(
    election: Election,
    rule: str | Rule,
    ties: Ties | Sequence[str],
    *,
    check_engines: bool = False,
    draws: bool = True,
) -> Outcome:
    """Count an election by a rule, equals in the order of ties; same input, same outcome.

    Raises ``ElectionError`` (one sentence) when the election contradicts itself and its kind
    ``UnsupportedRule`` when the rule is unknown or makes no sense for these ballots. With
    ``check_engines`` a rule that has two engines runs both; ``Disagreement`` if they differ.
    Without ``draws`` nobody is told to have lost the lot, which spares the recounts it takes.
    """
    check(election)
    rule = parse_rule(rule) if isinstance(rule, str) else rule
    ties = lots.as_ties(ties)
    if set(ties.order) != {project.id for project in election.projects}:
        raise UnsupportedRule("The order of ties does not hold exactly the projects of the vote.")
    election = with_facts(election, rule)
    if rule.name in GREEDY:
        return _greedy(election, rule, ties, draws=draws)
    if rule.name in phragmen.NAMES:
        return phragmen.count(election, rule, ties, draws=draws)
    return equal_shares.count(election, rule, ties, check=check_engines, draws=draws)


def with_facts(election: Election, rule: Rule) -> Election:
    """The election with what it states about thresholds, conflicts and awards, as far as it holds.

    All of it holds under the election's own rule. Under another one a threshold holds if that
    rule knows thresholds, conflicts if it knows conflicts, awards never; so replaying a vote by
    ``greedy`` is plain greedy. The options say otherwise.
    """
    own = rule.name == election.rule.partition(":")[0]
    threshold = election.limits.min_score if own or rule.name in _WITH_THRESHOLD else 0
    limits = replace(election.limits, min_score=whole(rule, "threshold", threshold))
    return replace(
        election,
        limits=limits,
        conflicts=election.conflicts if own or rule.name == "greedy-exclusive" else (),
        awards=whole(rule, "awards", election.awards if own else 0),
    )


def _greedy(election: Election, rule: Rule, ties: Ties, *, draws: bool) -> Outcome:
    choices = GREEDY[rule.name]
    allowed = _OPTIONS | {"near"} if rule.name == "greedy-custom" else _OPTIONS
    refuse_unknown(rule, allowed)
    near = whole(rule, "near", choices.near)
    if not 1 <= near <= 100:
        raise UnsupportedRule("The option “near” is a percentage from 1 to 100.")
    choices = replace(choices, near=near)
    scoring = scoring_of(election, rule.options.get("scoring", ""))
    scores = scores_of(election, scoring)
    spelled = {
        "version": VERSION,
        "scoring": scoring,
        "order": "score per cost" if choices.per_cost else "score",
        "does not fit": "skipped" if choices.skip else "ends the count",
        "threshold": str(election.limits.min_score),
        "near": f"{near} %",
        "awards": str(election.awards),
        "conflicts": str(len(election.conflicts)),
        "ties": ties.name,
    }
    return greedy.outcome(
        election, choices, str(rule), spelled, scores, ties.order, lots=None if draws else {}
    )
