"""Where people vote on paper, and who is in charge there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.queries import find_cycle_area
from pb_portal.db import LocalText
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.voting.paper import queries
from pb_portal.voting.paper.models import PollingPoint


@dataclass(frozen=True)
class PointData:
    """A polling point as typed; texts in Kazakh and Russian."""

    area_id: int
    names: LocalText
    addresses: LocalText
    hours: LocalText
    place: tuple[float, float] | None
    in_charge: Sequence[int]


def save_point(
    session: Session,
    by: Signature,
    cycle: Cycle,
    data: PointData,
    point: PollingPoint | None = None,
) -> PollingPoint:
    """Open a point, or change one. People in charge must be registrars for its district."""
    demand(by.actor, P.RUN_PAPER, area_id=data.area_id)
    if find_cycle_area(cycle, data.area_id) is None:
        raise Refusal("polling.no_area", field="area")
    people = queries.candidates(session, data.in_charge, data.area_id)
    if not people or len(people) != len(set(data.in_charge)):
        raise Refusal("polling.nobody_in_charge", field="in_charge")
    if point is None:
        point = PollingPoint(cycle_id=cycle.id)
        session.add(point)
    elif point.area_id != data.area_id:
        raise Refusal("polling.area_fixed", field="area")
    point.area_id, point.in_charge = data.area_id, people
    point.names, point.addresses, point.hours = data.names, data.addresses, data.hours
    point.lat, point.lon = data.place or (None, None)
    session.flush()
    _log(session, by, point, "polling.point_saved")
    return point


def close_point(
    session: Session, by: Signature, point: PollingPoint, *, version: int, closed: bool
) -> None:
    """Take a point off the public list, or put it back."""
    demand(by.actor, P.RUN_PAPER, area_id=point.area_id)
    if point.version != version:
        raise Conflict("polling.point_changed")
    point.closed_at = by.at if closed else None
    _log(session, by, point, "polling.point_closed" if closed else "polling.point_opened")


def demand_charge(by: Signature, point: PollingPoint) -> None:
    """Refuse (`polling.not_in_charge`) whoever is not in charge of this point."""
    demand(by.actor, P.HAND_PAPER, area_id=point.area_id)
    if by.actor.person_id not in {person.id for person in point.in_charge}:
        raise Refusal("polling.not_in_charge")


def _log(session: Session, by: Signature, point: PollingPoint, action: str) -> None:
    people = sorted(person.id for person in point.in_charge)
    audit.record(
        session, by, action, ("polling_point", point.id), cycle_id=point.cycle_id, in_charge=people
    )
