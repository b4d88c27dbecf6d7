"""Changing the city's catalogues: each change is logged with what it was and what it became.

Nothing is ever deleted: an entry that is no longer offered is retired, and stays wherever it was
used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.models import (
    Category,
    Cycle,
    RejectionGround,
    ReviewQuestion,
    TypicalWork,
    WorkPrice,
)
from pb_portal.db import Missing
from pb_portal.domain.checklist import USUAL
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import clean
from pb_portal.places.models import Area
from pb_portal.seals.service import delete_rows

LANGUAGES = ("kk", "ru", "en")
LONGEST_NAME = 160
UNITS = ("piece", "m", "m2", "m3", "set")
SECTORS = ("social", "infrastructure", "industry", "utilities")
PARTS = ("formal", "merit")
PICTURES = (
    *("tree", "shrub", "lawn", "watering", "asphalt", "paving", "tactile", "crossing", "ramp"),
    *("ditch", "footbridge", "lamp", "cable", "cabinet", "kerb", "wall", "waste", "topsoil"),
    *("fence", "gazebo", "bench", "bin", "chess_table", "play_structure", "rubber", "workout"),
    *("swing", "toilet", "containers", "fountain"),
)
"""Drawings of typical works."""
Entry = Category | TypicalWork | RejectionGround | ReviewQuestion | Area


@dataclass(frozen=True)
class Catalogue:
    """A catalogue: its table, its name in the log, and what an entry has beside its names."""

    table: type[Any]
    subject: str
    fields: tuple[str, ...]


CATALOGUES: dict[str, Catalogue] = {
    "works": Catalogue(
        *(TypicalWork, "work"),
        ("category_id", "unit", "unit_price", "notes", "picture", "sort"),
    ),
    "categories": Catalogue(Category, "category", ("sector", "sort")),
    "grounds": Catalogue(RejectionGround, "ground", ("sort",)),
    "questions": Catalogue(ReviewQuestion, "question", ("part", "sort")),
    "areas": Catalogue(Area, "area", ("sort",)),
}


def get_entry(session: Session, kind: str, entry_id: int) -> Entry:
    """The entry of a catalogue; raises `Missing`."""
    found: Entry | None = session.get(_of(kind).table, entry_id)
    if found is None:
        raise Missing(kind)
    return found


def entries(session: Session, kind: str, cycle_id: int | None = None) -> Sequence[Any]:
    """All entries, those no longer offered last."""
    table = _of(kind).table
    query = select(table).order_by(table.retired_at.is_not(None), table.sort, table.id)
    if kind == "questions":
        query = query.where(table.cycle_id == cycle_id).order_by(None)
        query = query.order_by(table.retired_at.is_not(None), table.part, table.sort, table.id)
    return session.scalars(query).all()


def add_entry(
    session: Session,
    by: Signature,
    kind: str,
    values: Mapping[str, Any],
    *,
    cycle_id: int | None = None,
) -> Entry:
    """A new entry. A question belongs to a cycle; everything else to the city."""
    demand(by.actor, P.ADMINISTER)
    about = _of(kind)
    if kind == "areas":
        raise Refusal("catalogue.areas_by_file")
    checked = _checked(session, kind, values)
    entry: Any = about.table(**checked)
    if kind == "questions":
        entry.cycle_id = cycle_id
    if hasattr(entry, "code"):
        entry.code = _new_code(session, about)
    session.add(entry)
    session.flush()
    _record(session, by, "catalogue.added", kind, entry, checked)
    made: Entry = entry
    return made


def change_entry(
    session: Session,
    by: Signature,
    kind: str,
    entry: Entry,
    values: Mapping[str, Any],
    *,
    version: int,
) -> bool:
    """Change an entry as the person saw it; a conflict when it has changed since. Returns whether
    anything is different now."""
    demand(by.actor, P.ADMINISTER)
    if entry.version != version:
        raise Conflict("catalogue.changed")
    checked = _checked(session, kind, values, entry)
    changes = {
        name: [getattr(entry, name), value]
        for name, value in checked.items()
        if getattr(entry, name) != value
    }
    for name, (_before, after) in changes.items():
        setattr(entry, name, after)
    session.flush()
    if changes:
        _record(session, by, "catalogue.changed", kind, entry, changes)
    return bool(changes)


def set_prices(
    session: Session, by: Signature, work: TypicalWork, prices: Mapping[int, int | None]
) -> bool:
    """What a work costs in single cycles; None takes the catalogue's price again."""
    demand(by.actor, P.ADMINISTER)
    present = {
        row.cycle_id: row.unit_price
        for row in session.scalars(select(WorkPrice).where(WorkPrice.work_id == work.id))
    }
    changes = {}
    for cycle_id, price in prices.items():
        if price == present.get(cycle_id):
            continue
        if price is not None and price <= 0:
            raise Refusal("catalogue.price", field=f"price_{cycle_id}")
        slug = session.scalars(select(Cycle.slug).where(Cycle.id == cycle_id)).one()
        former = delete(WorkPrice).where(
            WorkPrice.work_id == work.id, WorkPrice.cycle_id == cycle_id
        )
        delete_rows(session, former, "another price")
        if price is not None:
            session.add(WorkPrice(work_id=work.id, cycle_id=cycle_id, unit_price=price))
        changes[f"unit_price {slug}"] = [present.get(cycle_id), price]
    session.flush()
    if changes:
        _record(session, by, "catalogue.changed", "works", work, changes)
    return bool(changes)


