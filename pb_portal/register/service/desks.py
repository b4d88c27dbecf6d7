"""Help desks: where people get help with the vote."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.register.models import HelpDesk


@dataclass(frozen=True)
class DeskData:
    """A help desk as people read it, each text by language."""

    area_id: int | None
    names: dict[str, str]
    addresses: dict[str, str]
    hours: dict[str, str]
    phone: str


def change_desk(session: Session, by: Signature, desk: HelpDesk | None, data: DeskData) -> HelpDesk:
    """Add a help desk (None) or change one; refuses one that misses a language."""
    demand(by.actor, P.KEEP_DESKS)
    for texts in (data.names, data.addresses, data.hours):
        if not all(texts.get(code) for code in ("kk", "ru", "en")):
            raise Refusal("register.desk_languages")
    if desk is None:
        desk = HelpDesk()
        session.add(desk)
    desk.area_id, desk.phone = data.area_id, data.phone
    desk.names, desk.addresses, desk.hours = data.names, data.addresses, data.hours
    session.flush()
    audit.record(session, by, "register.desk_changed", ("help_desk", desk.id))
    return desk


def remove_desk(session: Session, by: Signature, desk: HelpDesk) -> None:
    """Take a help desk off the page."""
    demand(by.actor, P.KEEP_DESKS)
    audit.record(session, by, "register.desk_removed", ("help_desk", desk.id))
    session.delete(desk)
