"""Counting the areas of a bundle again, and saying in words what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pb_portal.tally.areas import Area, left_over, order_of, with_leftovers
from pb_portal.tally.bundle.archive import BundleError, canonical, digest, parse
from pb_portal.tally.bundle.record import WINNERS_ONLY, area_record, can_count_totals, from_totals
from pb_portal.tally.lots import lot
from pb_portal.tally.model import ElectionError
from pb_portal.tally.pabulib import read
from pb_portal.tally.pabulib.numbers import Number
from pb_portal.tally.rules import count, parse_rule

Said = tuple[str, str]
_SUMS = ("budget", "total_cost", "outside_cost")


@dataclass(slots=True)
class _Bundle:
    members: Mapping[str, bytes]
    listed: Mapping[str, Mapping[str, Any]]
    stated: Mapping[str, dict[str, Any]]
    seed: bytes
    check_engines: bool
    older: bool = False
    digested: dict[str, dict[str, Any]] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)


def recount(
    members: Mapping[str, bytes],
    rules: Mapping[str, Any],
    seed: bytes,
    *,
    check_engines: bool,
    about: Mapping[str, Any],
    older: bool = False,
) -> Iterator[Said]:
    """Findings of a full recount, area by area, and of the whole result byte by byte.

    Bundles of an ``older`` format said of some losers that they lost the lot, and of others not,
    by another measure; that alone is passed over.
    """
    try:
        listed = {str(one["code"]): one for one in rules["areas"]}
        stated = {str(one["code"]): one for one in parse(members, "result.json")["areas"]}
        order = order_of({code: tuple(one["takes_from"]) for code, one in listed.items()})
    except (KeyError, TypeError, AttributeError, ElectionError) as error:
        yield "differs", f"rules.json and result.json do not list areas as they should ({error})."
        return
    bundle = _Bundle(members, listed, stated, seed, check_engines, older)
    for code in order:
        yield from _area(bundle, code)
    again = canonical({"areas": [bundle.records.get(code, {}) for code in listed]})
    if again == members["result.json"]:
        yield "holds", "The recount gives result.json byte for byte."
    else:
        yield "differs", "The recount does not give result.json byte for byte."
    yield from _result_digest(bundle, about.get("result_sha256"))


def _result_digest(bundle: _Bundle, stated: object) -> Iterator[Said]:
    """The digest of the result that two commissioners signed on, made again."""
    if stated is None:
        return
    if len(bundle.digested) < len(bundle.listed):
        yield "note", "The digest of the result: not every area could be counted again."
        return
    data = {"areas": [bundle.digested[code] for code in bundle.listed]}
    if digest(bundle.seed + canonical(data)) == stated:
        yield "holds", "The result has the digest that was certified."
    else:
        yield "differs", "The result has another digest than the one that was certified."


def _area(bundle: _Bundle, code: str) -> Iterator[Said]:
    stated = bundle.stated.get(code)
    if not isinstance(stated, dict):
        yield "differs", f"{code}: result.json says nothing of this area."
        return
    try:
        record = _count(bundle, code)
    except (ElectionError, KeyError, TypeError, ValueError) as error:
        yield "differs", f"{code}: it cannot be counted. {error}"
        return
    if record is None and stated.get("figures") == "withheld":
        bundle.records[code] = stated
        yield from _winners_fit(bundle, code, stated)
        return
    if record is None:
        bundle.records[code] = stated
        yield "note", f"{code}: few voted, so their ballots are not published; not recounted."
        return
    bundle.records[code] = record
    told = _differences(stated, record)
    for text in told:
        yield "differs", f"{code}: {text}"
    if not told:
        ballots, winners = record["ballots"], len(record["selected"])
        yield "holds", f"{code}: {ballots} ballots counted by {record['rule']}, {winners} winners."


def _count(bundle: _Bundle, code: str) -> dict[str, Any] | None:
    """Count one area; None where its ballots are withheld and totals do not tell."""
    entry = bundle.listed[code]
    name, rule = str(entry["file"]), parse_rule(str(entry["rule"]))
    if name not in bundle.members:
        raise BundleError(f"The bundle has no {name}.")
    if name.endswith(WINNERS_ONLY):
        scale = max(2, *(_decimals(bundle.stated[code][key]) for key in _SUMS))
        bundle.left[code] = _stated_left(bundle.stated[code], scale)
        return None
    ballots: int | None
    if name.endswith(".pb"):
        election = read(bundle.members[name], voters=False).election
        ballots = election.voters
    else:
        election, ballots = from_totals(parse(bundle.members, name))
    area = Area(code, replace(election, rule=str(rule)), takes_from=tuple(entry["takes_from"]))
    bundle.areas[code] = area
    if not name.endswith(".pb") and not can_count_totals(rule):
        bundle.left[code] = _stated_left(bundle.stated[code], election.scale)
        return None
    election = with_leftovers(area, bundle.areas, bundle.left)
    ties = lot(bundle.seed, election)
    outcome = count(election, rule, ties, check_engines=bundle.check_engines)
    bundle.left[code] = left_over(outcome)
    record = area_record(code, election, outcome, ballots)
    if bundle.older:
        _pass_over_lots(record, bundle.stated[code])
    codes = {one["id"]: one["code"] for one in record["projects"]}
    bundle.digested[code] = {
        "area": code,
        "rule": outcome.rule,
        "projects": [
            [one.project_id, one.rank, one.score, one.cost, codes[one.project_id]]
            for one in outcome.explanations
        ],
    }
    return record


def _pass_over_lots(record: dict[str, Any], stated: Mapping[str, Any]) -> None:
    """Take the stated reason of a loser where it or the recount's is a lost lot."""
    listed = stated.get("projects")
    reasons = {
        one.get("id"): one
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict) and one.get("selected") is False
    }
    for one in record["projects"]:
        other = reasons.get(one["id"])
        if other and not one["selected"] and "lost_lot" in (one["code"], other.get("code")):
            one |= {"code": other.get("code"), "params": other.get("params")}


