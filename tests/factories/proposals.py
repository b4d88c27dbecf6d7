"""Drafts and what belongs to them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Category, Cycle, TypicalWork
from pb_portal.proposals.models import EstimateLine, Proposal
from pb_portal.proposals.service import index_words
from tests.factories import make_category, make_proposal


def make_work(session: Session, category: Category | None = None, **values: Any) -> TypicalWork:
    """A work of the catalogue: a bench at 120 000."""
    kind = category or make_category(session)
    work = TypicalWork(
        **{
            "category_id": kind.id,
            "names": {"en": "Bench", "ru": "Скамья", "kk": "Орындық"},
            "unit": "piece",
            "unit_price": 120_000,
            **values,
        }
    )
    session.add(work)
    session.flush()
    return work


def make_draft(session: Session, cycle: Cycle, author: Person, **values: Any) -> Proposal:
    """A draft with nothing missing, unless told otherwise."""
    lines = values.pop("lines", None)
    draft = make_proposal(
        session,
        cycle,
        **{
            "status": "draft",
            "number": None,
            "submitted_at": None,
            "author_id": author.id,
            "category_id": make_category(session).id,
            "cost": 240_000,
            **values,
        },
    )
    draft.lines = lines if lines is not None else [bench_line()]
    index_words(draft)
    session.flush()
    return draft


def bench_line() -> EstimateLine:
    """Two benches in the author's own words."""
    return EstimateLine(title="Bench", unit="piece", unit_price=120_000, quantity=2000)


def picture_bytes(kind: str = "JPEG", size: tuple[int, int] = (60, 40)) -> BytesIO:
    """A small real picture."""
    buffer = BytesIO()
    Image.new("RGB", size, "teal").save(buffer, kind)
    buffer.seek(0)
    return buffer
