"""Reading polling points."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from pb_portal.accounts.models import Person, RoleGrant
from pb_portal.db import Missing
from pb_portal.domain.permissions import GRANTS, P
from pb_portal.places.models import Area
from pb_portal.voting.paper.models import PollingPoint


def get_point(session: Session, point_id: int) -> PollingPoint:
    """The point with its cycle, district and people; raises `Missing`."""
    found = session.scalars(
        select(PollingPoint)
        .where(PollingPoint.id == point_id)
        .options(
            joinedload(PollingPoint.cycle),
            joinedload(PollingPoint.area),
            selectinload(PollingPoint.in_charge),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise Missing("polling point")
    return found


def points_of(session: Session, cycle_id: int) -> Sequence[PollingPoint]:
    """Every point of a cycle by district, closed ones too."""
    return session.scalars(
        select(PollingPoint)
        .join(PollingPoint.area)
        .where(PollingPoint.cycle_id == cycle_id)
        .options(joinedload(PollingPoint.area), selectinload(PollingPoint.in_charge))
        .order_by(Area.sort, Area.id, PollingPoint.id)
    ).all()


def open_points(
    session: Session, cycle_id: int, area_id: int | None = None
) -> Sequence[PollingPoint]:
    """The points the public is told of, by district; or those of one district."""
    query = (
        select(PollingPoint)
        .join(PollingPoint.area)
        .where(PollingPoint.cycle_id == cycle_id, PollingPoint.closed_at.is_(None))
        .options(joinedload(PollingPoint.area))
        .order_by(Area.sort, Area.id, PollingPoint.id)
    )
    if area_id is not None:
        query = query.where(PollingPoint.area_id == area_id)
    return session.scalars(query).all()


def registrars(session: Session, area_id: int | None = None) -> Sequence[Person]:
    """Staff who may hand out papers, for the city or this district, by name."""
    query = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role.in_(sorted(GRANTS[P.HAND_PAPER])))
        .distinct()
        .order_by(Person.name, Person.id)
    )
    if area_id is not None:
        query = query.where((RoleGrant.area_id.is_(None)) | (RoleGrant.area_id == area_id))
    return session.scalars(query).all()


def candidates(session: Session, ids: Sequence[int], area_id: int) -> list[Person]:
    """Those of these people who may hand out papers in the district."""
    return [person for person in registrars(session, area_id) if person.id in set(ids)]
