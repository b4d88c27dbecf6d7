"""Which projects a member of staff sees on the desk."""

from __future__ import annotations

from sqlalchemy import or_
from sqlalchemy.sql.elements import ColumnElement

from pb_portal.cycles.models import Cycle
from pb_portal.domain.permissions import P, areas_of
from pb_portal.domain.signature import Actor
from pb_portal.projects.models import Project
from pb_portal.projects.queries.filtered import Query

WHOSE = ("mine", "all")


def within_reach(query: Query, actor: Actor, whose: str = "all") -> Query:
    """Projects of the actor's districts: for a manager their own and those without a manager, for
    a head all; with `mine` only their own."""
    query = query.outerjoin(Cycle, Cycle.id == Project.cycle_id).where(
        or_(Cycle.id.is_(None), Cycle.is_imported.is_(False))
    )
    areas = areas_of(actor, P.DELIVER)
    if areas is not None:
        query = query.where(Project.area_id.in_(areas))
    if whose == "mine":
        return query.where(Project.manager_id == actor.person_id)
    return query.where(_own_or_under(actor))


def _own_or_under(actor: Actor) -> ColumnElement[bool]:
    own = or_(Project.manager_id == actor.person_id, Project.manager_id.is_(None))
    if not actor.roles & {"head"}:
        return own
    under = areas_of(actor, P.OVERSEE)
    return Project.id.is_not(None) if under is None else or_(own, Project.area_id.in_(under))
