"""How a signed protocol is taken down, and what protocols quote of a proposal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.domain.placeholders import TAKEN_DOWN_MARK
from pb_portal.proposals.models import Proposal
from pb_portal.review.council.models import AgendaItem, CouncilSitting
from pb_portal.review.models import CouncilDecision
from pb_portal.takedowns.service import (
    Removal,
    Subject,
    number_of,
    register_copies,
    register_kind,
)

_NOBODY = {"name": TAKEN_DOWN_MARK, "office": ""}


def find_protocol(session: Session, subject_id: str) -> Subject | None:
    """The protocol of a signed sitting."""
    sitting = session.get(CouncilSitting, number_of(subject_id))
    if sitting is None or sitting.state != "signed":
        return None
    return Subject(
        "protocol",
        subject_id,
        "cycle",
        sitting.cycle_id,
        f"/c/{sitting.cycle.slug}/protocols/{sitting.id}",
        area_id=sitting.area_id,
        cycle_id=sitting.cycle_id,
    )


def take_protocol(session: Session, subject_id: str, removal: Removal) -> None:
    """Names and sentences; outcomes, votes and grounds stay, and so does the digest of the
    original."""
    sitting = session.get_one(CouncilSitting, number_of(subject_id))
    said = sitting.protocol
    emptied = {
        **said,
        "place": "",
        "chair": _NOBODY,
        "secretary": TAKEN_DOWN_MARK,
        "present": [_NOBODY for _ in said.get("present", ())],
        "absent": [_NOBODY for _ in said.get("absent", ())],
        "items": [_without_words(item) for item in said.get("items", ())],
    }
    removal.blank(sitting, protocol=emptied, place="")
    sentences = {item.get("sentence") for item in said.get("items", ())} - {""}
    for item in sitting.items:
        removal.blank(item, sentence="")
        for event in item.proposal.events:
            if event.reason in sentences:
                removal.blank(event, reason="")
    for decision in session.scalars(
        select(CouncilDecision).where(CouncilDecision.sitting_id == sitting.id)
    ):
        removal.blank(decision, sentence="")


def _without_words(item: dict[str, Any]) -> dict[str, Any]:
    return {
        **item,
        "title": TAKEN_DOWN_MARK,
        "sentence": TAKEN_DOWN_MARK if item.get("sentence") else "",
        "conflicted": [TAKEN_DOWN_MARK for _ in item.get("conflicted", ())],
    }


def take_titles(session: Session, subject_id: str, removal: Removal) -> None:
    """The proposal's title in protocols."""
    proposal = session.get_one(Proposal, number_of(subject_id))
    for sitting in session.scalars(
        select(CouncilSitting)
        .join(AgendaItem, AgendaItem.sitting_id == CouncilSitting.id)
        .where(AgendaItem.proposal_id == proposal.id, CouncilSitting.state == "signed")
    ):
        items = [
            {**item, "title": TAKEN_DOWN_MARK} if item.get("proposal") == proposal.number else item
            for item in sitting.protocol.get("items", ())
        ]
        removal.blank(sitting, protocol={**sitting.protocol, "items": items})


register_kind("protocol", find_protocol, take_protocol)
register_copies("proposal", take_titles)
