"""Taking over districts' boundaries from a file that was read and found right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.places.boundaries import Boundary, Reading
from pb_portal.places.models import Area


def own_city(session: Session) -> str:
    """The city of the newest cycle that is not imported."""
    query = (
        select(Cycle.city)
        .where(Cycle.is_imported.is_(False))
        .order_by(Cycle.year.desc(), Cycle.id.desc())
        .limit(1)
    )
    return session.scalar(query) or "city"


def areas_of(session: Session) -> Sequence[Area]:
    """The city's districts, those no longer offered too."""
    query = select(Area).where(Area.city == own_city(session)).order_by(Area.sort, Area.id)
    return session.scalars(query).all()


def take_boundaries(
    session: Session, by: Signature, reading: Reading, seen: Mapping[int, int]
) -> int:
    """Give the districts their outlines and names, and make those that are new; returns how many
    differ now. `seen` is the version of each district when the file was looked at."""
    demand(by.actor, P.ADMINISTER)
    if reading.faults or not reading.found:
        raise Refusal("boundary.faults")
    areas = {area.id: area for area in areas_of(session)}
    if {area.id: area.version for area in areas.values()} != dict(seen):
        raise Conflict("catalogue.changed")
    return sum(_take(session, by, one, areas.get(one.area_id or 0)) for one in reading.found)


def _take(session: Session, by: Signature, one: Boundary, area: Area | None) -> bool:
    if area is None:
        last = session.scalar(select(func.max(Area.sort)))
        area = Area(
            city=own_city(session),
            code=one.code,
            names=one.names,
            sort=(last or 0) + 1,
            outline=one.outline,
        )
        session.add(area)
        session.flush()
        values: dict[str, Any] = {"names": one.names, "outline": _digest(one.outline)}
        audit.record(session, by, "catalogue.added", ("area", area.id), **values)
        return True
    changes: dict[str, Any] = {}
    if area.names != one.names:
        changes["names"] = [area.names, one.names]
        area.names = one.names
    if area.outline != one.outline:
        changes["outline"] = [_digest(area.outline), _digest(one.outline)]
        area.outline = one.outline
    session.flush()
    if changes:
        audit.record(session, by, "catalogue.changed", ("area", area.id), **changes)
    return bool(changes)


def _digest(outline: dict[str, Any] | None) -> str:
    """An outline in the log: its digest, since the points themselves say nothing to a reader."""
    if outline is None:
        return ""
    text = json.dumps(outline, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
