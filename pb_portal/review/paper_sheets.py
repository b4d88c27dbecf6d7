"""Paper applications as a spreadsheet: a row for each line of the estimate, the rest in the first.

Rows with the same number of the paper belong together.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from pb_portal.cycles.models import Category, CycleArea, TypicalWork
from pb_portal.db import LocalText
from pb_portal.documents import sheets
from pb_portal.documents.sheets import Column, Sheet
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.text import clean
from pb_portal.proposals.forms import read_place
from pb_portal.proposals.service import Paper, PaperLine
from pb_portal.proposals.service.estimate import UNITS
from pb_portal.review.sheets import in_any_language
from pb_portal.web import i18n
from pb_portal.web.phrases import sentence
from pb_portal.web.phrases.proposals import unit_name

MOST_PAPERS = 300
LONGEST = 6_000


@dataclass(frozen=True)
class Catalogue:
    """What the words of a sheet may mean."""

    categories: Sequence[Category]
    works: Sequence[TypicalWork]
    areas: Sequence[CycleArea]


@dataclass
class ReadPapers:
    """Papers with the row each begins at, and what is wrong."""

    papers: list[tuple[int, Paper]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def headings() -> dict[str, str]:
    """The columns by their keys."""
    return {
        "paper_number": _("Number of the paper"),
        "received_on": _("Received on"),
        "name": _("Name of the applicant"),
        "email": _("E-mail"),
        "phone": _("Phone"),
        "language": _("Language (kk or ru)"),
        "title": _("Name of the proposal"),
        "problem": _("What is wrong now?"),
        "solution": _("What do you propose?"),
        "category": _("Category"),
        "area": _("District"),
        "address": _("Address or landmark"),
        "lat": _("Latitude"),
        "lon": _("Longitude"),
        "work": _("Work"),
        "unit": _("Unit of a work outside the catalogue"),
        "price": _("Price of a work outside the catalogue"),
        "reason": _("Why a work outside the catalogue"),
        "quantity": _("Quantity"),
    }


def template(known: Catalogue) -> bytes:
    """An empty list to fill in; the second sheet holds the words that are understood."""
    dates = {"received_on"}
    columns = [
        Column(title, "date" if key in dates else "text", 20) for key, title in headings().items()
    ]
    rows = [[_("Category"), i18n.local(one.names), ""] for one in known.categories]
    rows += [[_("District"), i18n.local(one.area.names), ""] for one in known.areas]
    rows += [[_("Work"), i18n.local(one.names), unit_name(one.unit)] for one in known.works]
    words = [Column(_("Column")), Column(_("Word"), width=60), Column(_("Unit"))]
    return sheets.write([Sheet(_("Papers"), columns, []), Sheet(_("Words to use"), words, rows)])


def read_papers(data: bytes, known: Catalogue) -> ReadPapers:
    """Papers of a list; one that cannot be understood is told by the row it begins at."""
    table, locale = in_any_language(data, lambda: list(headings().values()))
    with force_locale(locale):
        keys = {title: key for key, title in headings().items()}
    grouped: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for row in table.rows:
        values = {keys[title]: _text(value) for title, value in row.values.items()}
        grouped.setdefault(values["paper_number"], []).append((row.number, values))
    if len(grouped) > MOST_PAPERS:
        raise Refusal("paper.too_many", field="sheet", most=MOST_PAPERS)
    read = ReadPapers()
    for rows in grouped.values():
        number = rows[0][0]
        try:
            read.papers.append((number, _paper([values for _row, values in rows], known)))
        except Refusal as refusal:
            read.errors.append((number, sentence(refusal)))
    return read


def stored(row: int, paper: Paper) -> dict[str, Any]:
    """A paper as plain values, for `Batch.rows`."""
    values = dataclasses.asdict(paper)
    return {"row": row, "paper": {**values, "received_on": paper.received_on.isoformat()}}


def restored(row: Mapping[str, Any]) -> Paper:
    """The paper again."""
    values = dict(row["paper"])
    place = values.pop("place")
    return Paper(
        **{
            **values,
            "received_on": date.fromisoformat(values["received_on"]),
            "place": read_place(str(place["lat"]), str(place["lon"])) if place else None,
            "lines": [PaperLine(**line) for line in values["lines"]],
        }
    )


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return clean(str(value if value is not None else ""))[:LONGEST]


def _paper(rows: Sequence[Mapping[str, str]], known: Catalogue) -> Paper:
    first = rows[0]
    if not first["paper_number"]:
        raise Refusal("paper.no_number")
    language = first["language"].casefold() or "ru"
    if language not in ("kk", "ru"):
        raise Refusal("paper.word_unknown", column=_("Language (kk or ru)"), word=language)
    return Paper(
        paper_number=first["paper_number"][:40],
        received_on=_day(first["received_on"]),
        name=first["name"][:120],
        email=first["email"][:200],
        phone=first["phone"][:30],
        language=language,
        title=first["title"],
        problem=first["problem"],
        solution=first["solution"],
        address=first["address"],
        category_id=_one_of(_("Category"), first["category"], known.categories),
        area_id=_area(first["area"], known.areas),
        place=read_place(first["lat"], first["lon"]),
        lines=[_line(row, known) for row in rows if row["work"] or row["quantity"]],
    )


def _day(text: str) -> date:
    for parts in (text.split("-"), text.split(".")[::-1]):
        try:
            return date(*(int(part) for part in parts))
        except (TypeError, ValueError):
            continue
    raise Refusal("paper.day_wrong", word=text[:40])


def _area(word: str, areas: Sequence[CycleArea]) -> int | None:
    """The district by name, where the pin does not tell it."""
    if not word or any(one.area.outline for one in areas):
        return None
    for one in areas:
        if _means(one.area.names, word):
            return one.area_id
    raise Refusal("paper.word_unknown", column=_("District"), word=word[:60])


def _one_of(column: str, word: str, known: Sequence[Category]) -> int | None:
    for one in known:
        if _means(one.names, word):
            return one.id
    if not word:
        return None
    raise Refusal("paper.word_unknown", column=column, word=word[:60])


def _line(row: Mapping[str, str], known: Catalogue) -> PaperLine:
    for work in known.works:
        if _means(work.names, row["work"]):
            return PaperLine(work.id, row["quantity"])
    unit = next((code for code in UNITS if row["unit"] in (code, unit_name(code))), row["unit"])
    return PaperLine(None, row["quantity"], row["work"], unit, row["price"], row["reason"])


def _means(names: LocalText, word: str) -> bool:
    return word.casefold() in {name.casefold() for name in names.values()}
