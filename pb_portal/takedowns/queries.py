"""Reading take-downs: tombstones of a page, the desk's list, one record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, defer

from pb_portal.db import Missing
from pb_portal.takedowns.models import TakeDown

VIEWS = ("waiting", "down", "all")


def tombstones(session: Session, on_type: str, on_id: int) -> Sequence[TakeDown]:
    """What is down on this page, the newest first, without its content."""
    return session.scalars(
        select(TakeDown)
        .where(TakeDown.on_type == on_type, TakeDown.on_id == on_id, TakeDown.restored_at.is_(None))
        .options(defer(TakeDown.content, raiseload=True))
        .order_by(TakeDown.id.desc())
        .limit(200)
    ).all()


def is_held(session: Session, kind: str, subject_id: int | str) -> bool:
    """Whether the list of words keeps the thing back until a moderator has read it."""
    query = select(TakeDown.id).where(
        TakeDown.subject_type == kind,
        TakeDown.subject_id == str(subject_id),
        TakeDown.category == "held",
        TakeDown.restored_at.is_(None),
    )
    return session.scalar(query) is not None


def has_tombstones(on_type: str, on_id: Any) -> ColumnElement[bool]:
    """Whether anything is down on a page, as a part of another statement."""
    return exists().where(
        TakeDown.on_type == on_type, TakeDown.on_id == on_id, TakeDown.restored_at.is_(None)
    )


def get_take_down(session: Session, takedown_id: int) -> TakeDown:
    """One record; raises `Missing`."""
    row = session.get(TakeDown, takedown_id)
    if row is None:
        raise Missing("takedown")
    return row


def list_take_downs(
    session: Session,
    areas: frozenset[int] | None,
    view: str,
    *,
    before_id: int | None = None,
    limit: int = 31,
) -> Sequence[TakeDown]:
    """Records of the areas for a view of the desk, the newest first."""
    query = (
        select(TakeDown)
        .where(_in(areas), _view(view))
        .options(defer(TakeDown.content, raiseload=True))
        .order_by(TakeDown.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(TakeDown.id < before_id)
    return session.scalars(query).all()


def count_waiting(areas: frozenset[int] | None) -> Any:
    """How many wait for a moderator, as a part of another statement."""
    return (
        select(func.count())
        .select_from(TakeDown)
        .where(_in(areas), _view("waiting"))
        .scalar_subquery()
    )


def _in(areas: frozenset[int] | None) -> ColumnElement[bool]:
    if areas is None:
        return TakeDown.id.is_not(None)
    return or_(TakeDown.area_id.is_(None), TakeDown.area_id.in_(areas))


def _view(name: str) -> ColumnElement[bool]:
    down = TakeDown.restored_at.is_(None)
    objected = and_(TakeDown.answered_at.is_not(None), TakeDown.decided_at.is_(None))
    held = and_(TakeDown.category == "held", TakeDown.erased_at.is_(None))
    views: dict[str, ColumnElement[bool]] = {
        "waiting": and_(down, or_(objected, held)),
        "down": down,
        "all": TakeDown.id.is_not(None),
    }
    return views[name]
