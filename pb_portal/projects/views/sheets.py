"""Spreadsheets of projects and of updates: headings, rows out of cells, templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pb_portal.db import Missing, transaction
from pb_portal.documents import sheets
from pb_portal.documents.sheets import Column, Sheet, Table
from pb_portal.domain.money import MILLI
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Actor, Signature
from pb_portal.domain.text import clean
from pb_portal.projects import service
from pb_portal.projects.queries import plans
from pb_portal.projects.service.sheets import Fault, News
from pb_portal.projects.service.works import Work
from pb_portal.projects.views.dictionary import Dictionary, find_key
from pb_portal.projects.views.settings import updates_wait
from pb_portal.web import clock
from pb_portal.web.i18n import LOCALES

SHOWN = 100


@dataclass(frozen=True)
class Found:
    """What a spreadsheet holds: rows, and everything that is wrong with them."""

    rows: Sequence[Any]
    faults: list[Fault]

    @property
    def first(self) -> list[Fault]:
        """As many faults as a page bears."""
        return self.faults[:SHOWN]


def headings(kind: str) -> dict[str, str]:
    """Column → its heading in the language of the moment."""
    if kind == "updates":
        return {"number": _("No."), "body": _("What is new"), "progress": _("Done, per cent")}
    if kind != "projects":
        raise Missing("sheet")
    return {
        "title": _("Title"),
        "origin": _("Where it comes from"),
        "programme": _("Programme or investor"),
        "funding": _("Source of money"),
        "sector": _("Sector"),
        "work_type": _("Type of work"),
        "area": _("District"),
        "address": _("Address"),
        "lat": _("Latitude"),
        "lon": _("Longitude"),
        "promised_sum": _("Promised sum"),
        "promised_on": _("Promised by"),
        "line_title": _("What is promised"),
        "line_quantity": _("Quantity"),
        "line_unit": _("Unit"),
        "summary": _("In a few words, for residents"),
    }


def _rows(data: bytes, kind: str) -> list[tuple[int, dict[str, Any]]]:
    """Rows by column code; headings may be in any of the portal's languages."""
    names, table = _in_some_language(data, kind)
    codes = {heading: code for code, heading in names.items()}
    return [
        (row.number, {codes[heading]: value for heading, value in row.values.items()})
        for row in table.rows
    ]


def _in_some_language(data: bytes, kind: str) -> tuple[dict[str, str], Table]:
    here, lines = headings(kind), sheets.read_lines(data)
    try:
        return here, sheets.table_of(lines, list(here.values()))
    except Refusal as refused:
        if refused.code != "sheet.no_column":
            raise
        for locale in LOCALES:
            with force_locale(locale):
                names = headings(kind)
            try:
                return names, sheets.table_of(lines, list(names.values()))
            except Refusal:
                continue
        raise


def read_works(session: Session, data: bytes, by: Signature, today: date) -> Found:
    """Projects out of a spreadsheet, checked."""
    book = Dictionary(session)
    rows = [(number, _work(values, book)) for number, values in _rows(data, "projects")]
    return Found([work for _n, work in rows], service.check_works(session, by, rows, today))


def read_news(session: Session, data: bytes, by: Signature, today: date) -> Found:
    """Updates out of a spreadsheet, checked; rows without words are left out."""
    rows = [
        (
            number,
            News(_whole(values["number"]), _text(values["body"]), _whole(values["progress"])),
        )
        for number, values in _rows(data, "updates")
        if _text(values["body"])
    ]
    return Found([news for _n, news in rows], service.check_news(session, by, rows))


def _work(values: dict[str, Any], book: Dictionary) -> Work:
    sector = book.sectors.get(find_key(values["sector"]), "")
    kind = find_key(values["work_type"])
    quantity = _number(values["line_quantity"])
    unit = find_key(values["line_unit"])
    return Work(
        title=_text(values["title"]),
        origin=book.origins.get(find_key(values["origin"]), ""),
        funding=book.funding.get(find_key(values["funding"]), ""),
        sector=sector,
        work_type_id=book.types.get((sector, kind), 0) if kind else None,
        area_id=book.areas.get(find_key(values["area"])),
        promised_sum=_whole(values["promised_sum"]),
        promised_on=_day(values["promised_on"]),
        programme=_text(values["programme"]),
        address=_text(values["address"]),
        summary=_text(values["summary"]),
        lat=_degree(values["lat"]),
        lon=_degree(values["lon"]),
        line_title=_text(values["line_title"]),
        line_unit=book.units.get(unit, unit),
        line_quantity=None if quantity is None else int(quantity * MILLI),
    )


def _text(value: Any) -> str:
    return " ".join(clean(str(value)).split()) if value is not None else ""


def _number(value: Any) -> Decimal | None:
    if isinstance(value, str):
        value = value.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    try:
        number = Decimal(str(value)) if value is not None and not isinstance(value, date) else None
    except InvalidOperation:
        return Decimal(-1)
    return (
        number if number is None or (number.is_finite() and abs(number) < 10**18) else Decimal(-1)
    )


def _whole(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def _degree(value: Any) -> float | None:
    number = _number(value)
    return None if number is None else round(float(number), 6)


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    parts = str(value or "").strip().split(".")
    try:
        if len(parts) == 3:
            return date(int(parts[2]), int(parts[1]), int(parts[0]))
        return date.fromisoformat(str(value or "").strip())
    except ValueError:
        return None


def template(session: Session, kind: str, actor: Actor) -> bytes:
    """A spreadsheet to fill in."""
    names = headings(kind)
    kinds = {"promised_sum": "money", "promised_on": "date", "number": "number"}
    columns = [
        Column(heading, kinds.get(code, "text"), 60 if code in ("body", "title") else 20)  # type: ignore[arg-type]
        for code, heading in names.items()
    ]
    rows: list[list[Any]] = []
    if kind == "updates":
        projects = plans.plan(session, actor, "mine", most=plans.ON_SHEET)
        columns.append(Column(_("Project"), "text", 60))
        rows = [[project.number, "", None, project.title] for project in projects]
    return sheets.write([Sheet(_("Projects"), columns, rows)])


def apply(upload_id: int, kind: str, by: Signature) -> int:
    """Save a kept sheet."""
    with transaction() as work:
        upload = service.get_sheet(work, by, upload_id, kind)
        if kind == "projects":
            return service.apply_works(work, by, upload, today=clock.today())
        return service.apply_news(work, by, upload, head_first=updates_wait())