def _winners_fit(bundle: _Bundle, code: str, stated: Mapping[str, Any]) -> Iterator[Said]:
    """What can be seen of winners without figures: they stood, and cost what is said."""
    try:
        listed = parse(bundle.members, str(bundle.listed[code]["file"]))
        costs = {
            str(one["id"]): Number(str(one["cost"]), "cost", None) for one in listed["projects"]
        }
        scale = max(2, *(one.decimals for one in costs.values()), _decimals(stated["total_cost"]))
        paid = sum(costs[one].scaled(scale) for one in stated["selected"])
        total = Number(str(stated["total_cost"]), "total_cost", None).scaled(scale)
        fits = paid == total and listed["budget"] == stated["budget"]
    except (KeyError, TypeError, ValueError):
        fits = False
    if fits:
        yield "note", f"{code}: so few voted that only the winners are published; not recounted."
    else:
        yield "differs", f"{code}: the winners are not those of its file, or cost something else."


def _decimals(value: object) -> int:
    return Number(str(value), "money", None).decimals


def _stated_left(stated: Mapping[str, Any], scale: int) -> int:
    budget, total, outside = (Number(str(stated[key]), key, None).scaled(scale) for key in _SUMS)
    return budget - (total - outside)


def _differences(stated: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Winners first, then money, then each project's figures, then whatever else."""
    if stated == found:
        return []
    told = list(_winners(_listed(stated.get("selected")), list(found["selected"])))
    told += [
        f"{key} is {_short(stated.get(key))}, the recount has {_short(found[key])}."
        for key in ("rule", "ballots", "budget", "total_cost", "outside_cost", "currency")
        if stated.get(key) != found[key]
    ]
    told += _projects(stated.get("projects"), found["projects"])
    return told or ["choices or rounds are not those of the recount."]


def _winners(said: list[str], won: list[str]) -> Iterator[str]:
    lost, gained = [one for one in said if one not in won], [one for one in won if one not in said]
    if gained:
        yield f"the recount selects {_names(gained)}, which the result does not."
    if lost:
        yield f"the result selects {_names(lost)}, which the recount does not."
    if not lost and not gained and said != won:
        yield "the recount selects the same projects in another order."


def _projects(stated: object, found: list[dict[str, Any]]) -> Iterator[str]:
    said = {
        str(one.get("id")): one
        for one in (stated if isinstance(stated, list) else [])
        if isinstance(one, dict)
    }
    for one in found:
        other = said.pop(one["id"], None)
        if other is None:
            yield f"project {one['id']} is missing from the result."
            continue
        for key, value in one.items():
            if other.get(key) != value:
                yield (
                    f"project {one['id']}: {key} is {_short(other.get(key))}, "
                    f"the recount has {_short(value)}."
                )
                break
    for stranger in said:
        yield f"project {_short(stranger)} is in the result but not in the file."


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _names(ids: list[str]) -> str:
    return ", ".join(_short(one) for one in ids)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    shown = "".join(char if char.isprintable() else "\ufffd" for char in text)
    return shown if len(shown) <= 80 else shown[:79] + "…"
