"""Reading cycles, their phases, areas, categories and rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from pb_portal.cycles.models import (
    Category,
    Cycle,
    CycleArea,
    Phase,
    RejectionGround,
    ReviewQuestion,
    TypicalWork,
    WorkPrice,
)
from pb_portal.db import Missing
from pb_portal.domain import phases
from pb_portal.domain.checklist import USUAL, Question
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.rule_book import RuleBook
from pb_portal.places.models import Area


def get_cycle(session: Session, slug: str, *, outlines: bool = True) -> Cycle:
    """The cycle of this slug with its phases and areas; raises `Missing`. The areas' outlines are
    heavy: a page without a map asks for none."""
    areas = selectinload(Cycle.areas)
    if not outlines:
        areas = areas.joinedload(CycleArea.area, innerjoin=True).defer(Area.outline, raiseload=True)
    query = select(Cycle).where(Cycle.slug == slug).options(selectinload(Cycle.phases), areas)
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


def categories(session: Session, *, retired: bool = False) -> Sequence[Category]:
    """Categories to choose from, in their order; with `retired` those no longer offered too."""
    query = select(Category).order_by(Category.sort, Category.id)
    if not retired:
        query = query.where(Category.retired_at.is_(None))
    return session.scalars(query).all()


def typical_works(
    session: Session, category_id: int | None = None, *, retired: bool = False
) -> Sequence[TypicalWork]:
    """The catalogue of typical works to choose from, of one category or all."""
    query = select(TypicalWork).order_by(TypicalWork.category_id, TypicalWork.sort, TypicalWork.id)
    if category_id is not None:
        query = query.where(TypicalWork.category_id == category_id)
    if not retired:
        query = query.where(TypicalWork.retired_at.is_(None))
    return session.scalars(query).all()


def prices_in(session: Session, cycle_id: int) -> dict[int, int]:
    """Unit prices that hold in this cycle only, by the work's id; others keep the catalogue's."""
    rows = session.execute(
        select(WorkPrice.work_id, WorkPrice.unit_price).where(WorkPrice.cycle_id == cycle_id)
    )
    return {row.work_id: row.unit_price for row in rows}


def price_in(session: Session, cycle_id: int, work: TypicalWork) -> int:
    """The unit price of a typical work in a cycle."""
    own = session.get(WorkPrice, (cycle_id, work.id))
    return own.unit_price if own else work.unit_price


def grounds(session: Session, *, retired: bool = False) -> Sequence[RejectionGround]:
    """The published grounds of rejection to choose from."""
    query = select(RejectionGround).order_by(RejectionGround.sort, RejectionGround.id)
    if not retired:
        query = query.where(RejectionGround.retired_at.is_(None))
    return session.scalars(query).all()


def checklist(session: Session, cycle_id: int) -> tuple[Question, ...]:
    """What reviewers answer about a proposal of this cycle, formal questions first; the usual
    ones where nobody has changed them."""
    rows = session.scalars(
        select(ReviewQuestion)
        .where(ReviewQuestion.cycle_id == cycle_id, ReviewQuestion.retired_at.is_(None))
        .order_by(ReviewQuestion.part, ReviewQuestion.sort, ReviewQuestion.id)
    ).all()
    return tuple(Question(row.code, row.part, row.names) for row in rows) or USUAL
