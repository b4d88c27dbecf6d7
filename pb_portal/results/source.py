"""How a published election becomes a cycle: names, dates, rule book, and what to keep for later."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pb_portal.domain.rule_book import RuleBook
from pb_portal.tally import Conflict, Election, ElectionError, Limits

LARGEST = 2**63 - 1
LONGEST_NAME = 200
BALLOT_TYPES = {
    "approval": "approval",
    "choose-1": "approval",
    "cumulative": "points",
    "scoring": "points",
    "ordinal": "ranking",
}
_MONEY_LIMITS = ("min_sum_cost", "max_sum_cost")
_DATE = re.compile(r"(?:(\d{1,2})\.(\d{1,2})\.)?(\d{4})", re.ASCII)


class Unfit(ElectionError):
    """The election cannot be shown by the portal; one sentence."""


def in_portal_units(election: Election) -> Election:
    """The election with money in whole units where all of it is whole; refuses sums too large."""
    limits = election.limits
    amounts = [election.budget, *(one.cost for one in election.projects if not one.withdrawn)]
    amounts += [value for name in _MONEY_LIMITS if (value := getattr(limits, name)) is not None]
    if sum(amounts) > LARGEST or _most_points(election) > LARGEST:
        raise Unfit("The sums or the points of this file are too large for the portal.")
    unit = 10**election.scale
    if any(amount % unit for amount in amounts):
        return election
    whole: dict[str, Any] = {
        name: None if (value := getattr(limits, name)) is None else value // unit
        for name in _MONEY_LIMITS
    }
    return replace(
        election,
        budget=election.budget // unit,
        projects=tuple(replace(one, cost=one.cost // unit) for one in election.projects),
        limits=replace(limits, **whole),
        scale=0,
    )


def _most_points(election: Election) -> int:
    return sum(sum(map(abs, ballot.points)) * ballot.weight for ballot in election.ballots)


def name_of(election: Election) -> str:
    """What the cycle is called, in its own language: city, part, edition."""
    meta = election.meta
    part = meta.get("subunit") or meta.get("district") or ""
    places = [meta.get("unit", ""), part if part != meta.get("unit") else ""]
    named = ", ".join(filter(None, places)) or meta.get("description", "") or "—"
    return f"{named[:LONGEST_NAME]} {meta.get('instance', '')[:20]}".strip()


def area_name(election: Election) -> str:
    """The one area of the file."""
    meta = election.meta
    named = meta.get("subunit") or meta.get("district") or meta.get("unit") or "—"
    return named[:LONGEST_NAME]


def code_of(name: str) -> str:
    """A name as a part of addresses: plain lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60] or "all"


def voting_days(election: Election, at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end (exclusive) of the vote; refuses a vote that is not over."""
    today = at.astimezone(zone).date()
    first = _day(election, "date_begin", 1, 1)
    last = _day(election, "date_end", 12, 31)
    if len(election.meta.get("date_end", "")) == 4:
        last = min(last, today - timedelta(days=1))
    last = max(last, first)
    if last >= today:
        raise Unfit(f"META says that the vote ends on {last}; only a past election can be loaded.")
    end = last + timedelta(days=1)
    return datetime.combine(first, time(), zone), datetime.combine(end, time(), zone)


def _day(election: Election, key: str, month: int, day: int) -> date:
    text = election.meta.get(key, "")
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        return date(int(found[3]), int(found[2] or month), int(found[1] or day))
    except ValueError:
        shown = "".join(char for char in text[:40] if char.isprintable())
        raise Unfit(f"META needs {key} as day.month.year or year, not “{shown}”.") from None


def rules_of(election: Election) -> RuleBook:
    """The rule book a file tells of."""
    limits = election.limits
    longest = 1 if election.vote_type == "choose-1" else limits.max_length
    unit = 10**election.points_scale
    return RuleBook(
        ballot_type=BALLOT_TYPES[election.vote_type],
        min_choices=max(1, limits.min_length or 1),
        max_choices=longest or len(election.projects),
        max_points=(limits.max_sum_points or 0) // unit,
        scope="anywhere",
        min_age=0,
        changeable=False,
        voters_per_phone=0,
        minimum_votes=limits.min_score,
        counting_rule=election.rule,
        tie_rule="official",
        options={"imported": True, "vote_type": election.vote_type},
    )


def kept(election: Election, sha256: str) -> dict[str, Any]:
    """All of a file that no column holds, without anything about voters."""
    return {
        "sha256": sha256,
        "meta": dict(election.meta),
        "rule": election.rule,
        "vote_type": election.vote_type,
        "limits": asdict(election.limits),
        "points_scale": election.points_scale,
        "conflicts": [[list(one.projects), one.kept] for one in election.conflicts],
        "awards": election.awards,
        "projects": {
            one.id: {
                "name": one.name,
                "category": list(one.category),
                "beneficiaries": list(one.beneficiaries),
                "district": one.district,
                "latitude": one.latitude,
                "longitude": one.longitude,
                "official": one.official,
                "withdrawn": one.withdrawn,
                "extra": dict(one.extra),
            }
            for one in election.projects
        },
    }


def restored(source: dict[str, Any], **values: Any) -> Election:
    """The election that `kept` was made of; projects, ballots, budget and units are given.

    Awards were once read from any file that marks a project as paid from other money; only one rule
    knows them.
    """
    return Election(
        vote_type=source["vote_type"],
        rule=source["rule"],
        limits=Limits(**source["limits"]),
        points_scale=source["points_scale"],
        conflicts=tuple(Conflict(tuple(ids), one) for ids, one in source["conflicts"]),
        awards=source["awards"] if source["rule"].startswith("greedy-custom") else 0,
        meta=source["meta"],
        **values,
    )
