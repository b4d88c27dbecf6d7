"""Colleagues: who reviews where, and who stands over them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person, RoleGrant
from pb_portal.domain.permissions import Role


@dataclass(frozen=True)
class Reviewer:
    """A reviewer: of these areas, or of the whole city (None)."""

    id: int
    name: str
    areas: frozenset[int] | None


def colleagues(session: Session, areas: frozenset[int] | None) -> list[Reviewer]:
    """Everybody who reviews in one of these areas (None: anywhere), by name."""
    query = (
        select(Person.id, Person.name, RoleGrant.area_id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == Role.REVIEWER, Person.blocked_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    if areas is not None:
        query = query.where(or_(RoleGrant.area_id.is_(None), RoleGrant.area_id.in_(areas)))
    found: dict[int, tuple[str, set[int | None]]] = {}
    for person_id, name, area_id in session.execute(query):
        found.setdefault(person_id, (name, set()))[1].add(area_id)
    return [
        Reviewer(
            person_id,
            name,
            None if None in reach else frozenset(area for area in reach if area is not None),
        )
        for person_id, (name, reach) in found.items()
    ]