def offer(
    session: Session, by: Signature, kind: str, entry: Entry, *, offered: bool, version: int
) -> None:
    """Retire an entry, or offer it again. The last question or ground stays."""
    demand(by.actor, P.ADMINISTER)
    if entry.version != version:
        raise Conflict("catalogue.changed")
    if (entry.retired_at is None) == offered:
        return
    if not offered:
        _refuse_the_last(session, kind, entry)
    entry.retired_at = None if offered else by.at
    session.flush()
    action = "catalogue.restored" if offered else "catalogue.retired"
    _record(session, by, action, kind, entry, {})


def own_checklist(
    session: Session, by: Signature, cycle: Cycle, texts: Mapping[str, Mapping[str, str]]
) -> None:
    """Give a cycle the usual questions as its own list, worded by `texts`, to be changed."""
    demand(by.actor, P.ADMINISTER)
    if entries(session, "questions", cycle.id):
        raise Refusal("catalogue.has_questions")
    for place, question in enumerate(USUAL):
        session.add(
            ReviewQuestion(
                cycle_id=cycle.id,
                part=question.part,
                code=question.code,
                names=dict(texts[question.code]),
                sort=place,
            )
        )
    session.flush()
    audit.record(
        session, by, "catalogue.checklist", ("cycle", cycle.id), cycle_id=cycle.id, of=len(USUAL)
    )


def _of(kind: str) -> Catalogue:
    if kind not in CATALOGUES:
        raise Missing(kind)
    return CATALOGUES[kind]


def _record(
    session: Session, by: Signature, action: str, kind: str, entry: Entry, data: dict[str, Any]
) -> None:
    subject = (_of(kind).subject, entry.id)
    cycle_id = entry.cycle_id if isinstance(entry, ReviewQuestion) else None
    audit.record(session, by, action, subject, cycle_id=cycle_id, **data)


def _new_code(session: Session, about: Catalogue) -> str:
    last = session.scalar(select(func.max(about.table.id))) or 0
    return f"{about.subject}-{last + 1}"


def _refuse_the_last(session: Session, kind: str, entry: Entry) -> None:
    if kind not in ("grounds", "questions"):
        return
    cycle_id = entry.cycle_id if isinstance(entry, ReviewQuestion) else None
    if sum(one.retired_at is None for one in entries(session, kind, cycle_id)) <= 1:
        raise Refusal("catalogue.last")


def _checked(
    session: Session, kind: str, values: Mapping[str, Any], entry: Entry | None = None
) -> dict[str, Any]:
    """The values by which an entry is made, each as its column takes it."""
    found = {name: values[name] for name in _of(kind).fields}
    found["names"] = _names(values["names"])
    found["sort"] = found["sort"] or 0
    if kind == "works":
        _check_work(session, found, entry)
    choices = {"sector": SECTORS, "part": PARTS}
    for name, allowed in choices.items():
        if name in found and found[name] not in allowed:
            raise Refusal("catalogue.choice", field=name)
    return found


def _names(typed: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for code in LANGUAGES:
        text = " ".join(clean(typed.get(code) or "").split())
        if not text:
            raise Refusal("catalogue.name_missing", field=f"name_{code}")
        if len(text) > LONGEST_NAME:
            raise Refusal("catalogue.name_long", field=f"name_{code}", most=LONGEST_NAME)
        found[code] = text
    return found


def _check_work(session: Session, found: dict[str, Any], entry: Entry | None) -> None:
    category = session.get(Category, found["category_id"] or 0)
    kept = isinstance(entry, TypicalWork) and entry.category_id == found["category_id"]
    if category is None or (category.retired_at is not None and not kept):
        raise Refusal("catalogue.choice", field="category_id")
    if found["unit"] not in UNITS:
        raise Refusal("catalogue.choice", field="unit")
    if found["picture"] and found["picture"] not in PICTURES:
        raise Refusal("catalogue.choice", field="picture")
    if not found["unit_price"] or found["unit_price"] <= 0:
        raise Refusal("catalogue.price", field="unit_price")
    notes = found["notes"] or {}
    found["notes"] = {code: text for code in LANGUAGES if (text := clean(notes.get(code) or ""))}
