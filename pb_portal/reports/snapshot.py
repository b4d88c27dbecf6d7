"""Everything a report says, as plain data: counted once, written canonically, never changed."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pb_portal.domain.project_states import Origin, Sector
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.report import HEADLINE, Group, Moment, group_of
from pb_portal.projects.rules import is_late
from pb_portal.reports import summary
from pb_portal.reports.choice import Choice
from pb_portal.reports.queries.past import Standing

VERSION = 1
Data = dict[str, Any]
Named = Sequence[tuple[str, dict[str, str]]]
"""Codes and names in three languages, in the order to show them."""


@dataclass(frozen=True)
class Frame:
    """What stands around the projects: when, and the names of districts and kinds of works."""

    moment: Moment
    made_at: datetime
    areas: Named
    kinds: Named
    districts: int
    """How many the city has, also without projects."""


def build(
    choice: Choice,
    frame: Frame,
    found: Iterable[Standing],
    previous: Data | None,
) -> Data:
    """The snapshot. Refuses (`report.empty`) when no project fits."""
    rows = [_row(one, frame.moment) for one in found]
    order = {code: place for place, (code, _names) in enumerate(frame.areas)}
    sectors = list(Sector)
    rows.sort(key=lambda row: (sectors.index(row["sector"]), order[row["area"]], row["number"]))
    listed = [row for row in rows if _is_counted(row, choice)]
    if not listed:
        raise Refusal("report.empty")
    late = [row for row in rows if row["late"]]
    before = previous["counts"] if previous else {"areas": {}, "kinds": {}}
    shown = {row["kind"] for row in (*listed, *late)} | before["kinds"].keys()
    data: Data = {
        "version": VERSION,
        "date": frame.moment.day.isoformat(),
        "as_of": frame.moment.as_of.isoformat(),
        "ahead": frame.moment.is_ahead,
        "made_at": frame.made_at.isoformat(),
        "title": choice.title,
        "choice": choice.as_data(),
        "areas_total": frame.districts,
        "areas_chosen": _chosen(choice, frame),
        "areas": _named(frame.areas, {*choice.areas, *before["areas"]}),
        "kinds": _named(frame.kinds, shown),
        "counts": counts(listed),
        "projects": listed,
        "late": late,
        "previous": previous,
    }
    data["summary"] = summary.texts(data)
    return data


def _chosen(choice: Choice, frame: Frame) -> int | None:
    """How many districts were chosen, when some with projects were left out."""
    left_out = {code for code, _names in frame.areas} - set(choice.areas)
    return len(choice.areas) if left_out else None


def _named(names: Named, shown: set[str]) -> list[Data]:
    return [{"code": code, "names": name} for code, name in names if code in shown]


def _row(one: Standing, moment: Moment) -> Data:
    return {
        "number": one.number,
        "title": one.title,
        "sector": one.sector,
        "area": one.area,
        "category": one.category,
        "kind": one.kind,
        "origin": one.origin,
        "address": one.address,
        "lat": one.lat,
        "lon": one.lon,
        "status": one.status,
        "group": str(group_of(one.status, one.due_on, moment)),
        "late": is_late(one.status, one.promised_on, one.due_on, moment.as_of),
        "promised_on": one.promised_on.isoformat(),
        "due_on": one.due_on.isoformat(),
        "completed_on": one.completed_on.isoformat() if one.completed_on else None,
        "reason": one.reason,
        "promised_sum": one.promised_sum,
        "currency": one.currency,
        "minor_units": one.minor_units,
        "picture": None,
        "stage": one.picture.stage if one.picture else None,
    }


def _is_counted(row: Data, choice: Choice) -> bool:
    if row["group"] not in choice.groups:
        return False
    if row["group"] != Group.COMPLETED or choice.since is None:
        return True
    return row["completed_on"] is None or row["completed_on"] >= choice.since.isoformat()


def counts(rows: Sequence[Data]) -> Data:
    """How many, in all and by sector, district, kind of works and source."""
    return {
        "total": len(rows),
        "headline": sum(row["group"] in HEADLINE for row in rows),
        "groups": {str(group): _number(rows, "group", group) for group in Group},
        "sectors": _by(rows, "sector", Sector),
        "areas": _by(rows, "area"),
        "kinds": _by(rows, "kind"),
        "origins": _by(rows, "origin", Origin),
        "money": _money(rows),
    }


def _number(rows: Sequence[Data], key: str, value: str) -> int:
    return sum(row[key] == value for row in rows)


def _by(rows: Sequence[Data], key: str, codes: Iterable[str] | None = None) -> Data:
    """code → total, headline and number in each group; codes in the given order or as found."""
    found = {}
    for code in codes or sorted({row[key] for row in rows}):
        own = [row for row in rows if row[key] == code]
        if own:
            found[str(code)] = {
                "total": len(own),
                "headline": sum(row["group"] in HEADLINE for row in own),
                "groups": {str(group): _number(own, "group", group) for group in Group},
            }
    return found


def _money(rows: Sequence[Data]) -> list[Data]:
    """What was promised for these projects, in each currency."""
    kinds = sorted({(row["currency"], row["minor_units"]) for row in rows})
    return [
        {
            "currency": currency,
            "minor_units": units,
            "promised": sum(row["promised_sum"] for row in rows if row["currency"] == currency),
        }
        for currency, units in kinds
    ]


def fingerprint(data: Data) -> str:
    """A digest of what is counted, whenever it is counted: has anything changed since?"""
    return digest_of(canonical({key: data[key] for key in data if key != "made_at"}))


def as_previous(number: int, edition: int, digest: str, data: Data, choice: Choice) -> Data:
    """What the next report keeps of this one to compare itself with."""
    return {
        "number": number,
        "edition": edition,
        "digest": digest,
        "date": data["date"],
        "title": data["title"],
        "counts": data["counts"],
        "same_choice": data["choice"] == choice.as_data(),
    }


def canonical(data: Data) -> str:
    """The one way to write the snapshot: sorted keys, no spaces, NFC."""
    text = json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return unicodedata.normalize("NFC", text)


def digest_of(text: str) -> str:
    """SHA-256 of the snapshot's UTF-8 bytes."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
