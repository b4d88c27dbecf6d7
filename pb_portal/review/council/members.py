"""Who sits on the expert council, and who may keep its papers."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.db import Missing
from pb_portal.domain.permissions import P, areas_of, demand
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.review.council.models import CouncilMember


def add_member(
    session: Session, by: Signature, *, name: str, office: str, joined_on: date
) -> CouncilMember:
    """Seat a member of the expert council."""
    demand_council(by, None)
    if not name:
        raise Refusal("council.name_missing", field="name")
    member = CouncilMember(name=name, office=office, joined_on=joined_on)
    session.add(member)
    session.flush()
    audit.record(session, by, "council.member_joined", ("council_member", member.id))
    return member


def retire_member(session: Session, by: Signature, member_id: int, *, on: date) -> CouncilMember:
    """The member has left; protocols of earlier sittings keep the name."""
    demand_council(by, None)
    member = session.get(CouncilMember, member_id, with_for_update=True)
    if member is None:
        raise Missing("council_member")
    if member.left_on is None:
        member.left_on = max(on, member.joined_on)
        audit.record(session, by, "council.member_left", ("council_member", member.id))
    return member


def demand_council(by: Signature, area_id: int | None) -> None:
    """A district's secretary keeps the district's sittings only; the city's keeps all."""
    demand(by.actor, P.DECIDE, area_id=area_id)
    areas = areas_of(by.actor, P.DECIDE)
    if areas is not None and area_id not in areas and ("system", None) not in by.actor.grants:
        raise Forbidden(P.DECIDE)
