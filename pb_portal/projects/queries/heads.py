"""What heads of delivery read."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from pb_portal.accounts.models import Person, RoleGrant
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, Role, areas_of
from pb_portal.domain.signature import Actor
from pb_portal.projects.models import ManagerSetting, Project, ProjectPhoto, ProjectUpdate
from pb_portal.projects.rules import FINISHED


def get_update(session: Session, number: int, update_id: int) -> ProjectUpdate:
    """An update of this project with its photos; raises `Missing`."""
    found = session.scalars(
        select(ProjectUpdate)
        .join(Project, Project.id == ProjectUpdate.project_id)
        .where(Project.number == number, ProjectUpdate.id == update_id)
        .options(
            joinedload(ProjectUpdate.project),
            joinedload(ProjectUpdate.author),
            selectinload(ProjectUpdate.photos),
        )
    ).one_or_none()
    if found is None:
        raise Missing("update")
    return found


def get_photo(session: Session, number: int, photo_id: int) -> ProjectPhoto:
    """A photo of this project; raises `Missing`."""
    found = session.scalars(
        select(ProjectPhoto)
        .join(Project, Project.id == ProjectPhoto.project_id)
        .where(Project.number == number, ProjectPhoto.id == photo_id)
    ).one_or_none()
    if found is None:
        raise Missing("photo")
    return found


@dataclass(frozen=True)
class Manager:
    """A manager, how many projects are open, and whose news is read first (None: as usual)."""

    person: Person
    open: int
    needs_approval: bool | None


def managers(session: Session, actor: Actor) -> list[Manager]:
    """Managers of the districts the head oversees."""
    granted = select(RoleGrant.person_id).where(RoleGrant.role == Role.MANAGER)
    areas = areas_of(actor, P.OVERSEE)
    if areas is not None:
        granted = granted.where(RoleGrant.area_id.in_(areas))
    going = (
        select(Project.manager_id, func.count().label("number"))
        .where(Project.status.not_in(FINISHED))
        .group_by(Project.manager_id)
        .subquery()
    )
    rows = session.execute(
        select(Person, func.coalesce(going.c.number, 0), ManagerSetting.needs_approval)
        .outerjoin(going, going.c.manager_id == Person.id)
        .outerjoin(ManagerSetting, ManagerSetting.person_id == Person.id)
        .where(Person.id.in_(granted), Person.blocked_at.is_(None))
        .order_by(Person.name)
    )
    return [Manager(*row) for row in rows]
