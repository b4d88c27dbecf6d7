"""Choosing how a cycle's ballots are counted, until its rule book is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.service import write_rules
from pb_portal.db import Missing
from pb_portal.domain.ballots import OWN_AREA, check_limits
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.tally import Ballot, Election, ElectionError, Project, count

VOTE_TYPES: Final = {
    "approval": "approval",
    "knapsack": "approval",
    "points": "cumulative",
    "ranking": "ordinal",
}
FAMILIES: Final = (
    "greedy",
    "greedy-threshold",
    "greedy-no-skip",
    "greedy-per-cost",
    "greedy-custom",
    "greedy-exclusive",
    "equal-shares",
    "phragmen",
)
COMPLETIONS: Final = ("", "add1-overspend", "add1-exhaustive", "add-opt")
DEFAULTS: Final = {
    "utility": "cost",
    "start": "exact",
    "step": "1",
    "topup": "none",
    "comparison": "none",
    "ties": "lot",
    "fit": "stop",
    "near": "80",
    "awards": "0",
}
_SHARES: Final = ("utility", "topup", "comparison", "ties")
_GREEDY: Final = ("awards",)


def identifier(family: str, completion: str, options: Mapping[str, str]) -> str:
    """The rule's identifier: options that this rule has and that differ from its defaults."""
    name = f"{family}/{completion}" if family == "equal-shares" and completion else family
    known: tuple[str, ...] = _GREEDY
    if family == "equal-shares":
        known = (*_SHARES, "start", "step") if "/add1" in name else _SHARES
    elif family == "phragmen":
        known = ("fit",)
    elif family == "greedy-custom":
        known = ("near", "awards")
    chosen = {key: options.get(key, "") for key in known}
    told = [
        f"{key}={value}"
        for key, value in sorted(chosen.items())
        if value not in ("", DEFAULTS[key])
    ]
    return f"{name}:{','.join(told)}" if told else name


def choose_rules(session: Session, by: Signature, cycle: Cycle, rules: RuleBook) -> None:
    """Write a cycle's rules anew, with a fresh lot. Refuses frozen rules, figures that contradict
    each other, and a counting rule that makes no sense for the ballots."""
    demand(by.actor, P.STEER_CYCLE)
    if cycle.is_imported:
        raise Missing("rule book")
    check_whole(cycle, rules)
    former = cycle.rule_book.content if cycle.rule_book else {}
    write_rules(session, cycle, rules)
    changed = {
        key: value
        for key, value in rules.to_dict().items()
        if key != "lot_commitment" and former.get(key) != value
    }
    audit.record(
        session, by, "rules.chosen", ("cycle", cycle.id), cycle_id=cycle.id, changed=changed
    )


def check_whole(cycle: Cycle, rules: RuleBook) -> None:
    """Refuse rules by which this cycle cannot be voted or counted."""
    check_rules(rules)
    check_limits(rules)
    if rules.scope != OWN_AREA and len(cycle.areas) < 2:
        raise Refusal("rules.one_area", field="scope")


def check_rules(rules: RuleBook) -> None:
    """Refuse what cannot be voted or counted by."""
    if rules.min_choices < 1 or rules.max_choices < rules.min_choices:
        raise Refusal("rules.choices", field="max_choices")
    for code in ("", *rules.options.get("area_rules", {})):
        check_fit(rules, rules.rule_of(code), field=f"area_{code}" if code else "family")


def check_fit(rules: RuleBook, rule: str, *, field: str) -> None:
    """Refuse a counting rule that is unknown or makes no sense for this kind of ballot."""
    vote_type = VOTE_TYPES.get(rules.ballot_type)
    if vote_type is None:
        raise Refusal("rules.ballot_unknown", field="ballot_type")
    projects = (Project("1", 100), Project("2", 100))
    points = (1,) if vote_type == "cumulative" else ()
    tiny = Election(projects, (Ballot(("1",), points),), budget=100, vote_type=vote_type, rule=rule)
    try:
        count(replace(tiny, rule=rule), rule, ["1", "2"])
    except ElectionError as error:
        raise Refusal(
            "rules.unfit", field=field, rule=rule, ballot=rules.ballot_type, why=str(error)
        ) from error
