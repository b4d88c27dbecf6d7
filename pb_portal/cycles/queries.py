"""Reading cycles, their phases, areas, categories and rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from pb_portal.cycles.models import Category, Cycle, CycleArea, Phase, TypicalWork
from pb_portal.db import Missing
from pb_portal.domain import phases
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.rule_book import RuleBook


def get_cycle(session: Session, slug: str) -> Cycle:
    """The cycle of this slug with its phases and areas; raises `Missing`."""
    query = (
        select(Cycle)
        .where(Cycle.slug == slug)
        .options(selectinload(Cycle.phases), selectinload(Cycle.areas))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise Missing("cycle")
    return found


def get_cycle_by_id(session: Session, cycle_id: int) -> Cycle:
    """The cycle; raises `Missing`."""
    found = session.get(Cycle, cycle_id)
    if found is None:
        raise Missing("cycle")
    return found


def all_cycles(session: Session, *, imported: bool | None = None) -> Sequence[Cycle]:
    """Cycles with their phases, newest first."""
    query = (
        select(Cycle)
        .options(selectinload(Cycle.phases), selectinload(Cycle.areas))
        .order_by(Cycle.year.desc(), Cycle.id.desc())
    )
    if imported is not None:
        query = query.where(Cycle.is_imported == imported)
    return session.scalars(query).all()


def find_phase(cycle: Cycle, kind: PhaseKind) -> Phase | None:
    """The cycle's phase of this kind, if it has one."""
    return phases.of_kind(cycle.phases, kind)


def phase_open(cycle: Cycle, kind: PhaseKind, at: datetime) -> bool:
    """Whether the cycle's phase of this kind is open at the moment."""
    phase = find_phase(cycle, kind)
    return phase is not None and phases.is_open(phase, at)


def phase_over(cycle: Cycle, kind: PhaseKind, at: datetime) -> bool:
    """Whether the phase has ended; a cycle without it counts as over it."""
    phase = find_phase(cycle, kind)
    return phase is None or phase.ends_at <= at


def current_phase(cycle: Cycle, at: datetime) -> Phase | None:
    """The phase open at the moment."""
    return phases.current(cycle.phases, at)


def rules_of(cycle: Cycle) -> RuleBook:
    """The cycle's rule book; raises `Missing` when none was written yet."""
    if cycle.rule_book is None:
        raise Missing("rule book")
    return RuleBook.from_dict(cycle.rule_book.content)


def rules_frozen(cycle: Cycle) -> bool:
    """Whether the rule book is frozen. No ballot is taken before it is."""
    return cycle.rule_book is not None and cycle.rule_book.frozen_at is not None


def find_cycle_area(cycle: Cycle, area_id: int | None) -> CycleArea | None:
    """The area as it takes part in the cycle."""
    return next((part for part in cycle.areas if part.area_id == area_id), None)


def categories(session: Session) -> Sequence[Category]:
    """Categories in their order."""
    return session.scalars(select(Category).order_by(Category.sort, Category.id)).all()


def typical_works(session: Session, category_id: int | None = None) -> Sequence[TypicalWork]:
    """The catalogue of typical works, of one category or all."""
    query = select(TypicalWork).order_by(TypicalWork.category_id, TypicalWork.sort, TypicalWork.id)
    if category_id is not None:
        query = query.where(TypicalWork.category_id == category_id)
    return session.scalars(query).all()
